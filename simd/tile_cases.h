/* tile_cases.h: calls the tile for a number of rows known at run time. Each number has a call of its own, in which it
 * is a constant. Included by gemm_tiles.h and gemm_i8_tiles.h; the architecture has defined TILE_ROWS, at most 13. */
#ifndef MBT_SIMD_TILE_CASES_H
#define MBT_SIMD_TILE_CASES_H

#define TILE_CASE(constant, g, t, panels)                             \
    case constant:                                                    \
        if (constant <= TILE_ROWS)                                    \
            tile(g, t, constant <= TILE_ROWS ? constant : 1, panels); \
        break;

/* Calls tile(g, t, rows, panels), for rows from 1 to TILE_ROWS. */
#define TILE_OF_ROWS(g, t, rows, panels) \
    switch (rows) {                      \
        TILE_CASE(1, g, t, panels)       \
        TILE_CASE(2, g, t, panels)       \
        TILE_CASE(3, g, t, panels)       \
        TILE_CASE(4, g, t, panels)       \
        TILE_CASE(5, g, t, panels)       \
        TILE_CASE(6, g, t, panels)       \
        TILE_CASE(7, g, t, panels)       \
        TILE_CASE(8, g, t, panels)       \
        TILE_CASE(9, g, t, panels)       \
        TILE_CASE(10, g, t, panels)      \
        TILE_CASE(11, g, t, panels)      \
        TILE_CASE(12, g, t, panels)      \
        TILE_CASE(13, g, t, panels)      \
    }

#endif
