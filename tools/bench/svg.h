/* svg.h: pictures as SVG, written whole or not at all. */
#ifndef MBT_TOOLS_BENCH_SVG_H
#define MBT_TOOLS_BENCH_SVG_H

#include <stdbool.h>
#include <stdio.h>

#include "tools/base/message.h"
#include "tools/base/result_file.h"

typedef struct mbt_svg {
    mbt_output_file file;
    const char *path;
    FILE *stream; /* of file */
} mbt_svg;

/* Begins the file, so that one that cannot be written is known before the work. On failure false, told. */
bool mbt_svg_open(mbt_svg *svg, const char *path);

/* Begins the picture: width x height pixels on white, with a title. */
void mbt_svg_begin(mbt_svg *svg, int width, int height, const char *title);

typedef enum mbt_svg_anchor { MBT_SVG_START, MBT_SVG_MIDDLE, MBT_SVG_END } mbt_svg_anchor;

/* Text with its anchor at (x, y), the base line; characters of XML are escaped. */
void mbt_svg_text(mbt_svg *svg, double x, double y, int size, mbt_svg_anchor anchor, const char *colour,
                  const char *format, ...) MBT_PRINTF(7, 8);
void mbt_svg_rectangle(mbt_svg *svg, double x, double y, double width, double height, const char *colour);
void mbt_svg_line(mbt_svg *svg, double x1, double y1, double x2, double y2, const char *colour, double width);

/* A dot with a text that browsers show under the pointer. */
void mbt_svg_dot(mbt_svg *svg, double x, double y, double radius, const char *colour, const char *title);

/* Ends the picture, and the file appears; if it is not complete, nothing remains. svg: NULL is fine. False if it is not
 * complete, or on failure, told. */
bool mbt_svg_close(mbt_svg *svg, bool complete);

#endif
