/* emit.h: writes a network as C99. */
#ifndef MBT_COMPILER_EMIT_H
#define MBT_COMPILER_EMIT_H

#include <stdio.h>

#include "compiler/error.h"
#include "compiler/network.h"

#define MBT_FLOAT_TEXT 32

/* Writes the generated file: the same network gives the same bytes. Fails if the stream does; flushes it. */
bool mbt_emit(const mbt_network *network, FILE *file, mbt_error *error);

/* A short C constant that any compiler reads as exactly this float. value: finite. Returns its length. */
size_t mbt_emit_float(float value, char text[MBT_FLOAT_TEXT]);

#endif
