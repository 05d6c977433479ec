/* report.c: tables and JSON. */
#include "tools/bench/report.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *next_cell(mbt_table *table)
{
    static char lost[MBT_TABLE_CELL];
    if (table->cells == table->room) {
        const size_t room = table->room == 0 ? 256 : 2 * table->room;
        void *grown = table->failed ? NULL : realloc(table->cell, room * sizeof *table->cell);
        if (grown == NULL) {
            table->failed = true;
            return lost;
        }
        table->cell = grown;
        table->room = room;
    }
    return table->cell[table->cells++];
}

void mbt_table_begin(mbt_table *table, const char *headings)
{
    *table = (mbt_table){.columns = 0};
    for (;; headings++) {
        const size_t length = strcspn(headings, "|");
        table->columns++;
        mbt_table_text(table, "%.*s", (int)length, headings);
        headings += length;
        if (*headings == '\0')
            break;
    }
    memset(table->right, 0, sizeof table->right);
}

void mbt_table_text(mbt_table *table, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(next_cell(table), MBT_TABLE_CELL, format, arguments);
    va_end(arguments);
}

void mbt_table_number(mbt_table *table, double value, int decimals)
{
    table->right[table->cells % table->columns] = true;
    if (isfinite(value) && value >= 0)
        mbt_table_text(table, "%.*f", decimals, value);
    else
        mbt_table_text(table, "-");
}

void mbt_table_percent(mbt_table *table, double share)
{
    table->right[table->cells % table->columns] = true;
    if (isfinite(share) && share >= 0)
        mbt_table_text(table, "%.1f %%", 100 * share);
    else
        mbt_table_text(table, "-");
}

void mbt_table_print(mbt_table *table)
{
    int width[MBT_TABLE_COLUMNS] = {0};
    for (size_t i = 0; i < table->cells; i++) {
        const int length = (int)strlen(table->cell[i]);
        int *column = &width[i % table->columns];
        *column = length > *column ? length : *column;
    }
    for (size_t i = 0; i < table->cells; i++) {
        const size_t column = i % table->columns;
        const bool last = column + 1 == table->columns;
        if (table->right[column])
            printf("%*s%s", width[column], table->cell[i], last ? "\n" : "  ");
        else
            printf("%-*s%s", last ? 0 : width[column], table->cell[i], last ? "\n" : "  ");
    }
    if (table->failed)
        mbt_complain("out of memory: rows are missing");
    free(table->cell);
    table->cell = NULL;
}

cJSON *mbt_report_begin(const char *kind)
{
    cJSON *report = cJSON_CreateObject();
    cJSON_AddStringToObject(report, "mambattention", mbt_version());
    cJSON_AddStringToObject(report, "bench", kind);
    return report;
}

bool mbt_report_print(cJSON *report)
{
    char *text = cJSON_Print(report);
    cJSON_Delete(report);
    if (text == NULL)
        return mbt_complain("out of memory for the report");
    puts(text);
    cJSON_free(text);
    return true;
}

void mbt_report_number(cJSON *object, const char *name, double value)
{
    char text[32];
    if (!isfinite(value)) {
        cJSON_AddNullToObject(object, name);
        return;
    }
    snprintf(text, sizeof text, "%.6g", value);
    cJSON_AddNumberToObject(object, name, strtod(text, NULL));
}

void mbt_report_stats(cJSON *object, const mbt_bench_stats *stats)
{
    mbt_report_number(object, "median_ns", stats->median);
    mbt_report_number(object, "p10_ns", stats->p10);
    mbt_report_number(object, "p90_ns", stats->p90);
    mbt_report_number(object, "samples", (double)stats->count);
    mbt_report_number(object, "outliers", (double)stats->outliers);
}
