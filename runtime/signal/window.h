/* window.h: the window of the analysis and the synthesis, and the curve of the cross-fade. */
#ifndef MBT_RUNTIME_SIGNAL_WINDOW_H
#define MBT_RUNTIME_SIGNAL_WINDOW_H

#include <stddef.h>

/* The periodic Hann window, 0.5 - 0.5 cos(2 pi i / count) for i < count, 1 <= count <= 65536, in the float arithmetic
 * of the reference: 2 pi / count is rounded to float, and so is its product with i. This makes the window slightly
 * asymmetric, and the noise that decides the phases of frame 0 (fft.c) depends on that. */
void mbt_window_hann(float *window, size_t count);

/* (1 - cos(pi i / count)) / 2, the rising half of a Hann window, for i < count. The same bits on every machine. */
float mbt_window_fade(size_t i, size_t count);

#endif
