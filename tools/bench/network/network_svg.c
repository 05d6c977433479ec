/* network_svg.c: the results of `bench network` as bars. */
#include "tools/bench/network/network_svg.h"

#include <math.h>
#include <stdio.h>

enum { WIDTH = 760, LABEL = 260, BAR = 400, ROW = 22, GAP = 44 };

static const char *const kind_colours[MBT_KINDS] = {"#4477aa", "#ee6677", "#ccbb44", "#66ccee", "#bbbbbb"};

static void bar(mbt_svg *svg, double y, const char *name, double share, double largest, const char *colour)
{
    mbt_svg_text(svg, LABEL - 8, y + 15, 13, MBT_SVG_END, "#222222", "%s", name);
    mbt_svg_rectangle(svg, LABEL, y + 3, BAR * share / largest, ROW - 6, colour);
    mbt_svg_text(svg, LABEL + BAR * share / largest + 6, y + 15, 12, MBT_SVG_START, "#222222", "%.1f %%", 100 * share);
}

/* A bar for the time of each part. Returns the y below the last bar. */
static double draw_parts(mbt_svg *svg, const mbt_profile *profile, double y)
{
    double largest = 1e-9;
    for (size_t part = 0; part < profile->parts; part++)
        largest = fmax(largest, profile->part_ns[part] / profile->ns);
    for (size_t part = 0; part < profile->parts; part++, y += ROW) {
        char name[32];
        mbt_part_name(part, profile->parts, name);
        bar(svg, y, name, profile->part_ns[part] / profile->ns, largest, "#228833");
    }
    return y;
}

static double draw_kinds(mbt_svg *svg, const mbt_profile *profile, double y)
{
    double share[MBT_KINDS], largest = 1e-9;
    mbt_network_kinds(profile, share);
    for (int kind = 0; kind < MBT_KINDS; kind++)
        largest = fmax(largest, share[kind]);
    for (int kind = 0; kind < MBT_KINDS; kind++, y += ROW)
        bar(svg, y, mbt_kind_name((mbt_kind)kind), share[kind], largest, kind_colours[kind]);
    return y;
}

void mbt_network_draw(const mbt_network_report *report, mbt_svg *svg)
{
    int height = GAP;
    for (size_t i = 0; i < report->profile_count; i++)
        height += 2 * GAP + ROW * ((int)report->profiles[i].profile.parts + MBT_KINDS);
    mbt_svg_begin(svg, WIDTH, height, "mambattention bench network");
    mbt_svg_text(svg, 16, 28, 15, MBT_SVG_START, "#000000", "%s on %s", report->model, report->machine->cpu);
    double y = GAP;
    for (size_t i = 0; i < report->profile_count; i++) {
        const mbt_network_run *run = report->profiles[i].run;
        mbt_svg_text(svg, 16, y + 24, 13, MBT_SVG_START, "#000000",
                     "%s, %u thread%s, %g s of audio: real-time factor %.3f, %.0f %% of peak. By part:",
                     mbt_isa_name(run->isa), run->threads, mbt_plural(run->threads), run->seconds,
                     run->time.median / 1e9 / run->seconds, 100 * mbt_network_share(run));
        y = draw_parts(svg, &report->profiles[i].profile, y + GAP - 8);
        mbt_svg_text(svg, 16, y + 24, 13, MBT_SVG_START, "#000000", "By kind of kernel:");
        y = draw_kinds(svg, &report->profiles[i].profile, y + GAP - 8);
    }
}
