/* threads.c: workers sleep on a condition until there is work. Then each takes the next task from a shared counter
 * until none is left. */
#if MBT_THREADS
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>
#endif

#include "runtime/system/cores.h"
#include "runtime/system/float_mode.h"
#include "runtime/system/threads.h"

#if MBT_THREADS

typedef struct worker {
    mbt_pool *pool;
    unsigned number;
    pthread_t thread;
} worker;

struct mbt_pool {
    unsigned threads, started;
    pid_t process;   /* that the workers belong to */
    worker *workers; /* [threads - 1] */
    pthread_mutex_t lock;
    pthread_cond_t work, done;
    unsigned long round; /* counts calls of mbt_pool_run, under the lock */
    unsigned busy;       /* workers still in this round, under the lock */
    int stop;            /* under the lock */
    mbt_task *task;
    void *context;
    size_t count;
    atomic_size_t next;
};

unsigned mbt_pool_threads(unsigned wanted)
{
    if (wanted)
        return wanted;
    const unsigned cores = mbt_cores();
    return cores < MBT_MAX_THREADS ? cores : MBT_MAX_THREADS;
}

mbt_pool *mbt_pool_plan(mbt_arena *arena, unsigned threads)
{
    mbt_pool *pool = mbt_arena_take(arena, 1, sizeof(mbt_pool));
    worker *workers = mbt_arena_take(arena, threads - 1, sizeof(worker));
    if (!arena->base)
        return NULL;
    *pool = (mbt_pool){.threads = threads, .workers = workers};
    return pool;
}

static void run_tasks(mbt_pool *pool, unsigned number)
{
    for (;;) {
        const size_t task = atomic_fetch_add_explicit(&pool->next, 1, memory_order_relaxed);
        if (task >= pool->count)
            return;
        pool->task(pool->context, task, number);
    }
}

static void *run_worker(void *argument)
{
    const worker *self = argument;
    mbt_pool *pool = self->pool;
    unsigned long seen = 0;
    mbt_float_mode_default(); /* not the mode of the thread that opened the pool */
    pthread_mutex_lock(&pool->lock);
    for (;;) {
        while (pool->round == seen && !pool->stop)
            pthread_cond_wait(&pool->work, &pool->lock);
        if (pool->stop)
            break;
        seen = pool->round;
        pthread_mutex_unlock(&pool->lock);
        run_tasks(pool, self->number);
        pthread_mutex_lock(&pool->lock);
        if (--pool->busy == 0)
            pthread_cond_signal(&pool->done);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

/* The signals that a worker blocks. Without this, a worker could run a handler of the program, while the program's
 * own thread has that signal blocked. Not blocked are the signals of a thread's own faults, for crash reporters, and
 * a profiler's. */
static void fill_workers_mask(sigset_t *mask)
{
    static const int not_blocked[] = {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGPROF, SIGSEGV, SIGSYS, SIGTRAP};
    sigfillset(mask);
    for (size_t i = 0; i < sizeof not_blocked / sizeof not_blocked[0]; i++)
        sigdelset(mask, not_blocked[i]);
}

/* A new thread inherits the signal mask of the thread that creates it. */
static mbt_status start_workers(mbt_pool *pool)
{
    sigset_t mask, saved;
    fill_workers_mask(&mask);
    mbt_status status = MBT_OK;
    pthread_sigmask(SIG_BLOCK, &mask, &saved);
    for (unsigned i = 0; status == MBT_OK && i + 1 < pool->threads; i++) {
        pool->workers[i] = (worker){.pool = pool, .number = i + 1};
        if (pthread_create(&pool->workers[i].thread, NULL, run_worker, &pool->workers[i]))
            status = MBT_ERROR_THREADS;
        else
            pool->started++;
    }
    pthread_sigmask(SIG_SETMASK, &saved, NULL);
    return status;
}

mbt_status mbt_pool_start(mbt_pool *pool)
{
    if (pthread_mutex_init(&pool->lock, NULL))
        return MBT_ERROR_THREADS;
    if (pthread_cond_init(&pool->work, NULL)) {
        pthread_mutex_destroy(&pool->lock);
        return MBT_ERROR_THREADS;
    }
    if (pthread_cond_init(&pool->done, NULL)) {
        pthread_cond_destroy(&pool->work);
        pthread_mutex_destroy(&pool->lock);
        return MBT_ERROR_THREADS;
    }
    pool->process = getpid();
    const mbt_status status = start_workers(pool);
    if (status != MBT_OK)
        mbt_pool_stop(pool);
    return status;
}

bool mbt_pool_is_lost(const mbt_pool *pool)
{
    return pool->started > 0 && pool->process != getpid();
}

void mbt_pool_run(mbt_pool *pool, mbt_task *task, void *context, size_t count)
{
    pool->task = task;
    pool->context = context;
    pool->count = count;
    atomic_store_explicit(&pool->next, 0, memory_order_relaxed);
    if (pool->started == 0 || count < 2) {
        run_tasks(pool, 0);
        return;
    }
    pthread_mutex_lock(&pool->lock);
    pool->busy = pool->started;
    pool->round++;
    pthread_cond_broadcast(&pool->work);
    pthread_mutex_unlock(&pool->lock);
    run_tasks(pool, 0);
    pthread_mutex_lock(&pool->lock);
    while (pool->busy)
        pthread_cond_wait(&pool->done, &pool->lock);
    pthread_mutex_unlock(&pool->lock);
}

/* In a child the lock may be held, and the conditions waited for, by threads that are not there: destroying them would
 * wait for ever. */
void mbt_pool_stop(mbt_pool *pool)
{
    if (mbt_pool_is_lost(pool))
        return;
    pthread_mutex_lock(&pool->lock);
    pool->stop = 1;
    pthread_cond_broadcast(&pool->work);
    pthread_mutex_unlock(&pool->lock);
    for (unsigned i = 0; i < pool->started; i++)
        pthread_join(pool->workers[i].thread, NULL);
    pool->started = 0;
    pthread_cond_destroy(&pool->done);
    pthread_cond_destroy(&pool->work);
    pthread_mutex_destroy(&pool->lock);
}

#else

struct mbt_pool {
    unsigned threads;
};

unsigned mbt_pool_threads(unsigned wanted)
{
    (void)wanted;
    return 1;
}

mbt_pool *mbt_pool_plan(mbt_arena *arena, unsigned threads)
{
    mbt_pool *pool = mbt_arena_take(arena, 1, sizeof(mbt_pool));
    if (!arena->base)
        return NULL;
    *pool = (mbt_pool){.threads = threads};
    return pool;
}

mbt_status mbt_pool_start(mbt_pool *pool)
{
    (void)pool;
    return MBT_OK;
}

bool mbt_pool_is_lost(const mbt_pool *pool)
{
    (void)pool;
    return false;
}

void mbt_pool_run(mbt_pool *pool, mbt_task *task, void *context, size_t count)
{
    (void)pool;
    for (size_t i = 0; i < count; i++)
        task(context, i, 0);
}

void mbt_pool_stop(mbt_pool *pool)
{
    (void)pool;
}

#endif
