/* config.c: stft_cfg and model_cfg of a YAML file, with libyaml's events, checked value by value. */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#define MAX_SIZE (1u << 20)
#define MAX_DEPTH 100u

typedef enum field_kind {
    FIELD_WHOLE,
    FIELD_WHOLE_OR_NULL, /* null stands for `otherwise` */
    FIELD_REAL
} field_kind;

typedef struct field {
    const char *section, *key;
    size_t offset; /* in mbt_config */
    field_kind kind;
    double min, max;
    uint32_t multiple_of; /* whole numbers: 1 for any */
    uint32_t otherwise;
} field;

#define WHOLE(section, key, min, max, multiple)                                      \
    {                                                                                \
        section, #key, offsetof(mbt_config, key), FIELD_WHOLE, min, max, multiple, 0 \
    }
#define REAL(section, key, min, max)                                         \
    {                                                                        \
        section, #key, offsetof(mbt_config, key), FIELD_REAL, min, max, 1, 0 \
    }

/* The upper limits keep all products of sizes far from 2^64; the networks in use stay well below them. */
static const field fields[] = {
    WHOLE("stft_cfg", sampling_rate, 1000, 768000, 1),
    WHOLE("stft_cfg", n_fft, 4, 65536, 4),
    WHOLE("stft_cfg", hop_size, 1, 32768, 1),
    WHOLE("stft_cfg", win_size, 2, 65536, 1),
    WHOLE("model_cfg", hid_feature, 8, 1024, 8),
    {"model_cfg", "num_tfmamba", offsetof(mbt_config, num_tfmamba), FIELD_WHOLE_OR_NULL, 1, 64, 1, 4},
    WHOLE("model_cfg", d_state, 1, 256, 1),
    WHOLE("model_cfg", d_conv, 1, 16, 1),
    WHOLE("model_cfg", expand, 1, 16, 1),
    WHOLE("model_cfg", input_channel, 2, 2, 1),
    WHOLE("model_cfg", output_channel, 1, 1, 1),
    REAL("model_cfg", compress_factor, 0.125, 1),
    REAL("model_cfg", norm_epsilon, 1e-12, 0.1),
    REAL("model_cfg", beta, 1e-3, 1000),
};

#define FIELD_COUNT (sizeof fields / sizeof fields[0])

typedef struct reader {
    yaml_parser_t parser;
    yaml_event_t event; /* the current one; YAML_NO_EVENT where none is held */
    mbt_config *config;
    mbt_error *error;
    bool found[FIELD_COUNT];
    bool stft_found, model_found, family_found;
} reader;

/* Moves on to the next event. */
static bool next(reader *r)
{
    yaml_event_delete(&r->event); /* leaves YAML_NO_EVENT */
    if (yaml_parser_parse(&r->parser, &r->event)) {
        return true;
    }
    const char *problem = r->parser.problem != NULL ? r->parser.problem : "out of memory";
    if (r->parser.error == YAML_READER_ERROR) { /* characters: no line is known */
        return mbt_fail(r->error, "not YAML: %.100s at byte %zu", problem, r->parser.problem_offset);
    }
    return mbt_fail(r->error, "line %zu: not YAML: %.100s", r->parser.problem_mark.line + 1, problem);
}

static size_t line_of(const reader *r)
{
    return r->event.start_mark.line + 1;
}

static bool is_scalar(const reader *r, const char *text)
{
    return r->event.type == YAML_SCALAR_EVENT && r->event.data.scalar.length == strlen(text) &&
           memcmp(r->event.data.scalar.value, text, strlen(text)) == 0;
}

/* Moves past the value that begins at the current event, to its last event. Counts brackets, so that neither depth nor
 * aliases, which stay names here, cost anything. */
static bool skip_value(reader *r)
{
    size_t depth = 0;
    for (;;) {
        if (r->event.type == YAML_MAPPING_START_EVENT || r->event.type == YAML_SEQUENCE_START_EVENT) {
            if (++depth > MAX_DEPTH) {
                return mbt_fail(r->error, "line %zu: nested deeper than %u", line_of(r), MAX_DEPTH);
            }
        } else if (r->event.type == YAML_MAPPING_END_EVENT || r->event.type == YAML_SEQUENCE_END_EVENT) {
            --depth;
        }
        if (depth == 0) {
            return true;
        }
        if (!next(r)) {
            return false;
        }
    }
}

static bool is_null(const reader *r)
{
    return r->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
           (is_scalar(r, "") || is_scalar(r, "~") || is_scalar(r, "null") || is_scalar(r, "Null") ||
            is_scalar(r, "NULL"));
}

/* "quoted text" or "text" where the scalar is that and not a number, whatever it looks like; otherwise NULL. */
static const char *text_kind(const reader *r)
{
    const yaml_scalar_style_t style = r->event.data.scalar.style;
    const char *tag = (const char *)r->event.data.scalar.tag;
    if (tag != NULL) { /* as in "!!int 400" */
        return strcmp(tag, YAML_INT_TAG) == 0 || strcmp(tag, YAML_FLOAT_TAG) == 0 ? NULL : "text";
    }
    if (style == YAML_SINGLE_QUOTED_SCALAR_STYLE || style == YAML_DOUBLE_QUOTED_SCALAR_STYLE) {
        return "quoted text";
    }
    return style == YAML_PLAIN_SCALAR_STYLE ? NULL : "text";
}

/* A plain decimal number: digits, and for reals a point and an exponent. Whole numbers that begin with 0 would be
 * octal. */
static bool parse_number(const reader *r, field_kind kind, double *value)
{
    const char *text = (const char *)r->event.data.scalar.value;
    const size_t length = r->event.data.scalar.length;
    const char *allowed = kind == FIELD_REAL ? "+-.eE0123456789" : "+-0123456789";
    if (text_kind(r) != NULL || length == 0 || strspn(text, allowed) != length) {
        return false;
    }
    if (kind != FIELD_REAL && text[0] == '0' && length > 1) {
        return false;
    }
    char *end = NULL;
    *value = strtod(text, &end);
    return end == text + length && isfinite(*value);
}

/* "a whole number from 8 to 1024, a multiple of 8" */
static void describe(const field *wanted, char *text, size_t size)
{
    const char *kind = wanted->kind == FIELD_REAL ? "a number" : "a whole number";
    int used = wanted->min == wanted->max
                   ? snprintf(text, size, "%.10g", wanted->min)
                   : snprintf(text, size, "%s from %.10g to %.10g", kind, wanted->min, wanted->max);
    if (wanted->multiple_of != 1 && used > 0 && (size_t)used < size) {
        used += snprintf(text + used, size - (size_t)used, ", a multiple of %" PRIu32, wanted->multiple_of);
    }
    if (wanted->kind == FIELD_WHOLE_OR_NULL && used > 0 && (size_t)used < size) {
        snprintf(text + used, size - (size_t)used, ", or null for %" PRIu32, wanted->otherwise);
    }
}

/* What a message says was found. */
static const char *found_text(const reader *r)
{
    switch (r->event.type) {
    case YAML_SCALAR_EVENT:
        return (const char *)r->event.data.scalar.value;
    case YAML_ALIAS_EVENT:
        return "an alias";
    case YAML_SEQUENCE_START_EVENT:
        return "a list";
    default:
        return "a mapping";
    }
}

/* The current event is the value of a needed key. */
static bool read_field(reader *r, size_t index)
{
    const field *wanted = &fields[index];
    double value = 0;
    if (r->found[index]) {
        return mbt_fail(r->error, "line %zu: %s.%s is there twice", line_of(r), wanted->section, wanted->key);
    }
    r->found[index] = true;
    const bool scalar = r->event.type == YAML_SCALAR_EVENT;
    bool good = scalar && parse_number(r, wanted->kind, &value) && value >= wanted->min && value <= wanted->max;
    if (wanted->kind != FIELD_REAL) {
        good = good && fmod(value, wanted->multiple_of) == 0.0;
        if (wanted->kind == FIELD_WHOLE_OR_NULL && scalar && is_null(r)) {
            value = wanted->otherwise;
            good = true;
        }
    }
    if (!good) {
        char description[120];
        const char *text = scalar ? text_kind(r) : NULL;
        describe(wanted, description, sizeof description);
        return mbt_fail(r->error, "line %zu: %s.%s is %s%s'%.60s'; %s is needed", line_of(r), wanted->section,
                        wanted->key, text != NULL ? text : "", text != NULL ? " " : "", found_text(r), description);
    }
    char *place = (char *)r->config + wanted->offset;
    if (wanted->kind == FIELD_REAL) {
        memcpy(place, &value, sizeof value);
    } else {
        const uint32_t whole = (uint32_t)value;
        memcpy(place, &whole, sizeof whole);
    }
    return true;
}

/* The field that the current event, a key in section, names; FIELD_COUNT if none. */
static size_t find_field(const reader *r, const char *section)
{
    size_t i = 0;
    while (i < FIELD_COUNT && (strcmp(fields[i].section, section) != 0 || !is_scalar(r, fields[i].key))) {
        ++i;
    }
    return i;
}

/* The current event is the value of stft_cfg or model_cfg. */
static bool read_section(reader *r, const char *section, bool *section_found)
{
    if (*section_found) {
        return mbt_fail(r->error, "line %zu: %s is there twice", line_of(r), section);
    }
    *section_found = true;
    if (r->event.type != YAML_MAPPING_START_EVENT) {
        return mbt_fail(r->error, "line %zu: %s is '%.60s'; a mapping is needed", line_of(r), section, found_text(r));
    }
    for (;;) {
        if (!next(r)) {
            return false;
        }
        if (r->event.type == YAML_MAPPING_END_EVENT) {
            return true;
        }
        const size_t index = find_field(r, section);
        if (!skip_value(r) || !next(r) || !(index < FIELD_COUNT ? read_field(r, index) : skip_value(r))) {
            return false;
        }
    }
}

static bool read_family(reader *r)
{
    if (r->family_found) {
        return mbt_fail(r->error, "line %zu: family is there twice", line_of(r));
    }
    r->family_found = true;
    return is_scalar(r, "mambattention") ||
           mbt_fail(r->error, "line %zu: family is '%.60s'; 'mambattention' is the one that is supported", line_of(r),
                    found_text(r));
}

/* The current event is the start of the top mapping. */
static bool read_top(reader *r)
{
    for (;;) {
        if (!next(r)) {
            return false;
        }
        if (r->event.type == YAML_MAPPING_END_EVENT) {
            return true;
        }
        const bool stft = is_scalar(r, "stft_cfg"), model = is_scalar(r, "model_cfg"), family = is_scalar(r, "family");
        if (!skip_value(r) || !next(r)) {
            return false;
        }
        const bool done = stft     ? read_section(r, "stft_cfg", &r->stft_found)
                          : model  ? read_section(r, "model_cfg", &r->model_found)
                          : family ? read_family(r)
                                   : skip_value(r);
        if (!done) {
            return false;
        }
    }
}

/* The stream: one document, a mapping. */
static bool read_stream(reader *r)
{
    if (!next(r) || !next(r)) { /* start of the stream, start of the document */
        return false;
    }
    if (r->event.type == YAML_STREAM_END_EVENT) {
        return mbt_fail(r->error, "the file is empty; stft_cfg and model_cfg are needed");
    }
    if (!next(r)) {
        return false;
    }
    if (r->event.type != YAML_MAPPING_START_EVENT) {
        return mbt_fail(r->error, "line %zu: '%.60s'; a mapping with stft_cfg and model_cfg is needed", line_of(r),
                        found_text(r));
    }
    if (!read_top(r) || !next(r) || !next(r)) { /* end of the document, end of the stream */
        return false;
    }
    return r->event.type == YAML_STREAM_END_EVENT ||
           mbt_fail(r->error, "line %zu: a second document; one is needed", line_of(r));
}

static bool check_whole(const reader *r, mbt_error *error)
{
    const mbt_config *config = r->config;
    for (size_t i = 0; i < FIELD_COUNT; ++i) {
        if (!r->found[i]) {
            char description[120];
            describe(&fields[i], description, sizeof description);
            return mbt_fail(error, "%s.%s is missing; %s is needed", fields[i].section, fields[i].key, description);
        }
    }
    if (config->win_size > config->n_fft) {
        return mbt_fail(error, "stft_cfg.win_size is %" PRIu32 "; at most n_fft, %" PRIu32 ", is needed",
                        config->win_size, config->n_fft);
    }
    if (config->hop_size > config->win_size / 2) {
        return mbt_fail(error, "stft_cfg.hop_size is %" PRIu32 "; at most half of win_size, %" PRIu32 ", is needed",
                        config->hop_size, config->win_size / 2);
    }
    return true;
}

bool mbt_config_parse(const char *text, size_t size, mbt_config *config, mbt_error *error)
{
    reader r = {.config = config, .error = error};
    *config = (mbt_config){0};
    if (size > MAX_SIZE) {
        return mbt_fail(error, "the file has %zu bytes; at most %u are needed", size, MAX_SIZE);
    }
    if (!yaml_parser_initialize(&r.parser)) {
        return mbt_fail(error, "out of memory");
    }
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)(size != 0 ? text : ""), size);
    const bool done = read_stream(&r) && check_whole(&r, error);
    yaml_event_delete(&r.event);
    yaml_parser_delete(&r.parser);
    return done;
}
