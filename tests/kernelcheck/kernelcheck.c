/* kernelcheck.c: compares every kernel of every instruction set of this machine with the scalar one, bit for bit (after
 * dav1d's checkasm). Usage: kernelcheck [--seed N] [--filter NAME] [--isa NAME,NAME ..] */
#define _POSIX_C_SOURCE 200809L

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>
#elif defined(__aarch64__) && defined(__linux__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

#include "tests/kernelcheck/kernelcheck.h"

typedef struct options {
    uint64_t seed;
    const char *filter; /* part of a kernel's name, or NULL */
    bool wanted[MBT_ISA_COUNT];
} options;

typedef struct kernel_check {
    const char *name;
    void (*run)(mbt_checker *checker);
} kernel_check;

static const kernel_check checks[] = {
#define MBT_KERNEL(name, parameters) {#name, mbt_check_##name},
#include "simd/kernels.def"
#undef MBT_KERNEL
};

#define CHECK_COUNT (sizeof checks / sizeof checks[0])

static sigjmp_buf way_out;
static char failure[512];

void mbt_check_failed(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(failure, sizeof failure, format, arguments);
    va_end(arguments);
    siglongjmp(way_out, 1);
}

/* Only the checked kernels run between the setting of this handler and its use, so leaving by a jump is safe. */
static void on_signal(int number, siginfo_t *info, void *context)
{
    (void)context;
    const char *name = number == SIGILL   ? "SIGILL (an instruction this machine lacks)"
                       : number == SIGFPE ? "SIGFPE"
                                          : "SIGSEGV";
    char where[128];
    mbt_describe_fault(info->si_addr, where, sizeof where);
    snprintf(failure, sizeof failure, "%s, %s", name, where);
    siglongjmp(way_out, 1);
}

static void catch_signals(void)
{
    static const int numbers[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE};
    struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_NODEFER};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        sigaction(numbers[i], &action, NULL);
}

/* FNV-1a of the name, so that a check sees the same numbers whatever runs before it. */
static uint64_t mix(uint64_t seed, const char *name)
{
    uint64_t hash = 0xcbf29ce484222325u ^ seed;
    for (; *name != 0; name++)
        hash = (hash ^ (unsigned char)*name) * 0x100000001b3u;
    return hash;
}

static bool run_check(const kernel_check *check, const mbt_kernels *tested, uint64_t seed)
{
    static mbt_checker checker; /* static: kept over the jump */
    checker =
        (mbt_checker){.tested = tested, .reference = mbt_kernels_for(MBT_ISA_SCALAR), .random = mix(seed, check->name)};
    const char *isa = mbt_isa_name(tested->isa);
    if (sigsetjmp(way_out, 1) != 0) {
        printf("FAILED %s.%s: %s (%s)\n", isa, check->name, failure, mbt_case_text());
        return false;
    }
    check->run(&checker);
    printf("%s.%s: %zu cases\n", isa, check->name, checker.cases);
    if (checker.cases == 0)
        printf("FAILED %s.%s: nothing was checked\n", isa, check->name);
    return checker.cases > 0;
}

/* What the compiler's own detection says, so that a mistake in the library's does not go unseen. */
static bool machine_has(mbt_isa isa)
{
#if defined(__x86_64__)
    const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (isa == MBT_ISA_AVX2)
        return avx2;
    if (isa == MBT_ISA_AVXVNNI) {
        unsigned eax, ebx, ecx, edx;
        return MBT_HAVE_AVXVNNI && avx2 && __get_cpuid_count(7, 1, &eax, &ebx, &ecx, &edx) && (eax & bit_AVXVNNI);
    }
    if (isa == MBT_ISA_AVX512 || isa == MBT_ISA_AVX512VNNI) {
        return avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
               (isa == MBT_ISA_AVX512 || __builtin_cpu_supports("avx512vnni"));
    }
#elif defined(__aarch64__)
    if (isa == MBT_ISA_NEON)
        return true;
#if defined(__linux__)
    if (isa == MBT_ISA_DOTPROD)
        return (getauxval(AT_HWCAP) & HWCAP_ASIMDDP) != 0;
#endif
#endif
    return isa == MBT_ISA_SCALAR;
}

static bool parse_isas(const char *list, options *o)
{
    char name[16];
    memset(o->wanted, 0, sizeof o->wanted);
    while (*list != 0) {
        const size_t length = strcspn(list, ",");
        mbt_isa isa;
        if (length >= sizeof name)
            return false;
        memcpy(name, list, length);
        name[length] = 0;
        if (mbt_isa_from_name(name, &isa) != MBT_OK)
            return false;
        o->wanted[isa] = true;
        list += length + (list[length] == ',');
    }
    return true;
}

static bool parse(int argc, char **argv, options *o)
{
    for (int i = 1; i < argc; i += 2) {
        char *end = "";
        if (i + 1 == argc)
            return false;
        if (strcmp(argv[i], "--seed") == 0)
            o->seed = strtoull(argv[i + 1], &end, 0);
        else if (strcmp(argv[i], "--filter") == 0)
            o->filter = argv[i + 1];
        else if (strcmp(argv[i], "--isa") != 0 || !parse_isas(argv[i + 1], o))
            return false;
        if (*end != 0)
            return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    options o = {.seed = 1, .wanted = {false, true, true, true, true, true, true, true}};
    size_t passed = 0, failed = 0;
    if (!parse(argc, argv, &o)) {
        fprintf(stderr, "usage: %s [--seed N] [--filter NAME] [--isa NAME,NAME ..]\n", argv[0]);
        return 2;
    }
    printf("seed %llu\n", (unsigned long long)o.seed);
    catch_signals();
    for (int isa = MBT_ISA_SCALAR; isa < MBT_ISA_COUNT; isa++) {
        const mbt_kernels *tested = o.wanted[isa] ? mbt_kernels_for((mbt_isa)isa) : NULL;
        size_t exercised = 0;
        for (size_t i = 0; tested != NULL && i < CHECK_COUNT; i++) {
            if (o.filter == NULL || strstr(checks[i].name, o.filter) != NULL) {
                const bool good = run_check(&checks[i], tested, o.seed);
                passed += good;
                failed += !good;
                exercised++;
            }
        }
        if (o.wanted[isa] && exercised == 0 && (machine_has((mbt_isa)isa) || mbt_isa_available((mbt_isa)isa))) {
            printf("FAILED %s: this machine has it, and nothing was checked\n", mbt_isa_name((mbt_isa)isa));
            failed++;
        }
    }
    printf("%zu passed, %zu failed\n", passed, failed);
    return failed == 0 && passed > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
