#pragma once

#include "scenarios/shm-spinlock/options.h"
#include "scenarios/shm-spinlock/shared_cache.h"

namespace shm_spinlock {

/// The life of the worker process number `index`: serves reads and writes until Cache::is_draining, then does
/// the last rounds and returns. Runs in the process that fork() made; starts threads and joins them. Each
/// worker writes its own kEntriesPerWorker entries and reads everybody's.
void run_worker(Cache& cache, const Options& options, unsigned index);

}  // namespace shm_spinlock
