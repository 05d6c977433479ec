/* yaml_events.h: reads a YAML text as libyaml's events, one at a time. Errors say the line. Nesting is limited, and
 * aliases are not expanded. */
#ifndef MBT_COMPILER_READ_YAML_EVENTS_H
#define MBT_COMPILER_READ_YAML_EVENTS_H

#include <stddef.h>
#include <yaml.h>

#include "compiler/error.h"

typedef struct mbt_yaml {
    yaml_parser_t parser;
    yaml_event_t event; /* the current event; YAML_NO_EVENT if there is none */
    mbt_error *error;   /* where the functions below report errors */
} mbt_yaml;

/* Starts to read text (at most 1 MiB, need not end in 0), and moves to the start of its top mapping. needed: the rest
 * of a message that begins with "a mapping". On failure nothing is held. */
bool mbt_yaml_open(mbt_yaml *yaml, const char *text, size_t size, const char *needed, mbt_error *error);

/* Moves past the end of the top mapping. Fails if anything follows. */
bool mbt_yaml_finish(mbt_yaml *yaml);

void mbt_yaml_close(mbt_yaml *yaml);

/* Moves to the next event. */
bool mbt_yaml_next(mbt_yaml *yaml);

/* Moves to the last event of the value that starts at the current event. */
bool mbt_yaml_skip(mbt_yaml *yaml);

/* The line of the current event, from 1. */
size_t mbt_yaml_line(const mbt_yaml *yaml);

/* Whether the current event is a scalar with this text. */
bool mbt_yaml_is(const mbt_yaml *yaml, const char *text);

/* What was found, for a message: the text of a scalar, or "nothing", "a list" and so on. */
const char *mbt_yaml_found(const mbt_yaml *yaml);

#endif
