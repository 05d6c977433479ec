/* svg.h: draws a picture as an SVG file, which appears whole or not at all. */
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

/* Creates the file before anything is measured, so that a wrong path fails at once. On failure returns false and prints
 * one error line. */
bool mbt_svg_open(mbt_svg *svg, const char *path);

/* Begins the picture: width x height pixels, white, with a title. */
void mbt_svg_begin(mbt_svg *svg, int width, int height, const char *title);

typedef enum mbt_svg_anchor { MBT_SVG_START, MBT_SVG_MIDDLE, MBT_SVG_END } mbt_svg_anchor;

/* Text whose base line has its start, middle or end at (x, y); the special characters of XML are escaped. */
void mbt_svg_text(mbt_svg *svg, double x, double y, int size, mbt_svg_anchor anchor, const char *colour,
                  const char *format, ...) MBT_PRINTF(7, 8);
void mbt_svg_rectangle(mbt_svg *svg, double x, double y, double width, double height, const char *colour);
void mbt_svg_line(mbt_svg *svg, double x1, double y1, double x2, double y2, const char *colour, double width);

/* A dot with a text that browsers show when the pointer is over it. */
void mbt_svg_dot(mbt_svg *svg, double x, double y, double radius, const char *colour, const char *title);

/* Ends the picture. The file appears if `complete`, otherwise it is removed. False if it is not complete, or if writing
 * failed, which prints one error line. With svg NULL it returns `complete`. */
bool mbt_svg_close(mbt_svg *svg, bool complete);

#endif
