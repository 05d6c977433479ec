/* test_fifo.c: samples come out in the order in which they went in, whatever the sizes of the blocks. */
#include "tests/unit/unit_main.h"

#include <stdint.h>
#include <stdlib.h>

#include "tools/audio/fifo.h"

enum { MOST = 5000 };

static uint32_t state = 1;

static size_t up_to(size_t most)
{
    state = state * 1664525u + 1013904223u;
    return (state >> 8) % (most + 1);
}

/* Numbers below 2^24 are exact in float. About `wait` samples wait at a time, as a window of them does. */
START_TEST(first_in_first_out)
{
    static const size_t waits[] = {0, 1, 100, 4096, 20000};
    const size_t wait = waits[_i];
    static float block[MOST];
    mbt_fifo fifo = {0};
    size_t in = 0, out = 0, wrong = 0;
    while (in < 1000000) {
        const size_t count = up_to(MOST);
        for (size_t i = 0; i < count; i++)
            block[i] = (float)(in + i);
        ck_assert(mbt_fifo_put(&fifo, block, count));
        in += count;
        ck_assert_uint_eq(fifo.held, in - out);
        const size_t ready = in - out > wait ? in - out - wait : 0, taken = up_to(ready);
        const float *first = mbt_fifo_take(&fifo, taken);
        for (size_t i = 0; i < taken; i++)
            wrong += first[i] != (float)(out + i);
        out += taken;
    }
    ck_assert_uint_eq(wrong, 0);
    ck_assert_uint_le(fifo.room, 8 * (wait + 3 * MOST)); /* it does not grow with what went through */
    mbt_fifo_free(&fifo);
    ck_assert(fifo.samples == NULL && fifo.held == 0 && fifo.room == 0);
}
END_TEST

START_TEST(more_than_memory_has)
{
    mbt_fifo fifo = {0};
    const float sample = 5;
    ck_assert(mbt_fifo_put(&fifo, &sample, 1));
    ck_assert(!mbt_fifo_put(&fifo, &sample, SIZE_MAX) && !mbt_fifo_put(&fifo, &sample, SIZE_MAX / sizeof(float)));
    ck_assert_uint_eq(fifo.held, 1);
    ck_assert(*mbt_fifo_take(&fifo, 1) == 5);
    mbt_fifo_free(&fifo);
    mbt_fifo_free(&fifo);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("fifo");
    tcase_add_loop_test(tests, first_in_first_out, 0, 5);
    tcase_add_test(tests, more_than_memory_has);
    return unit_main(tests, "fifo");
}
