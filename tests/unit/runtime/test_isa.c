/* test_isa.c: the names of the instruction sets, and which of them are available and chosen on this machine. */
#define _POSIX_C_SOURCE 200809L
#include "tests/unit/runtime/runtime_fixture.h"

#include <stdio.h>
#include <string.h>

#include "simd/kernels.h"

#if defined(__aarch64__) && defined(__linux__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

static const struct {
    mbt_isa isa;
    const char *name;
} names[] = {{MBT_ISA_AUTO, "auto"},
             {MBT_ISA_SCALAR, "scalar"},
             {MBT_ISA_AVX2, "avx2"},
             {MBT_ISA_AVX512, "avx512"},
             {MBT_ISA_NEON, "neon"},
             {MBT_ISA_AVXVNNI, "avxvnni"},
             {MBT_ISA_AVX512VNNI, "avx512vnni"},
             {MBT_ISA_DOTPROD, "dotprod"}};

START_TEST(names_both_ways)
{
    ck_assert_int_eq(COUNT(names), MBT_ISA_COUNT);
    for (int i = 0; i < COUNT(names); i++) {
        mbt_isa isa = (mbt_isa)77;
        ck_assert_str_eq(mbt_isa_name(names[i].isa), names[i].name);
        ck_assert_int_eq(mbt_isa_from_name(names[i].name, &isa), MBT_OK);
        ck_assert_int_eq(isa, names[i].isa);
    }
}
END_TEST

START_TEST(other_names_and_values)
{
    static const char *const wrong[] = {"",         "AVX2", "avx", "avx2 ", " avx2", "avx5122", "avx512 vnni",
                                        "avx_vnni", "sse2", "0",   "1"};
    for (int i = 0; i < COUNT(wrong); i++) {
        mbt_isa isa = (mbt_isa)77;
        ck_assert_int_eq(mbt_isa_from_name(wrong[i], &isa), MBT_ERROR_ISA);
        ck_assert_int_eq(isa, 77);
    }
    mbt_isa isa;
    ck_assert_int_eq(mbt_isa_from_name(NULL, &isa), MBT_ERROR_ARGUMENT);
    ck_assert_int_eq(mbt_isa_from_name("avx2", NULL), MBT_ERROR_ARGUMENT);
    ck_assert_int_eq(mbt_isa_chosen(NULL), MBT_ERROR_ARGUMENT);
    ck_assert_ptr_null(mbt_isa_name((mbt_isa)MBT_ISA_COUNT));
    ck_assert_ptr_null(mbt_isa_name((mbt_isa)-1));
    ck_assert_int_eq(mbt_isa_available((mbt_isa)MBT_ISA_COUNT), 0);
    ck_assert_int_eq(mbt_isa_available((mbt_isa)-1), 0);
}
END_TEST

/* A table for what is available and only for that; it says what it is and has every kernel. */
START_TEST(tables)
{
    ck_assert_int_eq(mbt_isa_available(MBT_ISA_AUTO), 1);
    ck_assert_ptr_null(mbt_kernels_for(MBT_ISA_AUTO));
    for (int i = 1; i < MBT_ISA_COUNT; i++) {
        const mbt_kernels *kernels = mbt_kernels_for((mbt_isa)i);
        ck_assert_int_eq(kernels != NULL, mbt_isa_available((mbt_isa)i));
        if (kernels == NULL)
            continue;
        ck_assert_int_eq(kernels->isa, i);
#define MBT_KERNEL(name, parameters) ck_assert_msg(kernels->name != NULL, "%s", #name);
#include "simd/kernels.def"
#undef MBT_KERNEL
    }
}
END_TEST

#if defined(__x86_64__) && defined(__linux__)

/* Whether the kernel lists the flag, which it does only if it also saves the registers. */
static bool has_flag(const char *wanted)
{
    static char line[65536];
    FILE *file = fopen("/proc/cpuinfo", "r");
    ck_assert_ptr_nonnull(file);
    bool found = false;
    while (!found && fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, "flags", 5) != 0)
            continue;
        for (char *word = strtok(line, " \t\n:"); word != NULL && !found; word = strtok(NULL, " \t\n:"))
            found = strcmp(word, wanted) == 0;
        break;
    }
    fclose(file);
    return found;
}

START_TEST(available_is_what_the_system_says)
{
    const bool fma = has_flag("fma"), avx2 = fma && has_flag("avx2") && has_flag("f16c");
    const bool avx512 =
        avx2 && has_flag("avx512f") && has_flag("avx512bw") && has_flag("avx512dq") && has_flag("avx512vl");
    ck_assert_int_eq(mbt_isa_available(MBT_ISA_SCALAR), fma || !MBT_SLEEF);
    ck_assert_int_eq(mbt_isa_available(MBT_ISA_AVX2), avx2);
    ck_assert_int_eq(mbt_isa_available(MBT_ISA_AVX512), avx512);
    ck_assert_int_eq(mbt_isa_available(MBT_ISA_AVXVNNI), avx2 && has_flag("avx_vnni") && MBT_HAVE_AVXVNNI);
    ck_assert_int_eq(mbt_isa_available(MBT_ISA_AVX512VNNI), avx512 && has_flag("avx512_vnni"));
    ck_assert_int_eq(mbt_isa_available(MBT_ISA_NEON), 0);
    ck_assert_int_eq(mbt_isa_available(MBT_ISA_DOTPROD), 0);
}
END_TEST

#else

START_TEST(available_is_what_the_system_says)
{
#if defined(__aarch64__)
    const int neon = 1; /* part of the architecture */
#if defined(__linux__)
    ck_assert_int_eq(mbt_isa_available(MBT_ISA_DOTPROD), (getauxval(AT_HWCAP) & HWCAP_ASIMDDP) != 0);
#endif
#else
    const int neon = 0;
    ck_assert_int_eq(mbt_isa_available(MBT_ISA_DOTPROD), 0);
#endif
    ck_assert_int_eq(mbt_isa_available(MBT_ISA_SCALAR), 1);
    ck_assert_int_eq(mbt_isa_available(MBT_ISA_NEON), neon);
    ck_assert_int_eq(mbt_isa_available(MBT_ISA_AVX2), 0);
    ck_assert_int_eq(mbt_isa_available(MBT_ISA_AVX512), 0);
    ck_assert_int_eq(mbt_isa_available(MBT_ISA_AVXVNNI), 0);
    ck_assert_int_eq(mbt_isa_available(MBT_ISA_AVX512VNNI), 0);
}
END_TEST

#endif

/* The fastest there is, of which the header has a list: those for products of int8 go before what they extend. */
static mbt_isa fastest(void)
{
    static const mbt_isa order[] = {MBT_ISA_DOTPROD, MBT_ISA_NEON, MBT_ISA_AVX512VNNI, MBT_ISA_AVX512,
                                    MBT_ISA_AVXVNNI, MBT_ISA_AVX2, MBT_ISA_SCALAR};
    int i = 0;
    while (i < COUNT(order) - 1 && !mbt_isa_available(order[i]))
        i++;
    return order[i];
}

START_TEST(without_the_environment_the_fastest)
{
    static const char *const nothing[] = {NULL, "", "auto"};
    for (int i = 0; i < COUNT(nothing); i++) {
        if (nothing[i] == NULL)
            unsetenv("MBT_ISA");
        else
            setenv("MBT_ISA", nothing[i], 1);
        mbt_isa isa = (mbt_isa)77;
        ck_assert_int_eq(mbt_isa_chosen(&isa), MBT_OK);
        ck_assert_int_eq(isa, fastest());
    }
}
END_TEST

START_TEST(the_environment_names_one)
{
    for (int i = 1; i < COUNT(names); i++) {
        mbt_isa isa = (mbt_isa)77;
        setenv("MBT_ISA", names[i].name, 1);
        const mbt_status status = mbt_isa_chosen(&isa);
        if (mbt_isa_available(names[i].isa)) {
            ck_assert_int_eq(status, MBT_OK);
            ck_assert_int_eq(isa, names[i].isa);
        } else {
            ck_assert_int_eq(status, MBT_ERROR_ISA);
        }
    }
}
END_TEST

START_TEST(the_environment_names_none)
{
    static const char *const wrong[] = {"avx", "SCALAR", "scalar,avx2", " ", "x"};
    for (int i = 0; i < COUNT(wrong); i++) {
        mbt_isa isa;
        setenv("MBT_ISA", wrong[i], 1);
        ck_assert_int_eq(mbt_isa_chosen(&isa), MBT_ERROR_ISA);
    }
}
END_TEST

/* Tests run in a process of their own, so the environment is theirs. */
START_TEST(opening_heeds_the_environment)
{
    mbt_options options;
    mbt_options_init(&options);
    options.max_samples = 1;
    options.threads = 1;
    mbt_enhancer *enhancer;
    setenv("MBT_ISA", "nonsense", 1);
    ck_assert_int_eq(mbt_open(mbt_model_default(), &options, &enhancer), MBT_ERROR_ISA);
    ck_assert_ptr_null(enhancer);
    options.isa = MBT_ISA_SCALAR; /* what is asked for goes before the environment */
    ck_assert_int_eq(mbt_open(mbt_model_default(), &options, &enhancer), MBT_OK);
    mbt_close(enhancer);
    options.isa = MBT_ISA_AUTO;
    setenv("MBT_ISA", "scalar", 1);
    ck_assert_int_eq(mbt_open(mbt_model_default(), &options, &enhancer), MBT_OK);
    mbt_close(enhancer);
}
END_TEST

START_TEST(opening_with_what_is_not_there)
{
    for (int i = 1; i <= MBT_ISA_COUNT; i++) {
        mbt_options options;
        mbt_options_init(&options);
        options.max_samples = 1;
        options.threads = 1;
        options.isa = (mbt_isa)i;
        mbt_enhancer *enhancer;
        const mbt_status wanted = mbt_isa_available((mbt_isa)i) ? MBT_OK : MBT_ERROR_ISA;
        ck_assert_int_eq(mbt_open(mbt_model_default(), &options, &enhancer), wanted);
        ck_assert_int_eq(enhancer != NULL, wanted == MBT_OK);
        mbt_close(enhancer);
    }
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("isa");
    tcase_add_test(tests, names_both_ways);
    tcase_add_test(tests, other_names_and_values);
    tcase_add_test(tests, tables);
    tcase_add_test(tests, available_is_what_the_system_says);
    tcase_add_test(tests, without_the_environment_the_fastest);
    tcase_add_test(tests, the_environment_names_one);
    tcase_add_test(tests, the_environment_names_none);
    tcase_add_test(tests, opening_heeds_the_environment);
    tcase_add_test(tests, opening_with_what_is_not_there);
    return unit_main(tests, "isa");
}
