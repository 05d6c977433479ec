/* config.c: reads stft_cfg, model_cfg and family from a YAML file, event by event with libyaml, and checks each
 * value. */
#include "compiler/read/config.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/read/yaml_events.h"

typedef enum field_kind {
    FIELD_WHOLE,
    FIELD_WHOLE_OR_NULL, /* null means `otherwise` */
    FIELD_WHOLE_CAUSAL,  /* only a causal network needs it; 0 if it is not there */
    FIELD_REAL
} field_kind;

typedef struct field {
    const char *section, *key;
    size_t offset; /* in mbt_config */
    field_kind kind;
    double min, max;
    uint32_t multiple_of; /* whole numbers only: 1 allows any */
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

/* The upper limits keep all products of sizes far below 2^64. The networks in use are well below them. */
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
    {"model_cfg", "attention_frames", offsetof(mbt_config, attention_frames), FIELD_WHOLE_CAUSAL, 1, 65536, 1, 0},
    {"model_cfg", "level_frames", offsetof(mbt_config, level_frames), FIELD_WHOLE_CAUSAL, 1, 65536, 1, 0},
};

#define FIELD_COUNT (sizeof fields / sizeof fields[0])

typedef struct reader {
    mbt_yaml yaml;
    mbt_config *config;
    bool found[FIELD_COUNT];
    bool stft_found, model_found;
} reader;

static bool is_null(const reader *r)
{
    return r->yaml.event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
           (mbt_yaml_is(&r->yaml, "") || mbt_yaml_is(&r->yaml, "~") || mbt_yaml_is(&r->yaml, "null") ||
            mbt_yaml_is(&r->yaml, "Null") || mbt_yaml_is(&r->yaml, "NULL"));
}

/* "quoted text" or "text" if the scalar is that and so no number, whatever its characters are; NULL if it may be a
 * number. */
static const char *text_kind(const reader *r)
{
    const yaml_scalar_style_t style = r->yaml.event.data.scalar.style;
    const char *tag = (const char *)r->yaml.event.data.scalar.tag;
    if (tag != NULL) /* as in "!!int 400" */
        return strcmp(tag, YAML_INT_TAG) == 0 || strcmp(tag, YAML_FLOAT_TAG) == 0 ? NULL : "text";
    if (style == YAML_SINGLE_QUOTED_SCALAR_STYLE || style == YAML_DOUBLE_QUOTED_SCALAR_STYLE)
        return "quoted text";
    return style == YAML_PLAIN_SCALAR_STYLE ? NULL : "text";
}

/* Parses a plain decimal number: digits, and for reals a point and an exponent. A whole number must not begin with 0:
 * YAML would read it as octal. */
static bool parse_number(const reader *r, field_kind kind, double *value)
{
    const char *text = (const char *)r->yaml.event.data.scalar.value;
    const size_t length = r->yaml.event.data.scalar.length;
    const char *allowed = kind == FIELD_REAL ? "+-.eE0123456789" : "+-0123456789";
    if (text_kind(r) != NULL || length == 0 || strspn(text, allowed) != length)
        return false;
    if (kind != FIELD_REAL && text[0] == '0' && length > 1)
        return false;
    char *end = NULL;
    *value = strtod(text, &end);
    return end == text + length && isfinite(*value);
}

/* Describes the values that are allowed: "a whole number from 8 to 1024, a multiple of 8". */
static void describe(const field *wanted, char *text, size_t size)
{
    const char *kind = wanted->kind == FIELD_REAL ? "a number" : "a whole number";
    int used = wanted->min == wanted->max
                   ? snprintf(text, size, "%.10g", wanted->min)
                   : snprintf(text, size, "%s from %.10g to %.10g", kind, wanted->min, wanted->max);
    if (wanted->multiple_of != 1 && used > 0 && (size_t)used < size)
        used += snprintf(text + used, size - (size_t)used, ", a multiple of %" PRIu32, wanted->multiple_of);
    if (wanted->kind == FIELD_WHOLE_OR_NULL && used > 0 && (size_t)used < size)
        snprintf(text + used, size - (size_t)used, ", or null for %" PRIu32, wanted->otherwise);
}

/* Reads the value of a needed key, which is the current event. */
static bool read_field(reader *r, size_t index)
{
    const field *wanted = &fields[index];
    double value = 0;
    if (r->found[index]) {
        return mbt_fail(r->yaml.error, "line %zu: %s.%s is given twice", mbt_yaml_line(&r->yaml), wanted->section,
                        wanted->key);
    }
    r->found[index] = true;
    const bool scalar = r->yaml.event.type == YAML_SCALAR_EVENT;
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
        return mbt_fail(r->yaml.error, "line %zu: %s.%s is %s%s'%.60s'; %s is needed", mbt_yaml_line(&r->yaml),
                        wanted->section, wanted->key, text != NULL ? text : "", text != NULL ? " " : "",
                        mbt_yaml_found(&r->yaml), description);
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

/* The index of the field that the current event, a key in section, names; FIELD_COUNT if there is none. */
static size_t find_field(const reader *r, const char *section)
{
    size_t i = 0;
    while (i < FIELD_COUNT && (strcmp(fields[i].section, section) != 0 || !mbt_yaml_is(&r->yaml, fields[i].key)))
        ++i;
    return i;
}

/* Reads stft_cfg or model_cfg. The current event is its value. */
static bool read_section(reader *r, const char *section, bool *section_found)
{
    if (*section_found)
        return mbt_fail(r->yaml.error, "line %zu: %s is given twice", mbt_yaml_line(&r->yaml), section);
    *section_found = true;
    if (r->yaml.event.type != YAML_MAPPING_START_EVENT) {
        return mbt_fail(r->yaml.error, "line %zu: %s is '%.60s'; a mapping is needed", mbt_yaml_line(&r->yaml), section,
                        mbt_yaml_found(&r->yaml));
    }
    for (;;) {
        if (!mbt_yaml_next(&r->yaml))
            return false;
        if (r->yaml.event.type == YAML_MAPPING_END_EVENT)
            return true;
        if (mbt_yaml_is(&r->yaml, "family"))
            return mbt_fail(r->yaml.error, "line %zu: family is inside %s; it belongs at the top level",
                            mbt_yaml_line(&r->yaml), section);
        const size_t index = find_field(r, section);
        if (!mbt_yaml_skip(&r->yaml) || !mbt_yaml_next(&r->yaml) ||
            !(index < FIELD_COUNT ? read_field(r, index) : mbt_yaml_skip(&r->yaml)))
            return false;
    }
}

/* Reads family. The current event is its value. */
static bool read_family(reader *r)
{
    mbt_config *config = r->config;
    if (config->family_line > 0)
        return mbt_fail(r->yaml.error, "line %zu: family is given twice", mbt_yaml_line(&r->yaml));
    config->family_line = mbt_yaml_line(&r->yaml);
    snprintf(config->family, sizeof config->family, "%s", mbt_yaml_found(&r->yaml));
    return r->yaml.event.type == YAML_SCALAR_EVENT ||
           mbt_fail(r->yaml.error, "line %zu: family is '%.60s'; a name is needed", mbt_yaml_line(&r->yaml),
                    mbt_yaml_found(&r->yaml));
}

/* Reads the top mapping. The current event is its start. */
static bool read_top(reader *r)
{
    for (;;) {
        if (!mbt_yaml_next(&r->yaml))
            return false;
        if (r->yaml.event.type == YAML_MAPPING_END_EVENT)
            return true;
        const bool stft = mbt_yaml_is(&r->yaml, "stft_cfg"), model = mbt_yaml_is(&r->yaml, "model_cfg"),
                   family = mbt_yaml_is(&r->yaml, "family");
        if (!mbt_yaml_skip(&r->yaml) || !mbt_yaml_next(&r->yaml))
            return false;
        const bool done = stft     ? read_section(r, "stft_cfg", &r->stft_found)
                          : model  ? read_section(r, "model_cfg", &r->model_found)
                          : family ? read_family(r)
                                   : mbt_yaml_skip(&r->yaml);
        if (!done)
            return false;
    }
}

static bool check_whole(const reader *r, mbt_error *error)
{
    const mbt_config *config = r->config;
    for (size_t i = 0; i < FIELD_COUNT; ++i) {
        if (!r->found[i] && fields[i].kind != FIELD_WHOLE_CAUSAL) {
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
    reader r = {.config = config};
    *config = (mbt_config){0};
    if (!mbt_yaml_open(&r.yaml, text, size, "with stft_cfg and model_cfg is needed", error))
        return false;
    const bool done = read_top(&r) && mbt_yaml_finish(&r.yaml) && check_whole(&r, error);
    mbt_yaml_close(&r.yaml);
    return done;
}

bool mbt_config_check_causal(const mbt_config *config, mbt_error *error)
{
    for (size_t i = 0; i < FIELD_COUNT; ++i) {
        uint32_t value = 1;
        if (fields[i].kind == FIELD_WHOLE_CAUSAL)
            memcpy(&value, (const char *)config + fields[i].offset, sizeof value);
        if (value == 0) {
            char description[120];
            describe(&fields[i], description, sizeof description);
            return mbt_fail(error, "%s.%s is missing; a causal network needs %s", fields[i].section, fields[i].key,
                            description);
        }
    }
    if (config->win_size != config->n_fft) {
        return mbt_fail(error, "stft_cfg.win_size is %" PRIu32 "; a causal network needs n_fft, %" PRIu32,
                        config->win_size, config->n_fft);
    }
    if (config->win_size % config->hop_size != 0) {
        return mbt_fail(error,
                        "stft_cfg.hop_size is %" PRIu32 "; a causal network needs a divisor of win_size, %" PRIu32,
                        config->hop_size, config->win_size);
    }
    return true;
}
