/* svg.c: the few shapes of SVG that the pictures need. */
#define _POSIX_C_SOURCE 200809L

#include "tools/bench/svg.h"

#include <stdarg.h>
#include <string.h>

static void escape(FILE *stream, const char *text)
{
    for (; *text != '\0'; text++) {
        switch (*text) {
        case '<':
            fputs("&lt;", stream);
            break;
        case '>':
            fputs("&gt;", stream);
            break;
        case '&':
            fputs("&amp;", stream);
            break;
        default: /* names of models may hold any byte; XML must not */
            fputc((unsigned char)*text < 0x20 || (unsigned char)*text > 0x7e ? '?' : *text, stream);
        }
    }
}

bool mbt_svg_open(mbt_svg *svg, const char *path)
{
    svg->path = path;
    if (!mbt_result_create(&svg->file, path))
        return false;
    if (!mbt_output_open_stream(&svg->file))
        return mbt_complain("%s: %s", path, svg->file.reason);
    svg->stream = svg->file.stream;
    return true;
}

void mbt_svg_begin(mbt_svg *svg, int width, int height, const char *title)
{
    fprintf(svg->stream,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" "
            "font-family=\"sans-serif\">\n<title>",
            width, height, width, height);
    escape(svg->stream, title);
    fputs("</title>\n", svg->stream);
    mbt_svg_rectangle(svg, 0, 0, width, height, "#ffffff");
}

void mbt_svg_text(mbt_svg *svg, double x, double y, int size, mbt_svg_anchor anchor, const char *colour,
                  const char *format, ...)
{
    static const char *const anchors[] = {"start", "middle", "end"};
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    fprintf(svg->stream, "<text x=\"%.1f\" y=\"%.1f\" font-size=\"%d\" text-anchor=\"%s\" fill=\"%s\">", x, y, size,
            anchors[anchor], colour);
    escape(svg->stream, text);
    fputs("</text>\n", svg->stream);
}

void mbt_svg_rectangle(mbt_svg *svg, double x, double y, double width, double height, const char *colour)
{
    fprintf(svg->stream, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"/>\n", x, y, width,
            height, colour);
}

void mbt_svg_line(mbt_svg *svg, double x1, double y1, double x2, double y2, const char *colour, double width)
{
    fprintf(svg->stream,
            "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\" stroke-width=\"%.1f\"/>\n", x1, y1, x2,
            y2, colour, width);
}

void mbt_svg_dot(mbt_svg *svg, double x, double y, double radius, const char *colour, const char *title)
{
    fprintf(svg->stream, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\" fill=\"%s\" fill-opacity=\"0.8\"><title>", x, y,
            radius, colour);
    escape(svg->stream, title);
    fputs("</title></circle>\n", svg->stream);
}

bool mbt_svg_close(mbt_svg *svg, bool complete)
{
    if (svg == NULL)
        return complete;
    fputs("</svg>\n", svg->stream);
    if (complete)
        return mbt_result_commit(&svg->file, svg->path);
    mbt_output_discard(&svg->file);
    return false;
}
