/* carry_line.c: the line that says what was left behind. */
#define _POSIX_C_SOURCE 200809L

#include "tools/audio/carried/carry_line.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tools/audio/carried/tag_names.h"
#include "tools/base/message.h"

enum { MOST_PHRASES = 12, PHRASE = 160, LINE = 2048, MOST_TAGS = 6 };

/* What is named together: "bext", "3 cue points" ... */
typedef struct phrases {
    char text[MOST_PHRASES][PHRASE];
    size_t count, more;
    bool plural;
} phrases;

static void add_phrase(phrases *p, bool plural, const char *format, ...) MBT_PRINTF(3, 4);
static void add_phrase(phrases *p, bool plural, const char *format, ...)
{
    p->plural = p->plural || plural;
    if (p->count == MOST_PHRASES) {
        p->more++;
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(p->text[p->count++], PHRASE, format, arguments);
    va_end(arguments);
}

/* Labels, and what else is in their list. Where cue points were made anew, their labels came along. */
static void add_labels(phrases *p, const mbt_carry *c, const mbt_content *content)
{
    if (c->made[0].contents.bytes == NULL || content->state != MBT_CONTENT_KNOWN)
        add_phrase(p, true, "labels");
    if (content->count > 0)
        add_phrase(p, content->count != 1, "%zu note%s", content->count, mbt_plural(content->count));
}

static void add_chunk(phrases *p, const mbt_carry *c, const mbt_content *content)
{
    const size_t count = content->count;
    if (content->state == MBT_CONTENT_UNKNOWN || content->head_bytes == 0)
        add_phrase(p, false, "chunk '%s'", content->name);
    else if (strcmp(content->name, "cue ") == 0 && content->state == MBT_CONTENT_KNOWN)
        add_phrase(p, count != 1, "%zu cue point%s", count, mbt_plural(count));
    else if (strcmp(content->name, "MARK") == 0 && content->state == MBT_CONTENT_KNOWN)
        add_phrase(p, count != 1, "%zu marker%s", count, mbt_plural(count));
    else if (strcmp(content->name, "adtl") == 0)
        add_labels(p, c, content);
    else
        add_phrase(p, false, "%.*s", (int)strcspn(content->name, " "), content->name);
}

/* Tags that have no other name are one phrase: "3 tags (A, B, C)". */
static void add_tags(phrases *p, const mbt_carry *c, mbt_fate fate)
{
    char names[PHRASE - 32] = "";
    size_t count = 0, used = 0;
    for (size_t i = 0; i < c->contents.count; i++) {
        const mbt_content *content = &c->contents.item[i];
        if (c->fate[i] != fate || content->kind != MBT_CONTENT_TAG)
            continue;
        if (count < MOST_TAGS && used + MBT_CONTENT_NAME + 2 < sizeof names)
            used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", count == 0 ? "" : ", ", content->name);
        else if (used + 5 < sizeof names && names[used - 1] != '.')
            used += (size_t)snprintf(names + used, sizeof names - used, " ...");
        count++;
    }
    if (count > 0)
        add_phrase(p, count > 1, "%zu tag%s (%s)", count, mbt_plural(count), names);
}

static void collect(phrases *p, const mbt_carry *c, mbt_fate fate)
{
    size_t pictures = 0;
    memset(p, 0, sizeof *p);
    for (size_t i = 0; i < c->contents.count; i++) {
        if (c->fate[i] != fate)
            continue;
        if (c->contents.item[i].kind == MBT_CONTENT_CHUNK)
            add_chunk(p, c, &c->contents.item[i]);
        pictures += c->contents.item[i].kind == MBT_CONTENT_PICTURE;
    }
    for (int i = 0; i < MBT_STRINGS; i++)
        if (c->string[i] != NULL && c->string_fate[i] == fate)
            add_phrase(p, false, "%s", mbt_string_name(i));
    add_tags(p, c, fate);
    if (pictures > 0)
        add_phrase(p, pictures > 1, "%zu picture%s", pictures, mbt_plural(pictures));
    if (c->contents.more && fate == MBT_FATE_UNKNOWN)
        add_phrase(p, true, "more chunks or tags than any recording has");
    if (p->more > 0)
        snprintf(p->text[MOST_PHRASES - 1], PHRASE, "%zu more", p->more + 1);
    p->plural = p->plural || p->count > 1;
}

/* "OGG" of "OGG (OGG Container format)". */
static void name_container(int format, char *name, size_t size)
{
    SF_FORMAT_INFO about = {.format = format & SF_FORMAT_TYPEMASK};
    const bool known = sf_command(NULL, SFC_GET_FORMAT_INFO, &about, (int)sizeof about) == 0 && about.name != NULL;
    snprintf(name, size, "%s", known ? about.name : "this container");
    char *bracket = strstr(name, " (");
    if (bracket != NULL)
        *bracket = '\0';
}

static void describe_reason(const mbt_carry *c, mbt_fate fate, bool plural, char *reason, size_t size)
{
    const char *them = plural ? "them" : "it";
    char container[64];
    name_container(c->format, container, sizeof container);
    switch (fate) {
    case MBT_FATE_NO_PLACE:
        snprintf(reason, size, "not carried: %s cannot hold %s", container, them);
        break;
    case MBT_FATE_NOT_WRITTEN:
        snprintf(reason, size, "not carried: libsndfile cannot carry %s to %s", them, container);
        break;
    case MBT_FATE_SHORTENED:
        snprintf(reason, size, "not carried as %s: libsndfile changes %s in %s", plural ? "they were" : "it was", them,
                 container);
        break;
    case MBT_FATE_UNKNOWN:
        snprintf(reason, size, "not carried: unknown");
        break;
    case MBT_FATE_DAMAGED:
        snprintf(reason, size, "not carried: damaged");
        break;
    case MBT_FATE_LARGE:
        snprintf(reason, size, "not carried: more than 16 MB, or 64 MB together");
        break;
    case MBT_FATE_FROM_STREAM:
        snprintf(reason, size, "not carried: IN is a stream");
        break;
    default:
        snprintf(reason, size, "not carried: OUT is a stream");
        break;
    }
}

/* Appends "bext, iXML and 3 cue points are not carried: OGG cannot hold them". */
static size_t append(char *line, size_t used, const phrases *p, const char *reason)
{
    if (used > 0)
        used += (size_t)snprintf(line + used, LINE - used, "; ");
    for (size_t i = 0; i < p->count && used < LINE - PHRASE; i++) {
        const char *between = i == 0 ? "" : i + 1 < p->count ? ", " : " and ";
        used += (size_t)snprintf(line + used, LINE - used, "%s%s", between, p->text[i]);
    }
    if (used < LINE - PHRASE)
        used += (size_t)snprintf(line + used, LINE - used, " %s %s", p->plural ? "are" : "is", reason);
    return used;
}

void mbt_carry_warn_if_left(const mbt_carry *c, const char *path)
{
    char line[LINE] = "", reason[PHRASE];
    size_t used = 0;
    phrases p;
    for (mbt_fate fate = MBT_FATE_NO_PLACE; fate < MBT_FATES; fate++) {
        collect(&p, c, fate);
        if (p.count == 0 || used >= LINE - 2 * PHRASE)
            continue;
        describe_reason(c, fate, p.plural, reason, sizeof reason);
        used = append(line, used, &p, reason);
    }
    if (used > 0)
        mbt_complain("warning: %s: %s", path, line);
}
