#pragma once

// The environment under which an instrumented subject tells us everything: one report file per process, an
// exit code that cannot be mistaken, a symbolizer that exists. The user's own options are kept and extended,
// never replaced.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "harness/model/sanitizer.h"

namespace repro::findings {

/// One option that was added, with the reason that a recipe prints beside it.
struct OptionReason {
  std::string variable;  ///< `ASAN_OPTIONS`
  std::string option;    ///< `exitcode=86`
  std::string reason;
};

struct SanitizerEnvironment {
  std::map<std::string, std::string> variables;  ///< whole values to set; empty for a plain build
  std::vector<OptionReason> reasons;             ///< in the order in which the options stand in the variables
  /// Where the user's option stands against ours and hides something from us; for the user to read.
  std::vector<std::string> warnings;
};

struct SanitizerOptionsInput {
  Sanitizer sanitizer = Sanitizer::plain;
  /// The environment that the subject would have without us (harness's own plus the variant's).
  std::map<std::string, std::string> environment;
  /// Existing folder; report files appear in it as `asan.PID`, `tsan.PID`, ... Must not contain ':' or
  /// quotes.
  std::string log_directory;
  /// As found by find_symbolizer(); empty: none.
  std::string symbolizer;
};

[[nodiscard]] SanitizerEnvironment sanitizer_environment(const SanitizerOptionsInput& input);

/// Exit code that the environment above makes the runtime of `sanitizer` use; 0 for a build without one.
[[nodiscard]] int sanitizer_exit_code(Sanitizer sanitizer);

/// Path of an llvm-symbolizer: of that name, else the newest `llvm-symbolizer-NN`, among the folders of
/// `path_variable` (the value of PATH) and /usr/lib/llvm-*/bin; "" when there is none. Reads the file system.
[[nodiscard]] std::string find_symbolizer(std::string_view path_variable);

}  // namespace repro::findings
