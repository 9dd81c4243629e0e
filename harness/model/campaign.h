#pragma once

// What was asked, on which machine: the head of a campaign file.

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/model/sanitizer.h"

namespace repro {

/// A command as it will be executed. Paths are absolute or looked up in PATH once, when the campaign is
/// planned.
struct Command {
  std::vector<std::string> argv;
  std::map<std::string, std::string> environment;  ///< added to, or replacing, the harness's own
  std::string working_directory;                   ///< empty: the harness's own
  std::string stdin_file;                          ///< empty: /dev/null
};

/// One cell of the matrix.
struct ArmKey {
  std::string variant;
  Sanitizer sanitizer = Sanitizer::plain;
  std::string schedule = "os";
  friend auto operator<=>(const ArmKey&, const ArmKey&) = default;
};

struct Arm {
  std::uint32_t id = 0;  ///< position in the campaign's list of arms
  ArmKey key;
  Command command;
};

/// The oracles of one campaign. Absent ones are not asked; the exit code is always asked.
struct OracleSpec {
  std::vector<int> ok_exit_codes{0};
  std::string expect_file;                     ///< --expect: whole standard output
  std::vector<std::string> match;              ///< --match: each must occur in standard output or error
  std::vector<std::string> no_match;           ///< --no-match: none may occur
  std::vector<std::string> reference_command;  ///< --reference: run once; its standard output is expected
  bool ignore_line_order = false;              ///< --unordered: compare the sorted lines
  std::vector<std::string>
      check_command;  ///< --check: reads the run's directory; exits 0, 1 = fail, 125 = infra
};

/// --until=decided: the campaign ends when every variant is told from the first one. Recorded before the
/// first run, because a rule that is chosen after a look at the runs promises nothing.
struct DecisionRule {
  double confidence = 0.95;  ///< that no difference is found where there is none
};

enum class KeepLogs : std::uint8_t { failures, all, none };

/// Everything that decides what a campaign does. Stored before the first run; a resumed campaign reads it
/// back.
struct Request {
  std::string scenario;  ///< empty: a command of the user
  std::vector<Arm> arms;
  std::uint64_t seed = 0;
  std::optional<std::uint64_t> runs_per_arm;
  std::optional<std::chrono::nanoseconds> duration;
  std::optional<std::uint64_t> stop_after_failures;
  std::optional<DecisionRule> until;  ///< absent: the number of runs, the time or the failures end it
  std::uint32_t jobs = 1;
  std::optional<std::chrono::nanoseconds> timeout;  ///< absent: adaptive
  std::chrono::nanoseconds grace{std::chrono::seconds(5)};
  std::optional<std::uint64_t> memory_limit_bytes;
  std::uint64_t capture_limit_bytes = 1U << 20U;  ///< per stream, half for the head and half for the tail
  KeepLogs keep_logs = KeepLogs::failures;
  std::vector<std::string> suppressions;  ///< --suppress: the rules, as they were written
  OracleSpec oracle;
};

/// Facts about the machine and the tool that a published number must carry. Keys are stable names
/// (`kernel`, `cpu_model`, `cores`, `memory_bytes`, `aslr_bits`, `core_pattern`, `tool_version`, ...).
using MachineFacts = std::map<std::string, std::string>;

}  // namespace repro
