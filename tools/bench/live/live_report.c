/* live_report.c: the results of `bench live` as tables and as JSON. */
#include "tools/bench/live/live_report.h"

#include <stdio.h>
#include <string.h>

#include "tools/bench/report.h"

typedef struct view {
    const char *name;
    const mbt_spread_of_times *times;
} view;

enum { VIEWS = 3 };

static void list_views(const mbt_live_case *c, view views[VIEWS])
{
    views[0] = (view){"clock", &c->round.clock};
    views[1] = (view){"undisturbed", &c->round.undisturbed};
    views[2] = (view){"processor", &c->round.processor};
}

static void print_cases(const mbt_live_report *report)
{
    mbt_table table;
    mbt_table_begin(&table, "isa|streams|block|spread|caches|time|rounds|median us|p99|p99.9|worst|longest/mean|"
                            "p99.9 of block");
    for (size_t i = 0; i < report->case_count; i++) {
        const mbt_live_case *c = &report->cases[i];
        view views[VIEWS];
        list_views(c, views);
        for (int v = 0; v < VIEWS; v++) {
            const mbt_spread_of_times *t = views[v].times;
            mbt_table_text(&table, "%s", v == 0 ? mbt_isa_name(c->isa) : "");
            mbt_table_number(&table, (double)c->streams, 0);
            mbt_table_number(&table, (double)c->block, 0);
            mbt_table_text(&table, "%s", c->spread ? "yes" : "no");
            mbt_table_text(&table, "%s", c->cold ? "cold" : "warm");
            mbt_table_text(&table, "%s", views[v].name);
            mbt_table_number(&table, (double)t->count, 0);
            mbt_table_number(&table, t->median / 1e3, 1);
            mbt_table_number(&table, t->p99 / 1e3, 1);
            mbt_table_number(&table, t->p999 / 1e3, 1);
            mbt_table_number(&table, t->worst / 1e3, 1);
            mbt_table_number(&table, t->worst / t->mean, 2);
            mbt_table_percent(&table, t->p999 / mbt_live_lasts(report, c->block));
        }
    }
    mbt_table_print(&table);
    printf("\nA round is a call of mbt_process for each stream, with one block. A hop is %zu samples, %.2f ms.\n"
           "clock: all rounds. undisturbed: those in which nothing else ran on the core. processor: what the thread\n"
           "ran in all of them. Cold: %zu MiB are written between rounds, more than all caches hold.\n",
           report->hop, mbt_live_lasts(report, report->hop) / 1e6, report->cold_size >> 20);
    for (size_t i = 0; i < report->isa_count; i++) {
        if (report->isas[i].streams_that_fit > 0) {
            printf(
                "%s: a core carries %zu streams: 99.9 %% of their rounds take less processor time than a hop lasts.\n",
                mbt_isa_name(report->isas[i].isa), report->isas[i].streams_that_fit);
        }
    }
}

/* The time of each kind of kernel in a profile, ns. */
static void add_up_kinds(const mbt_profile *profile, double ns[MBT_KINDS])
{
    memset(ns, 0, MBT_KINDS * sizeof *ns);
    for (size_t i = 0; i < profile->rows; i++)
        ns[profile->row[i].kind] += profile->row[i].ns;
    for (size_t part = 0; part < profile->parts; part++)
        ns[MBT_KIND_OTHER] += profile->part_other[part];
}

static void add_share(mbt_table *table, const char *name, double ns, const mbt_live_isa *isa)
{
    mbt_table_text(table, "%s", name);
    mbt_table_number(table, ns / 1e3 / (double)isa->profiled_hops, 1);
    mbt_table_percent(table, ns / isa->profile.ns);
}

static void print_profile(const mbt_live_isa *isa)
{
    const mbt_profile *profile = &isa->profile;
    double kinds[MBT_KINDS];
    mbt_table table;
    printf(
        "\n%s: the time of a hop by part and by kind of kernel, with a clock in every kernel (`bench network --model`\n"
        "with this model has it by layer). Other processes count.\n\n",
        mbt_isa_name(isa->isa));
    mbt_table_begin(&table, "part or kind|us|share");
    for (size_t part = 0; part < profile->parts; part++) {
        char name[32];
        mbt_part_name(part, profile->parts, name);
        add_share(&table, name, profile->part_ns[part], isa);
    }
    add_up_kinds(profile, kinds);
    for (int kind = 0; kind < MBT_KINDS; kind++)
        add_share(&table, mbt_kind_name((mbt_kind)kind), kinds[kind], isa);
    mbt_table_print(&table);
}

void mbt_live_print(const mbt_live_report *report)
{
    mbt_machine_print(report->machine);
    printf("model %s, %zu bytes of memory for a stream\n\n", report->model, report->memory);
    print_cases(report);
    for (size_t i = 0; i < report->isa_count; i++)
        print_profile(&report->isas[i]);
}

static void add_case(cJSON *list, const mbt_live_report *report, const mbt_live_case *c)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddItemToArray(list, object);
    cJSON_AddStringToObject(object, "isa", mbt_isa_name(c->isa));
    mbt_report_number(object, "streams", (double)c->streams);
    mbt_report_number(object, "block", (double)c->block);
    cJSON_AddBoolToObject(object, "spread", c->spread);
    cJSON_AddStringToObject(object, "caches", c->cold ? "cold" : "warm");
    mbt_report_number(object, "block_ns", mbt_live_lasts(report, c->block));
    view views[VIEWS];
    list_views(c, views);
    for (int v = 0; v < VIEWS; v++) {
        const mbt_spread_of_times *t = views[v].times;
        cJSON *times = cJSON_AddObjectToObject(object, views[v].name);
        mbt_report_number(times, "rounds", (double)t->count);
        mbt_report_number(times, "mean_ns", t->mean);
        mbt_report_number(times, "median_ns", t->median);
        mbt_report_number(times, "p99_ns", t->p99);
        mbt_report_number(times, "p999_ns", t->p999);
        mbt_report_number(times, "worst_ns", t->worst);
    }
}

static void add_isa(cJSON *list, const mbt_live_isa *isa)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddItemToArray(list, object);
    cJSON_AddStringToObject(object, "isa", mbt_isa_name(isa->isa));
    if (isa->streams_that_fit > 0)
        mbt_report_number(object, "streams_that_fit", (double)isa->streams_that_fit);
    mbt_report_number(object, "profiled_hops", (double)isa->profiled_hops);
    double kinds[MBT_KINDS];
    add_up_kinds(&isa->profile, kinds);
    cJSON *parts = cJSON_AddObjectToObject(object, "parts"), *shares = cJSON_AddObjectToObject(object, "kinds");
    for (size_t part = 0; part < isa->profile.parts; part++) {
        char name[32];
        mbt_part_name(part, isa->profile.parts, name);
        mbt_report_number(parts, name, isa->profile.part_ns[part] / isa->profile.ns);
    }
    for (int kind = 0; kind < MBT_KINDS; kind++)
        mbt_report_number(shares, mbt_kind_name((mbt_kind)kind), kinds[kind] / isa->profile.ns);
}

bool mbt_live_print_json(const mbt_live_report *report)
{
    cJSON *root = mbt_report_begin("live");
    cJSON_AddStringToObject(root, "model", report->model);
    mbt_machine_to_json(report->machine, root);
    mbt_report_number(root, "hop_ns", mbt_live_lasts(report, report->hop));
    mbt_report_number(root, "memory_bytes", (double)report->memory);
    mbt_report_number(root, "cold_bytes", (double)report->cold_size);
    cJSON *cases = cJSON_AddArrayToObject(root, "cases"), *isas = cJSON_AddArrayToObject(root, "isas");
    for (size_t i = 0; i < report->case_count; i++)
        add_case(cases, report, &report->cases[i]);
    for (size_t i = 0; i < report->isa_count; i++)
        add_isa(isas, &report->isas[i]);
    return mbt_report_print(root);
}
