/* host.h: a LADSPA host for the tests. It knows the plugins by their labels alone, as hosts do. */
#ifndef MBT_TESTS_PLUGIN_HOST_H
#define MBT_TESTS_PLUGIN_HOST_H

#include <ladspa.h>
#include <stddef.h>

enum { HOST_MOST_CHANNELS = 2, HOST_MOST_BLOCK = 65536 };

/* The controls, in the order of their ports. */
enum { HOST_LIMIT, HOST_MIX, HOST_LATENCY, HOST_REMOVED, HOST_CONTROLS };

typedef struct host_plugin {
    const LADSPA_Descriptor *type;
    LADSPA_Handle handle;
    unsigned channels;
    float controls[HOST_CONTROLS];
} host_plugin;

/* The descriptor with that place, or that label; NULL if there is none. The shared object is loaded at the first call;
 * the process ends if it cannot be. */
const LADSPA_Descriptor *host_find_index(unsigned long index);
const LADSPA_Descriptor *host_find(const char *label);

/* Instantiates a plugin, sets its controls to their defaults, and activates it. handle is NULL if it does not
 * instantiate. */
host_plugin host_open(const char *label, unsigned long rate);
void host_close(host_plugin *plugin);

/* Deactivates and activates. */
void host_restart(host_plugin *plugin);

/* Runs a block: in and out are the channels, one after the other, each `stride` samples long. out may be in. */
void host_run(host_plugin *plugin, float *in, float *out, size_t stride, size_t samples);

/* Runs so many samples in blocks of 1 to `most`, of another size each time; *state is that of a random sequence. */
void host_run_blocks(host_plugin *plugin, float *in, float *out, size_t samples, size_t most, unsigned *state);

#endif
