/* chunk_form.c: how the containers store chunks, and which chunks there are. */
#include "tools/audio/carried/chunk_form.h"

#include <string.h>

#include <sndfile.h>

static const mbt_chunk_layout layouts[] = {
    {"RIFF", "WAVE", "data", false, 12, 4, 4, 0, 2, MBT_FORM_RIFF},
    {"RF64", "WAVE", "data", false, 12, 4, 4, 0, 2, MBT_FORM_RIFF},
    {"RIFX", "WAVE", "data", true, 12, 4, 4, 0, 2, MBT_FORM_RIFX},
    {"FORM", "AIFF", "SSND", true, 12, 4, 4, 0, 2, MBT_FORM_AIFF},
    {"FORM", "AIFC", "SSND", true, 12, 4, 4, 0, 2, MBT_FORM_AIFF},
    {"FORM", "8SVX", "BODY", true, 12, 4, 4, 0, 2, MBT_FORM_SVX},
    {"FORM", "16SV", "BODY", true, 12, 4, 4, 0, 2, MBT_FORM_SVX},
    {"riff", "", "data", false, 40, 16, 8, 24, 8, MBT_FORM_W64},
    {"caff", "", "data", true, 8, 4, 8, 0, 1, MBT_FORM_CAF},
};

typedef struct chunk_kind {
    char name[5];
    mbt_chunk_use use;
    unsigned least;
    int string;
} chunk_kind;

/* Sources: EBU Tech 3285 (bext, levl); AES46 (cart); Gallery, "iXML specification"; ITU-R BS.2088 (axml, chna);
 * Microsoft, "Multimedia Programming Interface and Data Specifications 1.0" and "Multimedia Data Standards Update"
 * (cue, plst, smpl, inst, LIST, DISP); Adobe, "XMP Specification Part 3" (_PMX). */
static const chunk_kind riff_chunks[] = {
    {"bext", MBT_CHUNK_COPIED, 602, 0}, {"cart", MBT_CHUNK_COPIED, 2048, 0}, {"iXML", MBT_CHUNK_COPIED, 1, 0},
    {"axml", MBT_CHUNK_COPIED, 1, 0},   {"chna", MBT_CHUNK_COPIED, 4, 0},    {"_PMX", MBT_CHUNK_COPIED, 1, 0},
    {"cue ", MBT_CHUNK_COPIED, 4, 0},   {"plst", MBT_CHUNK_COPIED, 4, 0},    {"smpl", MBT_CHUNK_COPIED, 36, 0},
    {"inst", MBT_CHUNK_COPIED, 7, 0},   {"acid", MBT_CHUNK_COPIED, 24, 0},   {"strc", MBT_CHUNK_COPIED, 4, 0},
    {"LIST", MBT_CHUNK_COPIED, 4, 0},   {"DISP", MBT_CHUNK_COPIED, 4, 0},    {"id3 ", MBT_CHUNK_COPIED, 10, 0},
    {"ID3 ", MBT_CHUNK_COPIED, 10, 0},  {"fmt ", MBT_CHUNK_LEFT, 0, 0},      {"data", MBT_CHUNK_LEFT, 0, 0},
    {"fact", MBT_CHUNK_LEFT, 0, 0},     {"ds64", MBT_CHUNK_LEFT, 0, 0},      {"PEAK", MBT_CHUNK_LEFT, 0, 0},
    {"levl", MBT_CHUNK_LEFT, 0, 0},     {"JUNK", MBT_CHUNK_LEFT, 0, 0},      {"junk", MBT_CHUNK_LEFT, 0, 0},
    {"FLLR", MBT_CHUNK_LEFT, 0, 0},     {"PAD ", MBT_CHUNK_LEFT, 0, 0},      {"", MBT_CHUNK_UNKNOWN, 0, 0},
};

/* Source: Apple, "Audio Interchange File Format AIFF-C". */
static const chunk_kind aiff_chunks[] = {
    {"NAME", MBT_CHUNK_COPIED, 1, SF_STR_TITLE},
    {"AUTH", MBT_CHUNK_COPIED, 1, SF_STR_ARTIST},
    {"(c) ", MBT_CHUNK_COPIED, 1, SF_STR_COPYRIGHT},
    {"ANNO", MBT_CHUNK_COPIED, 1, SF_STR_COMMENT},
    {"COMT", MBT_CHUNK_COPIED, 2, 0},
    {"MARK", MBT_CHUNK_COPIED, 2, 0},
    {"INST", MBT_CHUNK_COPIED, 20, 0},
    {"MIDI", MBT_CHUNK_COPIED, 1, 0},
    {"AESD", MBT_CHUNK_COPIED, 24, 0},
    {"APPL", MBT_CHUNK_COPIED, 4, 0},
    {"ID3 ", MBT_CHUNK_COPIED, 10, 0},
    {"id3 ", MBT_CHUNK_COPIED, 10, 0},
    {"iXML", MBT_CHUNK_COPIED, 1, 0},
    {"COMM", MBT_CHUNK_LEFT, 0, 0},
    {"SSND", MBT_CHUNK_LEFT, 0, 0},
    {"FVER", MBT_CHUNK_LEFT, 0, 0},
    {"PEAK", MBT_CHUNK_LEFT, 0, 0},
    {"CHAN", MBT_CHUNK_LEFT, 0, 0},
    {"FLLR", MBT_CHUNK_LEFT, 0, 0},
    {"", MBT_CHUNK_UNKNOWN, 0, 0},
};

/* Into NAME and ANNO libsndfile itself writes the file's name and its own. */
static const chunk_kind svx_chunks[] = {
    {"VHDR", MBT_CHUNK_LEFT, 0, 0},   {"NAME", MBT_CHUNK_LEFT, 0, 0},   {"ANNO", MBT_CHUNK_LEFT, 0, 0},
    {"AUTH", MBT_CHUNK_COPIED, 1, 0}, {"(c) ", MBT_CHUNK_COPIED, 1, 0}, {"BODY", MBT_CHUNK_LEFT, 0, 0},
    {"CHAN", MBT_CHUNK_LEFT, 0, 0},   {"", MBT_CHUNK_UNKNOWN, 0, 0},
};

/* Source: Apple, "Core Audio Format specification 1.0". */
static const chunk_kind caf_chunks[] = {
    {"info", MBT_CHUNK_COPIED, 4, 0}, {"mark", MBT_CHUNK_COPIED, 8, 0}, {"regn", MBT_CHUNK_COPIED, 8, 0},
    {"strg", MBT_CHUNK_COPIED, 4, 0}, {"inst", MBT_CHUNK_COPIED, 8, 0}, {"midi", MBT_CHUNK_COPIED, 1, 0},
    {"umid", MBT_CHUNK_COPIED, 1, 0}, {"desc", MBT_CHUNK_LEFT, 0, 0},   {"data", MBT_CHUNK_LEFT, 0, 0},
    {"chan", MBT_CHUNK_LEFT, 0, 0},   {"kuki", MBT_CHUNK_LEFT, 0, 0},   {"pakt", MBT_CHUNK_LEFT, 0, 0},
    {"free", MBT_CHUNK_LEFT, 0, 0},   {"peak", MBT_CHUNK_LEFT, 0, 0},   {"ovvw", MBT_CHUNK_LEFT, 0, 0},
    {"edct", MBT_CHUNK_LEFT, 0, 0},   {"", MBT_CHUNK_UNKNOWN, 0, 0},
};

static const chunk_kind *const kinds[] = {
    [MBT_FORM_RIFF] = riff_chunks, [MBT_FORM_RIFX] = riff_chunks, [MBT_FORM_W64] = riff_chunks,
    [MBT_FORM_AIFF] = aiff_chunks, [MBT_FORM_SVX] = svx_chunks,   [MBT_FORM_CAF] = caf_chunks,
};

const mbt_chunk_layout *mbt_layout_of_head(const unsigned char head[MBT_FILE_HEAD])
{
    for (size_t i = 0; i < sizeof layouts / sizeof layouts[0]; i++)
        if (memcmp(head, layouts[i].magic, 4) == 0 &&
            (layouts[i].type[0] == '\0' || memcmp(head + 8, layouts[i].type, 4) == 0))
            return &layouts[i];
    return NULL;
}

const mbt_chunk_layout *mbt_layout_of_format(int format)
{
    const bool big_endian = (format & SF_FORMAT_ENDMASK) == SF_ENDIAN_BIG;
    const char *magic = "";
    switch (format & SF_FORMAT_TYPEMASK) {
    case SF_FORMAT_WAV:
    case SF_FORMAT_WAVEX:
        magic = big_endian ? "RIFX" : "RIFF";
        break;
    case SF_FORMAT_RF64:
        magic = "RF64";
        break;
    case SF_FORMAT_AIFF:
        magic = "FORM";
        break;
    case SF_FORMAT_CAF:
        magic = "caff";
        break;
    default:
        return NULL;
    }
    for (size_t i = 0; i < sizeof layouts / sizeof layouts[0]; i++)
        if (strcmp(layouts[i].magic, magic) == 0)
            return &layouts[i];
    return NULL;
}

mbt_chunk_use mbt_find_chunk_use(const mbt_chunk_layout *layout, const unsigned char *name, unsigned *least,
                                 int *string)
{
    const chunk_kind *kind = kinds[layout->form];
    while (kind->name[0] != '\0' && memcmp(kind->name, name, 4) != 0)
        kind++;
    *least = kind->least;
    *string = kind->string;
    return kind->use;
}
