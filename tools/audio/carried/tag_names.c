/* tag_names.c: what the tags of sound files are called, and which of them libsndfile knows. */
#define _POSIX_C_SOURCE 200809L

#include "tools/audio/carried/tag_names.h"

#include <string.h>
#include <strings.h>

#include <sndfile.h>

/* PROGRAM: names the program that made the file, which another makes now, or repeats what the header says.
 * PICTURE: is one. */
enum { OTHER = 0, PROGRAM = -1, PICTURE = -2 };

typedef struct tag_name {
    const char *key;
    int string;
} tag_name;

/* Sources: Xiph.org, "Ogg Vorbis I format specification: comment field"; libsndfile 1.2, ogg_vcomment.c and flac.c. */
static const tag_name vorbis[] = {
    {"TITLE", SF_STR_TITLE},
    {"COPYRIGHT", SF_STR_COPYRIGHT},
    {"ARTIST", SF_STR_ARTIST},
    {"COMMENT", SF_STR_COMMENT},
    {"DATE", SF_STR_DATE},
    {"ALBUM", SF_STR_ALBUM},
    {"LICENSE", SF_STR_LICENSE},
    {"TRACKNUMBER", SF_STR_TRACKNUMBER},
    {"GENRE", SF_STR_GENRE},
    {"ENCODER", PROGRAM},
    {"SOFTWARE", PROGRAM},
    {"ENCODER_OPTIONS", PROGRAM},
    {"WAVEFORMATEXTENSIBLE_CHANNEL_MASK", PROGRAM},
    {"METADATA_BLOCK_PICTURE", PICTURE},
    {"COVERART", PICTURE},
    {NULL, OTHER},
};

/* Sources: id3.org, "ID3 tag version 2.4.0" and "2.2.0"; libsndfile 1.2, mpeg_decode.c. */
static const tag_name id3[] = {
    {"TIT2", SF_STR_TITLE},
    {"TT2", SF_STR_TITLE},
    {"TCOP", SF_STR_COPYRIGHT},
    {"TCR", SF_STR_COPYRIGHT},
    {"TPE1", SF_STR_ARTIST},
    {"TP1", SF_STR_ARTIST},
    {"COMM", SF_STR_COMMENT},
    {"COM", SF_STR_COMMENT},
    {"TDRC", SF_STR_DATE},
    {"TYER", SF_STR_DATE},
    {"TYE", SF_STR_DATE},
    {"TALB", SF_STR_ALBUM},
    {"TAL", SF_STR_ALBUM},
    {"TCON", SF_STR_GENRE},
    {"TCO", SF_STR_GENRE},
    {"TRCK", SF_STR_TRACKNUMBER},
    {"TSSE", PROGRAM},
    {"TENC", PROGRAM},
    {"TRK", SF_STR_TRACKNUMBER},
    {"TSS", PROGRAM},
    {"TEN", PROGRAM},
    {"TLEN", PROGRAM},
    {"TLE", PROGRAM},
    {"APIC", PICTURE},
    {"PIC", PICTURE},
    {NULL, OTHER},
};

/* Sources: Microsoft, "Multimedia Programming Interface and Data Specifications 1.0"; libsndfile 1.2, wavlike.c. */
static const tag_name info[] = {
    {"INAM", SF_STR_TITLE},
    {"ICOP", SF_STR_COPYRIGHT},
    {"IART", SF_STR_ARTIST},
    {"ICMT", SF_STR_COMMENT},
    {"ICRD", SF_STR_DATE},
    {"IPRD", SF_STR_ALBUM},
    {"ITRK", SF_STR_TRACKNUMBER},
    {"IGNR", SF_STR_GENRE},
    {"ISFT", PROGRAM},
    {NULL, OTHER},
};

/* Sources: Apple, "Core Audio Format specification 1.0"; libsndfile 1.2, caf.c. */
static const tag_name caf[] = {
    {"title", SF_STR_TITLE},
    {"copyright", SF_STR_COPYRIGHT},
    {"artist", SF_STR_ARTIST},
    {"comments", SF_STR_COMMENT},
    {"comment", SF_STR_COMMENT},
    {"date", SF_STR_DATE},
    {"album", SF_STR_ALBUM},
    {"license", SF_STR_LICENSE},
    {"tracknumber", SF_STR_TRACKNUMBER},
    {"genre", SF_STR_GENRE},
    {"software", PROGRAM},
    {"encoding application", PROGRAM},
    {NULL, OTHER},
};

static const tag_name *const sets[] = {
    [MBT_TAGS_VORBIS] = vorbis, [MBT_TAGS_ID3] = id3, [MBT_TAGS_INFO] = info, [MBT_TAGS_CAF] = caf};

static bool has_string(const mbt_contents *contents, int string)
{
    for (size_t i = 0; i < contents->count; i++)
        if (contents->item[i].kind == MBT_CONTENT_TAG && contents->item[i].string == string)
            return true;
    return false;
}

/* What the tag is: libsndfile's name of it, or one of those above. */
static int find_key(mbt_tag_set set, const unsigned char *key, size_t length)
{
    const tag_name *name = sets[set];
    while (name->key != NULL && (strlen(name->key) != length || strncasecmp(name->key, (const char *)key, length) != 0))
        name++;
    return name->string;
}

bool mbt_add_tag(mbt_contents *contents, mbt_tag_set set, const unsigned char *key, size_t length, bool in_chunk)
{
    mbt_content content = {.kind = MBT_CONTENT_TAG, .in_chunk = in_chunk};
    const int found = find_key(set, key, length);
    if (found == PROGRAM)
        return true;
    if (found == PICTURE)
        content.kind = MBT_CONTENT_PICTURE;
    else if (found != OTHER && !has_string(contents, found))
        content.string = found;
    const size_t most = sizeof content.name - 1;
    memcpy(content.name, key, length < most ? length : most);
    return mbt_contents_add(contents, &content);
}

const char *mbt_string_name(int string)
{
    static const char *const names[] = {
        [SF_STR_TITLE] = "title",   [SF_STR_COPYRIGHT] = "copyright", [SF_STR_SOFTWARE] = "software",
        [SF_STR_ARTIST] = "artist", [SF_STR_COMMENT] = "comment",     [SF_STR_DATE] = "date",
        [SF_STR_ALBUM] = "album",   [SF_STR_LICENSE] = "license",     [SF_STR_TRACKNUMBER] = "track number",
        [SF_STR_GENRE] = "genre",
    };
    const bool known = string >= SF_STR_FIRST && (size_t)string < sizeof names / sizeof names[0];
    return known && names[string] != NULL ? names[string] : "tag";
}
