/* yaml_events.c: what both readers of YAML files need. */
#include "compiler/read/yaml_events.h"

#include <string.h>

#define MAX_SIZE (1u << 20)
#define MAX_DEPTH 100u

bool mbt_yaml_next(mbt_yaml *yaml)
{
    yaml_event_delete(&yaml->event); /* leaves YAML_NO_EVENT */
    if (yaml_parser_parse(&yaml->parser, &yaml->event))
        return true;
    const yaml_parser_t *parser = &yaml->parser;
    const char *problem = parser->problem != NULL ? parser->problem : "out of memory";
    if (parser->error == YAML_READER_ERROR) /* an invalid character, for which no line is known */
        return mbt_fail(yaml->error, "not YAML: %.100s at byte %zu", problem, parser->problem_offset);
    const bool alias = parser->context != NULL && strcmp(parser->context, "while scanning an alias") == 0;
    return mbt_fail(yaml->error, "line %zu: not YAML: %.100s%s", parser->problem_mark.line + 1, problem,
                    alias ? "; a text that begins with * needs quotes" : "");
}

size_t mbt_yaml_line(const mbt_yaml *yaml)
{
    return yaml->event.start_mark.line + 1;
}

bool mbt_yaml_is(const mbt_yaml *yaml, const char *text)
{
    const yaml_event_t *event = &yaml->event;
    return event->type == YAML_SCALAR_EVENT && event->data.scalar.length == strlen(text) &&
           memcmp(event->data.scalar.value, text, strlen(text)) == 0;
}

/* Counts starts and ends only, so neither nesting nor aliases cost anything. */
bool mbt_yaml_skip(mbt_yaml *yaml)
{
    size_t depth = 0;
    for (;;) {
        const yaml_event_type_t type = yaml->event.type;
        if (type == YAML_MAPPING_START_EVENT || type == YAML_SEQUENCE_START_EVENT) {
            if (++depth > MAX_DEPTH)
                return mbt_fail(yaml->error, "line %zu: nested deeper than %u", mbt_yaml_line(yaml), MAX_DEPTH);
        } else if (type == YAML_MAPPING_END_EVENT || type == YAML_SEQUENCE_END_EVENT) {
            --depth;
        }
        if (depth == 0)
            return true;
        if (!mbt_yaml_next(yaml))
            return false;
    }
}

const char *mbt_yaml_found(const mbt_yaml *yaml)
{
    switch (yaml->event.type) {
    case YAML_SCALAR_EVENT:
        if (yaml->event.data.scalar.length == 0 && yaml->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE)
            return "nothing";
        return (const char *)yaml->event.data.scalar.value;
    case YAML_ALIAS_EVENT:
        return "an alias";
    case YAML_SEQUENCE_START_EVENT:
        return "a list";
    default:
        return "a mapping";
    }
}

static bool begin(mbt_yaml *yaml, const char *needed)
{
    if (!mbt_yaml_next(yaml) || !mbt_yaml_next(yaml)) /* start of the stream, start of the document */
        return false;
    if (yaml->event.type == YAML_STREAM_END_EVENT)
        return mbt_fail(yaml->error, "the file is empty; a mapping %s", needed);
    if (!mbt_yaml_next(yaml))
        return false;
    return yaml->event.type == YAML_MAPPING_START_EVENT ||
           mbt_fail(yaml->error, "line %zu: '%.60s'; a mapping %s", mbt_yaml_line(yaml), mbt_yaml_found(yaml), needed);
}

bool mbt_yaml_open(mbt_yaml *yaml, const char *text, size_t size, const char *needed, mbt_error *error)
{
    memset(yaml, 0, sizeof *yaml);
    yaml->error = error;
    if (size > MAX_SIZE)
        return mbt_fail(error, "the file has %zu bytes; at most %u are allowed", size, MAX_SIZE);
    if (!yaml_parser_initialize(&yaml->parser))
        return mbt_fail(error, "out of memory");
    yaml_parser_set_input_string(&yaml->parser, (const unsigned char *)(size != 0 ? text : ""), size);
    if (!begin(yaml, needed)) {
        mbt_yaml_close(yaml);
        return false;
    }
    return true;
}

bool mbt_yaml_finish(mbt_yaml *yaml)
{
    if (!mbt_yaml_next(yaml) || !mbt_yaml_next(yaml)) /* end of the document, end of the stream */
        return false;
    return yaml->event.type == YAML_STREAM_END_EVENT ||
           mbt_fail(yaml->error, "line %zu: a second document; one is needed", mbt_yaml_line(yaml));
}

void mbt_yaml_close(mbt_yaml *yaml)
{
    yaml_event_delete(&yaml->event);
    yaml_parser_delete(&yaml->parser);
}
