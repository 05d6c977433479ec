/* window.h: the analysis and synthesis window, and the cross-fade's. */
#ifndef MBT_RUNTIME_SIGNAL_WINDOW_H
#define MBT_RUNTIME_SIGNAL_WINDOW_H

#include <stddef.h>

/* The periodic Hann window, 0.5 - 0.5 cos(2 pi i / count) for i < count, 1 <= count <= 65536, in the reference's float
 * arithmetic: 2 pi / count and its product with i are rounded to float, so that the window is not quite symmetric, and
 * the noise that decides the phases of frame 0 (fft.c) hangs on where it is not. */
void mbt_window_hann(float *window, size_t count);

/* (1 - cos(pi i / count)) / 2, the rising half of a Hann window; i < count. The same bits everywhere. */
float mbt_window_fade(size_t i, size_t count);

#endif
