/* roofline.c: the results of `bench kernels` as a roofline model (Williams, Waterman, Patterson 2009). */
#include "tools/bench/kernels/roofline.h"

#include <math.h>
#include <stdio.h>

enum {
    LEFT = 70,
    TOP = 60,
    PLOT_WIDTH = 820,
    PLOT_HEIGHT = 620,
    LEGEND = LEFT + PLOT_WIDTH + 30,
    LEGEND_WIDTH = 330,
    LINE = 13
};

static const char *const isa_colours[MBT_ISA_COUNT] = {"#000000", "#999999", "#4477aa", "#ee6677",
                                                       "#228833", "#66ccee", "#aa3377", "#ccbb44"};

/* Powers of ten at the edges of the plot. */
typedef struct axes {
    double x_low, x_high, y_low, y_high;
} axes;

static double to_x(const axes *a, double intensity)
{
    return LEFT + PLOT_WIDTH * (log10(intensity) - a->x_low) / (a->x_high - a->x_low);
}

static double to_y(const axes *a, double gflops)
{
    return TOP + PLOT_HEIGHT * (a->y_high - log10(gflops)) / (a->y_high - a->y_low);
}

static axes find_axes(const mbt_kernel_report *report)
{
    double x_least = 1, x_most = 1, y_least = 1, y_most = 1;
    for (size_t i = 0; i < report->count; i++) {
        const mbt_kernel_result *r = &report->results[i];
        const double x = r->flops / r->bytes, y = r->flops / r->time.median;
        x_least = fmin(x_least, x);
        x_most = fmax(x_most, x);
        y_least = fmin(y_least, y);
        y_most = fmax(y_most, fmax(y, r->peak));
    }
    return (axes){floor(log10(x_least)), ceil(log10(x_most)), floor(log10(y_least)), ceil(log10(y_most * 1.2))};
}

static void draw_grid(mbt_svg *svg, const axes *a)
{
    for (double power = a->x_low; power <= a->x_high; power++) {
        const double x = to_x(a, pow(10, power));
        mbt_svg_line(svg, x, TOP, x, TOP + PLOT_HEIGHT, "#dddddd", 1);
        mbt_svg_text(svg, x, TOP + PLOT_HEIGHT + 18, 12, MBT_SVG_MIDDLE, "#222222", "%g", pow(10, power));
    }
    for (double power = a->y_low; power <= a->y_high; power++) {
        const double y = to_y(a, pow(10, power));
        mbt_svg_line(svg, LEFT, y, LEFT + PLOT_WIDTH, y, "#dddddd", 1);
        mbt_svg_text(svg, LEFT - 8, y + 4, 12, MBT_SVG_END, "#222222", "%g", pow(10, power));
    }
    mbt_svg_text(svg, LEFT + PLOT_WIDTH / 2.0, TOP + PLOT_HEIGHT + 40, 13, MBT_SVG_MIDDLE, "#222222",
                 "operations for each byte read or written");
    mbt_svg_text(svg, 12, TOP - 14, 13, MBT_SVG_START, "#222222", "GFLOP/s");
}

/* The line of the bandwidth: it rises from the left edge to the peak, or to the right edge if that comes first. */
static void draw_slope(mbt_svg *svg, const axes *a, double bandwidth, double peak, const char *name, const char *colour)
{
    const double left = pow(10, a->x_low), right = pow(10, a->x_high), bottom = pow(10, a->y_low);
    const double from = fmax(left, bottom / bandwidth), to = fmin(right, peak / bandwidth);
    if (from >= to)
        return;
    mbt_svg_line(svg, to_x(a, from), to_y(a, from * bandwidth), to_x(a, to), to_y(a, to * bandwidth), colour, 1);
    mbt_svg_text(svg, to_x(a, from) + 4, to_y(a, from * bandwidth) - 4, 10, MBT_SVG_START, colour, "%s %.0f GB/s", name,
                 bandwidth);
}

static void draw_roofs(mbt_svg *svg, const axes *a, const mbt_machine *machine)
{
    static const char *const levels[MBT_LEVELS] = {"L1", "L2", "memory"};
    for (int isa = 0; isa < MBT_ISA_COUNT; isa++) {
        const mbt_isa_peak *p = &machine->peak[isa];
        if (!p->measured)
            continue;
        const double y = to_y(a, p->fma);
        mbt_svg_line(svg, LEFT, y, LEFT + PLOT_WIDTH, y, isa_colours[isa], 1.5);
        mbt_svg_text(svg, LEFT + PLOT_WIDTH - 4, y - 4, 11, MBT_SVG_END, isa_colours[isa], "%s peak %.1f GFLOP/s",
                     mbt_isa_name((mbt_isa)isa), p->fma);
        if (p->dot > 0) {
            const double y_dot = to_y(a, p->dot);
            mbt_svg_line(svg, LEFT, y_dot, LEFT + PLOT_WIDTH, y_dot, isa_colours[isa], 1.5);
            mbt_svg_text(svg, LEFT + PLOT_WIDTH - 4, y_dot - 4, 11, MBT_SVG_END, isa_colours[isa], "%s int8 %.1f GOP/s",
                         mbt_isa_name((mbt_isa)isa), p->dot);
        }
        for (int level = 0; level < MBT_LEVELS && isa != MBT_ISA_SCALAR; level++)
            draw_slope(svg, a, p->read[level], p->fma, levels[level], isa_colours[isa]);
    }
}

static void draw_kernels(mbt_svg *svg, const axes *a, const mbt_kernel_report *report)
{
    size_t named = SIZE_MAX;
    double y = TOP;
    for (size_t i = 0; i < report->count; i++) {
        const mbt_kernel_result *r = &report->results[i];
        char title[160];
        snprintf(title, sizeof title, "%s %s, %s: %.1f GFLOP/s, %.1f GB/s", r->kernel, r->shape, mbt_isa_name(r->isa),
                 r->flops / r->time.median, r->bytes / r->time.median);
        const double at_x = to_x(a, r->flops / r->bytes), at_y = to_y(a, r->flops / r->time.median);
        mbt_svg_dot(svg, at_x, at_y, 3.5, isa_colours[r->isa], title);
        mbt_svg_text(svg, at_x + 4, at_y - 3, 8, MBT_SVG_START, isa_colours[r->isa], "%zu", r->number + 1);
        if (r->number != named) {
            named = r->number;
            mbt_svg_text(svg, LEGEND, y, 10, MBT_SVG_START, "#222222", "%zu  %s, %s", r->number + 1, r->kernel,
                         r->shape);
            y += LINE;
        }
    }
}

void mbt_kernels_draw(const mbt_kernel_report *report, mbt_svg *svg)
{
    const axes a = find_axes(report);
    const int legend = TOP + LINE * (int)report->cases + 20, plot = TOP + PLOT_HEIGHT + 60;
    mbt_svg_begin(svg, LEGEND + LEGEND_WIDTH, legend > plot ? legend : plot, "mambattention bench kernels");
    mbt_svg_text(svg, LEFT, 28, 15, MBT_SVG_START, "#000000", "Kernels on one core of %s", report->machine->cpu);
    draw_grid(svg, &a);
    draw_roofs(svg, &a, report->machine);
    draw_kernels(svg, &a, report);
}
