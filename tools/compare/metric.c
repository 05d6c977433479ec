/* metric.c: all measures of a pair of signals. */
#include "tools/compare/metric.h"

#include <math.h>
#include <stdlib.h>

#include "tools/audio/resample.h"

enum { LOWEST_STOI_RATE = MBT_STOI_RATE / 2 };

bool mbt_metric_signal_begin(mbt_metric_signal *signal, const float *samples, size_t count, uint32_t rate,
                             const char **reason)
{
    *signal = (mbt_metric_signal){.samples = samples, .count = count, .rate = rate};
    if (rate == MBT_STOI_RATE) {
        signal->at_10k = samples;
        signal->count_10k = count;
        return true;
    }
    if (rate < LOWEST_STOI_RATE || !mbt_can_resample(rate, MBT_STOI_RATE) || count == 0)
        return true;
    size_t length = mbt_resampled_length(count, rate, MBT_STOI_RATE);
    signal->own = length <= SIZE_MAX / sizeof(float) ? malloc(length * sizeof(float)) : NULL;
    if (signal->own == NULL) {
        *reason = "out of memory";
        return false;
    }
    if (!mbt_resample(samples, count, rate, signal->own, length, MBT_STOI_RATE, reason)) {
        mbt_metric_signal_end(signal);
        return false;
    }
    signal->at_10k = signal->own;
    signal->count_10k = length;
    return true;
}

void mbt_metric_signal_end(mbt_metric_signal *signal)
{
    free(signal->own);
    *signal = (mbt_metric_signal){.samples = NULL};
}

/* Samples near the largest float may exceed its range when they are resampled to 10 kHz. */
static bool can_have_stoi(const mbt_metric_signal *signal)
{
    for (size_t i = 0; i < signal->count_10k; i++)
        if (!isfinite(signal->at_10k[i]))
            return false;
    return signal->at_10k != NULL;
}

bool mbt_metrics(const mbt_metric_signal *reference, const mbt_metric_signal *signal, double values[MBT_METRICS])
{
    const float *r = reference->samples, *s = signal->samples;
    const size_t count = reference->count;
    values[MBT_METRIC_SNR] = mbt_metric_snr(r, s, count);
    values[MBT_METRIC_SI_SDR] = mbt_metric_si_sdr(r, s, count);
    values[MBT_METRIC_STOI] = values[MBT_METRIC_ESTOI] = NAN;
    if (can_have_stoi(reference) && can_have_stoi(signal) &&
        !mbt_metric_stoi(reference->at_10k, signal->at_10k, reference->count_10k, &values[MBT_METRIC_STOI],
                         &values[MBT_METRIC_ESTOI]))
        return false;
    return mbt_metric_segmental_snr(r, s, count, reference->rate, &values[MBT_METRIC_SEGMENTAL_SNR]) &&
           mbt_metric_lsd(r, s, count, reference->rate, &values[MBT_METRIC_LSD]);
}
