/* compare.h: what the parts of `mambattention compare` share. */
#ifndef MBT_TOOLS_COMPARE_COMPARE_H
#define MBT_TOOLS_COMPARE_COMPARE_H

#include <stdbool.h>
#include <stddef.h>

#include "tools/compare/metric.h"

/* The subcommand. Returns an exit code. */
int mbt_command_compare(int argc, char **argv);

/* Recordings that belong together. */
typedef struct mbt_compare_item {
    char *name;  /* in reports: B, or of folders A's path within its folder */
    char *a, *b; /* paths */
    char *clean; /* NULL without --clean */
} mbt_compare_item;

typedef struct mbt_compare_list {
    mbt_compare_item *items;
    size_t count;
    size_t left_out; /* recordings without a partner, unreadable folders; an error line was printed for each */
} mbt_compare_list;

/* Pairs A with B, and with the clean reference unless that is NULL. All are files, or all are folders. Folders are
 * searched, with those below them, for files with the extension of a recording; hidden files and links to folders are
 * left out. Recordings belong together if their paths within the folders are the same, or differ in the extension alone
 * and no other path does. A clean recording without A and B is ignored. On failure prints one error line and returns
 * false; nothing is held then. */
bool mbt_compare_find(const char *a, const char *b, const char *clean, mbt_compare_list *list);

void mbt_compare_free(mbt_compare_list *list);

typedef enum mbt_comparison {
    MBT_COMPARE_B_TO_A = 0,
    MBT_COMPARE_A_TO_CLEAN,
    MBT_COMPARE_B_TO_CLEAN,
    MBT_COMPARE_DIFFERENCE, /* B to clean minus A to clean */
    MBT_COMPARISONS
} mbt_comparison;

/* Mean over channels; NaN where there is none. */
typedef double mbt_compare_values[MBT_COMPARISONS][MBT_METRICS];

typedef struct mbt_compare_result {
    int rate, channels;
    size_t frames;
    ptrdiff_t lag; /* frames by which B is clearly later than A; below 0: earlier */
    mbt_compare_values values;
} mbt_compare_result;

/* A report that is being written: a table, whose rows are printed as they come, or a JSON document. */
typedef struct mbt_compare_report {
    bool clean; /* with all comparisons, else only B to A */
    int name_width;
    size_t files, counts[MBT_COMPARISONS][MBT_METRICS];
    mbt_compare_values sums;
    struct cJSON *document, *list; /* NULL for a table */
} mbt_compare_report;

void mbt_compare_report_begin(mbt_compare_report *report, const mbt_compare_list *list, bool clean, bool json);
void mbt_compare_report_add(mbt_compare_report *report, const mbt_compare_item *item, mbt_compare_result *result);

/* Prints the means, or the document, and releases it; nothing if nothing was added. failed: how many could not be
 * compared. When memory runs out, prints one error line and returns false. */
bool mbt_compare_report_end(mbt_compare_report *report, size_t failed);

#endif
