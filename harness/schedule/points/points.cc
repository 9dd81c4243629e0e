// Linked into programs that are compiled with
//   -fsanitize-coverage=trace-pc-guard,trace-loads,trace-stores
// (clang): tells a preloaded scheduler of each load, store and basic block. Without one it costs a load and a
// branch at each. Every program and shared object has its own copy, so nothing is exported.
//
// Accesses to the calling thread's own stack are nobody else's business and are dropped here. So are those of
// a variable on the stack that its owner shares with others; the others' accesses to it are kept.

#include <cstdint>

#include <dlfcn.h>
#include <pthread.h>

namespace {

using Access = void(const void* address, int is_write, const void* site);

__attribute__((visibility("hidden"))) Access* access_hook = nullptr;

struct Stack {
  std::uintptr_t low;
  std::uintptr_t size;
};
__attribute__((visibility("hidden"))) thread_local Stack own_stack{0, 0};

__attribute__((noinline, no_sanitize("address", "thread", "coverage"))) void find_stack() {
  pthread_attr_t attributes;
  own_stack.size = 1;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return;
  void* low = nullptr;
  std::size_t size = 0;
  if (pthread_attr_getstack(&attributes, &low, &size) == 0) {
    own_stack.low = reinterpret_cast<std::uintptr_t>(low);
    own_stack.size = size;
  }
  pthread_attr_destroy(&attributes);
}

__attribute__((constructor(101), no_sanitize("address", "thread", "coverage"))) void find_scheduler() {
  using Wants = int();
  auto* const wants = reinterpret_cast<Wants*>(dlsym(RTLD_DEFAULT, "repro_schedule_wants_accesses"));
  if (wants == nullptr || wants() == 0) return;
  access_hook = reinterpret_cast<Access*>(dlsym(RTLD_DEFAULT, "repro_schedule_access"));
}

inline __attribute__((always_inline)) void access(const void* address, int is_write, const void* site) {
  Access* const hook = access_hook;
  if (__builtin_expect(hook == nullptr, 1)) return;
  if (own_stack.size == 0) find_stack();
  if (reinterpret_cast<std::uintptr_t>(address) - own_stack.low < own_stack.size) return;
  hook(address, is_write, site);
}

}  // namespace

// NOLINTBEGIN(bugprone-reserved-identifier): the compiler chose the names
#define REPRO_POINT(name, is_write)                                                               \
  extern "C" __attribute__((                                                                      \
      visibility("hidden"),                                                                       \
      no_sanitize("address", "thread", "coverage"))) void __sanitizer_cov_##name(void* address) { \
    access(address, is_write, __builtin_return_address(0));                                       \
  }

REPRO_POINT(load1, 0)
REPRO_POINT(load2, 0)
REPRO_POINT(load4, 0)
REPRO_POINT(load8, 0)
REPRO_POINT(load16, 0)
REPRO_POINT(store1, 1)
REPRO_POINT(store2, 1)
REPRO_POINT(store4, 1)
REPRO_POINT(store8, 1)
REPRO_POINT(store16, 1)

extern "C" __attribute__((visibility("hidden"), no_sanitize("address", "thread", "coverage"))) void
__sanitizer_cov_trace_pc_guard(std::uint32_t* /*guard*/) {
  Access* const hook = access_hook;
  if (__builtin_expect(hook != nullptr, 0)) hook(nullptr, 0, __builtin_return_address(0));
}

extern "C" __attribute__((visibility("hidden"), no_sanitize("address", "thread", "coverage"))) void
__sanitizer_cov_trace_pc_guard_init(std::uint32_t* /*begin*/, std::uint32_t* /*end*/) {}
// NOLINTEND(bugprone-reserved-identifier)
