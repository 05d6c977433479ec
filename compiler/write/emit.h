/* emit.h: writes a network as C99. */
#ifndef MBT_COMPILER_WRITE_EMIT_H
#define MBT_COMPILER_WRITE_EMIT_H

#include <stdio.h>

#include "compiler/network.h"

/* Writes the generated file, and flushes it. The same network gives the same bytes. Fails if the stream fails. */
bool mbt_emit(const mbt_network *network, FILE *file, mbt_error *error);

#endif
