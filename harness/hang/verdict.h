#pragma once

// What kind of hang a tree is in, decided from facts alone: no process is touched here.

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "harness/hang/thread_wait.h"

namespace repro::hang {

/// One thread over the time that it was watched.
struct ObservedThread {
  pid_t pid = 0;
  pid_t tid = 0;
  std::string name;
  char state = '?';            ///< as in proc(5), at the end
  std::uint64_t cpu_ms = 0;    ///< processor time that it used meanwhile
  std::uint64_t switches = 0;  ///< context switches meanwhile
  ThreadWait wait;             ///< at the end
  bool is_yielding = false;    ///< its stack is in sched_yield
};

struct Observation {
  std::vector<ObservedThread> threads;  ///< of the whole tree, without the threads of sanitizer runtimes
  std::chrono::milliseconds watched{0};
  std::function<bool(pid_t)> exists;  ///< whether there is a thread with this id anywhere on the machine
};

struct Verdict {
  /// `deadlock`: a cycle of threads each of which waits for the next: proved.
  /// `orphaned-lock`: a mutex whose owner is gone: proved.
  /// `stopped`: every thread is stopped by a signal or a debugger: proved.
  /// `spin`, `livelock`, `busy`: processor time is used; by one thread, by several that give it to each
  /// other,
  ///   by several otherwise. A program that is only slow looks the same.
  /// `polling`: nothing is used, but threads wake up again and again.
  /// `waits-outside`: asleep, and at least one thread for something that no thread of the tree must send.
  /// `no-waker`: every thread waits for another one without a limit: nobody is left to wake them. Likely a
  ///   lost wake-up.
  /// `unknown`: none of these.
  std::string name;
  std::string summary;               ///< one line for people, how sure it is included
  std::vector<std::size_t> threads;  ///< indexes of those that the verdict is about, in the order of a cycle
};

/// The rules and their order are those of the classification by futex words, owners and counters that is
/// known from deadlock analysers; a proof comes before a guess.
[[nodiscard]] Verdict decide(const Observation& observation);

/// `waits for a mutex held by thread 12`, `waits for input or output on descriptor 5`, `runs`: for people.
[[nodiscard]] std::string describe_wait(const ObservedThread& thread);

}  // namespace repro::hang
