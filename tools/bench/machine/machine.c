/* machine.c: `bench machine`: the peak rates and bandwidths of a core, for each set of kernels. */
#define _POSIX_C_SOURCE 200809L

#include "tools/bench/machine/machine.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/system/cores.h"
#include "tools/bench/machine/peak.h"
#include "tools/bench/report.h"
#include "tools/base/message.h"

enum { STEP = 4096 };

/* Reads the first line of a file, for instance below /sys. False if there is none. */
static bool read_line(const char *path, char *line, size_t size)
{
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return false;
    const bool there = fgets(line, (int)size, file) != NULL;
    fclose(file);
    line[there ? strcspn(line, "\n") : 0] = '\0';
    return there;
}

static void find_caches(mbt_machine *machine)
{
    size_t *const sizes[] = {&machine->l1, &machine->l2, &machine->l3};
    machine->l1 = 32u << 10;
    machine->l2 = 512u << 10;
    machine->l3 = 0;
    for (int index = 0; index < 8; index++) {
        char path[96], type[32], level[32], size[32];
        const char *folder = "/sys/devices/system/cpu/cpu0/cache/index";
        snprintf(path, sizeof path, "%s%d/type", folder, index);
        if (!read_line(path, type, sizeof type) || strcmp(type, "Instruction") == 0)
            continue;
        snprintf(path, sizeof path, "%s%d/level", folder, index);
        const bool level_known = read_line(path, level, sizeof level) && level[0] >= '1' && level[0] <= '3';
        snprintf(path, sizeof path, "%s%d/size", folder, index);
        if (!level_known || !read_line(path, size, sizeof size))
            continue;
        char *unit;
        const unsigned long number = strtoul(size, &unit, 10);
        if (number > 0 && number < 1u << 20)
            *sizes[level[0] - '1'] = (size_t)number << (*unit == 'M' ? 20 : 10);
    }
}

/* The first "model name" of /proc/cpuinfo. On ARM there is none, but often the name of the board. */
static void find_name(mbt_machine *machine)
{
    char line[256];
    snprintf(machine->cpu, sizeof machine->cpu, "unknown processor");
    FILE *file = fopen("/proc/cpuinfo", "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        const char *colon = strchr(line, ':');
        if (strncmp(line, "model name", 10) == 0 && colon != NULL) {
            snprintf(machine->cpu, sizeof machine->cpu, "%.*s", (int)strcspn(colon + 2, "\n"), colon + 2);
            fclose(file);
            return;
        }
    }
    if (file != NULL)
        fclose(file);
    if (read_line("/sys/firmware/devicetree/base/model", line, sizeof line))
        snprintf(machine->cpu, sizeof machine->cpu, "%.*s", (int)sizeof machine->cpu - 1, line);
}

void mbt_machine_describe(mbt_machine *machine)
{
    *machine = (mbt_machine){.cores = sysconf(_SC_NPROCESSORS_ONLN), .usable = (long)mbt_cores()};
    find_name(machine);
    find_caches(machine);
    const size_t least = 128u << 20, most = 512u << 20;
    const size_t memory = 4 * machine->l3;
    machine->working_set[MBT_LEVEL_L1] = machine->l1 / 2 / STEP * STEP;
    machine->working_set[MBT_LEVEL_L2] = machine->l2 / 2 / STEP * STEP;
    machine->working_set[MBT_LEVEL_MEMORY] = memory < least ? least : memory > most ? most : memory;
}

static void run_loop(void *context, size_t calls)
{
    const mbt_peak_loop *loop = context;
    loop->run(calls * 100);
}

/* By the shortest sample: disturbances only add time. */
static double measure_loop(const mbt_peak_loop *loop, const mbt_bench_plan *plan)
{
    mbt_peak_loop copy = *loop;
    return loop->run == NULL ? 0 : 100 * loop->per_round / mbt_bench_time(run_loop, &copy, plan, NULL).least;
}

double mbt_machine_fma(mbt_isa isa, bool quick)
{
    const mbt_peak_loops loops = mbt_peak_loops_for(isa);
    const mbt_bench_plan plan = mbt_bench_default_plan(quick);
    return measure_loop(&loops.fma, &plan);
}

typedef struct transfer {
    const mbt_peak_loops *loops;
    unsigned char *memory;
    size_t bytes;
} transfer;

static void run_read(void *context, size_t calls)
{
    const transfer *t = context;
    t->loops->read(t->memory, t->bytes, calls);
}

static void run_copy(void *context, size_t calls)
{
    const transfer *t = context;
    t->loops->copy(t->memory + t->bytes / 2, t->memory, t->bytes / 2, calls);
}

static void measure_isa(mbt_isa_peak *peak, const mbt_machine *machine, mbt_isa isa, const mbt_bench_plan *plan,
                        unsigned char *memory)
{
    const mbt_peak_loops loops = mbt_peak_loops_for(isa);
    *peak = (mbt_isa_peak){.measured = true,
                           .fma_name = loops.fma.name,
                           .int8_name = loops.int8.name,
                           .dot_name = loops.dot.name,
                           .fma = measure_loop(&loops.fma, plan),
                           .int8 = measure_loop(&loops.int8, plan),
                           .dot = measure_loop(&loops.dot, plan)};
    for (int level = 0; level < MBT_LEVELS && loops.read != NULL; level++) {
        transfer t = {&loops, memory, machine->working_set[level]};
        peak->read[level] = (double)t.bytes / mbt_bench_time(run_read, &t, plan, NULL).least;
        peak->copy[level] = (double)t.bytes / mbt_bench_time(run_copy, &t, plan, NULL).least;
    }
}

bool mbt_machine_measure(mbt_machine *machine, const mbt_bench_options *options)
{
    mbt_machine_describe(machine);
    void *memory = NULL;
    const size_t bytes = machine->working_set[MBT_LEVEL_MEMORY];
    if (posix_memalign(&memory, STEP, bytes) != 0)
        return mbt_complain("out of memory: the bandwidth is measured on %zu MiB", bytes >> 20);
    memset(memory, 1, bytes);
    const mbt_bench_plan plan = mbt_bench_default_plan(options->quick);
    for (size_t i = 0; i < options->isa_count; i++)
        measure_isa(&machine->peak[options->isas[i]], machine, options->isas[i], &plan, memory);
    free(memory);
    return true;
}

void mbt_machine_print(const mbt_machine *machine)
{
    printf("%s, %ld %s", machine->cpu, machine->cores, machine->cores == 1 ? "core" : "cores");
    if (machine->usable < machine->cores)
        printf(", %ld usable", machine->usable);
    printf("; caches: %zu KiB, %zu KiB, %.0f MiB\n", machine->l1 >> 10, machine->l2 >> 10,
           (double)machine->l3 / (1 << 20));
}

void mbt_machine_to_json(const mbt_machine *machine, cJSON *report)
{
    static const char *const levels[MBT_LEVELS] = {"l1", "l2", "memory"};
    cJSON *object = cJSON_AddObjectToObject(report, "machine");
    cJSON_AddStringToObject(object, "cpu", machine->cpu);
    mbt_report_number(object, "cores", (double)machine->cores);
    mbt_report_number(object, "cores_usable", (double)machine->usable);
    mbt_report_number(object, "l1_bytes", (double)machine->l1);
    mbt_report_number(object, "l2_bytes", (double)machine->l2);
    mbt_report_number(object, "l3_bytes", (double)machine->l3);
    cJSON *peaks = cJSON_AddObjectToObject(object, "peaks");
    for (int isa = 0; isa < MBT_ISA_COUNT; isa++) {
        const mbt_isa_peak *p = &machine->peak[isa];
        if (!p->measured)
            continue;
        cJSON *peak = cJSON_AddObjectToObject(peaks, mbt_isa_name((mbt_isa)isa));
        mbt_report_number(peak, "fma_gflops", p->fma);
        mbt_report_number(peak, "int8_gops", p->int8 > 0 ? p->int8 : NAN);
        mbt_report_number(peak, "int8_dot_gops", p->dot > 0 ? p->dot : NAN);
        for (int level = 0; level < MBT_LEVELS && p->read[0] > 0; level++) {
            cJSON *bandwidth = cJSON_AddObjectToObject(peak, levels[level]);
            mbt_report_number(bandwidth, "bytes", (double)machine->working_set[level]);
            mbt_report_number(bandwidth, "read_gbs", p->read[level]);
            mbt_report_number(bandwidth, "copy_gbs", p->copy[level]);
        }
    }
}

static void print_peaks(const mbt_machine *machine)
{
    mbt_table table;
    mbt_table_begin(&table,
                    "isa|fp32 FMA GFLOP/s|int8 GOP/s|int8 dot GOP/s|read L1 GB/s|L2|memory|copy L1 GB/s|L2|memory");
    for (int isa = 0; isa < MBT_ISA_COUNT; isa++) {
        const mbt_isa_peak *p = &machine->peak[isa];
        if (!p->measured)
            continue;
        mbt_table_text(&table, "%s", mbt_isa_name((mbt_isa)isa));
        mbt_table_number(&table, p->fma, 1);
        mbt_table_number(&table, p->int8 > 0 ? p->int8 : -1, 1);
        mbt_table_number(&table, p->dot > 0 ? p->dot : -1, 1);
        for (int level = 0; level < MBT_LEVELS; level++)
            mbt_table_number(&table, p->read[level], 1);
        for (int level = 0; level < MBT_LEVELS; level++)
            mbt_table_number(&table, p->copy[level], 1);
    }
    mbt_table_print(&table);
    printf("\nOne core; the best of many samples. A multiply-add is two operations; a copied byte counts as read and\n"
           "written. Bandwidth on %zu KiB, %zu KiB and %zu MiB.\n",
           machine->working_set[MBT_LEVEL_L1] >> 10, machine->working_set[MBT_LEVEL_L2] >> 10,
           machine->working_set[MBT_LEVEL_MEMORY] >> 20);
    for (int isa = 0; isa < MBT_ISA_COUNT; isa++) {
        const mbt_isa_peak *p = &machine->peak[isa];
        if (p->measured) {
            printf("%s: fp32 by %s; int8 by %s; int8 dot by %s\n", mbt_isa_name((mbt_isa)isa), p->fma_name,
                   p->int8_name, p->dot_name != NULL ? p->dot_name : "nothing here");
        }
    }
}

int mbt_bench_machine(const mbt_bench_options *options)
{
    mbt_machine machine;
    if (!mbt_machine_measure(&machine, options))
        return MBT_EXIT_FAILED;
    if (options->json) {
        cJSON *report = mbt_report_begin("machine");
        mbt_machine_to_json(&machine, report);
        return mbt_report_print(report) ? MBT_EXIT_OK : MBT_EXIT_FAILED;
    }
    mbt_machine_print(&machine);
    putchar('\n');
    print_peaks(&machine);
    return MBT_EXIT_OK;
}
