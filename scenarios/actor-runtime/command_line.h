#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace actor_runtime {

/// `--name=N`, a whole number from `low` to `high`.
struct NumberOption {
  std::string_view name;
  unsigned low;
  unsigned high;
  unsigned default_value;
  std::string_view help;
};

/// What the programs on this runtime share of a command line: `--variant=NAME` and numbers.
struct CommandLine {
  std::string_view program;
  std::vector<std::string_view> variants;
  std::span<const NumberOption> options;
};

struct Arguments {
  std::string variant;
  std::map<std::string_view, unsigned> numbers;  ///< every option, given or default
};

/// Reads the command line. `--help` prints the usage and exits with 0; a mistake prints one line and exits
/// with 2.
[[nodiscard]] Arguments read_command_line(const CommandLine& line, int argc, const char* const* argv);

}  // namespace actor_runtime
