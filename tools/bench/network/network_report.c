/* network_report.c: the results of `bench network` as tables and as JSON. */
#include "tools/bench/network/network_report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/bench/report.h"

/* The time of the run on one thread with the same kernels and length, over that of this run; NAN without such a run. */
static double speed_up(const mbt_network_report *report, const mbt_network_run *run)
{
    for (size_t i = 0; i < report->run_count; i++) {
        const mbt_network_run *other = &report->runs[i];
        if (other->threads == 1 && other->isa == run->isa && other->seconds >= run->seconds &&
            other->seconds <= run->seconds)
            return other->time.median / run->time.median;
    }
    return (double)NAN;
}

static void print_runs(const mbt_network_report *report)
{
    mbt_table table;
    mbt_table_begin(&table, "isa|threads|cores|audio s|time ms|p10|p90|runs|outliers|real-time factor|GFLOP/s|of peak|"
                            "speed-up|open ms|memory MB|resident MB");
    for (size_t i = 0; i < report->run_count; i++) {
        const mbt_network_run *run = &report->runs[i];
        mbt_table_text(&table, "%s", mbt_isa_name(run->isa));
        mbt_table_number(&table, run->threads, 0);
        mbt_table_number(&table, run->cpu_ns / run->wall_ns, 2);
        mbt_table_number(&table, run->seconds, 1);
        mbt_table_number(&table, run->time.median / 1e6, 1);
        mbt_table_number(&table, run->time.p10 / 1e6, 1);
        mbt_table_number(&table, run->time.p90 / 1e6, 1);
        mbt_table_number(&table, (double)run->time.count, 0);
        mbt_table_number(&table, (double)run->time.outliers, 0);
        mbt_table_number(&table, run->time.median / 1e9 / run->seconds, 4);
        mbt_table_number(&table, mbt_network_gflops(run), 1);
        mbt_table_percent(&table, mbt_network_share(run));
        mbt_table_number(&table, speed_up(report, run), 2);
        mbt_table_number(&table, run->open_ns / 1e6, 2);
        mbt_table_number(&table, (double)run->memory / 1e6, 1);
        mbt_table_number(&table, run->resident > 0 ? (double)run->resident / 1e6 : -1, 1);
    }
    mbt_table_print(&table);
    const mbt_network_run *first = &report->runs[0];
    printf("\nGFLOP/s: the plain work, 2 x %.1f G multiply-adds for each of %g s, over the time; of peak: over the "
           "peak of\n"
           "fp32 multiply-adds of as many cores, which int8 may exceed, measured beside the runs (",
           first->macs / first->seconds / 1e9, first->seconds);
    for (size_t i = 0; i < report->profile_count; i++) {
        const mbt_network_run *run = report->profiles[i].run;
        printf("%s%s %.1f GFLOP/s", i > 0 ? ", " : "", mbt_isa_name(run->isa), run->peak);
    }
    printf(").\nCores: processor time over time; fewer than the threads where other processes run, or threads wait.\n"
           "Speed-up: over one thread, where that was measured. Memory: what mbt_open takes;\n"
           "resident: the most that the process had%s.\n",
           first->resident_exact ? "" : " so far");
}

/* Parts that the table shows as one: the spectrum, the encoder, all blocks along one axis, or a decoder. */
typedef struct group {
    const char *name;
    size_t first, step, end; /* parts */
} group;

enum { GROUPS = 6 };

static void make_groups(size_t parts, group groups[GROUPS])
{
    const size_t end = parts - 2;
    groups[0] = (group){"spectrum", MBT_PART_SPECTRUM, 1, MBT_PART_SPECTRUM + 1};
    groups[1] = (group){"encoder", MBT_PART_ENCODER, 1, MBT_PART_ENCODER + 1};
    groups[2] = (group){"blocks, time", MBT_PART_BLOCKS, 2, end};
    groups[3] = (group){"blocks, frequency", MBT_PART_BLOCKS + 1, 2, end};
    groups[4] = (group){"mask decoder", end, 1, end + 1};
    groups[5] = (group){"phase decoder", end + 1, 1, end + 2};
}

static bool in_group(const group *g, size_t part)
{
    return part >= g->first && part < g->end && (part - g->first) % g->step == 0;
}

static void add_row(mbt_table *table, const char *part, const char *layer, double ns, double all, double calls,
                    double flops, double peak)
{
    mbt_table_text(table, "%s", part);
    mbt_table_text(table, "%s", layer);
    mbt_table_number(table, ns / 1e6, 2);
    mbt_table_percent(table, ns / all);
    mbt_table_number(table, calls > 0 ? calls : -1, 0);
    mbt_table_number(table, flops > 0 ? flops / ns : -1, 1);
    mbt_table_percent(table, flops > 0 ? flops / ns / peak : -1);
}

/* Prints the rows of a group; those of the same name are added up. */
static void print_group(mbt_table *table, const mbt_profile *profile, const group *g, double all, double peak)
{
    double wall = 0, other = 0;
    for (size_t part = g->first; part < g->end; part += g->step) {
        wall += profile->part_ns[part];
        other += profile->part_other[part];
    }
    add_row(table, g->name, "", wall, profile->ns, 0, 0, 0);
    for (size_t i = 0; i < profile->rows; i++) {
        const mbt_profile_row *row = &profile->row[i];
        if (!in_group(g, row->part) || row->part != g->first)
            continue;
        double ns = 0, calls = 0, flops = 0;
        for (size_t j = i; j < profile->rows; j++) {
            const mbt_profile_row *same = &profile->row[j];
            if (in_group(g, same->part) && strcmp(same->name, row->name) == 0) {
                ns += same->ns;
                calls += same->calls;
                flops += same->flops;
            }
        }
        add_row(table, "", row->name, ns, all, calls, flops, peak);
    }
    add_row(table, "", "other", other, all, 0, 0, 0);
}

static void print_profile(const mbt_network_profile *p)
{
    const mbt_network_run *run = p->run;
    printf("\n%s, %u %s, %g s of audio: time by part and layer. The run with the clock in every kernel took %.1f ms,\n"
           "%+.1f %% of the plain one.\n\n",
           mbt_isa_name(run->isa), run->threads, run->threads == 1 ? "thread" : "threads", run->seconds,
           p->profile.ns / 1e6, 100 * (p->profile.ns / run->time.median - 1));
    const double all = mbt_network_thread_ns(&p->profile);
    mbt_table table;
    group groups[GROUPS];
    make_groups(p->profile.parts, groups);
    mbt_table_begin(&table, "part|layer or kernel|ms|share|calls|GFLOP/s|of peak");
    for (int i = 0; i < GROUPS; i++)
        print_group(&table, &p->profile, &groups[i], all, run->peak);
    mbt_table_print(&table);
    double share[MBT_KINDS];
    mbt_network_kinds(&p->profile, share);
    putchar('\n');
    mbt_table_begin(&table, "kind|share");
    for (int kind = 0; kind < MBT_KINDS; kind++) {
        mbt_table_text(&table, "%s", mbt_kind_name((mbt_kind)kind));
        mbt_table_percent(&table, share[kind]);
    }
    mbt_table_print(&table);
}

void mbt_network_print(const mbt_network_report *report)
{
    mbt_machine_print(report->machine);
    printf("model %s\n\n", report->model);
    print_runs(report);
    for (size_t i = 0; i < report->profile_count; i++)
        print_profile(&report->profiles[i]);
}

static void add_run(cJSON *list, const mbt_network_report *report, const mbt_network_run *run)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddItemToArray(list, object);
    cJSON_AddStringToObject(object, "isa", mbt_isa_name(run->isa));
    mbt_report_number(object, "threads", run->threads);
    mbt_report_number(object, "seconds", run->seconds);
    mbt_report_stats(object, &run->time);
    mbt_report_number(object, "real_time_factor", run->time.median / 1e9 / run->seconds);
    mbt_report_number(object, "cores", run->cpu_ns / run->wall_ns);
    mbt_report_number(object, "plain_macs", run->macs);
    mbt_report_number(object, "gflops", mbt_network_gflops(run));
    mbt_report_number(object, "peak_gflops", run->peak);
    mbt_report_number(object, "share_of_peak", mbt_network_share(run));
    mbt_report_number(object, "speed_up", speed_up(report, run));
    mbt_report_number(object, "open_ns", run->open_ns);
    mbt_report_number(object, "memory_bytes", (double)run->memory);
    mbt_report_number(object, "resident_bytes", run->resident > 0 ? (double)run->resident : NAN);
}

static void add_profile(cJSON *list, const mbt_network_profile *p)
{
    const mbt_profile *profile = &p->profile;
    const double all = mbt_network_thread_ns(profile);
    double share[MBT_KINDS];
    mbt_network_kinds(profile, share);
    cJSON *object = cJSON_CreateObject();
    cJSON_AddItemToArray(list, object);
    cJSON_AddStringToObject(object, "isa", mbt_isa_name(p->run->isa));
    mbt_report_number(object, "threads", p->run->threads);
    mbt_report_number(object, "seconds", p->run->seconds);
    mbt_report_number(object, "peak_gflops", p->run->peak);
    mbt_report_number(object, "overhead", profile->ns / p->run->time.median - 1);
    cJSON *kinds = cJSON_AddObjectToObject(object, "kinds");
    for (int kind = 0; kind < MBT_KINDS; kind++)
        mbt_report_number(kinds, mbt_kind_name((mbt_kind)kind), share[kind]);
    cJSON *parts = cJSON_AddArrayToObject(object, "parts");
    for (size_t part = 0; part < profile->parts; part++) {
        char name[32];
        mbt_part_name(part, profile->parts, name);
        cJSON *entry = cJSON_CreateObject();
        cJSON_AddItemToArray(parts, entry);
        cJSON_AddStringToObject(entry, "name", name);
        mbt_report_number(entry, "ns", profile->part_ns[part]);
        mbt_report_number(entry, "share", profile->part_ns[part] / profile->ns);
        mbt_report_number(entry, "other_ns", profile->part_other[part]);
        cJSON *layers = cJSON_AddArrayToObject(entry, "layers");
        for (size_t i = 0; i < profile->rows; i++) {
            const mbt_profile_row *row = &profile->row[i];
            if (row->part != part)
                continue;
            cJSON *layer = cJSON_CreateObject();
            cJSON_AddItemToArray(layers, layer);
            cJSON_AddStringToObject(layer, "name", row->name);
            cJSON_AddStringToObject(layer, "kind", mbt_kind_name(row->kind));
            mbt_report_number(layer, "ns", row->ns);
            mbt_report_number(layer, "share", row->ns / all);
            mbt_report_number(layer, "calls", row->calls);
            if (row->flops > 0) {
                mbt_report_number(layer, "gflops", row->flops / row->ns);
                mbt_report_number(layer, "share_of_peak", row->flops / row->ns / p->run->peak);
            }
        }
    }
}

bool mbt_network_print_json(const mbt_network_report *report)
{
    cJSON *root = mbt_report_begin("network");
    cJSON_AddStringToObject(root, "model", report->model);
    mbt_machine_to_json(report->machine, root);
    cJSON *runs = cJSON_AddArrayToObject(root, "runs");
    for (size_t i = 0; i < report->run_count; i++)
        add_run(runs, report, &report->runs[i]);
    cJSON *profiles = cJSON_AddArrayToObject(root, "profiles");
    for (size_t i = 0; i < report->profile_count; i++)
        add_profile(profiles, &report->profiles[i]);
    return mbt_report_print(root);
}
