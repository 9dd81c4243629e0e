#include "harness/schedule/preload/controlled/raw.h"

#include <cerrno>
#include <ctime>

#include <fcntl.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <unistd.h>

namespace repro::schedule::raw {

void futex_wait(const volatile void* word, std::uint32_t expected, std::int64_t timeout_ns) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  timespec timeout{static_cast<time_t>(timeout_ns / kSecond), static_cast<long>(timeout_ns % kSecond)};
  system_call(SYS_futex, address(word), FUTEX_WAIT | FUTEX_PRIVATE_FLAG, static_cast<long>(expected),
              timeout_ns < 0 ? 0 : address(&timeout));
}

void futex_wake(const volatile void* word, int how_many) {
  system_call(SYS_futex, address(word), FUTEX_WAKE | FUTEX_PRIVATE_FLAG, how_many);
}

std::int32_t thread_id() { return static_cast<std::int32_t>(system_call(SYS_gettid)); }

std::int64_t monotonic_ns() {
  timespec now{};
  system_call(SYS_clock_gettime, CLOCK_MONOTONIC, address(&now));
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

long read_file(const char* path, char* buffer, std::size_t size) {
  const long file = system_call(SYS_openat, AT_FDCWD, address(path), O_RDONLY | O_CLOEXEC);
  if (file < 0) return file;
  long total = 0;
  while (static_cast<std::size_t>(total) < size) {
    const long count = system_call(SYS_read, file, address(buffer + total), static_cast<long>(size) - total);
    if (count == -EINTR) continue;
    if (count <= 0) break;
    total += count;
  }
  system_call(SYS_close, file);
  return total;
}

void* map_file(const char* path, std::size_t bytes, bool is_writable, void* place) {
  const long file =
      system_call(SYS_openat, AT_FDCWD, address(path), (is_writable ? O_RDWR : O_RDONLY) | O_CLOEXEC);
  if (file < 0) return nullptr;
  const int fixed = place == nullptr ? 0 : MAP_FIXED;
  const long result = system_call(SYS_mmap, address(place), static_cast<long>(bytes),
                                  is_writable ? PROT_READ | PROT_WRITE : PROT_READ,
                                  (is_writable ? MAP_SHARED : MAP_PRIVATE) | fixed, file, 0);
  system_call(SYS_close, file);
  // NOLINTNEXTLINE(performance-no-int-to-ptr): the kernel's answer
  return result < 0 && result > -4096 ? nullptr : reinterpret_cast<void*>(result);
}

void* map_memory(std::size_t bytes) {
  const long result = system_call(SYS_mmap, 0, static_cast<long>(bytes), PROT_READ | PROT_WRITE,
                                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  // NOLINTNEXTLINE(performance-no-int-to-ptr): the kernel's answer
  return result < 0 && result > -4096 ? nullptr : reinterpret_cast<void*>(result);
}

bool equal(const char* a, const char* b) {
  for (; *a != '\0' && *a == *b; ++a, ++b) {
  }
  return *a == *b;
}

bool starts_with(const char* text, const char* prefix) {
  for (; *prefix != '\0'; ++text, ++prefix) {
    if (*text != *prefix) return false;
  }
  return true;
}

bool parse_number(const char* text, std::uint64_t& value) {
  if (*text == '\0') return false;
  std::uint64_t result = 0;
  for (; *text != '\0'; ++text) {
    if (*text < '0' || *text > '9') return false;
    const auto digit = static_cast<std::uint64_t>(*text - '0');
    if (result > (~std::uint64_t{0} - digit) / 10) return false;
    result = result * 10 + digit;
  }
  value = result;
  return true;
}

Message& Message::text(const char* text) {
  for (; *text != '\0' && length_ < kSize; ++text) bytes_[length_++] = *text;
  return *this;
}

Message& Message::number(std::uint64_t value) {
  char digits[21];
  char* begin = &digits[20];
  *begin = '\0';
  do {
    *--begin = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value != 0);
  return text(begin);
}

Message& Message::hex(std::uint64_t value) {
  char digits[17];
  char* begin = &digits[16];
  *begin = '\0';
  do {
    *--begin = "0123456789abcdef"[value % 16];
    value /= 16;
  } while (value != 0);
  return text("0x").text(begin);
}

void Message::send() {
  system_call(SYS_write, STDERR_FILENO, address(bytes_), static_cast<long>(length_));
  length_ = 0;
}

}  // namespace repro::schedule::raw
