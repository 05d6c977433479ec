/* report.c: the values as a table, or as a JSON document. */
#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "tools/bench/report.h"
#include "tools/compare/compare.h"

/* The names of a measure in JSON and in the table, and its decimals there. */
static const struct {
    const char *key, *heading;
    int decimals;
} metrics[MBT_METRICS] = {
    [MBT_METRIC_SNR] = {"snr_db", "SNR dB", 2},
    [MBT_METRIC_SI_SDR] = {"si_sdr_db", "SI-SDR dB", 2},
    [MBT_METRIC_SEGMENTAL_SNR] = {"segmental_snr_db", "segSNR dB", 2},
    [MBT_METRIC_STOI] = {"stoi", "STOI", 4},
    [MBT_METRIC_ESTOI] = {"estoi", "ESTOI", 4},
    [MBT_METRIC_LSD] = {"log_spectral_distance_db", "LSD dB", 2},
};

static const struct {
    const char *key, *text;
} comparisons[MBT_COMPARISONS] = {
    [MBT_COMPARE_B_TO_A] = {"b_to_a", "B to A"},
    [MBT_COMPARE_A_TO_CLEAN] = {"a_to_clean", "A to clean"},
    [MBT_COMPARE_B_TO_CLEAN] = {"b_to_clean", "B to clean"},
    [MBT_COMPARE_DIFFERENCE] = {"difference", "B - A"},
};

static size_t comparison_count(const mbt_compare_report *report)
{
    return report->clean ? MBT_COMPARISONS : MBT_COMPARE_A_TO_CLEAN;
}

/* A copy, to be freed, made fit for the table or for JSON, which takes control characters. NULL without memory.
 * *width: how many characters it has. */
static char *printable(const char *text, size_t (*make)(char *text), int *width)
{
    const size_t size = strlen(text) + 1;
    char *copy = malloc(size);
    *width = 1;
    if (copy != NULL) {
        memcpy(copy, text, size);
        *width = (int)make(copy);
    }
    return copy;
}

/* Prints the cells before the numbers. name: NULL leaves its place empty. */
static void print_labels(const mbt_compare_report *report, const char *name, const char *comparison)
{
    int width = 0;
    char *text = name != NULL ? printable(name, mbt_make_printable, &width) : NULL;
    printf("%s%*s", text != NULL ? text : name != NULL ? "?" : "", report->name_width - width, "");
    if (report->clean)
        printf("  %-10s", comparison);
    free(text);
}

/* Avoids "-0.00" for a value that rounds to 0. */
static double without_sign_of_zero(double value, int decimals)
{
    return fabs(value) < 0.5 * pow(10.0, -decimals) ? 0.0 : value;
}

static void print_row(const mbt_compare_report *report, const char *name, size_t comparison, const double *values)
{
    print_labels(report, name, comparisons[comparison].text);
    for (size_t m = 0; m < MBT_METRICS; m++) {
        const int width = (int)strlen(metrics[m].heading) > 7 ? (int)strlen(metrics[m].heading) : 7;
        if (isnan(values[m])) {
            printf("  %*s", width, "n/a");
        } else {
            printf(comparison == MBT_COMPARE_DIFFERENCE ? "  %+*.*f" : "  %*.*f", width, metrics[m].decimals,
                   without_sign_of_zero(values[m], metrics[m].decimals));
        }
    }
    putchar('\n');
}

static void print_headings(const mbt_compare_report *report)
{
    print_labels(report, "file", "");
    for (size_t m = 0; m < MBT_METRICS; m++)
        printf("  %7s", metrics[m].heading);
    putchar('\n');
}

static void print_rows(const mbt_compare_report *report, const char *name, mbt_compare_values values)
{
    for (size_t c = 0; c < comparison_count(report); c++)
        print_row(report, c == 0 ? name : NULL, c, values[c]);
}

static void add_text(cJSON *object, const char *key, const char *text)
{
    int width;
    char *valid = printable(text, mbt_make_utf8, &width);
    cJSON_AddStringToObject(object, key, valid != NULL ? valid : "");
    free(valid);
}

static void add_values(const mbt_compare_report *report, cJSON *object, mbt_compare_values values)
{
    for (size_t c = 0; c < comparison_count(report); c++) {
        cJSON *of = cJSON_AddObjectToObject(object, comparisons[c].key);
        for (size_t m = 0; m < MBT_METRICS; m++)
            mbt_report_number(of, metrics[m].key, values[c][m]);
    }
}

static void add_file(mbt_compare_report *report, const mbt_compare_item *item, mbt_compare_result *result)
{
    cJSON *file = cJSON_CreateObject();
    add_text(file, "file", item->name);
    add_text(file, "a", item->a);
    add_text(file, "b", item->b);
    if (item->clean != NULL)
        add_text(file, "clean", item->clean);
    cJSON_AddNumberToObject(file, "sample_rate", result->rate);
    cJSON_AddNumberToObject(file, "channels", result->channels);
    cJSON_AddNumberToObject(file, "frames", (double)result->frames);
    cJSON_AddNumberToObject(file, "lag_samples", (double)result->lag);
    cJSON_AddNumberToObject(file, "lag_seconds", (double)result->lag / result->rate);
    add_values(report, file, result->values);
    if (!cJSON_AddItemToArray(report->list, file))
        cJSON_Delete(file);
}

void mbt_compare_report_begin(mbt_compare_report *report, const mbt_compare_list *list, bool clean, bool json)
{
    *report = (mbt_compare_report){.clean = clean, .name_width = (int)strlen("file")};
    for (size_t i = 0; i < list->count; i++) {
        int width;
        free(printable(list->items[i].name, mbt_make_printable, &width));
        report->name_width = width > report->name_width ? width : report->name_width;
    }
    if (json) {
        report->document = cJSON_CreateObject();
        cJSON_AddStringToObject(report->document, "mambattention", mbt_version());
        report->list = cJSON_AddArrayToObject(report->document, "files");
    }
}

void mbt_compare_report_add(mbt_compare_report *report, const mbt_compare_item *item, mbt_compare_result *result)
{
    if (report->document != NULL) {
        add_file(report, item, result);
    } else {
        if (report->files == 0)
            print_headings(report);
        print_rows(report, item->name, result->values);
    }
    report->files++;
    for (size_t c = 0; c < comparison_count(report); c++) {
        for (size_t m = 0; m < MBT_METRICS; m++) {
            if (!isnan(result->values[c][m])) {
                report->sums[c][m] += result->values[c][m];
                report->counts[c][m]++;
            }
        }
    }
}

bool mbt_compare_report_end(mbt_compare_report *report, size_t failed)
{
    mbt_compare_values means;
    for (size_t c = 0; c < comparison_count(report); c++)
        for (size_t m = 0; m < MBT_METRICS; m++)
            means[c][m] = report->counts[c][m] > 0 ? report->sums[c][m] / (double)report->counts[c][m] : NAN;
    if (report->document == NULL || report->files == 0) {
        cJSON_Delete(report->document);
        if (report->files > 1)
            print_rows(report, "mean", means);
        return true;
    }
    add_values(report, cJSON_AddObjectToObject(report->document, "mean"), means);
    cJSON_AddNumberToObject(report->document, "failed", (double)failed);
    return mbt_report_print(report->document);
}
