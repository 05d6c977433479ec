/* kernels_report.c: the results of `bench kernels` as a table and as JSON. */
#include "tools/bench/kernels/kernels_report.h"

#include <stdio.h>

#include "tools/bench/report.h"

static const char *const levels[MBT_LEVELS] = {"L1", "L2", "memory"};

static double ratio_to_scalar(const mbt_kernel_result *r)
{
    return r->scalar_ns > 0 ? r->scalar_ns / r->time.median : -1;
}

void mbt_kernels_print(const mbt_kernel_report *report)
{
    mbt_machine_print(report->machine);
    putchar('\n');
    mbt_table table;
    mbt_table_begin(&table, report->events
                                ? "kernel|shape|isa|median ns|p10|p90|outliers|GFLOP/s|of peak|GB/s|of bandwidth|"
                                  "G elements/s|x scalar|cycles|instructions"
                                : "kernel|shape|isa|median ns|p10|p90|outliers|GFLOP/s|of peak|GB/s|of bandwidth|"
                                  "G elements/s|x scalar");
    for (size_t i = 0; i < report->count; i++) {
        const mbt_kernel_result *r = &report->results[i];
        const double ns = r->time.median;
        mbt_table_text(&table, "%s", r->kernel);
        mbt_table_text(&table, "%s", r->shape);
        mbt_table_text(&table, "%s", mbt_isa_name(r->isa));
        mbt_table_number(&table, ns, ns < 1000 ? 1 : 0);
        mbt_table_number(&table, r->time.p10, ns < 1000 ? 1 : 0);
        mbt_table_number(&table, r->time.p90, ns < 1000 ? 1 : 0);
        mbt_table_number(&table, (double)r->time.outliers, 0);
        mbt_table_number(&table, r->flops / ns, 1);
        mbt_table_percent(&table, r->flops / ns / r->peak);
        mbt_table_number(&table, r->bytes / ns, 1);
        mbt_table_percent(&table, r->bytes / ns / r->bandwidth);
        mbt_table_number(&table, r->elements / ns, 3);
        mbt_table_number(&table, ratio_to_scalar(r), 2);
        if (report->events) {
            mbt_table_number(&table, r->cycles, 0);
            mbt_table_number(&table, r->instructions, 0);
        }
    }
    mbt_table_print(&table);
    puts("\nOne core, arrays as warm as their size allows; peak and bandwidth (of the cache that holds the arrays)\n"
         "measured in this run. An exp counts as 11 operations, a log, pow or atan2 as 20. Above 100 %\n"
         "are arrays that lie in two caches, and scalar kernels, whose peak is that of C. The peak of gemm_i8 is\n"
         "that of int8, or of fp32 where that is more.");
    for (size_t isa = 0; isa < MBT_ISA_COUNT; isa++) {
        const mbt_isa_peak *p = &report->machine->peak[isa];
        if (p->measured) {
            printf("%s: peak %.1f GFLOP/s, int8 %.1f GOP/s; GB/s of reading, copying: L1 %.0f, %.0f, L2 %.0f, %.0f, "
                   "memory %.0f, %.0f\n",
                   mbt_isa_name((mbt_isa)isa), p->fma, p->dot > 0 ? p->dot : p->int8, p->read[MBT_LEVEL_L1],
                   p->copy[MBT_LEVEL_L1], p->read[MBT_LEVEL_L2], p->copy[MBT_LEVEL_L2], p->read[MBT_LEVEL_MEMORY],
                   p->copy[MBT_LEVEL_MEMORY]);
        }
    }
    if (!report->events)
        printf("No cycles and instructions: %s.\n", report->why_no_events);
}

bool mbt_kernels_print_json(const mbt_kernel_report *report)
{
    cJSON *root = mbt_report_begin("kernels");
    mbt_machine_to_json(report->machine, root);
    if (!report->events)
        cJSON_AddStringToObject(root, "no_events", report->why_no_events);
    cJSON *list = cJSON_AddArrayToObject(root, "kernels");
    for (size_t i = 0; i < report->count; i++) {
        const mbt_kernel_result *r = &report->results[i];
        const double ns = r->time.median;
        cJSON *object = cJSON_CreateObject();
        cJSON_AddItemToArray(list, object);
        cJSON_AddStringToObject(object, "kernel", r->kernel);
        cJSON_AddStringToObject(object, "shape", r->shape);
        cJSON_AddStringToObject(object, "isa", mbt_isa_name(r->isa));
        mbt_report_stats(object, &r->time);
        mbt_report_number(object, "flops", r->flops);
        mbt_report_number(object, "bytes", r->bytes);
        mbt_report_number(object, "gflops", r->flops / ns);
        mbt_report_number(object, "share_of_peak", r->flops / ns / r->peak);
        mbt_report_number(object, "gbs", r->bytes / ns);
        cJSON_AddStringToObject(object, "level", levels[r->level]);
        mbt_report_number(object, "share_of_bandwidth", r->bytes / ns / r->bandwidth);
        mbt_report_number(object, "gelements", r->elements / ns);
        if (r->scalar_ns > 0)
            mbt_report_number(object, "ratio_to_scalar", ratio_to_scalar(r));
        if (report->events) {
            mbt_report_number(object, "cycles", r->cycles);
            mbt_report_number(object, "instructions", r->instructions);
        }
    }
    return mbt_report_print(root);
}
