/* case.c: the memory of cases, and their names. */
#include "tools/bench/kernels/case.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { ALIGNMENT = 64 };

/* xorshift64* (Marsaglia, Vigna): a number from 0 to below 1. */
static double next_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return (double)(*state * UINT64_C(0x2545F4914F6CDD1D) >> 40) / (1 << 24);
}

/* Takes `bytes` of the case's memory, of which the kernel reads or writes `touched`. If there are fewer left, it sets
 * `overflow`. */
static void *allocate(mbt_bench_case *c, mbt_case_role role, size_t bytes, size_t touched)
{
    bytes = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (bytes > c->size - c->used) {
        c->overflow = true;
        return c->memory;
    }
    void *data = c->memory + c->used;
    c->used += bytes;
    c->footprint += touched;
    c->bytes += (double)touched * (role == MBT_CASE_INOUT ? 2 : 1);
    c->writes_much = c->writes_much || (role != MBT_CASE_IN && 4 * touched > c->footprint);
    return data;
}

float *mbt_case_rows(mbt_bench_case *c, mbt_case_role role, size_t rows, size_t width, size_t ld, double scale,
                     bool positive)
{
    float *data = allocate(c, role, rows * ld * sizeof *data, rows * width * sizeof *data);
    for (size_t i = 0; !c->overflow && i < rows * ld; i++) {
        const double x = next_random(&c->random);
        data[i] = (float)(scale * (positive ? x : 2 * x - 1));
    }
    return data;
}

int8_t *mbt_case_integers(mbt_bench_case *c, mbt_case_role role, size_t rows, size_t width, size_t ld)
{
    int8_t *data = allocate(c, role, rows * ld, rows * width);
    for (size_t i = 0; !c->overflow && i < rows * ld; i++)
        data[i] = (int8_t)((int)(next_random(&c->random) * 255) - 127);
    return data;
}

float *mbt_case_row(mbt_bench_case *c, mbt_case_role role, size_t width)
{
    return mbt_case_rows(c, role, 1, width, width, 1, false);
}

uint16_t *mbt_case_halves(mbt_bench_case *c, size_t count)
{
    uint16_t *data = allocate(c, MBT_CASE_IN, count * sizeof *data, count * sizeof *data);
    for (size_t i = 0; !c->overflow && i < count; i++) {
        const double x = next_random(&c->random);
        data[i] = (uint16_t)(0x2c00 + (unsigned)(x * 0x1000) + (next_random(&c->random) < 0.5 ? 0x8000u : 0));
    }
    return data;
}

void mbt_case_name(mbt_bench_case *c, const mbt_shape *shape, const char *format, ...)
{
    const int used = snprintf(c->shape, sizeof c->shape, "%s ", shape->label);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(c->shape + used, sizeof c->shape - (size_t)used, format, arguments);
    va_end(arguments);
}

bool mbt_case_ready(mbt_bench_case *c, mbt_case_call *call, double elements, double flops)
{
    c->call = call;
    c->elements = elements;
    c->flops = flops;
    return true;
}
