/* hooks.c: stands between the library and the system, by the linker's --wrap. It counts blocks of memory and threads,
 * and can refuse them. Under sanitizers the calls go on to the sanitizers' own functions. */
#include "tests/api/api.h"

#include <errno.h>
#include <stdatomic.h>
#if MBT_THREADS
#include <pthread.h>
#endif

api_hooks api_hook = {.allocations_left = -1, .threads_left = -1};

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
int __real_posix_memalign(void **block, size_t alignment, size_t size);
void __real_free(void *block);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
int __wrap_posix_memalign(void **block, size_t alignment, size_t size);
void __wrap_free(void *block);

/* Any thread may come here; the counts are read when all are at rest. */
static atomic_flag lock = ATOMIC_FLAG_INIT;

static void acquire(void)
{
    while (atomic_flag_test_and_set_explicit(&lock, memory_order_acquire))
        ;
}

static void release(void)
{
    atomic_flag_clear_explicit(&lock, memory_order_release);
}

/* Counts an allocation, and says whether it is granted. */
static bool granted(size_t bytes, int blocks)
{
    acquire();
    api_hook.allocations++;
    api_hook.bytes = bytes;
    const bool good = api_hook.allocations_left != 0;
    if (api_hook.allocations_left > 0)
        api_hook.allocations_left--;
    api_hook.blocks += good ? blocks : 0;
    release();
    return good;
}

void *__wrap_malloc(size_t size)
{
    return granted(size, 1) ? __real_malloc(size) : NULL;
}

void *__wrap_calloc(size_t items, size_t size)
{
    return granted(items * size, 1) ? __real_calloc(items, size) : NULL;
}

void *__wrap_realloc(void *block, size_t size)
{
    return granted(size, block == NULL) ? __real_realloc(block, size) : NULL;
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    return granted(size, 1) ? __real_aligned_alloc(alignment, size) : NULL;
}

int __wrap_posix_memalign(void **block, size_t alignment, size_t size)
{
    return granted(size, 1) ? __real_posix_memalign(block, alignment, size) : ENOMEM;
}

void __wrap_free(void *block)
{
    acquire();
    api_hook.blocks -= block != NULL;
    release();
    __real_free(block);
}

#if MBT_THREADS
typedef void *thread_main(void *);
int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, thread_main *start, void *argument);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, thread_main *start, void *argument);
int __real_pthread_join(pthread_t thread, void **result);
int __wrap_pthread_join(pthread_t thread, void **result);

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, thread_main *start, void *argument)
{
    acquire();
    const bool refused = api_hook.threads_left == 0;
    if (!refused)
        api_hook.threads++;
    if (api_hook.threads_left > 0)
        api_hook.threads_left--;
    release();
    return refused ? EAGAIN : __real_pthread_create(thread, attributes, start, argument);
}

int __wrap_pthread_join(pthread_t thread, void **result)
{
    acquire();
    api_hook.threads--;
    release();
    return __real_pthread_join(thread, result);
}
#endif
