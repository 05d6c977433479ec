/* peak_memory.h: reads and copies memory with the vectors of one instruction set. peak_x86.c and peak_arm.c include it
 * once for each set, with these macros defined; it undefines them at its end.
 *
 *   TARGET         the attribute of the functions, or nothing
 *   READ, COPY     the functions' names
 *   VECTOR         the type of a vector
 *   ZERO           a vector of zeros
 *   OR(x, y)       the bits of both
 *   LOAD(p)        the vector at p, which is aligned
 *   STORE(p, x)    stores x at p, which is aligned
 *   KEEP_VECTOR(x) makes the optimiser compute x */

/* Computes the or of all vectors, in four chains: the cheapest use of a vector that keeps the loads. */
TARGET static void READ(const void *from, size_t bytes, size_t rounds)
{
    VECTOR x0 = ZERO, x1 = x0, x2 = x0, x3 = x0;
    for (size_t r = 0; r < rounds; r++) {
        const VECTOR *p = from, *end = p + bytes / sizeof *p;
        for (; p < end; p += 8) {
            x0 = OR(x0, LOAD(p));
            x1 = OR(x1, LOAD(p + 1));
            x2 = OR(x2, LOAD(p + 2));
            x3 = OR(x3, LOAD(p + 3));
            x0 = OR(x0, LOAD(p + 4));
            x1 = OR(x1, LOAD(p + 5));
            x2 = OR(x2, LOAD(p + 6));
            x3 = OR(x3, LOAD(p + 7));
        }
        MBT_KEEP(from);
    }
    const VECTOR all = OR(OR(x0, x1), OR(x2, x3));
    KEEP_VECTOR(all);
}

TARGET static void COPY(void *to, const void *from, size_t bytes, size_t rounds)
{
    for (size_t r = 0; r < rounds; r++) {
        const VECTOR *p = from;
        VECTOR *q = to;
        for (size_t i = 0; i < bytes / sizeof *p; i += 4) {
            const VECTOR x0 = LOAD(p + i), x1 = LOAD(p + i + 1);
            const VECTOR x2 = LOAD(p + i + 2), x3 = LOAD(p + i + 3);
            STORE(q + i, x0);
            STORE(q + i + 1, x1);
            STORE(q + i + 2, x2);
            STORE(q + i + 3, x3);
        }
        MBT_KEEP(to);
    }
}

#undef TARGET
#undef READ
#undef COPY
#undef VECTOR
#undef ZERO
#undef OR
#undef LOAD
#undef STORE
#undef KEEP_VECTOR
