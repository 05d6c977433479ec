/* wavtool.c: makes and measures sound files for the command-line tests.
 *
 *     wavtool make KIND OUT RATE CHANNELS FORMAT FRAMES   KIND: silence, dc, square, voiced, nan, inf
 *     wavtool convert IN OUT RATE CHANNELS FORMAT         IN's first channel; channel c delayed by 1000 c frames
 *     wavtool describe FILE                               "FRAMES RATE CHANNELS FORMAT"
 *     wavtool aligned A B                                 fails unless each channel correlates best at lag 0
 *     wavtool silent FILE                                 fails unless each sample is exactly 0
 *     wavtool finite FILE                                 fails unless each sample is finite
 *     wavtool saturated S16 F32                           fails unless S16 is F32 rounded and saturated
 *
 * FORMAT: wav-s16, wav-s24, wav-f32, wav-u8, flac-s16, flac-s24, ogg, aiff-s16.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <samplerate.h>
#include <sndfile.h>

typedef struct sound {
    SF_INFO info;
    float *samples;
} sound;

static const struct {
    const char *name;
    int format;
} formats[] = {
    {"wav-s16", SF_FORMAT_WAV | SF_FORMAT_PCM_16},   {"wav-s24", SF_FORMAT_WAV | SF_FORMAT_PCM_24},
    {"wav-f32", SF_FORMAT_WAV | SF_FORMAT_FLOAT},    {"wav-u8", SF_FORMAT_WAV | SF_FORMAT_PCM_U8},
    {"flac-s16", SF_FORMAT_FLAC | SF_FORMAT_PCM_16}, {"flac-s24", SF_FORMAT_FLAC | SF_FORMAT_PCM_24},
    {"ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS},       {"aiff-s16", SF_FORMAT_AIFF | SF_FORMAT_PCM_16},
};

enum { FORMAT_COUNT = sizeof formats / sizeof formats[0] };

static void die(const char *what, const char *why)
{
    fprintf(stderr, "wavtool: %s: %s\n", what, why);
    exit(1);
}

static int format_named(const char *name)
{
    for (int i = 0; i < FORMAT_COUNT; i++) {
        if (strcmp(name, formats[i].name) == 0) {
            return formats[i].format;
        }
    }
    die(name, "no such format");
    return 0;
}

static sound allocate(int rate, int channels, int format, long frames)
{
    sound s;
    memset(&s, 0, sizeof s);
    s.info.samplerate = rate;
    s.info.channels = channels;
    s.info.format = format;
    s.info.frames = frames;
    s.samples = calloc((size_t)frames * (size_t)channels + 1, sizeof *s.samples);
    if (s.samples == NULL) {
        die("calloc", "out of memory");
    }
    return s;
}

static sound load(const char *path)
{
    SF_INFO info;
    memset(&info, 0, sizeof info);
    SNDFILE *file = sf_open(path, SFM_READ, &info);
    if (file == NULL) {
        die(path, sf_strerror(NULL));
    }
    sound s = allocate(info.samplerate, info.channels, info.format, (long)info.frames);
    if (sf_readf_float(file, s.samples, info.frames) != info.frames || sf_error(file) != 0) {
        die(path, "cannot be read whole");
    }
    sf_close(file);
    return s;
}

static void save(const char *path, sound s)
{
    SF_INFO info = s.info;
    SNDFILE *file = sf_open(path, SFM_WRITE, &info);
    if (file == NULL) {
        die(path, sf_strerror(NULL));
    }
    sf_command(file, SFC_SET_ADD_PEAK_CHUNK, NULL, SF_FALSE);
    sf_command(file, SFC_SET_CLIPPING, NULL, SF_TRUE);
    if (sf_writef_float(file, s.samples, s.info.frames) != s.info.frames || sf_close(file) != 0) {
        die(path, "cannot be written");
    }
    free(s.samples);
}

/* nan and inf: a sine with one bad sample, at frame 5 of the last channel. voiced: a buzz with a pitch and a beat. */
static float value(const char *kind, double t, double rate, int bad)
{
    if (strcmp(kind, "dc") == 0) {
        return 0.5f;
    }
    if (strcmp(kind, "square") == 0) {
        return fmod(t, rate / 150.0) < rate / 300.0 ? 1.0f : -1.0f;
    }
    if (bad && strcmp(kind, "nan") == 0) {
        return NAN;
    }
    if (bad && strcmp(kind, "inf") == 0) {
        return -INFINITY;
    }
    if (strcmp(kind, "silence") == 0) {
        return 0.0f;
    }
    double phase = 2.0 * acos(-1.0) * t / rate;
    return (float)(0.2 * (1.0 + sin(3.0 * phase)) * (sin(140.0 * phase) + 0.5 * sin(560.0 * phase)));
}

static void make(char **a)
{
    sound s = allocate(atoi(a[2]), atoi(a[3]), format_named(a[4]), atol(a[5]));
    for (long i = 0; i < s.info.frames; i++) {
        for (int c = 0; c < s.info.channels; c++) {
            int bad = i == 5 && c == s.info.channels - 1;
            s.samples[i * s.info.channels + c] = value(a[0], (double)i, s.info.samplerate, bad);
        }
    }
    save(a[1], s);
}

static void convert(char **a)
{
    sound in = load(a[0]);
    float *mono = allocate(1, 1, 0, (long)in.info.frames).samples;
    for (long i = 0; i < in.info.frames; i++) {
        mono[i] = in.samples[i * in.info.channels];
    }
    double ratio = atof(a[2]) / in.info.samplerate;
    long frames = (long)((double)in.info.frames * ratio);
    float *changed = allocate(1, 1, 0, frames).samples;
    SRC_DATA data = {.data_in = mono,
                     .data_out = changed,
                     .input_frames = (long)in.info.frames,
                     .output_frames = frames,
                     .src_ratio = ratio};
    if (frames == in.info.frames) {
        memcpy(changed, mono, (size_t)frames * sizeof *mono);
    } else if (src_simple(&data, SRC_SINC_MEDIUM_QUALITY, 1) != 0) {
        die(a[0], "cannot be resampled");
    }
    sound out = allocate(atoi(a[2]), atoi(a[3]), format_named(a[4]), frames);
    for (long i = 0; i < frames; i++) {
        for (int c = 0; c < out.info.channels; c++) {
            out.samples[i * out.info.channels + c] = i < 1000L * c ? 0.0f : changed[i - 1000L * c];
        }
    }
    save(a[1], out);
    free(mono);
    free(changed);
    free(in.samples);
}

static void describe(char **a)
{
    sound s = load(a[0]);
    const char *name = "other";
    for (int i = 0; i < FORMAT_COUNT; i++) {
        name = s.info.format == formats[i].format ? formats[i].name : name;
    }
    printf("%ld %d %d %s\n", (long)s.info.frames, s.info.samplerate, s.info.channels, name);
    free(s.samples);
}

static double correlation(const sound *a, const sound *b, int channel, long lag)
{
    double sum = 0.0;
    for (long i = 200; i < a->info.frames - 200; i++) {
        sum += (double)a->samples[i * a->info.channels + channel] * b->samples[(i + lag) * a->info.channels + channel];
    }
    return sum;
}

static void check_aligned(char **names)
{
    sound a = load(names[0]), b = load(names[1]);
    if (a.info.frames != b.info.frames || a.info.channels != b.info.channels) {
        die(names[1], "not as long or wide as the other");
    }
    for (int c = 0; c < a.info.channels; c++) {
        long best = 0;
        double most = -HUGE_VAL;
        for (long lag = -100; lag <= 100; lag++) {
            double sum = correlation(&a, &b, c, lag);
            best = sum > most ? lag : best;
            most = sum > most ? sum : most;
        }
        if (best != 0 || !(most > 0.0)) {
            fprintf(stderr, "wavtool: channel %d is off by %ld\n", c, best);
            exit(1);
        }
    }
    free(a.samples);
    free(b.samples);
}

static void check_samples(char **a, int silent)
{
    sound s = load(a[0]);
    for (long i = 0; i < s.info.frames * s.info.channels; i++) {
        if (!isfinite(s.samples[i]) || (silent && s.samples[i] != 0.0f)) {
            fprintf(stderr, "wavtool: sample %ld is %g\n", i, (double)s.samples[i]);
            exit(1);
        }
    }
    free(s.samples);
}

static void check_saturated(char **names)
{
    sound whole = load(names[0]), exact = load(names[1]);
    long beyond = 0;
    if (whole.info.frames != exact.info.frames || whole.info.channels != exact.info.channels) {
        die(names[0], "not as long or wide as the other");
    }
    for (long i = 0; i < exact.info.frames * exact.info.channels; i++) {
        double x = exact.samples[i] * 32768.0;
        beyond += x > 32767.5 || x < -32768.5;
        x = x > 32767.0 ? 32767.0 : x < -32768.0 ? -32768.0 : x;
        if (fabs(whole.samples[i] * 32768.0 - x) > 0.5) {
            fprintf(stderr, "wavtool: sample %ld is %g and should be %g\n", i, whole.samples[i] * 32768.0, x);
            exit(1);
        }
    }
    printf("%ld samples beyond the range\n", beyond);
    free(whole.samples);
    free(exact.samples);
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    if (argc == 8 && strcmp(what, "make") == 0) {
        make(argv + 2);
    } else if (argc == 7 && strcmp(what, "convert") == 0) {
        convert(argv + 2);
    } else if (argc == 3 && strcmp(what, "describe") == 0) {
        describe(argv + 2);
    } else if (argc == 4 && strcmp(what, "aligned") == 0) {
        check_aligned(argv + 2);
    } else if (argc == 3 && (strcmp(what, "silent") == 0 || strcmp(what, "finite") == 0)) {
        check_samples(argv + 2, strcmp(what, "silent") == 0);
    } else if (argc == 4 && strcmp(what, "saturated") == 0) {
        check_saturated(argv + 2);
    } else {
        fputs("usage: see the top of wavtool.c\n", stderr);
        return 2;
    }
    return 0;
}
