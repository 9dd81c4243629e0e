#pragma once

// System calls and text without libc's locks, allocation or errno: what the scheduler itself stands on. It
// runs inside hooks of the functions that libc and the sanitizers use, in signal handlers and after fork.

#include <cstddef>
#include <cstdint>

#include <sys/syscall.h>

namespace repro::schedule::raw {

/// The kernel's answer: a value, or -errno.
inline long system_call(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0, long f = 0) {
#if defined(__x86_64__)
  long result = 0;
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
#elif defined(__aarch64__)
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  register long x4 __asm__("x4") = e;
  register long x5 __asm__("x5") = f;
  __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
  return x0;
#else
#error "the scheduler knows the system calls of x86-64 and AArch64 only"
#endif
}

inline long address(const volatile void* pointer) {
  return static_cast<long>(reinterpret_cast<std::uintptr_t>(pointer));
}

/// Sleeps while `*word == expected`, at most `timeout_ns` (below 0: without end). May return early.
void futex_wait(const volatile void* word, std::uint32_t expected, std::int64_t timeout_ns);
void futex_wake(const volatile void* word, int how_many);

[[nodiscard]] std::int32_t thread_id();
/// CLOCK_MONOTONIC.
[[nodiscard]] std::int64_t monotonic_ns();
/// Whole file into `buffer`, at most `size` bytes; the count, or below 0.
[[nodiscard]] long read_file(const char* path, char* buffer, std::size_t size);
/// Maps `bytes` of the file at `path`, at `place` in memory of the caller's if one is given; nullptr where
/// that fails.
[[nodiscard]] void* map_file(const char* path, std::size_t bytes, bool is_writable, void* place = nullptr);
/// Zeroed private memory; nullptr where there is none.
[[nodiscard]] void* map_memory(std::size_t bytes);

[[nodiscard]] bool equal(const char* a, const char* b);
[[nodiscard]] bool starts_with(const char* text, const char* prefix);
/// Reads a decimal number to the end of `text`; false where it is none.
[[nodiscard]] bool parse_number(const char* text, std::uint64_t& value);

/// A line or block for standard error, written at once so that threads do not mix.
class Message {
 public:
  Message& text(const char* text);
  Message& number(std::uint64_t value);
  Message& hex(std::uint64_t value);
  /// One write(2) to standard error.
  void send();

 private:
  static constexpr std::size_t kSize = 8192;
  char bytes_[kSize];
  std::size_t length_ = 0;
};

}  // namespace repro::schedule::raw
