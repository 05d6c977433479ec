/* fuzz_plugin.c: the LADSPA plugin in the hands of a hostile host: any rate, blocks, controls, samples, places of
 * ports, and new starts. Its source is linked in, so that what it does is watched. */
#include <ladspa.h>
#include <math.h>
#include <stdbool.h>

#include "tests/fuzz/fuzz.h"

enum { CONTROLS = 4, LATENCY = 2, REMOVED = 3, MOST_SAMPLES = 1 << 16, MOST_RUNS = 40 };

typedef struct host {
    const LADSPA_Descriptor *type;
    LADSPA_Handle handle;
    unsigned channels;
    float controls[CONTROLS];
    bool connected[CONTROLS];
    float latency; /* as told at first */
} host;

static unsigned long choose_rate(fuzz_input *input)
{
    static const unsigned long rates[] = {48000, 44100,  16000, 8000,   96000, 32000,
                                          22050, 192000, 4000,  768000, 11025, 0};
    const unsigned choice = fuzz_byte(input);
    return choice < 240 ? rates[choice % (sizeof rates / sizeof *rates)] : (unsigned long)fuzz_number(input, 8);
}

static void open_host(host *h, fuzz_input *input)
{
    h->type = ladspa_descriptor(fuzz_byte(input) % 4);
    FUZZ_CHECK(h->type != NULL && ladspa_descriptor(4) == NULL);
    h->handle = h->type->instantiate(h->type, choose_rate(input));
    FUZZ_CHECK(h->handle != NULL);
    h->channels = (unsigned)(h->type->PortCount - CONTROLS) / 2;
    h->type->activate(h->handle);
    h->type->connect_port(h->handle, 2 * h->channels + LATENCY, &h->latency);
    h->type->run(h->handle, 0);
    h->type->connect_port(h->handle, 2 * h->channels + LATENCY, NULL);
    FUZZ_CHECK(h->latency >= 0);
}

static float any_float(fuzz_input *input)
{
    const uint32_t bits = (uint32_t)fuzz_number(input, 4);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static void change_controls(host *h, fuzz_input *input)
{
    for (unsigned i = 0; i < CONTROLS; i++) {
        const unsigned choice = fuzz_byte(input);
        h->connected[i] = choice % 8 != 0;
        h->controls[i] = choice < 128 ? (float)(choice / 8) * (i == 0 ? 8 : 0.07f) : any_float(input);
        h->type->connect_port(h->handle, 2 * h->channels + i, h->connected[i] ? &h->controls[i] : NULL);
    }
    h->type->connect_port(h->handle, (unsigned long)fuzz_number(input, 4) + h->type->PortCount, h->controls);
}

/* A buffer of the heap, exactly as long as the block: noise, silence, or what the input says. */
static float *make_buffer(size_t samples, fuzz_input *input)
{
    float *x = malloc((samples != 0 ? samples : 1) * sizeof *x);
    FUZZ_CHECK(x != NULL);
    const unsigned kind = fuzz_byte(input);
    uint64_t state = kind + 1u;
    const float loud = kind % 4 == 0 ? 0 : kind % 4 == 1 ? 0.1f : kind % 4 == 2 ? 30 : 1e-39f;
    for (size_t i = 0; i < samples; i++)
        x[i] = loud * ((float)fuzz_random(&state) * 0x1p-31f - 1);
    for (unsigned i = 0; i < kind / 16 && samples != 0; i++)
        x[fuzz_number(input, 2) % samples] = any_float(input);
    return x;
}

static bool all_finite(const float *x, size_t samples)
{
    for (size_t i = 0; i < samples; i++)
        if (!isfinite(x[i]))
            return false;
    return true;
}

/* Each port gets one of four buffers, or none. Whatever went in, a plugin that enhances gives sound. */
static void run_block(host *h, fuzz_input *input, size_t *budget)
{
    const unsigned size = fuzz_byte(input);
    const size_t wanted = size < 128   ? size
                          : size < 250 ? (size_t)fuzz_number(input, 1) * 8
                                       : fuzz_number(input, 2) + 1;
    const size_t samples = wanted < *budget ? wanted : *budget;
    *budget -= samples;
    float *buffers[4];
    for (unsigned i = 0; i < 4; i++)
        buffers[i] = make_buffer(samples, input);
    const unsigned places = fuzz_byte(input), missing = fuzz_byte(input);
    float *ports[4] = {NULL};
    for (unsigned port = 0; port < 2 * h->channels; port++) {
        if (missing >= 64 || (missing >> port) % 2 == 0)
            ports[port] = buffers[(places >> 2 * port) % 4];
        h->type->connect_port(h->handle, port, ports[port]);
    }
    h->type->run(h->handle, samples);
    for (unsigned port = h->channels; port < 2 * h->channels; port++)
        FUZZ_CHECK(h->latency == 0 || ports[port] == NULL || all_finite(ports[port], samples));
    FUZZ_CHECK(!h->connected[LATENCY] || h->controls[LATENCY] == h->latency);
    FUZZ_CHECK(!h->connected[REMOVED] || (h->controls[REMOVED] >= 0 && h->controls[REMOVED] <= 100));
    for (unsigned i = 0; i < 4; i++)
        free(buffers[i]);
}

static void restart(host *h)
{
    if (h->type->deactivate != NULL)
        h->type->deactivate(h->handle);
    h->type->activate(h->handle);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_input input = {data, size};
    host hosts[2] = {0};
    const unsigned count = 1 + fuzz_byte(&input) % 2;
    for (unsigned i = 0; i < count; i++)
        open_host(&hosts[i], &input);
    size_t budget = MOST_SAMPLES;
    for (unsigned runs = 0; runs < MOST_RUNS && input.left > 0 && budget > 0; runs++) {
        const unsigned what = fuzz_byte(&input);
        host *h = &hosts[what / 8 % count];
        if (what % 8 == 0)
            restart(h);
        else if (what % 8 <= 2)
            change_controls(h, &input);
        else
            run_block(h, &input, &budget);
    }
    for (unsigned i = 0; i < count; i++)
        hosts[i].type->cleanup(hosts[i].handle);
    return 0;
}
