/* rules_file.c: reads rules from a YAML file, and checks each key. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/storage/precision.h"
#include "compiler/storage/rules.h"
#include "compiler/read/yaml_events.h"

/* Reads a type. The current event is the value of a key. */
static bool read_type(mbt_yaml *yaml, const char *key, mbt_weight_type *type)
{
    const bool known = yaml->event.type == YAML_SCALAR_EVENT &&
                       mbt_precision_parse((const char *)yaml->event.data.scalar.value, type) &&
                       mbt_yaml_is(yaml, mbt_precision_name(*type)); /* the whole value: it may contain a 0 byte */
    return known || mbt_fail(yaml->error, "line %zu: %s is '%.60s'; f32, f16 or int8 is needed", mbt_yaml_line(yaml),
                             key, mbt_yaml_found(yaml));
}

static bool read_pattern(mbt_yaml *yaml, char pattern[MBT_LAYER_NAME])
{
    const char *text = (const char *)yaml->event.data.scalar.value;
    if (yaml->event.type != YAML_SCALAR_EVENT || text[0] == '\0' || !mbt_yaml_is(yaml, text)) {
        return mbt_fail(yaml->error, "line %zu: layers is '%.60s'; a pattern is needed, in quotes if it begins with *",
                        mbt_yaml_line(yaml), mbt_yaml_found(yaml));
    }
    const size_t length = strlen(text);
    if (length >= MBT_LAYER_NAME) {
        return mbt_fail(yaml->error, "line %zu: layers has %zu characters; at most %u are allowed", mbt_yaml_line(yaml),
                        length, MBT_LAYER_NAME - 1);
    }
    memcpy(pattern, text, length + 1);
    return true;
}

/* Marks a key that may be there once as found, and moves to its value. */
static bool read_key(mbt_yaml *yaml, const char *key, bool *found)
{
    if (*found)
        return mbt_fail(yaml->error, "line %zu: %s is given twice", mbt_yaml_line(yaml), key);
    *found = true;
    return mbt_yaml_next(yaml);
}

/* Reads a rule. The current event is its start. */
static bool read_rule(mbt_yaml *yaml, mbt_rule *rule)
{
    bool layers = false, precision = false;
    rule->line = mbt_yaml_line(yaml);
    if (yaml->event.type != YAML_MAPPING_START_EVENT) {
        return mbt_fail(yaml->error, "line %zu: a rule is '%.60s'; {layers: PATTERN, precision: TYPE} is needed",
                        rule->line, mbt_yaml_found(yaml));
    }
    for (;;) {
        if (!mbt_yaml_next(yaml))
            return false;
        if (yaml->event.type == YAML_MAPPING_END_EVENT) {
            return (layers && precision) ||
                   mbt_fail(yaml->error, "line %zu: a rule without %s", rule->line, layers ? "precision" : "layers");
        }
        if (mbt_yaml_is(yaml, "layers")) {
            if (!read_key(yaml, "layers", &layers) || !read_pattern(yaml, rule->layers))
                return false;
        } else if (mbt_yaml_is(yaml, "precision")) {
            if (!read_key(yaml, "precision", &precision) || !read_type(yaml, "precision", &rule->type))
                return false;
        } else {
            return mbt_fail(yaml->error, "line %zu: '%.60s' in a rule; layers and precision are known",
                            mbt_yaml_line(yaml), mbt_yaml_found(yaml));
        }
    }
}

/* Reads the list of rules. The current event is its start. */
static bool read_rules(mbt_yaml *yaml, mbt_rules *rules)
{
    if (yaml->event.type != YAML_SEQUENCE_START_EVENT) {
        return mbt_fail(yaml->error, "line %zu: rules is '%.60s'; a list is needed", mbt_yaml_line(yaml),
                        mbt_yaml_found(yaml));
    }
    rules->list = calloc(MBT_MAX_RULES, sizeof *rules->list);
    if (rules->list == NULL)
        return mbt_fail(yaml->error, "out of memory");
    for (;;) {
        if (!mbt_yaml_next(yaml))
            return false;
        if (yaml->event.type == YAML_SEQUENCE_END_EVENT)
            return true;
        if (rules->count == MBT_MAX_RULES)
            return mbt_fail(yaml->error, "line %zu: more than %u rules", mbt_yaml_line(yaml), MBT_MAX_RULES);
        if (!read_rule(yaml, &rules->list[rules->count++]))
            return false;
    }
}

/* Reads the top mapping. The current event is its start. */
static bool read_top(mbt_yaml *yaml, mbt_rules *rules)
{
    bool otherwise = false, list = false;
    for (;;) {
        if (!mbt_yaml_next(yaml))
            return false;
        if (yaml->event.type == YAML_MAPPING_END_EVENT)
            return list || mbt_fail(yaml->error, "rules is missing");
        if (mbt_yaml_is(yaml, "default")) {
            if (!read_key(yaml, "default", &otherwise) || !read_type(yaml, "default", &rules->otherwise))
                return false;
        } else if (mbt_yaml_is(yaml, "rules")) {
            if (!read_key(yaml, "rules", &list) || !read_rules(yaml, rules))
                return false;
        } else {
            return mbt_fail(yaml->error, "line %zu: '%.60s'; default and rules are known", mbt_yaml_line(yaml),
                            mbt_yaml_found(yaml));
        }
    }
}

bool mbt_rules_parse(const char *text, size_t size, mbt_rules *rules, mbt_error *error)
{
    mbt_yaml yaml;
    *rules = (mbt_rules){.otherwise = MBT_WEIGHT_I8};
    if (!mbt_yaml_open(&yaml, text, size, "with rules is needed", error))
        return false;
    const bool done = read_top(&yaml, rules) && mbt_yaml_finish(&yaml);
    mbt_yaml_close(&yaml);
    if (!done)
        mbt_rules_free(rules);
    return done;
}

void mbt_rules_free(mbt_rules *rules)
{
    free(rules->list);
    rules->list = NULL;
    rules->count = 0;
}
