#include <climits>
#include <cstdio>
#include <cstdlib>

#include <sys/mman.h>

#include "harness/canaries/canaries.h"

namespace canary {
namespace {

// What goes through a volatile cannot be computed, or proved undefined, by the optimiser; and calls that are
// not inlined keep their frame in the report.
[[gnu::noinline]] int* allocate(std::size_t count) {
  int* volatile block = static_cast<int*>(std::malloc(count * sizeof(int)));
  return block;
}

[[gnu::noinline]] void lose_a_block(std::size_t count) {
  int* block = allocate(count);
  if (block != nullptr) block[0] = 1;
}

/// Overwrites the part of the stack in which the pointers of earlier calls may still lie.
[[gnu::noinline]] void clear_stack() {
  volatile char bytes[4096];
  for (volatile char& byte : bytes) byte = 0;
}

}  // namespace

[[gnu::noinline]] int use_after_free() {
  int* volatile block = allocate(8);
  if (block == nullptr) return 3;
  block[3] = 1;
  std::free(block);
  const volatile int value = block[3];  // NOLINT(clang-analyzer-unix.Malloc): the fault of this canary
  static_cast<void>(value);
  return 0;
}

[[gnu::noinline]] int leak() {
  // Several: the leak check is conservative, and a stale copy of one pointer in a register or on the stack
  // would count as a reference to its block.
  for (std::size_t i = 1; i <= 16; ++i) lose_a_block(i * 10);
  clear_stack();
  return 0;
}

[[gnu::noinline]] int segfault() {
  // Not a null pointer: that would be a second fault, which UndefinedBehaviorSanitizer reports first.
  void* page = ::mmap(nullptr, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return 3;
  *static_cast<volatile int*>(page) = 1;
  return 0;
}

[[gnu::noinline]] int undefined() {
  volatile int large = INT_MAX;
  const volatile int wrapped = large + 1;
  static_cast<void>(wrapped);
  return 0;
}

[[gnu::noinline]] int uninitialised() {
  int* block = allocate(8);
  if (block == nullptr) return 3;
  if (block[5] == 42) std::puts("forty-two");  // NOLINT(clang-analyzer-core.*): the fault of this canary
  std::free(block);
  return 0;
}

}  // namespace canary
