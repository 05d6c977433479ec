/* threads.h: a pool that runs the tasks of a layer. Work is split by data alone, so the result does not depend on the
 * threads. */
#ifndef MBT_RUNTIME_SYSTEM_THREADS_H
#define MBT_RUNTIME_SYSTEM_THREADS_H

#include <stddef.h>

#include "runtime/system/arena.h"
#include "mambattention/mambattention.h"

#define MBT_MAX_THREADS 256u

typedef struct mbt_pool mbt_pool;

/* One task. worker < the pool's threads says whose scratch memory to use. */
typedef void mbt_task(void *context, size_t task, unsigned worker);

/* The number of threads that `wanted` (0: one a core) comes to in this build. */
unsigned mbt_pool_threads(unsigned wanted);

/* Takes the pool from the arena; NULL when the arena counts. Nothing runs before mbt_pool_start. */
mbt_pool *mbt_pool_plan(mbt_arena *arena, unsigned threads);

/* Starts the workers (threads - 1: the caller is one too). On failure none is left. */
mbt_status mbt_pool_start(mbt_pool *pool);

/* Runs tasks 0 .. count - 1, in any order, and returns when all are done. */
void mbt_pool_run(mbt_pool *pool, mbt_task *task, void *context, size_t count);

/* Ends the workers. */
void mbt_pool_stop(mbt_pool *pool);

#endif
