/* area.c: memory between guard pages, and the comparison of two kernels on such memory. */
#define _DEFAULT_SOURCE

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/random.h"
#include "tests/kernelcheck/kernelcheck.h"

#define SLOTS 16
#define SLOT_FLOATS ((size_t)1 << 18)
#define MARGIN 64 /* floats around an area that are watched, where no guard page is */
#define CANARY 0x7fc0babeu

/* The memory of one area, mapped once and used again by every case. */
typedef struct slot {
    char *mapping; /* guard, floats, guard */
    float *start, *end;
    float *initial, *expected; /* copies of the window */
    mbt_area area;
    const char *name;
    mbt_role role;
    float *lowest;              /* of the area */
    float *window, *window_end; /* what is watched: the area and its margins */
} slot;

static slot slots[SLOTS];
static size_t slots_taken;
static size_t guard_bytes;
static char case_text[256];

static void map_slot(slot *s)
{
    const long page = sysconf(_SC_PAGESIZE);
    guard_bytes = page > 0 ? (size_t)page : 65536;
    const size_t bytes = SLOT_FLOATS * sizeof(float); /* a multiple of any page size in use */
    s->mapping = mmap(NULL, bytes + 2 * guard_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    s->initial = malloc(bytes);
    s->expected = malloc(bytes);
    if (s->mapping == MAP_FAILED || s->initial == NULL || s->expected == NULL ||
        mprotect(s->mapping, guard_bytes, PROT_NONE) != 0 ||
        mprotect(s->mapping + guard_bytes + bytes, guard_bytes, PROT_NONE) != 0) {
        perror("guarded memory");
        exit(EXIT_FAILURE);
    }
    s->start = (float *)(void *)(s->mapping + guard_bytes);
    s->end = s->start + SLOT_FLOATS;
}

void mbt_case(mbt_checker *checker, int setting, const char *format, ...)
{
    static const char *const regimes[] = {"small", "large", "normal"};
    checker->regime = (mbt_regime)(setting / 2);
    checker->at_end = setting % 2 == 0;
    checker->cases++;
    slots_taken = 0;
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(case_text, sizeof case_text, format, arguments);
    va_end(arguments);
    if (length >= 0 && (size_t)length < sizeof case_text) {
        snprintf(case_text + length, sizeof case_text - (size_t)length, ", %s numbers, guard page %s",
                 regimes[checker->regime], checker->at_end ? "behind" : "in front");
    }
}

const char *mbt_case_text(void)
{
    return case_text;
}

mbt_area mbt_area_take(mbt_checker *checker, const char *name, mbt_role role, size_t rows, size_t width, ptrdiff_t ld)
{
    const size_t distance = (size_t)(ld < 0 ? -ld : ld), extent = rows > 0 ? (rows - 1) * distance + width : 0;
    if (slots_taken == SLOTS || extent > SLOT_FLOATS || (distance < width && rows > 1))
        mbt_check_failed("area %s: %zu x %zu at distance %td is more than the checker can hold", name, rows, width, ld);
    slot *s = &slots[slots_taken++];
    if (s->mapping == NULL)
        map_slot(s);
    s->name = name;
    s->role = role;
    s->lowest = checker->at_end ? s->end - extent : s->start;
    s->window = s->lowest - s->start > MARGIN ? s->lowest - MARGIN : s->start;
    s->window_end = s->end - (s->lowest + extent) > MARGIN ? s->lowest + extent + MARGIN : s->end;
    const uint32_t canary = CANARY;
    for (float *p = s->window; p < s->window_end; p++)
        memcpy(p, &canary, sizeof canary);
    s->area = (mbt_area){s->lowest + (ld < 0 ? (rows - 1) * distance : 0), ld, rows, width};
    return s->area;
}

/* In [0, 1). */
static double uniform(mbt_checker *checker)
{
    return mbt_random_fraction(mbt_random_next(&checker->random));
}

static double small_number(mbt_checker *checker)
{
    switch (mbt_pick(checker, 6)) {
    case 0:
        return 0.0;
    case 1:
        return 0x1p-149 * (double)mbt_pick(checker, 100);
    case 2:
        return 0x1p-126 * uniform(checker);
    case 3:
        return 0x1p-126 * (1.0 + uniform(checker));
    case 4:
        return ldexp(1.0 + uniform(checker), -(int)mbt_pick(checker, 120));
    default:
        return 0x1p-63 * (1.0 + uniform(checker)); /* whose square is about the smallest normal number */
    }
}

float mbt_number(mbt_checker *checker, double typical, double largest, int sign)
{
    double x;
    if (checker->regime == MBT_REGIME_SMALL)
        x = small_number(checker);
    else if (checker->regime == MBT_REGIME_LARGE)
        x = largest * (1.0 - 0.5 * uniform(checker));
    else
        x = typical * sqrt(-2.0 * log(1.0 - uniform(checker))) * fabs(cos(6.283185307179586 * uniform(checker)));
    const bool negative = sign < 0 || (sign == 0 && mbt_pick(checker, 2) == 1);
    return (float)(negative ? -x : x);
}

size_t mbt_pick(mbt_checker *checker, size_t below)
{
    return (size_t)(mbt_random_next(&checker->random) >> 32) % below;
}

size_t mbt_pick_size(mbt_checker *checker, size_t limit)
{
    static const size_t sizes[] = MBT_SIZES;
    size_t size;
    do {
        size = sizes[mbt_pick(checker, MBT_SIZE_COUNT)];
    } while (size > limit);
    return size;
}

ptrdiff_t mbt_pick_ld(mbt_checker *checker, size_t width)
{
    const ptrdiff_t w = (ptrdiff_t)width, more = (ptrdiff_t)mbt_pick(checker, 20);
    switch (mbt_pick(checker, 4)) {
    case 0:
        return w;
    case 1:
        return -w;
    case 2:
        return -(w + more);
    default:
        return w + more;
    }
}

void mbt_area_fill(mbt_checker *checker, const mbt_area *area, double typical, double largest, int sign)
{
    for (size_t r = 0; r < area->rows; r++)
        for (size_t c = 0; c < area->width; c++)
            area->row0[(ptrdiff_t)r * area->ld + (ptrdiff_t)c] = mbt_number(checker, typical, largest, sign);
}

mbt_area mbt_area_filled(mbt_checker *checker, const char *name, mbt_role role, size_t rows, size_t width, ptrdiff_t ld,
                         double typical, double largest, int sign)
{
    const mbt_area area = mbt_area_take(checker, name, role, rows, width, ld);
    mbt_area_fill(checker, &area, typical, largest, sign);
    return area;
}

/* Whether the element at this place of the window is one of the area's own. */
static bool is_inside(const slot *s, const float *p)
{
    const size_t distance = (size_t)(s->area.ld < 0 ? -s->area.ld : s->area.ld);
    if (p < s->lowest || s->area.rows == 0)
        return false;
    const size_t offset = (size_t)(p - s->lowest);
    return s->area.rows == 1 ? offset < s->area.width
                             : offset / distance < s->area.rows && offset % distance < s->area.width;
}

static size_t window_bytes(const slot *s)
{
    return (size_t)(s->window_end - s->window) * sizeof(float);
}

static bool same_bits(const float *a, const float *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

_Noreturn static void fail_at(const slot *s, const float *p, const char *who, const float *wanted)
{
    const ptrdiff_t distance = s->area.ld < 0 ? -s->area.ld : s->area.ld, offset = p - s->lowest;
    if (!is_inside(s, p))
        mbt_check_failed("the %s kernel wrote outside %s, %td floats from its lowest address", who, s->name, offset);
    ptrdiff_t row = s->area.rows > 1 ? offset / distance : 0;
    const ptrdiff_t column = offset - row * distance;
    row = s->area.ld < 0 ? (ptrdiff_t)s->area.rows - 1 - row : row;
    if (wanted == NULL) {
        mbt_check_failed("the %s kernel %s %s[%td][%td]", who, s->role == MBT_ROLE_IN ? "changed" : "did not write",
                         s->name, row, column);
    }
    mbt_check_failed("%s[%td][%td] is %a (%.9g), and %a (%.9g) in scalar", s->name, row, column, (double)*p, (double)*p,
                     (double)*wanted, (double)*wanted);
}

/* The reference itself must write all of its outputs and nothing else, and the inputs must have been such that the
 * results are finite: NaNs would hide differences. */
static void check_reference(const slot *s)
{
    const uint32_t canary = CANARY;
    for (float *p = s->window; p < s->window_end; p++) {
        const bool same = same_bits(p, &s->initial[p - s->window]);
        if (!same && (s->role == MBT_ROLE_IN || !is_inside(s, p)))
            fail_at(s, p, "scalar", NULL);
        if ((s->role == MBT_ROLE_OUT || s->role == MBT_ROLE_OUT_BITS) && is_inside(s, p) &&
            memcmp(p, &canary, sizeof canary) == 0)
            fail_at(s, p, "scalar", NULL);
        if ((s->role == MBT_ROLE_OUT || s->role == MBT_ROLE_INOUT) && is_inside(s, p) && !isfinite(*p))
            mbt_check_failed("%s is not finite in scalar: the check's inputs are too large", s->name);
    }
}

static void check_tested(const slot *s)
{
    if (s->role != MBT_ROLE_SCRATCH && memcmp(s->window, s->expected, window_bytes(s)) == 0)
        return;
    for (float *p = s->window; p < s->window_end; p++) {
        const float *wanted = &s->expected[p - s->window];
        if (!same_bits(p, wanted) && !(s->role == MBT_ROLE_SCRATCH && is_inside(s, p)))
            fail_at(s, p, "tested", wanted);
    }
}

void mbt_compare(mbt_checker *checker, mbt_call *call, void *arguments)
{
    for (slot *s = slots; s < slots + slots_taken; s++)
        memcpy(s->initial, s->window, window_bytes(s));
    call(checker->reference, arguments);
    for (slot *s = slots; s < slots + slots_taken; s++) {
        check_reference(s);
        memcpy(s->expected, s->window, window_bytes(s));
        memcpy(s->window, s->initial, window_bytes(s));
    }
    call(checker->tested, arguments);
    for (const slot *s = slots; s < slots + slots_taken; s++)
        check_tested(s);
}

void mbt_describe_fault(const void *address, char *text, size_t size)
{
    const char *p = address;
    for (const slot *s = slots; s < slots + slots_taken; s++) {
        const char *start = (const char *)s->start, *end = (const char *)s->end;
        if (p >= s->mapping && p < start) {
            snprintf(text, size, "%td bytes in front of %s", start - p, s->name);
            return;
        }
        if (p >= end && p < end + guard_bytes) {
            snprintf(text, size, "%td bytes behind the end of %s", p - end, s->name);
            return;
        }
    }
    snprintf(text, size, "address %p", address);
}
