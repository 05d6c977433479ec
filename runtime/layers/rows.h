/* rows.h: a sequence of positions in memory, read forwards or backwards. */
#ifndef MBT_RUNTIME_LAYERS_ROWS_H
#define MBT_RUNTIME_LAYERS_ROWS_H

#include <stddef.h>

/* Position i is data[i * stride .. i * stride + channels - 1]. */
typedef struct mbt_rows {
    float *data;
    ptrdiff_t stride;
    size_t count;
} mbt_rows;

/* The same positions in reverse order. */
static inline mbt_rows mbt_rows_flip(mbt_rows rows)
{
    return (mbt_rows){rows.data + (ptrdiff_t)(rows.count - 1) * rows.stride, -rows.stride, rows.count};
}

/* The `count` positions that start at `first`. */
static inline mbt_rows mbt_rows_part(mbt_rows rows, size_t first, size_t count)
{
    return (mbt_rows){rows.data + (ptrdiff_t)first * rows.stride, rows.stride, count};
}

#endif
