/* ladspa.c: the live model as a LADSPA plugin, mono and stereo, at any rate of the host: mambattention_ladspa.so.
 *
 * A channel is an mbt_fullband of its own, so that channels share nothing. Where none can be opened, the sound is
 * passed through as it is, with latency 0: mbt_fullband_process refuses NULL and leaves the sound alone.
 *
 * docs/live.md describes the plugins. Hosts know them by label, unique number, and the places of their ports, which
 * never change: new ports come behind the last. */
#include <ladspa.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/fullband/fullband.h"

extern const mbt_model mbt_model_live_int8;

enum {
    MOST_CHANNELS = 2,
    CONTROLS = 4,
    CHUNK = 256,    /* samples that are worked on at a time */
    NO_LIMIT = 100, /* dB, and above: nothing of the input is left in */
    FIRST_ID = 0x4d4250
};

/* The controls, in the order of their ports, which come behind those of the sound: inputs, outputs. */
enum { LIMIT, MIX, LATENCY, REMOVED };

typedef struct kind {
    unsigned long channels;
    bool spread;
} kind;

typedef struct plugin {
    unsigned long channels;             /* of a mono plugin, the second has neither sound nor ports */
    mbt_fullband *sound[MOST_CHANNELS]; /* all of them NULL if the sound is passed through */
    /* What the host has connected to the ports, else NULL. */
    LADSPA_Data *in[MOST_CHANNELS], *out[MOST_CHANNELS], *controls[CONTROLS];
} plugin;

/* Memory that has been written to, so that run() meets no page for the first time. Not with zeros: of those compilers
 * make a calloc, which leaves the pages to whoever writes first. */
static void *allocate(void *cookie, size_t bytes)
{
    (void)cookie;
    void *block = malloc(bytes);
    if (block != NULL)
        memset(block, 1, bytes);
    return block;
}

static void release(void *cookie, void *block)
{
    (void)cookie;
    free(block);
}

static void close_channels(plugin *p)
{
    for (unsigned c = 0; c < MOST_CHANNELS; c++) {
        mbt_fullband_close(p->sound[c]);
        p->sound[c] = NULL;
    }
}

/* All channels, or none. */
static mbt_status open_channels(plugin *p, const kind *k, double rate)
{
    mbt_options options;
    mbt_options_init(&options);
    options.allocate = allocate;
    options.release = release;
    options.spread = k->spread;
    mbt_status status = MBT_OK;
    for (unsigned c = 0; c < k->channels && status == MBT_OK; c++)
        status = mbt_fullband_open(&mbt_model_live_int8, &options, rate, MBT_HIGH_BAND_KEEP, &p->sound[c]);
    if (status != MBT_OK)
        close_channels(p);
    return status;
}

static LADSPA_Handle instantiate(const LADSPA_Descriptor *descriptor, unsigned long rate)
{
    const kind *k = descriptor->ImplementationData;
    plugin *p = calloc(1, sizeof *p);
    if (p == NULL)
        return NULL;
    p->channels = k->channels;
    const mbt_status status = open_channels(p, k, (double)rate);
    if (status != MBT_OK)
        fprintf(stderr, "%s: at %lu Hz sound is passed through as it is: %s\n", descriptor->Label, rate,
                mbt_status_string(status));
    return p;
}

static void connect_port(LADSPA_Handle instance, unsigned long port, LADSPA_Data *place)
{
    plugin *p = instance;
    if (port < p->channels)
        p->in[port] = place;
    else if (port < 2 * p->channels)
        p->out[port - p->channels] = place;
    else if (port < 2 * p->channels + CONTROLS)
        p->controls[port - 2 * p->channels] = place;
}

/* What a control says, between 0 and most; its default if it is not connected or not a number. */
static float read_control(const LADSPA_Data *place, float most, float otherwise)
{
    return place == NULL || isnan(*place) ? otherwise : fminf(fmaxf(*place, 0), most);
}

static void write_control(LADSPA_Data *place, float value)
{
    if (place != NULL)
        *place = value;
}

/* Both controls leave a share of the input in the result. */
static void take_controls(plugin *p)
{
    const float limit = read_control(p->controls[LIMIT], NO_LIMIT, NO_LIMIT),
                mix = read_control(p->controls[MIX], 1, 1);
    const float least = limit < NO_LIMIT ? powf(10, -limit / 20) : 0;
    for (unsigned c = 0; c < MOST_CHANNELS; c++)
        mbt_fullband_set_dry(p->sound[c], 1 - mix * (1 - least));
}

static void tell_controls(const plugin *p)
{
    float removed = 0;
    for (unsigned c = 0; c < MOST_CHANNELS; c++)
        removed = fmaxf(removed, mbt_fullband_removed(p->sound[c]));
    write_control(p->controls[LATENCY], (float)mbt_fullband_latency(p->sound[0]));
    write_control(p->controls[REMOVED], removed);
}

/* A host may give several ports the same place: all inputs are read before an output is written. */
static void run_chunk(const plugin *p, size_t from, size_t count)
{
    float sound[MOST_CHANNELS][CHUNK] = {0};
    for (unsigned c = 0; c < MOST_CHANNELS; c++)
        if (p->in[c] != NULL)
            memcpy(sound[c], p->in[c] + from, count * sizeof *sound[c]);
    for (unsigned c = 0; c < MOST_CHANNELS; c++) {
        (void)mbt_fullband_process(p->sound[c], sound[c], sound[c], count);
        if (p->out[c] != NULL)
            memcpy(p->out[c] + from, sound[c], count * sizeof *sound[c]);
    }
}

static void run(LADSPA_Handle instance, unsigned long samples)
{
    plugin *p = instance;
    take_controls(p);
    for (size_t done = 0, count; done < samples; done += count) {
        count = samples - done < CHUNK ? samples - done : CHUNK;
        run_chunk(p, done, count);
    }
    tell_controls(p);
}

/* Runs once as a host would, so that all code and the weights are in memory when the first block comes. */
static void warm_up(const plugin *p)
{
    float hum[CHUNK], controls[CONTROLS] = {NO_LIMIT / 2, 0.5f};
    plugin trial = {.channels = 1, .sound = {p->sound[0]}, .in = {hum}, .out = {hum}};
    for (unsigned i = 0; i < CONTROLS; i++)
        trial.controls[i] = &controls[i];
    for (size_t done = 0; done <= mbt_fullband_latency(p->sound[0]); done += CHUNK) {
        for (unsigned i = 0; i < CHUNK; i++)
            hum[i] = i % 64 < 32 ? 0.01f : -0.01f;
        run(&trial, CHUNK);
    }
}

/* Begins anew. The share of the input, too, is as at first: the controls set it when run() comes. */
static void activate(LADSPA_Handle instance)
{
    const plugin *p = instance;
    warm_up(p);
    for (unsigned c = 0; c < MOST_CHANNELS; c++) {
        mbt_fullband_set_dry(p->sound[c], 0);
        mbt_fullband_reset(p->sound[c]);
    }
}

static void cleanup(LADSPA_Handle instance)
{
    close_channels(instance);
    free(instance);
}

/* Descriptors */

#define AUDIO_IN (LADSPA_PORT_INPUT | LADSPA_PORT_AUDIO)
#define AUDIO_OUT (LADSPA_PORT_OUTPUT | LADSPA_PORT_AUDIO)
#define CONTROL_IN (LADSPA_PORT_INPUT | LADSPA_PORT_CONTROL)
#define CONTROL_OUT (LADSPA_PORT_OUTPUT | LADSPA_PORT_CONTROL)
#define BETWEEN (LADSPA_HINT_BOUNDED_BELOW | LADSPA_HINT_BOUNDED_ABOVE)
#define COUNTED (LADSPA_HINT_BOUNDED_BELOW | LADSPA_HINT_INTEGER)
#define HINT(hints, standard, least, most)                    \
    {                                                         \
        (hints) | LADSPA_HINT_DEFAULT_##standard, least, most \
    }

/* Hosts look for "latency" by this name. sox asks for values of outputs too, where they have no default. */
#define CONTROL_PORTS CONTROL_IN, CONTROL_IN, CONTROL_OUT, CONTROL_OUT
#define CONTROL_NAMES "Attenuation limit (dB)", "Mix", "latency", "Removed (dB)"
#define CONTROL_HINTS \
    HINT(BETWEEN, MAXIMUM, 0, NO_LIMIT), HINT(BETWEEN, 1, 0, 1), HINT(COUNTED, 0, 0, 0), HINT(BETWEEN, 0, 0, 100)

static const LADSPA_PortDescriptor mono_ports[] = {AUDIO_IN, AUDIO_OUT, CONTROL_PORTS};
static const char *const mono_names[] = {"Input", "Output", CONTROL_NAMES};
static const LADSPA_PortRangeHint mono_hints[] = {{0}, {0}, CONTROL_HINTS};

static const LADSPA_PortDescriptor stereo_ports[] = {AUDIO_IN, AUDIO_IN, AUDIO_OUT, AUDIO_OUT, CONTROL_PORTS};
static const char *const stereo_names[] = {"Input L", "Input R", "Output L", "Output R", CONTROL_NAMES};
static const LADSPA_PortRangeHint stereo_hints[] = {{0}, {0}, {0}, {0}, CONTROL_HINTS};

/* LADSPA's type for these is not const; nothing writes to them. */
static kind mono = {1, false}, stereo = {2, false}, mono_spread = {1, true}, stereo_spread = {2, true};

#define DESCRIPTOR(index, kind_name, ports_of, name)                                                                   \
    {                                                                                                                  \
        .UniqueID = FIRST_ID + (index), .Label = "mambattention_" #kind_name,                                          \
        .Properties = LADSPA_PROPERTY_HARD_RT_CAPABLE, .Name = (name), .Maker = "mambattention", .Copyright = "MIT",   \
        .PortCount = sizeof ports_of##_ports / sizeof *ports_of##_ports, .PortDescriptors = ports_of##_ports,          \
        .PortNames = ports_of##_names, .PortRangeHints = ports_of##_hints, .ImplementationData = &(kind_name),         \
        .instantiate = instantiate, .connect_port = connect_port, .activate = activate, .run = run, .cleanup = cleanup \
    }

static const LADSPA_Descriptor descriptors[] = {
    DESCRIPTOR(0, mono, mono, "MambAttention noise removal, mono"),
    DESCRIPTOR(1, stereo, stereo, "MambAttention noise removal, stereo"),
    DESCRIPTOR(2, mono_spread, mono, "MambAttention noise removal, mono, for small blocks"),
    DESCRIPTOR(3, stereo_spread, stereo, "MambAttention noise removal, stereo, for small blocks"),
};

const LADSPA_Descriptor *ladspa_descriptor(unsigned long index)
{
    return index < sizeof descriptors / sizeof *descriptors ? &descriptors[index] : NULL;
}
