/* metric.h: objective measures of how far a recording is from another, as they were published. Sums are in double;
 * spectra are by KissFFT, in float.
 *
 * All take a reference and a signal of as many samples; both finite. A value is NaN where the measure has none: where
 * the reference is silent, or the recording too short. */
#ifndef MBT_TOOLS_COMPARE_METRIC_H
#define MBT_TOOLS_COMPARE_METRIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum mbt_metric {
    MBT_METRIC_SNR = 0,
    MBT_METRIC_SI_SDR,
    MBT_METRIC_SEGMENTAL_SNR,
    MBT_METRIC_STOI,
    MBT_METRIC_ESTOI,
    MBT_METRIC_LSD,
    MBT_METRICS
} mbt_metric;

/* 10 log10(sum r^2 / sum (s - r)^2) dB; infinite if they are equal. */
double mbt_metric_snr(const float *reference, const float *signal, size_t samples);

/* Scale-invariant signal-to-distortion ratio in dB: J. Le Roux, S. Wisdom, H. Erdogan, J. R. Hershey, "SDR - half-baked
 * or well done?", ICASSP 2019, arXiv 1811.02508: with a = <s, r> / <r, r>, 10 log10(|a r|^2 / |a r - s|^2). The mean of
 * both is taken away first. Infinite if one is the other scaled; minus infinity if a is 0; NaN also if either is
 * constant. */
double mbt_metric_si_sdr(const float *reference, const float *signal, size_t samples);

/* Segmental SNR in dB: J. H. L. Hansen, B. L. Pellom, "An effective quality evaluation protocol for speech enhancement
 * algorithms", ICSLP 1998, with the frames and limits of Y. Hu, P. C. Loizou, "Evaluation of objective quality measures
 * for speech enhancement", IEEE TASLP 16(1), 2008, and of the code to Loizou's "Speech Enhancement: Theory and
 * Practice" (comp_snr.m), so that figures compare with published ones: the mean over frames of
 * 10 log10(sum (w r)^2 / sum (w (r - s))^2), each held within [-10, 35]. Frames are of 30 ms, every quarter of a
 * frame; w is a Hann window; the last frame is left out, as in that code. One departure: a frame where both are
 * silent, which has no SNR, is left out too, and does not count as -10. False when out of memory. */
bool mbt_metric_segmental_snr(const float *reference, const float *signal, size_t samples, uint32_t rate, double *snr);

/* Log-spectral distance in dB: the root of the mean square over bins of 10 log10 |R|^2 - 10 log10 |S|^2, its mean over
 * frames (A. H. Gray, J. D. Markel, "Distance measures for speech processing", IEEE TASSP 24(5), 1976). |R|^2 and |S|^2
 * are held above a floor 50 dB below the largest |R|^2 of the recording (I. Cohen, S. Gannot, "Spectral enhancement
 * methods", Springer Handbook of Speech Processing, 2008), so that silence does not decide. Frames are of 32 ms, every
 * half frame, those that lie wholly inside; a periodic Hann window; transforms of the next power of two.
 * False when out of memory. */
bool mbt_metric_lsd(const float *reference, const float *signal, size_t samples, uint32_t rate, double *lsd);

enum { MBT_STOI_RATE = 10000 };

/* Short-time objective intelligibility and its extension, of signals at 10 kHz:
 * C. H. Taal, R. C. Hendriks, R. Heusdens, J. Jensen, "An algorithm for intelligibility prediction of time-frequency
 * weighted noisy speech", IEEE TASLP 19(7), 2011; J. Jensen, C. H. Taal, "An algorithm for predicting the
 * intelligibility of speech masked by modulated noise maskers", IEEE TASLP 24(11), 2016. Where the papers leave it
 * open, as in the authors' code: which frames there are (the one that ends with the last sample is not among them), the
 * symmetric Hann window without its zeros, bands that begin and end at the nearest bin. Rows and columns without any
 * variation count as 0.
 * NaN with fewer than 30 frames that are not silent (about 0.4 s). False when out of memory. */
bool mbt_metric_stoi(const float *reference, const float *signal, size_t samples, double *stoi, double *estoi);

/* A recording's channel, also at the rate of STOI. From 5 kHz to 2.56 MHz it is resampled by libsamplerate's best sinc
 * filter, without delay; outside of that STOI has no value. The authors' code and its port pystoi take a shorter
 * polyphase filter (Kaiser window, 60 dB down, falling off from 4.75 kHz on). Both leave the highest band, up to
 * 4.3 kHz, whole: the values agree within 1e-4, unless a frame lies so close to the threshold of silence that it counts
 * in one and not in the other, which may move those of a second of speech by 0.015, or the rate is below 8.6 kHz, where
 * ESTOI differs by up to 0.004 (tests/unit/test_metrics.c). */
typedef struct mbt_metric_signal {
    const float *samples;
    size_t count;
    uint32_t rate;
    const float *at_10k; /* samples itself, own, or NULL */
    size_t count_10k;
    float *own;
} mbt_metric_signal;

/* The caller keeps samples, which must live as long as the signal. On failure returns false, and *reason says why;
 * nothing is held then. */
bool mbt_metric_signal_begin(mbt_metric_signal *signal, const float *samples, size_t count, uint32_t rate,
                             const char **reason);
void mbt_metric_signal_end(mbt_metric_signal *signal);

/* All of them; the two have the same count and rate. False when out of memory. */
bool mbt_metrics(const mbt_metric_signal *reference, const mbt_metric_signal *signal, double values[MBT_METRICS]);

#endif
