/* enhance_request.h: what the enhance subcommand is asked to do. */
#ifndef MBT_TOOLS_COMMAND_ENHANCE_REQUEST_H
#define MBT_TOOLS_COMMAND_ENHANCE_REQUEST_H

#include <stdbool.h>

#include "mambattention/mambattention.h"
#include "tools/audio/format.h"
#include "tools/fullband/fullband.h"

typedef struct mbt_enhance_request {
    const char *in, *out;       /* "-" for standard input and output */
    const char *model;          /* NULL: not given */
    bool live_by_default;       /* the model was not given, and is for live sound */
    bool in_stream, out_stream; /* "-", or see common/stream_path.h */
    mbt_sample_format format;
    mbt_sample_format raw; /* of samples at "-" without a header */
    uint32_t rate;         /* Hz, of such samples; 0: the model's */
    uint32_t channels;     /* of such samples; 0: not given, which is one */
    unsigned threads;
    mbt_isa isa;
    double window, overlap; /* s; window 0: the library's default */
    bool overlap_given, paper;
    mbt_high_band high_band; /* what becomes of the frequencies above the model's */
    double mix;              /* the enhanced sound's share in the result, 0 to 1; that of the input is the rest */
    double limit;            /* dB that a frequency is attenuated by at most; 0: any */
    unsigned jobs;           /* recordings at a time, of a folder; 0: not given */
    bool resume;             /* skips recordings that have a result */
    bool quiet, help;
    bool no_bar; /* no progress bar */
} mbt_enhance_request;

/* Returns an exit code: MBT_EXIT_OK to go on. */
int mbt_enhance_parse(int argc, char **argv, mbt_enhance_request *request);

/* Whether --window or --overlap is given. */
bool mbt_wants_windows(const mbt_enhance_request *request);

/* Whether it is "-". */
bool mbt_is_dash(const char *path);

/* Sets the library's options as requested, for a model of that rate in Hz; the rest are defaults. Among these is
 * options.dry: what is mixed in has the input's rate. */
void mbt_enhance_set_options(const mbt_enhance_request *request, uint32_t rate, mbt_options *options);

void mbt_enhance_print_help(void);

#endif
