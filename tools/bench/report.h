/* report.h: what bench prints: tables for people, JSON for machines. */
#ifndef MBT_TOOLS_BENCH_REPORT_H
#define MBT_TOOLS_BENCH_REPORT_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "tools/bench/timing.h"
#include "tools/base/message.h"

enum { MBT_TABLE_COLUMNS = 16, MBT_TABLE_ROWS = 1000, MBT_TABLE_CELL = 40 };

/* Cells come row by row; columns are as wide as their widest cell. Text stands left, numbers right. When memory runs
 * out, rows are missing, which is told. */
typedef struct mbt_table {
    size_t columns, cells, room;
    char (*cell)[MBT_TABLE_CELL];
    bool right[MBT_TABLE_COLUMNS], failed;
} mbt_table;

/* headings: separated by '|'. */
void mbt_table_begin(mbt_table *table, const char *headings);
void mbt_table_text(mbt_table *table, const char *format, ...) MBT_PRINTF(2, 3);

/* With `decimals` digits after the point; "-" for what is not finite or negative. */
void mbt_table_number(mbt_table *table, double value, int decimals);

/* 0.125 is 12.5 %. */
void mbt_table_percent(mbt_table *table, double share);

/* Prints and releases it. */
void mbt_table_print(mbt_table *table);

/* A JSON object with the version and the kind of report: "machine", "kernels" and so on. cJSON's functions take
 * NULL, so that only the end needs to look for a lack of memory. */
cJSON *mbt_report_begin(const char *kind);

/* Prints and releases it. False when memory ran out, told. */
bool mbt_report_print(cJSON *report);

/* A number with six significant digits, null if it is not finite. */
void mbt_report_number(cJSON *object, const char *name, double value);

/* Median, percentiles, number of samples and of outliers, times given in ns. */
void mbt_report_stats(cJSON *object, const mbt_bench_stats *stats);

#endif
