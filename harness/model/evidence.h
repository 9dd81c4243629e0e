#pragma once

// What was seen of a process tree while it was still there: of one that does not end, and of one that dies.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "harness/model/finding.h"

namespace repro {

/// A tree that has not ended by its deadline, looked at before any signal was sent to it.
struct HangDiagnosis {
  /// Stable short name: `deadlock`, `orphaned-lock`, `no-waker`, `waits-outside`, `polling`, `busy`,
  /// `stopped`. Empty: nobody looked, or nothing could be seen.
  std::string verdict;
  std::string summary;  ///< one line for people, with how sure it is
  std::vector<Stack>
      stacks;        ///< of the threads that the verdict is about; the heading says what each waits for
  std::string text;  ///< everything that was seen, for people
};

/// A process that has got a fatal signal and waits to be looked at.
struct CrashNotice {
  pid_t pid = 0;
  pid_t tid = 0;  ///< the thread that got it
  int signal = 0;
  int code = 0;                          ///< si_code of the signal
  std::optional<std::uint64_t> address;  ///< of a fault
};

/// A process at the moment of a fatal signal, before it died.
struct CrashEvidence {
  pid_t pid = 0;
  int signal = 0;
  std::string summary;        ///< one line for people: `SIGSEGV at address 0x10 (not mapped)`
  std::vector<Stack> stacks;  ///< the dying thread first
  std::string text;           ///< everything that was seen, for people
};

}  // namespace repro
