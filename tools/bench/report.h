/* report.h: prints results: tables for people, JSON for programs. */
#ifndef MBT_TOOLS_BENCH_REPORT_H
#define MBT_TOOLS_BENCH_REPORT_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "tools/bench/timing.h"
#include "tools/base/message.h"

enum { MBT_TABLE_COLUMNS = 16, MBT_TABLE_ROWS = 1000, MBT_TABLE_CELL = 40 };

/* Cells are added row by row; a column is as wide as its widest cell. Text is aligned to the left, numbers to the
 * right. When memory runs out, rows are missing, and mbt_table_print prints an error line. */
typedef struct mbt_table {
    size_t columns, cells, room;
    char (*cell)[MBT_TABLE_CELL];
    bool right[MBT_TABLE_COLUMNS], failed;
} mbt_table;

/* headings: texts separated by '|'. */
void mbt_table_begin(mbt_table *table, const char *headings);
void mbt_table_text(mbt_table *table, const char *format, ...) MBT_PRINTF(2, 3);

/* A number with `decimals` digits after the point; "-" if it is negative or not finite. */
void mbt_table_number(mbt_table *table, double value, int decimals);

/* A share as a percentage: 0.125 is 12.5 %. */
void mbt_table_percent(mbt_table *table, double share);

/* Prints the table and frees it. */
void mbt_table_print(mbt_table *table);

/* A JSON object with the version and the kind of report: "machine", "kernels" and so on. cJSON's functions accept NULL,
 * so only mbt_report_print has to check for lack of memory. */
cJSON *mbt_report_begin(const char *kind);

/* Prints the report and frees it. False when memory ran out; prints one error line. */
bool mbt_report_print(cJSON *report);

/* A number with six significant digits, null if it is not finite. */
void mbt_report_number(cJSON *object, const char *name, double value);

/* Median, percentiles, number of samples and of outliers; the times in ns. */
void mbt_report_stats(cJSON *object, const mbt_bench_stats *stats);

#endif
