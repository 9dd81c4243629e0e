#include "scenarios/shm-spinlock/shared_cache.h"

#include <new>

#include <sys/mman.h>
#include <unistd.h>

namespace shm_spinlock {

Cache* map_shared_cache() {
  const int fd = ::memfd_create("shm-spinlock-cache", MFD_CLOEXEC);
  if (fd < 0) return nullptr;
  void* memory = MAP_FAILED;
  if (::ftruncate(fd, sizeof(Cache)) == 0) {
    memory = ::mmap(nullptr, sizeof(Cache), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  }
  ::close(fd);  // the mapping keeps the memory
  if (memory == MAP_FAILED) return nullptr;
  // Default initialisation leaves the zeroes of the new mapping alone and touches none of its pages.
  return new (memory) Cache;
}

}  // namespace shm_spinlock
