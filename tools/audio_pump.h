/* audio_pump.h: a stream whose first bytes were read already, from its beginning again. */
#ifndef MBT_TOOLS_AUDIO_PUMP_H
#define MBT_TOOLS_AUDIO_PUMP_H

#include <stdbool.h>
#include <stddef.h>

enum { MBT_PUMP_HEAD = 12 };

typedef struct mbt_pump mbt_pump;

/* Gives in *to_read the end of a pipe, the caller's to close, through which a thread passes `head`, up to MBT_PUMP_HEAD
 * bytes, and then what comes from the descriptor `from`. NULL on failure, with errno set. */
mbt_pump *mbt_pump_start(const unsigned char *head, size_t head_bytes, int from, int *to_read);

/* The errno of a read that failed, when the end of the pipe was met; else 0. */
int mbt_pump_error(const mbt_pump *pump);

/* After the pipe's end was closed: waits for the thread, which sees that at once, and releases all. Fine with NULL. */
void mbt_pump_end(mbt_pump *pump);

#endif
