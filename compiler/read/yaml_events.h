/* yaml_events.h: a YAML text as libyaml's events, one at a time, with errors that say the line. Nesting is bounded, and
 * aliases stay names. */
#ifndef MBT_COMPILER_READ_YAML_EVENTS_H
#define MBT_COMPILER_READ_YAML_EVENTS_H

#include <stddef.h>
#include <yaml.h>

#include "compiler/error.h"

typedef struct mbt_yaml {
    yaml_parser_t parser;
    yaml_event_t event; /* the current one; YAML_NO_EVENT where none is held */
    mbt_error *error;   /* what the functions below report to */
} mbt_yaml;

/* Begins to read text (need not end in 0), of at most 1 MiB, and moves to the start of its top mapping. needed: how a
 * message goes on after "a mapping". On failure nothing is held. */
bool mbt_yaml_open(mbt_yaml *yaml, const char *text, size_t size, const char *needed, mbt_error *error);

/* Moves past the end of the top mapping, after which there must be nothing. */
bool mbt_yaml_finish(mbt_yaml *yaml);

void mbt_yaml_close(mbt_yaml *yaml);

/* Moves on to the next event. */
bool mbt_yaml_next(mbt_yaml *yaml);

/* Moves past the value that begins at the current event, to its last event. */
bool mbt_yaml_skip(mbt_yaml *yaml);

/* The current event's, from 1. */
size_t mbt_yaml_line(const mbt_yaml *yaml);

/* Whether the current event is a scalar with this text. */
bool mbt_yaml_is(const mbt_yaml *yaml, const char *text);

/* What a message says was found: the text of a scalar, else "nothing", "a list" and so on. */
const char *mbt_yaml_found(const mbt_yaml *yaml);

#endif
