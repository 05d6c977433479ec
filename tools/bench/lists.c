/* lists.c: reads numbers, and lists of numbers and names, from the command line. */
#include "tools/bench/lists.h"

#include <stdlib.h>
#include <string.h>

enum { LONGEST = 256, MOST_THREADS = 256, MOST_SECONDS = 600, LONGEST_NUMBER = 12 };

#define LEAST_SECONDS 0.1

bool mbt_bench_parse_number(const char *text, double least, double most, double *number)
{
    const size_t length = strlen(text);
    if (length == 0 || length > LONGEST_NUMBER || strspn(text, "0123456789.") != length)
        return false;
    char *end;
    *number = strtod(text, &end);
    return *end == '\0' && *number >= least && *number <= most;
}

/* Calls parse for each word between commas. */
static bool each_word(const char *text, bool (*parse)(const char *word, void *context), void *context)
{
    char copy[LONGEST];
    const size_t length = strlen(text);
    if (length >= sizeof copy)
        return false;
    memcpy(copy, text, length + 1);
    for (char *word = copy;;) {
        char *comma = strchr(word, ',');
        if (comma != NULL)
            *comma = '\0';
        if (!parse(word, context))
            return false;
        if (comma == NULL)
            return true;
        word = comma + 1;
    }
}

typedef struct thread_list {
    unsigned *threads;
    size_t *count;
} thread_list;

static bool parse_thread(const char *word, void *context)
{
    const thread_list *list = context;
    if (*list->count == MBT_BENCH_LIST || strspn(word, "0123456789") != strlen(word) || strlen(word) > 3)
        return false;
    const long value = strtol(word, NULL, 10);
    if (value < 1 || value > MOST_THREADS)
        return false;
    list->threads[(*list->count)++] = (unsigned)value;
    return true;
}

bool mbt_bench_parse_threads(const char *text, unsigned threads[MBT_BENCH_LIST], size_t *count)
{
    thread_list list = {threads, count};
    *count = 0;
    return each_word(text, parse_thread, &list);
}

typedef struct second_list {
    double *seconds;
    size_t *count;
} second_list;

static bool parse_second(const char *word, void *context)
{
    const second_list *list = context;
    if (*list->count == MBT_BENCH_LIST ||
        !mbt_bench_parse_number(word, LEAST_SECONDS, MOST_SECONDS, &list->seconds[*list->count]))
        return false;
    ++*list->count;
    return true;
}

bool mbt_bench_parse_seconds(const char *text, double seconds[MBT_BENCH_LIST], size_t *count)
{
    second_list list = {seconds, count};
    *count = 0;
    return each_word(text, parse_second, &list);
}

typedef struct isa_list {
    mbt_isa auto_isa, *isas;
    size_t *count;
} isa_list;

static bool parse_isa(const char *word, void *context)
{
    const isa_list *list = context;
    mbt_isa isa;
    if (mbt_isa_from_name(word, &isa) != MBT_OK)
        return false;
    isa = isa == MBT_ISA_AUTO ? list->auto_isa : isa;
    for (size_t i = 0; i < *list->count; i++)
        if (list->isas[i] == isa)
            return false;
    list->isas[(*list->count)++] = isa;
    return true;
}

bool mbt_bench_parse_isas(const char *text, mbt_isa auto_isa, mbt_isa isas[MBT_ISA_COUNT], size_t *count)
{
    isa_list list = {auto_isa, isas, count};
    *count = 0;
    return each_word(text, parse_isa, &list);
}
