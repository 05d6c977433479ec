/* test_sound.c: the plugin as a host sees it: what it says of itself, the sound that comes out, and the delay. */
#include "tests/unit/unit_main.h"

#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "tests/plugin/host.h"
#include "tests/plugin/sounds.h"

static const unsigned long rates[] = {8000, 16000, 22050, 32000, 44100, 48000, 88200, 96000, 192000};
static const char *const labels[] = {"mambattention_mono", "mambattention_stereo", "mambattention_mono_spread",
                                     "mambattention_stereo_spread"};
static unsigned state = 1;

/* Sessions and configurations name plugins by these, for ever. */
START_TEST(what_hosts_store)
{
    static const char *const mono[] = {"Input", "Output", "Attenuation limit (dB)", "Mix", "latency", "Removed (dB)"};
    static const char *const stereo[] = {"Input L", "Input R", "Output L",    "Output R", "Attenuation limit (dB)",
                                         "Mix",     "latency", "Removed (dB)"};
    static const int sound[] = {LADSPA_PORT_INPUT | LADSPA_PORT_AUDIO, LADSPA_PORT_OUTPUT | LADSPA_PORT_AUDIO};
    static const int controls[] = {LADSPA_PORT_INPUT | LADSPA_PORT_CONTROL, LADSPA_PORT_INPUT | LADSPA_PORT_CONTROL,
                                   LADSPA_PORT_OUTPUT | LADSPA_PORT_CONTROL, LADSPA_PORT_OUTPUT | LADSPA_PORT_CONTROL};
    for (unsigned i = 0; i < 4; i++) {
        const LADSPA_Descriptor *d = host_find_index(i);
        const unsigned channels = i % 2 + 1;
        ck_assert_str_eq(d->Label, labels[i]);
        ck_assert_uint_eq(d->UniqueID, 5063248 + i);
        ck_assert_int_eq(d->Properties, LADSPA_PROPERTY_HARD_RT_CAPABLE);
        ck_assert_uint_eq(d->PortCount, 2 * channels + HOST_CONTROLS);
        for (unsigned p = 0; p < d->PortCount; p++) {
            ck_assert_str_eq(d->PortNames[p], (channels == 1 ? mono : stereo)[p]);
            ck_assert_int_eq(d->PortDescriptors[p],
                             p < 2 * channels ? sound[p / channels] : controls[p - 2 * channels]);
        }
        const LADSPA_PortRangeHint *hints = d->PortRangeHints + 2 * channels;
        ck_assert(LADSPA_IS_HINT_DEFAULT_MAXIMUM(hints[HOST_LIMIT].HintDescriptor));
        ck_assert(hints[HOST_LIMIT].LowerBound == 0 && hints[HOST_LIMIT].UpperBound == 100);
        ck_assert(LADSPA_IS_HINT_DEFAULT_1(hints[HOST_MIX].HintDescriptor));
        ck_assert(hints[HOST_MIX].LowerBound == 0 && hints[HOST_MIX].UpperBound == 1);
    }
    ck_assert_ptr_null(host_find_index(4));
    ck_assert_ptr_null(host_find_index(ULONG_MAX));
}
END_TEST

/* What was taken away over the last 300 ms or so, in dB. */
static double removed(const float *in, const float *out, size_t samples, size_t latency, double rate)
{
    const double step = 1 / (0.3 * rate);
    double before = 0, after = 0;
    for (size_t i = latency; i < samples; i++) {
        before += ((double)in[i - latency] * in[i - latency] - before) * step;
        after += ((double)out[i] * out[i] - after) * step;
    }
    return 10 * log10(before / after);
}

/* Each channel is that of an mbt_fullband, whatever the blocks, in place or not, and again after a new start. */
START_TEST(same_bits)
{
    static const size_t blocks[] = {3, 480, HOST_MOST_BLOCK};
    const unsigned long rate = rates[_i / COUNT(labels)];
    const char *label = labels[_i % COUNT(labels)];
    const int spread = strstr(label, "spread") != NULL;
    host_plugin p = host_open(label, rate);
    const size_t samples = rate / 2, all = samples * p.channels;
    float *in = speech(samples, p.channels, (double)rate), *expected = silence(all), *out = silence(all);
    memcpy(expected, in, all * sizeof *in);
    size_t latency = 0;
    double most_removed = 0;
    for (unsigned c = 0; c < p.channels; c++) {
        latency = enhance_here(expected + c * samples, samples, (double)rate, spread, 0);
        const double here = removed(in + c * samples, expected + c * samples, samples, latency, (double)rate);
        most_removed = here > most_removed ? here : most_removed;
    }
    host_run(&p, in, out, samples, samples);
    ck_assert_mem_eq(out, expected, all * sizeof *out);
    for (int i = 0; i < COUNT(blocks); i++) {
        memcpy(out, in, all * sizeof *in);
        host_restart(&p);
        host_run_blocks(&p, out, out, samples, blocks[i], &state);
        ck_assert_mem_eq(out, expected, all * sizeof *out);
        ck_assert(p.controls[HOST_LATENCY] == (float)latency);
        ck_assert_double_eq_tol(p.controls[HOST_REMOVED], most_removed, 0.01);
    }
    host_close(&p);
    free(in);
    free(expected);
    free(out);
}
END_TEST

/* Instances do not know of one another. */
START_TEST(several)
{
    enum { RATE = 48000, BLOCK = 1000, INSTANCES = 3 };
    float *in[INSTANCES], *expected[INSTANCES];
    host_plugin plugins[INSTANCES];
    for (int i = 0; i < INSTANCES; i++) {
        in[i] = speech(RATE, (unsigned)i + 1, RATE) + i * RATE;
        expected[i] = silence(RATE);
        memcpy(expected[i], in[i], RATE * sizeof *in[i]);
        enhance_here(expected[i], RATE, RATE, 0, 0);
        plugins[i] = host_open(labels[0], RATE);
    }
    for (int done = 0; done < RATE; done += BLOCK)
        for (int i = 0; i < INSTANCES; i++)
            host_run(&plugins[i], in[i] + done, in[i] + done, RATE, BLOCK);
    for (int i = 0; i < INSTANCES; i++) {
        ck_assert_mem_eq(in[i], expected[i], RATE * sizeof *in[i]);
        host_close(&plugins[i]);
        free(in[i] - i * RATE);
        free(expected[i]);
    }
}
END_TEST

/* A host may exchange the buffers: each output is the other channel's input. */
START_TEST(crossed)
{
    enum { RATE = 44100 };
    float *x = speech(RATE, 2, RATE), *expected = silence(2 * (size_t)RATE);
    memcpy(expected, x, 2 * RATE * sizeof *x);
    for (int c = 0; c < 2; c++)
        enhance_here(expected + c * RATE, RATE, RATE, 0, 0);
    host_plugin p = host_open("mambattention_stereo", RATE);
    for (unsigned port = 0; port < 4; port++)
        p.type->connect_port(p.handle, port, port % 3 == 0 ? x : x + RATE);
    p.type->run(p.handle, RATE);
    ck_assert_mem_eq(x, expected + RATE, RATE * sizeof *x);
    ck_assert_mem_eq(x + RATE, expected, RATE * sizeof *x);
    host_close(&p);
    free(x);
    free(expected);
}
END_TEST

/* Ports without a place: silence goes in, nothing comes out, controls have their defaults. */
START_TEST(unconnected)
{
    enum { RATE = 48000 };
    float *x = speech(RATE, 1, RATE), *expected = silence(RATE);
    memcpy(expected, x, RATE * sizeof *x);
    enhance_here(expected, RATE, RATE, 0, 0);
    host_plugin p = host_open("mambattention_stereo", RATE);
    p.type->run(p.handle, 100);
    host_restart(&p);
    p.type->connect_port(p.handle, 0, x);
    p.type->connect_port(p.handle, 2, x);
    p.type->connect_port(p.handle, 8, expected);
    p.type->connect_port(p.handle, ULONG_MAX, expected);
    p.type->run(p.handle, RATE);
    ck_assert_mem_eq(x, expected, RATE * sizeof *x);
    p.type->connect_port(p.handle, 0, NULL);
    p.type->connect_port(p.handle, 2, NULL);
    p.type->connect_port(p.handle, 3, x);
    p.type->run(p.handle, RATE);
    for (int i = 0; i < RATE; i++)
        ck_assert(fabsf(x[i]) < 1e-6f);
    host_close(&p);
    free(x);
    free(expected);
}
END_TEST

/* The limit leaves 10^(-dB / 20) of the input in, the mix the rest of what it does not take; bad values count as the
 * nearest good ones, NaN as the default. Controls are followed from block to block, without a jump. */
START_TEST(controls)
{
    enum { RATE = 48000 };
    static const struct {
        float limit, mix, dry;
    } cases[] = {{100, 1, 0},        {1e9f, 1, 0},      {INFINITY, 1, 0},  {NAN, 1, 0},       {0, 1, 1},
                 {-5, 1, 1},         {-INFINITY, 1, 1}, {20, 1, 0.1f},     {6, 1, 0.501187f}, {100, 0, 1},
                 {100, NAN, 0},      {100, 0.5f, 0.5f}, {20, 0.5f, 0.55f}, {100, 7, 0},       {100, -7, 1},
                 {100, INFINITY, 0}, {NAN, NAN, 0},     {40, 0, 1}};
    float *x = speech(RATE, 1, RATE), *expected = silence(RATE);
    memcpy(expected, x, RATE * sizeof *x);
    const size_t latency = enhance_here(expected, RATE, RATE, 0, cases[_i].dry);
    host_plugin p = host_open("mambattention_mono", RATE);
    p.controls[HOST_LIMIT] = cases[_i].limit;
    p.controls[HOST_MIX] = cases[_i].mix;
    host_run_blocks(&p, x, x, RATE, 500, &state);
    /* The first samples of the sound come while the share is still on its way. */
    for (size_t i = latency; i < RATE; i++)
        ck_assert_float_eq_tol(x[i], expected[i], 2e-6f);
    ck_assert(p.controls[HOST_REMOVED] >= 0 && (cases[_i].dry < 1 || p.controls[HOST_REMOVED] < 0.1f));
    host_close(&p);
    free(x);
    free(expected);
}
END_TEST

/* What is no sound is silence, or limited, as mbt_process has it. */
START_TEST(hostile_samples)
{
    static const float bad[] = {NAN, INFINITY, -INFINITY, 1e30f, -9, 8, -8, FLT_MAX, 1e-40f};
    static const float good[] = {0, 0, 0, 8, -8, 8, -8, 8, 1e-40f};
    const unsigned long rate = rates[_i];
    float *x = speech(rate, 1, (double)rate), *tame = silence(rate);
    memcpy(tame, x, rate * sizeof *x);
    for (int i = 0; i < COUNT(bad); i++) {
        x[100 + 37 * i] = bad[i];
        tame[100 + 37 * i] = good[i];
    }
    enhance_here(tame, rate, (double)rate, 0, 0);
    host_plugin p = host_open("mambattention_mono", rate);
    host_run_blocks(&p, x, x, rate, 1000, &state);
    ck_assert_mem_eq(x, tame, rate * sizeof *x);
    host_close(&p);
    free(x);
    free(tame);
}
END_TEST

/* A rate that cannot be served: the sound is passed through. */
START_TEST(passed_through)
{
    static const unsigned long wrong[] = {0, 1, 3999, 47999, 768001, 4294967295, ULONG_MAX};
    enum { SAMPLES = 5000 };
    for (int l = 0; l < COUNT(labels); l++) {
        host_plugin p = host_open(labels[l], wrong[_i]);
        ck_assert_ptr_nonnull(p.handle);
        float *in = speech(SAMPLES, p.channels, 48000), *out = silence(SAMPLES * (size_t)p.channels);
        p.controls[HOST_MIX] = 0.5f;
        host_run_blocks(&p, in, out, SAMPLES, 700, &state);
        host_run(&p, in, out, SAMPLES, SAMPLES);
        ck_assert_mem_eq(out, in, SAMPLES * p.channels * sizeof *in);
        ck_assert(p.controls[HOST_LATENCY] == 0 && p.controls[HOST_REMOVED] == 0);
        host_close(&p);
        free(in);
        free(out);
    }
}
END_TEST

/* The result is most like the input at the lag that the port tells, from the start and after a minute of other blocks,
 * exact silence first, in which the network rests. */
START_TEST(delay_as_told)
{
    const unsigned long rate = rates[_i / 2];
    const size_t samples = 2 * rate;
    float *in = speech(samples, 1, (double)rate), *out = silence(samples), *nothing = silence(rate);
    host_plugin p = host_open(_i % 2 == 0 ? "mambattention_mono" : "mambattention_mono_spread", rate);
    host_run_blocks(&p, in, out, samples, 1024, &state);
    const size_t told = (size_t)p.controls[HOST_LATENCY];
    ck_assert_uint_eq(find_lag(in, out, samples / 4, samples, told, (double)rate), told);
    for (int second = 0; second < (MBT_TEST_FEWER ? 4 : 60); second++) {
        memset(nothing, 0, rate * sizeof *nothing);
        host_run_blocks(&p, nothing, nothing, rate, second % 2 == 0 ? 32 : 8192, &state);
    }
    host_run_blocks(&p, in, out, samples, 256, &state);
    ck_assert_uint_eq((size_t)p.controls[HOST_LATENCY], told);
    ck_assert_uint_eq(find_lag(in, out, samples / 4, samples, told, (double)rate), told);
    host_close(&p);
    free(in);
    free(out);
    free(nothing);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("plugin_sound");
    tcase_add_test(tests, what_hosts_store);
    tcase_add_loop_test(tests, same_bits, 0, COUNT(rates) * COUNT(labels));
    tcase_add_test(tests, several);
    tcase_add_test(tests, crossed);
    tcase_add_test(tests, unconnected);
    tcase_add_loop_test(tests, controls, 0, 18);
    tcase_add_loop_test(tests, hostile_samples, 0, COUNT(rates));
    tcase_add_loop_test(tests, passed_through, 0, 7);
    tcase_add_loop_test(tests, delay_as_told, 0, 2 * COUNT(rates));
    return unit_main(tests, "plugin_sound");
}
