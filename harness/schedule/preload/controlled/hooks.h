#pragma once

// How a hook is written: the exported name, and the next definition behind it.
//
// The library stands between the program (with a sanitizer's static runtime in it) and libc: dlsym(RTLD_NEXT)
// finds what the program would have called without us. Addresses are looked up at first use, because most
// programs call few of the functions and every process pays for what start-up does.

#include <atomic>
#include <cstdint>

#include <dlfcn.h>

/// Defines the exported function `name`. The C++ name differs, so that libc's declaration with its exception
/// specification does not clash with the definition.
#define REPRO_HOOK(result, name, parameters)                                                      \
  extern "C" __attribute__((visibility("default"))) result hook_##name parameters __asm__(#name); \
  result hook_##name parameters

/// The caller of the hook: where the subject stands.
#define REPRO_CALLER() reinterpret_cast<std::uintptr_t>(__builtin_return_address(0))

namespace repro::schedule::controlled {

/// One per real function and per place that uses it.
template <typename Function>
class Real {
 public:
  explicit constexpr Real(const char* name) : name_(name) {}
  Function get() {
    void* found = address_.load(std::memory_order_relaxed);
    if (found == nullptr) {
      found = dlsym(RTLD_NEXT, name_);
      address_.store(found, std::memory_order_relaxed);
    }
    return reinterpret_cast<Function>(found);
  }
  /// nullptr where get() has not been called yet. For hooks that an allocator calls: dlsym() allocates.
  Function get_if_known() { return reinterpret_cast<Function>(address_.load(std::memory_order_relaxed)); }

 private:
  const char* name_;
  std::atomic<void*> address_{nullptr};
};

}  // namespace repro::schedule::controlled

/// Declares `real_name()`, which calls the next definition of libc's `name`.
#define REPRO_REAL(name)                                                               \
  namespace {                                                                          \
  constinit ::repro::schedule::controlled::Real<decltype(&::name)> slot_##name{#name}; \
  [[maybe_unused]] auto real_##name() { return slot_##name.get(); }                    \
  }
