/* fuzz.h: what the fuzzers share: their entry, reading an input bit by bit, and checks that no build leaves out.
 *
 * A fuzzer is one file, fuzz_NAME.c, with an LLVMFuzzerTestOneInput. libFuzzer calls it (tools/dev/fuzz), or
 * fuzz_main.c does, which replays files and simple mutations of them (ctest). It must come to the same for the same
 * bytes. */
#ifndef MBT_TESTS_FUZZ_FUZZ_H
#define MBT_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_CHECK(condition) ((condition) ? (void)0 : fuzz_fail(#condition, __FILE__, __LINE__))

static inline _Noreturn void fuzz_fail(const char *condition, const char *file, int line)
{
    fprintf(stderr, "%s:%d: not so: %s\n", file, line, condition);
    abort();
}

/* What is left of an input. */
typedef struct fuzz_input {
    const uint8_t *at;
    size_t left;
} fuzz_input;

/* The next byte; 0 where none is left. */
static inline uint8_t fuzz_byte(fuzz_input *input)
{
    if (input->left == 0)
        return 0;
    input->left--;
    return *input->at++;
}

/* The next bytes as a little-endian number, 1 to 8 of them. */
static inline uint64_t fuzz_number(fuzz_input *input, unsigned bytes)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < bytes; i++)
        value |= (uint64_t)fuzz_byte(input) << 8 * i;
    return value;
}

/* The next bytes, `size` of them or as many as are left. */
static inline fuzz_input fuzz_take(fuzz_input *input, size_t size)
{
    const fuzz_input taken = {input->at, size < input->left ? size : input->left};
    input->at += taken.left;
    input->left -= taken.left;
    return taken;
}

/* The bytes before the next one that is `end`, which is passed over; all where there is none. */
static inline fuzz_input fuzz_take_until(fuzz_input *input, uint8_t end)
{
    const uint8_t *found = input->left != 0 ? memchr(input->at, end, input->left) : NULL;
    if (found == NULL)
        return fuzz_take(input, input->left);
    const fuzz_input taken = fuzz_take(input, (size_t)(found - input->at));
    fuzz_byte(input);
    return taken;
}

/* A copy from malloc, so that a sanitizer sees the first byte beyond it. */
static inline uint8_t *fuzz_copy(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size != 0 ? size : 1);
    FUZZ_CHECK(copy != NULL);
    if (size != 0)
        memcpy(copy, data, size);
    return copy;
}

/* xorshift64*, Marsaglia and Vigna. state: not 0. */
static inline uint32_t fuzz_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return (uint32_t)(*state * UINT64_C(0x2545F4914F6CDD1D) >> 32);
}

#endif
