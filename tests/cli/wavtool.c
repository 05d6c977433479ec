/* wavtool.c: makes and measures sound files for the command-line tests.
 *
 *     wavtool make KIND OUT RATE CHANNELS FORMAT FRAMES   KIND: silence, dc, tone, noise, voiced, loud, nan, inf,
 *                                                     large, larger, huge
 *     wavtool convert IN OUT RATE CHANNELS FORMAT         IN's first channel; channel c delayed by 1000 c frames
 *     wavtool describe FILE                               "FRAMES RATE CHANNELS FORMAT"
 *     wavtool aligned A B                                 fails unless each channel correlates best at lag 0
 *     wavtool silent FILE                                 fails unless each sample is exactly 0
 *     wavtool finite FILE                                 fails unless each sample is finite
 *     wavtool below FILE BOUND                            fails unless each sample is within +-BOUND, and some is not 0
 *     wavtool saturated INTEGERS F32                      fails unless INTEGERS is F32 rounded and saturated, and F32
 *                                                         has samples beyond the range, both ways
 *     wavtool wrap IN OUT RATE                            IN: 16-bit samples without a header. OUT: a WAV of them
 *     wavtool unwrap IN OUT                               OUT: the samples of IN as 32-bit floats without a header
 *     wavtool cuts IN FOLDER N...                         FOLDER/N.wav: the first N frames of IN, for each N
 *     wavtool ends BEFORE AFTER FRAMES N...               fails if one of the last FRAMES samples of AFTER/N.wav is
 *                                                     more than 1.2 times the loudest there in BEFORE/N.wav
 *     wavtool snr GOT WANTED DECIBELS                     the same of both; fails if GOT is further from WANTED
 *
 * FORMAT: one of formats[], below.
 * Samples without a header are little-endian.
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
    {"wav-s16", SF_FORMAT_WAV | SF_FORMAT_PCM_16},
    {"wav-s24", SF_FORMAT_WAV | SF_FORMAT_PCM_24},
    {"wav-f32", SF_FORMAT_WAV | SF_FORMAT_FLOAT},
    {"wav-u8", SF_FORMAT_WAV | SF_FORMAT_PCM_U8},
    {"flac-s16", SF_FORMAT_FLAC | SF_FORMAT_PCM_16},
    {"flac-s24", SF_FORMAT_FLAC | SF_FORMAT_PCM_24},
    {"ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS},
    {"aiff-s16", SF_FORMAT_AIFF | SF_FORMAT_PCM_16},
    {"au-s16", SF_FORMAT_AU | SF_FORMAT_PCM_16},
    {"w64-s16", SF_FORMAT_W64 | SF_FORMAT_PCM_16},
    {"rf64-s16", SF_FORMAT_RF64 | SF_FORMAT_PCM_16},
    {"wav-s32", SF_FORMAT_WAV | SF_FORMAT_PCM_32},
    {"wav-f64", SF_FORMAT_WAV | SF_FORMAT_DOUBLE},
    {"wav-alaw", SF_FORMAT_WAV | SF_FORMAT_ALAW},
    {"wav-ulaw", SF_FORMAT_WAV | SF_FORMAT_ULAW},
    {"wav-ima", SF_FORMAT_WAV | SF_FORMAT_IMA_ADPCM},
    {"wav-ms", SF_FORMAT_WAV | SF_FORMAT_MS_ADPCM},
    {"wav-gsm", SF_FORMAT_WAV | SF_FORMAT_GSM610},
    {"wav-g721", SF_FORMAT_WAV | SF_FORMAT_G721_32},
    {"wav-nms", SF_FORMAT_WAV | SF_FORMAT_NMS_ADPCM_32},
    {"w64-ima", SF_FORMAT_W64 | SF_FORMAT_IMA_ADPCM},
    {"w64-ms", SF_FORMAT_W64 | SF_FORMAT_MS_ADPCM},
    {"au-g721", SF_FORMAT_AU | SF_FORMAT_G721_32},
    {"au-g723", SF_FORMAT_AU | SF_FORMAT_G723_24},
    {"aiff-ima", SF_FORMAT_AIFF | SF_FORMAT_IMA_ADPCM},
    {"opus", SF_FORMAT_OGG | SF_FORMAT_OPUS},
    {"caf-s16", SF_FORMAT_CAF | SF_FORMAT_PCM_16},
    {"sph-s16", SF_FORMAT_NIST | SF_FORMAT_PCM_16},
    {"voc-s16", SF_FORMAT_VOC | SF_FORMAT_PCM_16},
    {"svx-s16", SF_FORMAT_SVX | SF_FORMAT_PCM_16},
    {"avr-s16", SF_FORMAT_AVR | SF_FORMAT_PCM_16},
    {"caf-alac", SF_FORMAT_CAF | SF_FORMAT_ALAC_16},
    {"aiff-s8", SF_FORMAT_AIFF | SF_FORMAT_PCM_S8},
    {"aiff-ulaw", SF_FORMAT_AIFF | SF_FORMAT_ULAW},
    {"wavex-s24", SF_FORMAT_WAVEX | SF_FORMAT_PCM_24},
    {"rifx-s16", SF_FORMAT_WAV | SF_ENDIAN_BIG | SF_FORMAT_PCM_16},
    {"rifx-f64", SF_FORMAT_WAV | SF_ENDIAN_BIG | SF_FORMAT_DOUBLE},
};

enum { FORMAT_COUNT = sizeof formats / sizeof formats[0] };

static void die(const char *what, const char *why)
{
    fprintf(stderr, "wavtool: %s: %s\n", what, why);
    exit(1);
}

static int format_named(const char *name)
{
    for (int i = 0; i < FORMAT_COUNT; i++)
        if (strcmp(name, formats[i].name) == 0)
            return formats[i].format;
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
    if (s.samples == NULL)
        die("calloc", "out of memory");
    return s;
}

static sound load_as(const char *path, SF_INFO info)
{
    SNDFILE *file = sf_open(path, SFM_READ, &info);
    if (file == NULL)
        die(path, sf_strerror(NULL));
    sound s = allocate(info.samplerate, info.channels, info.format, (long)info.frames);
    if (sf_readf_float(file, s.samples, info.frames) != info.frames || sf_error(file) != 0)
        die(path, "cannot be read whole");
    sf_close(file);
    return s;
}

static sound load(const char *path)
{
    SF_INFO info;
    memset(&info, 0, sizeof info);
    return load_as(path, info);
}

static sound load_bare(const char *path, int subtype)
{
    SF_INFO info;
    memset(&info, 0, sizeof info);
    info.samplerate = 16000;
    info.channels = 1;
    info.format = SF_FORMAT_RAW | subtype | SF_ENDIAN_LITTLE;
    return load_as(path, info);
}

static void save(const char *path, sound s)
{
    SF_INFO info = s.info;
    SNDFILE *file = sf_open(path, SFM_WRITE, &info);
    if (file == NULL)
        die(path, sf_strerror(NULL));
    sf_command(file, SFC_SET_ADD_PEAK_CHUNK, NULL, SF_FALSE);
    sf_command(file, SFC_SET_CLIPPING, NULL, SF_TRUE);
    if (sf_writef_float(file, s.samples, s.info.frames) != s.info.frames || sf_close(file) != 0)
        die(path, "cannot be written");
    free(s.samples);
}

/* Evenly spread over -1 to 1: another number for each t. */
static double chance(double t)
{
    uint32_t x = (uint32_t)t * 2654435761u + 1u;
    x = (x ^ x >> 15) * 2246822519u;
    x = (x ^ x >> 13) * 3266489917u;
    return (double)(x ^ x >> 16) / 2147483648.0 - 1.0;
}

/* voiced: a buzz with a pitch and a beat, up to 0.6. loud: the same up to 3. nan and inf: voiced, with one bad sample
 * at frame 5 of the last channel. large, larger: likewise, with 1e6 and the next float. huge: voiced, and after half a
 * second a square wave of 1e6 in the last channel. */
static float value(const char *kind, double t, double rate, int last, int bad)
{
    if (strcmp(kind, "dc") == 0)
        return 0.5f;
    if (last && t > rate / 2 && strcmp(kind, "huge") == 0)
        return fmod(t, rate / 150.0) < rate / 300.0 ? 1e6f : -1e6f;
    if (bad && strcmp(kind, "nan") == 0)
        return NAN;
    if (bad && strcmp(kind, "inf") == 0)
        return -INFINITY;
    if (bad && strncmp(kind, "large", 5) == 0)
        return strcmp(kind, "large") == 0 ? 1e6f : nextafterf(1e6f, INFINITY);
    if (strcmp(kind, "silence") == 0)
        return 0.0f;
    if (strcmp(kind, "noise") == 0)
        return (float)(0.3 * chance(t));
    double phase = 2.0 * acos(-1.0) * t / rate;
    if (strcmp(kind, "tone") == 0)
        return (float)(0.5 * sin(440.0 * phase));
    double level = strcmp(kind, "loud") == 0 ? 1.0 : 0.2;
    return (float)(level * (1.0 + sin(3.0 * phase)) * (sin(140.0 * phase) + 0.5 * sin(560.0 * phase)));
}

static void make(char **a)
{
    sound s = allocate(atoi(a[2]), atoi(a[3]), format_named(a[4]), atol(a[5]));
    for (long i = 0; i < s.info.frames; i++) {
        for (int c = 0; c < s.info.channels; c++) {
            int last = c == s.info.channels - 1;
            s.samples[i * s.info.channels + c] = value(a[0], (double)i, s.info.samplerate, last, last && i == 5);
        }
    }
    save(a[1], s);
}

static void convert(char **a)
{
    sound in = load(a[0]);
    float *mono = allocate(1, 1, 0, (long)in.info.frames).samples;
    for (long i = 0; i < in.info.frames; i++)
        mono[i] = in.samples[i * in.info.channels];
    double ratio = atof(a[2]) / in.info.samplerate;
    long frames = (long)((double)in.info.frames * ratio);
    float *changed = allocate(1, 1, 0, frames).samples;
    SRC_DATA data = {.data_in = mono,
                     .data_out = changed,
                     .input_frames = (long)in.info.frames,
                     .output_frames = frames,
                     .src_ratio = ratio};
    if (frames == in.info.frames)
        memcpy(changed, mono, (size_t)frames * sizeof *mono);
    else if (src_simple(&data, SRC_SINC_MEDIUM_QUALITY, 1) != 0)
        die(a[0], "cannot be resampled");
    sound out = allocate(atoi(a[2]), atoi(a[3]), format_named(a[4]), frames);
    for (long i = 0; i < frames; i++)
        for (int c = 0; c < out.info.channels; c++)
            out.samples[i * out.info.channels + c] = i < 1000L * c ? 0.0f : changed[i - 1000L * c];
    save(a[1], out);
    free(mono);
    free(changed);
    free(in.samples);
}

static void describe(char **a)
{
    sound s = load(a[0]);
    const char *name = "other";
    for (int i = 0; i < FORMAT_COUNT; i++)
        name = s.info.format == formats[i].format ? formats[i].name : name;
    printf("%ld %d %d %s\n", (long)s.info.frames, s.info.samplerate, s.info.channels, name);
    free(s.samples);
}

static double correlation(const sound *a, const sound *b, int channel, long lag)
{
    double sum = 0.0;
    for (long i = 200; i < a->info.frames - 200; i++)
        sum += (double)a->samples[i * a->info.channels + channel] * b->samples[(i + lag) * a->info.channels + channel];
    return sum;
}

static void check_aligned(char **names)
{
    sound a = load(names[0]), b = load(names[1]);
    if (a.info.frames != b.info.frames || a.info.channels != b.info.channels)
        die(names[1], "not as long or wide as the other");
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

static void check_below(char **a)
{
    sound s = load(a[0]);
    double bound = atof(a[1]), most = 0.0;
    for (long i = 0; i < s.info.frames * s.info.channels; i++)
        most = fmax(most, isfinite(s.samples[i]) ? fabs(s.samples[i]) : HUGE_VAL);
    printf("the largest sample is %g\n", most);
    if (!(most > 0.0 && most <= bound))
        die(a[0], "silent, or beyond the bound");
    free(s.samples);
}

static void check_saturated(char **names)
{
    sound whole = load(names[0]), exact = load(names[1]);
    double scale = (whole.info.format & SF_FORMAT_SUBMASK) == SF_FORMAT_PCM_24 ? 8388608.0 : 32768.0;
    long above = 0, below = 0;
    if (whole.info.frames != exact.info.frames || whole.info.channels != exact.info.channels)
        die(names[0], "not as long or wide as the other");
    for (long i = 0; i < exact.info.frames * exact.info.channels; i++) {
        double x = exact.samples[i] * scale;
        above += x > scale;
        below += x < -scale - 1.0;
        x = x > scale - 1.0 ? scale - 1.0 : x < -scale ? -scale : x;
        if (fabs(whole.samples[i] * scale - x) > 0.5) {
            fprintf(stderr, "wavtool: sample %ld is %.1f and should be %.1f\n", i, whole.samples[i] * scale, x);
            exit(1);
        }
    }
    printf("%ld samples above the range, %ld below\n", above, below);
    if (above < 10 || below < 10)
        die(names[1], "too little of it is beyond the range");
    free(whole.samples);
    free(exact.samples);
}

/* Integers to integers: libsndfile's way from float to 16 bits would change them. */
static void wrap(char **a)
{
    sound in = load_bare(a[0], SF_FORMAT_PCM_16);
    int16_t *samples = malloc((size_t)in.info.frames * sizeof *samples);
    SF_INFO info = in.info;
    info.samplerate = atoi(a[2]);
    info.format = format_named("wav-s16");
    SNDFILE *file = sf_open(a[1], SFM_WRITE, &info);
    if (samples == NULL || file == NULL)
        die(a[1], "cannot be written");
    for (long i = 0; i < in.info.frames; i++)
        samples[i] = (int16_t)(in.samples[i] * 32768.0f);
    if (sf_writef_short(file, samples, in.info.frames) != in.info.frames || sf_close(file) != 0)
        die(a[1], "cannot be written");
    free(samples);
    free(in.samples);
}

static void unwrap(char **a)
{
    sound s = load(a[0]);
    s.info.format = SF_FORMAT_RAW | SF_FORMAT_FLOAT | SF_ENDIAN_LITTLE;
    save(a[1], s);
}

static void check_snr(char **a)
{
    sound got = load_bare(a[0], SF_FORMAT_FLOAT), wanted = load_bare(a[1], SF_FORMAT_FLOAT);
    double signal = 0.0, noise = 0.0;
    if (got.info.frames != wanted.info.frames)
        die(a[0], "not as long as the other");
    for (long i = 0; i < wanted.info.frames; i++) {
        double error = (double)got.samples[i] - wanted.samples[i];
        signal += (double)wanted.samples[i] * wanted.samples[i];
        noise += error * error;
    }
    printf("%.1f dB\n", 10.0 * log10(signal / noise));
    if (!(signal > 0.0 && noise <= signal * pow(10.0, -atof(a[2]) / 10.0)))
        die(a[0], "too far from the other");
    free(got.samples);
    free(wanted.samples);
}

static void cut(char **a, int lengths)
{
    sound in = load(a[0]);
    for (int i = 2; i < 2 + lengths; i++) {
        char path[256];
        snprintf(path, sizeof path, "%s/%s.wav", a[1], a[i]);
        sound out = allocate(in.info.samplerate, in.info.channels, in.info.format, atol(a[i]));
        if (out.info.frames > in.info.frames)
            die(a[0], "too short");
        memcpy(out.samples, in.samples, (size_t)out.info.frames * (size_t)in.info.channels * sizeof *in.samples);
        save(path, out);
    }
    free(in.samples);
}

static double peak_of_end(const char *folder, const char *name, long frames)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s.wav", folder, name);
    sound s = load(path);
    double most = 0.0;
    if (s.info.frames != atol(name) || s.info.channels != 1 || frames > s.info.frames)
        die(path, "of another length or width");
    for (long i = s.info.frames - frames; i < s.info.frames; i++)
        most = fmax(most, fabs(s.samples[i]));
    free(s.samples);
    return most;
}

static void check_ends(char **a, int lengths)
{
    double worst = 0.0;
    for (int i = 3; i < 3 + lengths; i++) {
        double before = peak_of_end(a[0], a[i], atol(a[2])), after = peak_of_end(a[1], a[i], atol(a[2]));
        worst = fmax(worst, after / before);
        if (!(after > 0.0 && after <= 1.2 * before)) {
            fprintf(stderr, "wavtool: %s frames end with %g, where the input has %g\n", a[i], after, before);
            exit(1);
        }
    }
    printf("at most %g times the loudest of the input\n", worst);
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
    } else if (argc == 4 && strcmp(what, "below") == 0) {
        check_below(argv + 2);
    } else if (argc == 5 && strcmp(what, "wrap") == 0) {
        wrap(argv + 2);
    } else if (argc == 4 && strcmp(what, "unwrap") == 0) {
        unwrap(argv + 2);
    } else if (argc > 4 && strcmp(what, "cuts") == 0) {
        cut(argv + 2, argc - 4);
    } else if (argc > 5 && strcmp(what, "ends") == 0) {
        check_ends(argv + 2, argc - 5);
    } else if (argc == 5 && strcmp(what, "snr") == 0) {
        check_snr(argv + 2);
    } else {
        fputs("usage: see the top of wavtool.c\n", stderr);
        return 2;
    }
    return 0;
}
