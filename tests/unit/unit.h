/* unit.h: what the compiler's unit tests share: files, exact-size copies, seeded damage. */
#ifndef MBT_TESTS_UNIT_UNIT_H
#define MBT_TESTS_UNIT_UNIT_H

#include <check.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/error.h"
#include "compiler/read/tensors.h"
#include "tests/unit/unit_main.h"

#ifndef MBT_UNIT_DATA
#error "MBT_UNIT_DATA: the folder tests/unit/data"
#endif

typedef struct unit_bytes {
    uint8_t *data; /* exactly size bytes from malloc, so that a sanitizer sees the first one beyond */
    size_t size;
} unit_bytes;

static inline unit_bytes unit_copy(const void *data, size_t size)
{
    unit_bytes bytes = {malloc(size != 0 ? size : 1), size};
    ck_assert_ptr_nonnull(bytes.data);
    if (size != 0)
        memcpy(bytes.data, data, size);
    return bytes;
}

static inline unit_bytes unit_read(const char *name)
{
    static uint8_t buffer[65536];
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", MBT_UNIT_DATA, name);
    FILE *file = fopen(path, "rb");
    ck_assert_msg(file != NULL, "cannot open %s", path);
    const size_t size = fread(buffer, 1, sizeof buffer, file);
    ck_assert_msg(size > 0 && size < sizeof buffer, "%s: %zu bytes", path, size);
    fclose(file);
    return unit_copy(buffer, size);
}

/* xorshift64*, Marsaglia and Vigna. */
static inline uint32_t unit_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return (uint32_t)(*state * UINT64_C(0x2545F4914F6CDD1D) >> 32);
}

/* One to four bytes become others. */
static inline void unit_damage(unit_bytes bytes, uint64_t *state)
{
    const uint32_t changes = 1 + unit_random(state) % 4;
    for (uint32_t i = 0; i < changes; ++i)
        bytes.data[unit_random(state) % bytes.size] = (uint8_t)unit_random(state);
}

/* Fails unless the error's line has the text. */
static inline void unit_check_error(const mbt_error *error, const char *text)
{
    ck_assert_msg(strstr(error->text, text) != NULL, "\"%s\" is not in \"%s\"", text, error->text);
}

static inline const mbt_tensor *unit_find(const mbt_tensors *tensors, const char *name)
{
    const mbt_tensor *tensor = mbt_tensors_find(tensors, name);
    ck_assert_msg(tensor != NULL, "no tensor '%s'", name);
    return tensor;
}

/* Compares a tensor of rows x columns with base + i row_step + j column_step. */
static inline void unit_check_ramp(const mbt_tensors *tensors, const char *name, uint64_t rows, uint64_t columns,
                                   float base, float row_step, float column_step)
{
    const mbt_tensor *tensor = unit_find(tensors, name);
    ck_assert_uint_eq(tensor->dims, 2);
    ck_assert_uint_eq(tensor->shape[0], rows);
    ck_assert_uint_eq(tensor->shape[1], columns);
    ck_assert_uint_eq(tensor->count, rows * columns);
    for (uint64_t i = 0; i < rows; ++i) {
        for (uint64_t j = 0; j < columns; ++j) {
            const float wanted = base + (float)i * row_step + (float)j * column_step;
            ck_assert_msg(tensor->data[i * columns + j] == wanted, "%s[%d][%d] is %g, not %g", name, (int)i, (int)j,
                          (double)tensor->data[i * columns + j], (double)wanted);
        }
    }
}

/* Compares a tensor of one dimension. */
static inline void unit_check_vector(const mbt_tensors *tensors, const char *name, const float *values, uint64_t count)
{
    const mbt_tensor *tensor = unit_find(tensors, name);
    ck_assert_uint_eq(tensor->dims, 1);
    ck_assert_uint_eq(tensor->shape[0], count);
    for (uint64_t i = 0; i < count; ++i) {
        ck_assert_msg(tensor->data[i] == values[i], "%s[%d] is %g, not %g", name, (int)i, (double)tensor->data[i],
                      (double)values[i]);
    }
}

/* A checkpoint of the data folder, cut at any byte, is an error that leaves nothing behind. */
static inline void unit_check_cuts(const char *name)
{
    unit_bytes whole = unit_read(name);
    for (size_t size = 0; size < whole.size; ++size) {
        unit_bytes bytes = unit_copy(whole.data, size);
        mbt_tensors tensors;
        mbt_error error = {""};
        ck_assert_msg(!mbt_checkpoint_read(bytes.data, size, "cut", NULL, &tensors, &error), "%zu bytes", size);
        unit_check_error(&error, "cut: ");
        ck_assert_ptr_null(tensors.list);
        free(bytes.data);
    }
    free(whole.data);
}

#endif
