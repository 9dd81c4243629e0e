#include "harness/hang/thread_wait.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include <fmt/format.h>

#include "harness/base/text.h"

namespace repro::hang {
namespace {

/// One system call in which programs wait. Which argument is the descriptor or the time limit, or -1; a limit
/// that is a pointer is absent when it is null, one that is a number of milliseconds when it is negative.
struct Call {
  std::uint64_t number;
  std::string_view name;
  WaitKind kind;
  int descriptor = -1;
  int limit_pointer = -1;
  int limit_milliseconds = -1;
};

#if defined(__x86_64__)
/// By their number on x86-64 (asm/unistd_64.h).
constexpr std::array<Call, 33> kCalls{{{0, "read", WaitKind::descriptor, 0},
                                       {1, "write", WaitKind::descriptor, 0},
                                       {7, "poll", WaitKind::descriptor, -1, -1, 2},
                                       {17, "pread64", WaitKind::descriptor, 0},
                                       {18, "pwrite64", WaitKind::descriptor, 0},
                                       {19, "readv", WaitKind::descriptor, 0},
                                       {20, "writev", WaitKind::descriptor, 0},
                                       {23, "select", WaitKind::descriptor, -1, 4},
                                       {24, "sched_yield", WaitKind::none},
                                       {34, "pause", WaitKind::signal},
                                       {35, "nanosleep", WaitKind::timer},
                                       {42, "connect", WaitKind::descriptor, 0},
                                       {43, "accept", WaitKind::descriptor, 0},
                                       {44, "sendto", WaitKind::descriptor, 0},
                                       {45, "recvfrom", WaitKind::descriptor, 0},
                                       {46, "sendmsg", WaitKind::descriptor, 0},
                                       {47, "recvmsg", WaitKind::descriptor, 0},
                                       {61, "wait4", WaitKind::child},
                                       {65, "semop", WaitKind::other},
                                       {72, "fcntl", WaitKind::descriptor, 0},
                                       {73, "flock", WaitKind::descriptor, 0},
                                       {128, "rt_sigtimedwait", WaitKind::signal, -1, 2},
                                       {130, "rt_sigsuspend", WaitKind::signal},
                                       {202, "futex", WaitKind::futex, -1, 3},
                                       {220, "semtimedop", WaitKind::other, -1, 3},
                                       {230, "clock_nanosleep", WaitKind::timer},
                                       {232, "epoll_wait", WaitKind::descriptor, 0, -1, 3},
                                       {247, "waitid", WaitKind::child},
                                       {270, "pselect6", WaitKind::descriptor, -1, 4},
                                       {271, "ppoll", WaitKind::descriptor, -1, 2},
                                       {281, "epoll_pwait", WaitKind::descriptor, 0, -1, 3},
                                       {288, "accept4", WaitKind::descriptor, 0},
                                       {299, "recvmmsg", WaitKind::descriptor, 0, 4}}};
#else
constexpr std::array<Call, 0> kCalls{};
#endif

constexpr std::uint64_t kFutexCommandMask = 0x7f;  // without FUTEX_PRIVATE_FLAG and FUTEX_CLOCK_REALTIME
constexpr std::uint64_t kFutexWait = 0;
constexpr std::uint64_t kFutexWaitBitset = 9;
constexpr std::uint64_t kMutexHasWaiters = 2;
constexpr std::uint64_t kMutexOwnerOffset = 8;

/// The number of the call and its six arguments; empty for `running` and for -1, where there is none.
std::vector<std::uint64_t> read_numbers(std::string_view line) {
  std::vector<std::uint64_t> numbers;
  for (std::string_view word : split(line, ' ')) {
    const bool is_hex = word.starts_with("0x");
    if (is_hex) word.remove_prefix(2);
    std::uint64_t number = 0;
    const auto [end, error] =
        std::from_chars(word.data(), word.data() + word.size(), number, is_hex ? 16 : 10);
    if (error != std::errc() || end != word.data() + word.size()) break;
    numbers.push_back(number);
  }
  if (numbers.size() < 7) numbers.clear();
  return numbers;
}

void decode_futex(std::span<const std::uint64_t> arguments, const ReadMemory& memory,
                  const std::function<bool(pid_t)>& is_thread, ThreadWait& wait) {
  wait.address = arguments[0];
  const std::uint64_t command = arguments[1] & kFutexCommandMask;
  const auto value = static_cast<std::uint32_t>(arguments[2]);
  if (command == kFutexWaitBitset && value > 0 && value < 0x40000000 &&
      is_thread(static_cast<pid_t>(value))) {
    wait.kind = WaitKind::join;
    wait.owner = static_cast<pid_t>(value);
    return;
  }
  if ((command != kFutexWait && command != kFutexWaitBitset) || value != kMutexHasWaiters) return;
  // A semaphore or a condition variable may wait for this value too; a mutex then has the words of a mutex:
  // locked with waiters, and an owner who is a plausible thread.
  std::array<std::int32_t, 3> words{};
  if (!memory(arguments[0], std::as_writable_bytes(std::span(words)))) return;
  const std::int32_t owner = words[kMutexOwnerOffset / sizeof(std::int32_t)];
  if (words[0] != static_cast<std::int32_t>(kMutexHasWaiters) || owner <= 0 || owner >= 0x40000000) return;
  // A timed lock and a condition variable make the same call; only a living owner speaks for the lock.
  if (command == kFutexWaitBitset && !is_thread(owner)) return;
  wait.kind = WaitKind::mutex;
  wait.owner = owner;
}

}  // namespace

ThreadWait decode_wait(std::string_view line, const ReadMemory& memory,
                       const std::function<bool(pid_t)>& is_thread) {
  ThreadWait wait;
  const std::vector<std::uint64_t> numbers = read_numbers(line);
  if (numbers.empty()) return wait;
  const auto* call = std::find_if(kCalls.begin(), kCalls.end(),
                                  [&](const Call& known) { return known.number == numbers[0]; });
  if (call == kCalls.end()) {
    wait.kind = WaitKind::other;
    wait.call = fmt::format("system call {}", numbers[0]);
    return wait;
  }
  const std::span<const std::uint64_t> arguments = std::span(numbers).subspan(1);
  const auto argument = [&](int index) { return arguments[static_cast<std::size_t>(index)]; };
  wait.call = call->name;
  wait.kind = call->kind;
  if (call->descriptor >= 0) wait.descriptor = static_cast<int>(argument(call->descriptor));
  if (call->limit_pointer >= 0) wait.is_timed = argument(call->limit_pointer) != 0;
  if (call->limit_milliseconds >= 0) {
    wait.is_timed = static_cast<std::int32_t>(argument(call->limit_milliseconds)) >= 0;
  }
  if (wait.kind == WaitKind::timer) wait.is_timed = true;
  if (wait.kind == WaitKind::futex) decode_futex(arguments, memory, is_thread, wait);
  return wait;
}

}  // namespace repro::hang
