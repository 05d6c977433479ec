/* format.c: which container and sample format a result is stored in. */
#include "tools/audio/format.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "tools/base/message.h"

/* libsndfile has these since 1.1, and its older headers do not know them. */
enum {
    FORMAT_MPEG = 0x230000,
    FORMAT_MPEG_LAYER_I = 0x0080,
    FORMAT_MPEG_LAYER_III = 0x0082,
    FORMAT_NMS_ADPCM_16 = 0x0022,
    FORMAT_NMS_ADPCM_24 = 0x0023,
    FORMAT_NMS_ADPCM_32 = 0x0024
};

static const struct extension {
    const char *name;
    int major;
} extensions[] = {
    {"wav", SF_FORMAT_WAV},   {"wave", SF_FORMAT_WAV},  {"flac", SF_FORMAT_FLAC}, {"ogg", SF_FORMAT_OGG},
    {"oga", SF_FORMAT_OGG},   {"opus", SF_FORMAT_OGG},  {"aiff", SF_FORMAT_AIFF}, {"aif", SF_FORMAT_AIFF},
    {"aifc", SF_FORMAT_AIFF}, {"au", SF_FORMAT_AU},     {"snd", SF_FORMAT_AU},    {"caf", SF_FORMAT_CAF},
    {"w64", SF_FORMAT_W64},   {"rf64", SF_FORMAT_RF64}, {"mp3", FORMAT_MPEG},     {"sph", SF_FORMAT_NIST},
};

static const struct {
    const char *name;
    int subtype;
    unsigned bytes;
} sample_formats[] = {
    [MBT_FORMAT_S16] = {"s16", SF_FORMAT_PCM_16, 2}, [MBT_FORMAT_S24] = {"s24", SF_FORMAT_PCM_24, 3},
    [MBT_FORMAT_F32] = {"f32", SF_FORMAT_FLOAT, 4},  [MBT_FORMAT_S32] = {"s32", SF_FORMAT_PCM_32, 4},
    [MBT_FORMAT_F64] = {"f64", SF_FORMAT_DOUBLE, 8}, [MBT_FORMAT_U8] = {"u8", SF_FORMAT_PCM_U8, 1},
    [MBT_FORMAT_ALAW] = {"alaw", SF_FORMAT_ALAW, 1}, [MBT_FORMAT_ULAW] = {"ulaw", SF_FORMAT_ULAW, 1},
};

const char *mbt_format_name(mbt_sample_format format)
{
    return sample_formats[format].name;
}

mbt_sample_format mbt_format_named(const char *name)
{
    for (int format = MBT_FORMAT_S16; format <= MBT_FORMAT_ULAW; format++)
        if (strcmp(name, sample_formats[format].name) == 0)
            return (mbt_sample_format)format;
    return MBT_FORMAT_AS_INPUT;
}

int mbt_format_subtype(mbt_sample_format format)
{
    return sample_formats[format].subtype;
}

unsigned mbt_format_bytes(mbt_sample_format format)
{
    return sample_formats[format].bytes;
}

/* Containers that are seldom met: OUT may be one, and a folder is not searched for them. */
static const struct extension rare[] = {
    {"voc", SF_FORMAT_VOC}, {"8svx", SF_FORMAT_SVX},  {"svx", SF_FORMAT_SVX}, {"iff", SF_FORMAT_SVX},
    {"paf", SF_FORMAT_PAF}, {"sf", SF_FORMAT_IRCAM},  {"pvf", SF_FORMAT_PVF}, {"avr", SF_FORMAT_AVR},
    {"htk", SF_FORMAT_HTK}, {"nist", SF_FORMAT_NIST}, {"wve", SF_FORMAT_WVE}, {"xi", SF_FORMAT_XI},
};

static const char *extension_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *dot = strrchr(slash != NULL ? slash : path, '.');
    return dot != NULL ? dot + 1 : "";
}

/* Sound that libsndfile does not read. */
static const char *const foreign[] = {"m4a", "m4b", "m4r",  "mp4",  "aac", "wma", "wmv", "asf", "3gp", "3g2", "amr",
                                      "awb", "ac3", "eac3", "dts",  "ape", "wv",  "tta", "tak", "mpc", "mka", "mkv",
                                      "mov", "avi", "webm", "weba", "ra",  "rm",  "dsf", "dff", "spx"};

/* The container that the extension stands for; 0 for none. */
static int known_major(const char *extension)
{
    for (size_t i = 0; i < sizeof extensions / sizeof extensions[0]; i++)
        if (strcasecmp(extension, extensions[i].name) == 0)
            return extensions[i].major;
    return 0;
}

void mbt_list_extensions(char list[MBT_EXTENSION_LIST])
{
    const size_t count = sizeof extensions / sizeof extensions[0];
    size_t used = 0;
    list[0] = '\0';
    for (size_t i = 0; i < count && used < MBT_EXTENSION_LIST; i++) {
        const char *between = i == 0 ? "" : i + 1 < count ? ", " : " or ";
        used += (size_t)snprintf(list + used, MBT_EXTENSION_LIST - used, "%s.%s", between, extensions[i].name);
    }
}

bool mbt_is_recording_name(const char *path)
{
    return known_major(extension_of(path)) != 0;
}

bool mbt_is_foreign_name(const char *path)
{
    const char *extension = extension_of(path);
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++)
        if (strcasecmp(extension, foreign[i]) == 0)
            return true;
    return false;
}

/* The container that the extension names, or else the input's. WAV has several kinds under one extension: the input's
 * kind stays. */
static int major_for(const SF_INFO *in, const char *extension)
{
    int major = in->format & SF_FORMAT_TYPEMASK, wanted = known_major(extension);
    for (size_t i = 0; i < sizeof rare / sizeof rare[0]; i++)
        wanted = strcasecmp(extension, rare[i].name) == 0 ? rare[i].major : wanted;
    bool stays = wanted == 0 || (wanted == SF_FORMAT_WAV && (major == SF_FORMAT_WAVEX || major == SF_FORMAT_RF64));
    return stays ? major : wanted;
}

bool mbt_is_mpeg(int format)
{
    const int subtype = format & SF_FORMAT_SUBMASK;
    return (format & SF_FORMAT_TYPEMASK) == FORMAT_MPEG ||
           (subtype >= FORMAT_MPEG_LAYER_I && subtype <= FORMAT_MPEG_LAYER_III);
}

/* Whether as many frames are read back as were written. Codecs that store blocks fill up the last one, and nothing says
 * by how much. libsndfile 1.2 counts the byte that pads an odd length of AIFF, and one that ends VOC, as a sample. */
static bool keeps_length(int major, int subtype, int channels)
{
    switch (subtype) {
    case SF_FORMAT_IMA_ADPCM:
    case SF_FORMAT_MS_ADPCM:
    case SF_FORMAT_GSM610:
    case SF_FORMAT_G721_32:
    case SF_FORMAT_G723_24:
    case SF_FORMAT_G723_40:
    case FORMAT_NMS_ADPCM_16:
    case FORMAT_NMS_ADPCM_24:
    case FORMAT_NMS_ADPCM_32:
        return false;
    case SF_FORMAT_PCM_S8:
    case SF_FORMAT_PCM_U8:
        return major != SF_FORMAT_AIFF || channels % 2 == 0;
    case SF_FORMAT_ULAW:
    case SF_FORMAT_ALAW:
        return major != SF_FORMAT_VOC && (major != SF_FORMAT_AIFF || channels % 2 == 0);
    case SF_FORMAT_PCM_24:
        return major != SF_FORMAT_PAF;
    default:
        return true;
    }
}

static bool can_store(SF_INFO *out, int major, int subtype, int endian)
{
    if (!keeps_length(major, subtype, out->channels))
        return false;
    if (mbt_is_mpeg(subtype) && major != FORMAT_MPEG)
        return false; /* sf_format_check accepts these in WAV, but writing them fails */
    out->format = major | subtype | endian;
    return sf_format_check(out) != 0;
}

/* Chooses the sample format nearest to the input's: one with as many bits or more, if the container has one. */
static bool choose_subtype(SF_INFO *out, int major, int subtype)
{
    static const int eight_bits[] = {SF_FORMAT_PCM_S8, SF_FORMAT_PCM_U8,      SF_FORMAT_PCM_16,
                                     SF_FORMAT_VORBIS, FORMAT_MPEG_LAYER_III, 0};
    static const int sixteen_bits[] = {SF_FORMAT_PCM_16, SF_FORMAT_VORBIS, FORMAT_MPEG_LAYER_III, 0};
    static const int more_bits[] = {SF_FORMAT_PCM_24, SF_FORMAT_PCM_16, SF_FORMAT_VORBIS, FORMAT_MPEG_LAYER_III, 0};
    static const int floats[] = {SF_FORMAT_FLOAT,  SF_FORMAT_PCM_24,      SF_FORMAT_PCM_16,
                                 SF_FORMAT_VORBIS, FORMAT_MPEG_LAYER_III, 0};
    const int *next = sixteen_bits;
    if (subtype == SF_FORMAT_PCM_S8 || subtype == SF_FORMAT_PCM_U8)
        next = eight_bits;
    else if (subtype == SF_FORMAT_PCM_24 || subtype == SF_FORMAT_PCM_32 || subtype == SF_FORMAT_ALAC_20 ||
             subtype == SF_FORMAT_ALAC_24 || subtype == SF_FORMAT_ALAC_32)
        next = more_bits;
    else if (subtype == SF_FORMAT_FLOAT || subtype == SF_FORMAT_DOUBLE)
        next = floats;
    for (; *next != 0; next++)
        if (can_store(out, major, *next, 0))
            return true;
    return false;
}

static const char *major_name(int major)
{
    static SF_FORMAT_INFO about;
    about.format = major;
    return sf_command(NULL, SFC_GET_FORMAT_INFO, &about, (int)sizeof about) == 0 ? about.name : "this container";
}

bool mbt_choose_format(const SF_INFO *in, const char *out_path, mbt_sample_format wanted, SF_INFO *out)
{
    const char *extension = extension_of(out_path);
    if (mbt_is_foreign_name(out_path) || strcasecmp(extension, "mp1") == 0 || strcasecmp(extension, "mp2") == 0) {
        return mbt_complain("%s: .%s cannot be written; write OUT.wav or OUT.flac, and then: ffmpeg -i OUT.wav OUT.%s",
                            out_path, extension, extension);
    }
    int major = major_for(in, extension);
    int in_major = in->format & SF_FORMAT_TYPEMASK;
    int endian = major == in_major ? in->format & SF_FORMAT_ENDMASK : 0;
    int subtype = in->format & SF_FORMAT_SUBMASK;
    memset(out, 0, sizeof *out);
    out->samplerate = in->samplerate;
    out->channels = in->channels;
    if (wanted != MBT_FORMAT_AS_INPUT) {
        const int kind = mbt_format_subtype(wanted);
        return can_store(out, major, kind, endian) || can_store(out, major, kind, 0) ||
               mbt_complain("%s: %s cannot hold %s with %d channel%s at %d Hz", out_path, major_name(major),
                            mbt_format_name(wanted), out->channels, mbt_plural((size_t)out->channels), out->samplerate);
    }
    if (strcasecmp(extension, "opus") == 0)
        subtype = SF_FORMAT_OPUS;
    return can_store(out, major, subtype, endian) || can_store(out, major, subtype, 0) ||
           choose_subtype(out, major, subtype) ||
           mbt_complain("%s: %s cannot hold %d channel%s at %d Hz", out_path, major_name(major), out->channels,
                        mbt_plural((size_t)out->channels), out->samplerate);
}

bool mbt_check_size(uint64_t frames, const SF_INFO *format, const char *out_path)
{
    int major = format->format & SF_FORMAT_TYPEMASK;
    if (major != SF_FORMAT_WAV && major != SF_FORMAT_WAVEX && major != SF_FORMAT_AIFF && major != SF_FORMAT_AU)
        return true;
    int subtype = format->format & SF_FORMAT_SUBMASK;
    uint64_t bytes = subtype == SF_FORMAT_DOUBLE                                  ? 8
                     : subtype == SF_FORMAT_FLOAT || subtype == SF_FORMAT_PCM_32  ? 4
                     : subtype == SF_FORMAT_PCM_24                                ? 3
                     : subtype == SF_FORMAT_PCM_S8 || subtype == SF_FORMAT_PCM_U8 ? 1
                                                                                  : 2;
    uint64_t most = (UINT32_MAX - UINT64_C(65536)) / bytes / (uint64_t)format->channels;
    return frames <= most ||
           mbt_complain("%s: %s cannot hold more than 4 GiB; use a name that ends with .rf64, .w64 or .flac", out_path,
                        major_name(major));
}
