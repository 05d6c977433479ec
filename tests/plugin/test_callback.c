/* test_callback.c: run() in a callback: nothing from the heap, no system call, no page that was not there before; and
 * what becomes of the plugin where memory ends. Not for sanitizers, which have a malloc of their own. */
#define _GNU_SOURCE
#include "tests/unit/unit_main.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/plugin/host.h"
#include "tests/plugin/sounds.h"

enum { RATE = 48000, SAMPLES = 3 * RATE };

/* These stand before the C library's, for the plugin too. */
#define SEEN __attribute__((visibility("default")))
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void __libc_free(void *block);

static size_t calls, failing; /* failing: the call that fails, counted from 1 */
static long held;

SEEN void *malloc(size_t size)
{
    held++;
    return ++calls == failing ? (held--, NULL) : __libc_malloc(size);
}

SEEN void *calloc(size_t count, size_t size)
{
    held++;
    return ++calls == failing ? (held--, NULL) : __libc_calloc(count, size);
}

SEEN void *realloc(void *block, size_t size)
{
    held += block == NULL;
    calls++;
    return __libc_realloc(block, size);
}

SEEN void free(void *block)
{
    held -= block != NULL;
    calls++;
    __libc_free(block);
}

static const char *const labels[] = {"mambattention_mono", "mambattention_stereo", "mambattention_mono_spread",
                                     "mambattention_stereo_spread"};

/* Speech, then what is no sound, then silence that lets the network rest. */
static float *all_kinds(unsigned channels)
{
    float *x = speech(SAMPLES, channels, RATE);
    for (size_t i = RATE; i < (size_t)2 * RATE; i++)
        x[i] = i % 3 == 0 ? HUGE_VALF : i % 3 == 1 ? -HUGE_VALF : 1e30f;
    for (unsigned c = 0; c < channels; c++)
        memset(x + c * SAMPLES + RATE * 2, 0, RATE * sizeof *x);
    return x;
}

static void run_all(host_plugin *p, float *x)
{
    static const size_t blocks[] = {1, 32, 1024, 65536};
    unsigned state = 1;
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
        p->controls[HOST_LIMIT] = i % 2 == 0 ? 100 : 12;
        host_run_blocks(p, x, x, blocks[i] == 1 ? RATE / 4 : SAMPLES, blocks[i], &state);
    }
}

START_TEST(nothing_from_the_heap)
{
    host_plugin p = host_open(labels[_i], RATE);
    float *x = all_kinds(p.channels);
    const size_t before = calls;
    run_all(&p, x);
    ck_assert_uint_eq(calls, before);
    host_close(&p);
    ck_assert_uint_gt(calls, before + 2); /* the plugin's calls are counted */
    free(x);
}
END_TEST

/* In strict mode the kernel kills a process at any system call but read, write, _exit and sigreturn. */
START_TEST(no_system_call)
{
    host_plugin p = host_open(labels[_i], RATE);
    float *x = all_kinds(p.channels);
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    const pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        const char done = prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) == 0 ? 'y' : 'n';
        if (done == 'y')
            run_all(&p, x);
        const ssize_t written = write(ends[1], &done, 1);
        syscall(SYS_exit, written == 1 ? 0 : 1);
    }
    close(ends[1]);
    char done = 0;
    int status = 0;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "run() made a system call");
    ck_assert_int_eq(read(ends[0], &done, 1), 1);
    ck_assert_msg(done == 'y', "this system has no seccomp");
    close(ends[0]);
    host_close(&p);
    free(x);
}
END_TEST

static long pages_fetched(void)
{
    struct rusage usage;
    ck_assert_int_eq(getrusage(RUSAGE_THREAD, &usage), 0);
    return usage.ru_minflt + usage.ru_majflt;
}

/* All that run() touches is in memory before its first call: code, weights, buffers. A page or two are the test's. */
START_TEST(first_call_like_the_rest)
{
    host_plugin p = host_open(labels[_i], RATE);
    float *x = speech(RATE, p.channels, RATE);
    (void)pages_fetched();
    const long before = pages_fetched();
    host_run(&p, x, x, RATE, RATE);
    ck_assert_int_le(pages_fetched() - before, 2);
    host_close(&p);
    free(x);
}
END_TEST

/* Whichever allocation fails: no instance, or one that passes the sound through; nothing stays behind. */
START_TEST(memory_ends)
{
    enum { BLOCK = 1000 };
    float *in = speech(BLOCK, 2, RATE), *out = silence(2 * (size_t)BLOCK);
    bool whole = false;
    host_find(labels[0]);
    for (size_t nth = 1; !whole; nth++) {
        const long before = held;
        failing = calls + nth;
        host_plugin p = host_open(labels[_i], RATE);
        whole = calls < failing;
        failing = 0;
        ck_assert_uint_lt(nth, 20);
        if (p.handle == NULL)
            continue;
        host_run(&p, in, out, BLOCK, BLOCK);
        ck_assert_msg((p.controls[HOST_LATENCY] > 0) == whole, "allocation %zu", nth);
        if (!whole)
            ck_assert_mem_eq(out, in, BLOCK * p.channels * sizeof *in);
        host_close(&p);
        ck_assert_int_eq(held, before);
    }
    free(in);
    free(out);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("plugin_callback");
    tcase_add_loop_test(tests, nothing_from_the_heap, 0, COUNT(labels));
    tcase_add_loop_test(tests, no_system_call, 0, COUNT(labels));
    tcase_add_loop_test(tests, first_call_like_the_rest, 0, COUNT(labels));
    tcase_add_loop_test(tests, memory_ends, 0, COUNT(labels));
    return unit_main(tests, "plugin_callback");
}
