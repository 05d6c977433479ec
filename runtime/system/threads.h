/* threads.h: a pool of threads that runs tasks. How the work is split depends on the data only, so the result does
 * not depend on the number of threads. */
#ifndef MBT_RUNTIME_SYSTEM_THREADS_H
#define MBT_RUNTIME_SYSTEM_THREADS_H

#include <stdbool.h>
#include <stddef.h>

#include "runtime/system/arena.h"
#include "mambattention/mambattention.h"

#define MBT_MAX_THREADS 256u

typedef struct mbt_pool mbt_pool;

/* Runs one task. worker, below the pool's number of threads, says whose scratch memory to use. */
typedef void mbt_task(void *context, size_t task, unsigned worker);

/* The number of threads that a pool of this build has when `wanted` are asked for (0: one for each core that may be
 * used). */
unsigned mbt_pool_threads(unsigned wanted);

/* Takes the pool from the arena; NULL if the arena only counts. No thread runs before mbt_pool_start. */
mbt_pool *mbt_pool_plan(mbt_arena *arena, unsigned threads);

/* Starts threads - 1 workers; the calling thread is one too. On failure no worker is left. */
mbt_status mbt_pool_start(mbt_pool *pool);

/* Whether this is a child process, made by fork, which has no copies of the workers. Nothing can be run then. */
bool mbt_pool_is_lost(const mbt_pool *pool);

/* Runs tasks 0 .. count - 1, in any order, and returns when all are done. */
void mbt_pool_run(mbt_pool *pool, mbt_task *task, void *context, size_t count);

/* Ends the workers and waits for them. Does nothing if they are those of another process. */
void mbt_pool_stop(mbt_pool *pool);

#endif
