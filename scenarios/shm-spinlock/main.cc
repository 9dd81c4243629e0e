// Several processes share a memory-mapped cache guarded by a seqlock whose writer lock is a spinlock. One of
// them is killed while it holds that lock. README.md tells the story; read writer_lock.h first, then
// supervisor.h.

#include <cstdio>
#include <string>
#include <vector>

#include "scenarios/shm-spinlock/options.h"
#include "scenarios/shm-spinlock/shared_cache.h"
#include "scenarios/shm-spinlock/supervisor.h"

int main(int argc, char** argv) {
  using namespace shm_spinlock;
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() == 1 && arguments[0] == "--help") {
    std::fputs(usage().c_str(), stdout);
    return 0;
  }
  std::string problem;
  const std::optional<Options> options = parse_options(arguments, problem);
  if (!options) {
    std::fprintf(stderr, "shm-spinlock: %s\n", problem.c_str());
    return 2;
  }
  Cache* cache = map_shared_cache();
  if (cache == nullptr) {
    std::perror("shm-spinlock: cannot map the cache");
    return 3;
  }
  return Supervisor(*cache, *options).run();
}
