#pragma once

namespace repro {

/// Prints file, line and the broken condition to stderr and aborts. Never returns.
[[noreturn]] void check_failed(const char* condition, const char* file, int line);

}  // namespace repro

/// A broken invariant of ours. Kept on in release builds: a harness that goes on with a wrong state reports
/// wrong numbers, which is worse than stopping.
#define REPRO_CHECK(condition) \
  ((condition) ? static_cast<void>(0) : ::repro::check_failed(#condition, __FILE__, __LINE__))
