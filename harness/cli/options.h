#pragma once

// The command line of one verb. CLI11 finds the words and prints the help; what a word means is read here, so
// that a value from the flag, from REPRO_* and from repro.json goes through the same check and the same
// message.

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/result.h"

namespace repro::cli {

enum class OptionKind : std::uint8_t {
  value,  ///< one value; given twice is an error
  list,   ///< comma-separated and repeatable
  texts,  ///< repeatable, commas are part of the text
  flag,
};

/// Where a value may come from besides the flag.
enum class Layering : std::uint8_t { flag_only, layered };

struct OptionSpec {
  std::string_view name;  ///< without dashes
  OptionKind kind = OptionKind::value;
  std::string_view placeholder;  ///< `N`, `T`, `FILE`; empty for a flag
  std::string_view group;        ///< heading in the help
  std::string_view help;
  Layering layering = Layering::layered;
};

struct VerbSpec {
  std::string_view name;
  std::string_view summary;      ///< one line
  std::string_view usage;        ///< `repro run [SCENARIO] [options] [-- COMMAND ...]`
  std::string_view description;  ///< paragraphs for --help
  std::string_view examples;     ///< lines for --help
  std::string_view positional;   ///< name of the one positional argument; empty: none is taken
  bool takes_command = false;    ///< whether `-- COMMAND ...` may follow
  std::span<const OptionSpec> options;
  std::size_t most_positionals = 1;  ///< where `positional` is not empty
};

/// The values of one verb, all still text, each with the place it came from.
class ParsedOptions {
 public:
  [[nodiscard]] bool has(std::string_view name) const;
  /// Given, and not as "", 0, no or false: so an outer layer can take back what an inner one says.
  [[nodiscard]] bool flag(std::string_view name) const;
  [[nodiscard]] std::optional<std::string> value(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> list(std::string_view name) const;
  /// How to name the source in a message: `--runs`, `REPRO_RUNS` or `repro.json:4: runs`.
  [[nodiscard]] std::string origin(std::string_view name) const;

  /// Typed access; Errors are usage and name the origin. Absent gives nullopt.
  [[nodiscard]] Result<std::optional<std::uint64_t>> number(std::string_view name) const;
  [[nodiscard]] Result<std::optional<std::chrono::nanoseconds>> duration(std::string_view name) const;
  [[nodiscard]] Result<std::optional<std::uint64_t>> size(std::string_view name) const;
  /// Strictly between 0 and 1, `0.01` or `1%`.
  [[nodiscard]] Result<std::optional<double>> share(std::string_view name) const;

  void set(std::string_view name, std::vector<std::string> values, std::string origin);

  std::string positional;                ///< the first one; empty when none was given
  std::vector<std::string> positionals;  ///< all of them
  std::vector<std::string> command;      ///< what stands after `--`
  bool has_command = false;

 private:
  struct Entry {
    std::vector<std::string> values;
    std::string origin;
  };
  std::map<std::string, Entry, std::less<>> entries_;
};

/// The values in one text: the items between commas for a list, else the text itself.
[[nodiscard]] std::vector<std::string> split_value(const OptionSpec& spec, const std::string& text);

/// Reads `arguments` (without program and verb name). Errors: usage, with the nearest option name. Returns
/// nothing when help was asked for and has been printed to standard output.
[[nodiscard]] Result<std::optional<ParsedOptions>> parse_options(const VerbSpec& verb,
                                                                 std::span<const std::string> arguments);

/// The nearest repro.json from the current folder upwards, absolute; the root of a git work tree is the last
/// folder looked at. Empty when there is none.
[[nodiscard]] std::string find_project_file();

/// Adds the values of REPRO_* (from `environment`) and of repro.json (in the current folder or the nearest
/// one above it, up to the root of the git work tree) for layered options that no flag gave. The file serves
/// all verbs: `of_others` are options that this verb does not take and leaves alone there. Errors: usage,
/// with file and line.
[[nodiscard]] Result<void> add_layers(const VerbSpec& verb,
                                      const std::map<std::string, std::string>& environment,
                                      ParsedOptions& options, std::span<const OptionSpec> of_others = {});

}  // namespace repro::cli
