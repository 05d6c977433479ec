/* test_fma.c: our multiply-add against sums of whole numbers, rounded by the definition of IEEE 754. */
#include "simd/fma.h"

#include <check.h>
#include <stdbool.h>
#include <stdlib.h>

#include "tests/unit/unit_main.h"

/* Whole numbers of 640 bits in units of 2^-298: products of two floats reach from there to 2^256. */
enum { LIMBS = 20, UNIT = -298, FLOAT_UNIT = -149 };

typedef struct wide {
    uint32_t limb[LIMBS]; /* the lowest first */
} wide;

static uint32_t bits_of(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static float float_of(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* A finite number is significand 2^exponent. */
static uint64_t significand_of(float x, int *exponent)
{
    const uint32_t biased = bits_of(x) >> 23 & 255u, fraction = bits_of(x) & 0x7fffffu;
    *exponent = FLOAT_UNIT + (biased > 1 ? (int)biased - 1 : 0);
    return biased != 0 ? fraction | 0x800000u : fraction;
}

/* significand 2^shift. */
static wide place(uint64_t significand, int shift)
{
    wide w = {{0}};
    for (int bit = 0; bit < 64; bit++)
        if (significand >> bit & 1)
            w.limb[(bit + shift) / 32] |= UINT32_C(1) << (bit + shift) % 32;
    return w;
}

static int compare(const wide *a, const wide *b)
{
    for (int i = LIMBS - 1; i >= 0; i--)
        if (a->limb[i] != b->limb[i])
            return a->limb[i] > b->limb[i] ? 1 : -1;
    return 0;
}

/* a + b, or a - b for a >= b. */
static wide combine(const wide *a, const wide *b, bool subtract)
{
    wide w;
    uint64_t carry = subtract;
    for (int i = 0; i < LIMBS; i++) {
        carry += (uint64_t)a->limb[i] + (subtract ? ~b->limb[i] : b->limb[i]);
        w.limb[i] = (uint32_t)carry;
        carry >>= 32;
    }
    return w;
}

static int get_bit(const wide *w, int bit)
{
    return (int)(w->limb[bit / 32] >> bit % 32 & 1);
}

/* Rounded to nearest, ties to even. */
static float round_wide(const wide *w, bool negative)
{
    const uint32_t sign = negative ? UINT32_C(1) << 31 : 0;
    int top = LIMBS * 32 - 1, last = FLOAT_UNIT - UNIT;
    while (top >= 0 && !get_bit(w, top))
        top--;
    if (top - 23 > last)
        last = top - 23; /* the place of the result's last bit */
    uint32_t kept = 0;
    for (int bit = top; bit >= last; bit--)
        kept = kept << 1 | (uint32_t)get_bit(w, bit);
    bool beyond = false;
    for (int bit = 0; bit < last - 1; bit++)
        beyond = beyond || get_bit(w, bit);
    const bool half = get_bit(w, last - 1);
    kept += half && (beyond || (kept & 1));
    const int exponent = last - (FLOAT_UNIT - UNIT); /* 0: subnormal, or the lowest binade */
    if (exponent > 253 || (exponent == 253 && kept == 0x1000000u))
        return float_of(sign | 0x7f800000u);
    return float_of(sign | (((uint32_t)exponent << 23) + kept));
}

static float exact_fma(float a, float b, float c)
{
    int ea, eb, ec;
    const uint64_t product = significand_of(a, &ea) * significand_of(b, &eb), addend = significand_of(c, &ec);
    const bool product_negative = (bits_of(a) ^ bits_of(b)) >> 31 != 0, addend_negative = bits_of(c) >> 31 != 0;
    const wide p = place(product, ea + eb - UNIT), q = place(addend, ec - UNIT);
    const int order = compare(&p, &q);
    if (product_negative == addend_negative) {
        const wide sum = combine(&p, &q, false);
        return round_wide(&sum, product_negative);
    }
    const wide difference = order >= 0 ? combine(&p, &q, true) : combine(&q, &p, true);
    return round_wide(&difference, order == 0 ? false : order > 0 ? product_negative : addend_negative);
}

static void check_one(float a, float b, float c)
{
    const float wanted = exact_fma(a, b, c), found = mbt_fmaf_in_double(a, b, c), used = mbt_fmaf(a, b, c);
    ck_assert_msg(bits_of(found) == bits_of(wanted), "%a * %a + %a = %a, not %a", (double)a, (double)b, (double)c,
                  (double)wanted, (double)found);
    ck_assert_msg(bits_of(used) == bits_of(wanted), "%a * %a + %a = %a, not %a", (double)a, (double)b, (double)c,
                  (double)wanted, (double)used);
}

/* xorshift64*, Marsaglia and Vigna. */
static uint32_t next(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return (uint32_t)(*state * UINT64_C(0x2545F4914F6CDD1D) >> 32);
}

/* Any finite number; or one with an exponent within some of a given one. */
static float any_float(uint64_t *state)
{
    const uint32_t bits = next(state);
    return (bits >> 23 & 255u) == 255u ? float_of(bits & ~(UINT32_C(1) << 30)) : float_of(bits);
}

static float near_exponent(uint64_t *state, int biased, unsigned within)
{
    const int exponent = biased - (int)within + (int)(next(state) % (2 * within + 1));
    const uint32_t kept = exponent < 0 ? 0 : exponent > 254 ? 254 : (uint32_t)exponent;
    return float_of((next(state) & 0x807fffffu) | kept << 23);
}

START_TEST(any_numbers)
{
    uint64_t state = 1;
    for (int i = 0; i < 100000; i++)
        check_one(any_float(&state), any_float(&state), any_float(&state));
}
END_TEST

/* Product and addend overlap, or lie side by side; results from subnormal to infinite. */
START_TEST(numbers_that_meet)
{
    uint64_t state = 2;
    for (int i = 0; i < 200000; i++) {
        const float a = any_float(&state), b = any_float(&state);
        const int product = (int)(bits_of(a) >> 23 & 255u) + (int)(bits_of(b) >> 23 & 255u) - 127;
        check_one(a, b, near_exponent(&state, product, 60));
    }
}
END_TEST

/* Half a unit of the addend's last place, and as little more or less as two floats can make: what a sum in double
 * rounds to the half, and then to even. a b = half (1 + i 2^-23) (1 + j 2^-23), with i and j of either sign. */
START_TEST(halfway)
{
    uint64_t state = 3;
    for (int exponent = -148; exponent <= 127; exponent++) {
        for (int i = -4; i <= 4; i++) {
            for (int j = -4; j <= 4; j++) {
                const float c =
                    float_of((next(&state) & 0x7fffffu) | (uint32_t)(exponent < -126 ? 0 : exponent + 127) << 23);
                const int last = exponent < -126 ? FLOAT_UNIT : exponent - 23;
                const float a = ldexpf(1.0f + (float)i * 0x1p-23f, (last - 1) / 2);
                const float b = ldexpf(1.0f + (float)j * 0x1p-23f, last - 1 - (last - 1) / 2);
                check_one(a, b, c);
                check_one(a, -b, c);
                check_one(-a, b, -c);
                check_one(a, b, 3 * a * b);
            }
        }
    }
}
END_TEST

/* The least and the greatest numbers of each kind, powers of two and their neighbours. */
START_TEST(least_and_greatest)
{
    static const uint32_t edges[] = {0x00000000, 0x00000001, 0x00000002, 0x00000003, 0x007fffff, 0x00800000, 0x00800001,
                                     0x00ffffff, 0x01000000, 0x19ffffff, 0x1a000000, 0x1a000001, 0x33800000, 0x33800001,
                                     0x337fffff, 0x34000000, 0x3f7fffff, 0x3f800000, 0x3f800001, 0x3fffffff, 0x40000000,
                                     0x40400000, 0x4b7fffff, 0x4b800000, 0x5f7fffff, 0x5f800000, 0x5f800001, 0x73000000,
                                     0x72ffffff, 0x7e800000, 0x7effffff, 0x7f000000, 0x7f7ffffe, 0x7f7fffff};
    enum { EDGES = sizeof edges / sizeof edges[0] };
    for (int i = 0; i < 2 * EDGES; i++)
        for (int j = 0; j < EDGES; j++)
            for (int k = 0; k < 2 * EDGES; k++)
                check_one(float_of(edges[i / 2] | (uint32_t)(i % 2) << 31), float_of(edges[j]),
                          float_of(edges[k / 2] | (uint32_t)(k % 2) << 31));
}
END_TEST

START_TEST(not_numbers)
{
    const float inf = INFINITY;
    ck_assert(mbt_fmaf_in_double(inf, 2, -1) == inf && mbt_fmaf_in_double(-inf, 2, 1) == -inf);
    ck_assert(mbt_fmaf_in_double(1, 2, inf) == inf && mbt_fmaf_in_double(0x1.fffffep127f, 2, -inf) == -inf);
    ck_assert(isnan(mbt_fmaf_in_double(inf, 0, 1)) && isnan(mbt_fmaf_in_double(inf, 1, -inf)));
    ck_assert(isnan(mbt_fmaf_in_double(NAN, 1, 1)) && isnan(mbt_fmaf_in_double(1, 1, NAN)));
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("fma");
    tcase_add_test(tests, any_numbers);
    tcase_add_test(tests, numbers_that_meet);
    tcase_add_test(tests, halfway);
    tcase_add_test(tests, least_and_greatest);
    tcase_add_test(tests, not_numbers);
    return unit_main(tests, "fma");
}
