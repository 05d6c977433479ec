/* lag.h: by how much a recording is later than another. */
#ifndef MBT_TOOLS_COMPARE_LAG_H
#define MBT_TOOLS_COMPARE_LAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Finds by how many frames the signal is later than the reference, or, below 0, earlier: where their cross-correlation
 * is largest, whatever its sign, up to 10 s and half their length either way. It is 0 unless that explains clearly more
 * of the signal than no lag does: the SI-SDR there is better by more than 1 dB. Interleaved, of as many channels, which
 * have one lag; all samples finite. False when out of memory. */
bool mbt_lag_find(const float *reference, const float *signal, size_t frames, size_t channels, uint32_t rate,
                  ptrdiff_t *lag);

#endif
