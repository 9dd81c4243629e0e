#include "harness/findings/sanitizer_options.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <optional>
#include <span>

#include <fmt/format.h>
#include <unistd.h>

#include "harness/base/text.h"

namespace repro::findings {
namespace {

/// One runtime: its variable, the name of its report files, and the exit code that we give it. The codes lie
/// together, away from 1 and 2 (ordinary failures, ASan's default), 23/66/77 (the runtimes' own defaults, so
/// that a subject which ignores our environment can be told) and 125..165 (shells, signals).
struct Runtime {
  Sanitizer sanitizer;
  std::string_view variable;
  std::string_view log_name;
  int exit_code;
};

constexpr std::array<Runtime, 4> kRuntimes{{{Sanitizer::address, "ASAN_OPTIONS", "asan", 86},
                                            {Sanitizer::thread, "TSAN_OPTIONS", "tsan", 87},
                                            {Sanitizer::undefined, "UBSAN_OPTIONS", "ubsan", 88},
                                            {Sanitizer::memory, "MSAN_OPTIONS", "msan", 89}}};

/// An option of a fixed value. `{runtime}` rows go into the variable of the build's own runtime.
struct FixedOption {
  std::optional<Sanitizer> only;  ///< nullopt: every instrumented build
  std::string_view variable;      ///< empty: the variable of the build's runtime
  std::string_view name;
  std::string_view value;
  std::string_view reason;
};

constexpr std::array<FixedOption, 6> kFixedOptions{{
    {std::nullopt, "", "handle_abort", "1",
     "abort() (assert, terminate, glibc's heap checks) leaves a stack of the same run"},
    {Sanitizer::thread, "", "atexit_sleep_ms", "0",
     "a thread that still runs at exit costs one second per run otherwise"},
    {Sanitizer::thread, "", "second_deadlock_stack", "1",
     "a lock-order report names both places of every edge of the cycle"},
    {Sanitizer::thread, "", "history_size", "5",
     "the stack of the earlier access of a race is still known after a million events of its thread"},
    // The runtimes of the other builds contain the UBSan handlers and read this variable too.
    {std::nullopt, "UBSAN_OPTIONS", "print_stacktrace", "1", "a UBSan report has a stack to be named by"},
    {std::nullopt, "UBSAN_OPTIONS", "report_error_type", "1", "a UBSan report names the check that fired"},
}};

/// Options of the user that hide something from us, with the text of the warning. An empty `value` stands for
/// any value but those in `harmless`.
struct BlindingOption {
  std::string_view name;
  std::string_view value;
  std::string_view harmless;
  std::string_view warning;
};

constexpr std::array<BlindingOption, 7> kBlindingOptions{{
    {"log_path", "", "stderr stdout", "reports go there and not to the run's folder: they are not seen"},
    {"exitcode", "", "", "a run that ends by this code is told only by the text of its report"},
    {"abort_on_error", "1", "", "every report ends in SIGABRT: a race or leak counts as a crash"},
    {"symbolize", "0", "", "frames have no names: findings are told apart by module offsets only"},
    {"stack_trace_format", "", "DEFAULT", "frames in another format cannot be read"},
    {"report_bugs", "0", "", "the detector reports nothing"},
    {"print_stacktrace", "0", "", "reports have no stack: findings are told apart by message only"},
}};

const Runtime* runtime_of(Sanitizer sanitizer) {
  const auto* runtime = std::find_if(kRuntimes.begin(), kRuntimes.end(),
                                     [&](const Runtime& row) { return row.sanitizer == sanitizer; });
  return runtime == kRuntimes.end() ? nullptr : runtime;
}

struct UserOption {
  std::string name;
  std::string value;
};

/// Reads a value of *SAN_OPTIONS as sanitizer_flag_parser.cpp does: name=value separated by blanks, commas or
/// colons; a value may stand in single or double quotes. What is malformed ends the list, as it does there.
std::vector<UserOption> parse_options(std::string_view text) {
  constexpr std::string_view kSeparators = " ,:\n\t\r";
  std::vector<UserOption> options;
  while (true) {
    const std::size_t start = text.find_first_not_of(kSeparators);
    if (start == std::string_view::npos) return options;
    text.remove_prefix(start);
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) return options;
    const std::string_view name = text.substr(0, equals);
    text.remove_prefix(equals + 1);
    std::size_t end = 0;
    if (!text.empty() && (text[0] == '"' || text[0] == '\'')) {
      end = text.find(text[0], 1);
      if (end == std::string_view::npos) return options;
      options.push_back({std::string(name), std::string(text.substr(1, end - 1))});
      ++end;
    } else {
      end = std::min(text.find_first_of(kSeparators), text.size());
      options.push_back({std::string(name), std::string(text.substr(0, end))});
    }
    text.remove_prefix(end);
  }
}

/// A value as the flag parser reads it back: quoted when it holds a separator.
std::string quoted(std::string_view value) {
  if (value.find_first_of(" ,:\n\t\r") == std::string_view::npos) return std::string(value);
  const char quote = value.find('"') == std::string_view::npos ? '"' : '\'';
  return fmt::format("{0}{1}{0}", quote, value);
}

/// Collects the values of the variables; the user's text stays in front, untouched.
class Builder {
 public:
  explicit Builder(const SanitizerOptionsInput& input) : input_(input) {}

  void add(std::string_view variable, std::string_view name, std::string_view value,
           std::string_view reason) {
    if (user_has(variable, name)) return;
    const std::string option = fmt::format("{}={}", name, quoted(value));
    std::string& text = made_.variables.try_emplace(std::string(variable), user_text(variable)).first->second;
    if (!text.empty() && text.back() != ':') text += ':';
    text += option;
    made_.reasons.push_back({std::string(variable), option, std::string(reason)});
  }

  void warn_about(std::string_view variable) {
    for (const UserOption& option : parse_options(user_text(variable))) {
      for (const BlindingOption& row : kBlindingOptions) {
        const bool applies = row.value.empty() ? row.harmless.find(option.value) == std::string_view::npos
                                               : option.value == row.value;
        if (option.name != row.name || !applies) continue;
        made_.warnings.push_back(
            fmt::format("{} sets {}={}: {}", variable, option.name, printable(option.value), row.warning));
      }
    }
  }

  [[nodiscard]] bool user_sets(const std::string& variable) const {
    return input_.environment.contains(variable);
  }
  [[nodiscard]] SanitizerEnvironment take() && { return std::move(made_); }

 private:
  [[nodiscard]] std::string user_text(std::string_view variable) const {
    const auto found = input_.environment.find(std::string(variable));
    return found == input_.environment.end() ? std::string() : found->second;
  }
  [[nodiscard]] bool user_has(std::string_view variable, std::string_view name) const {
    const std::vector<UserOption> options = parse_options(user_text(variable));
    return std::any_of(options.begin(), options.end(), [&](const UserOption& o) { return o.name == name; });
  }

  const SanitizerOptionsInput& input_;
  SanitizerEnvironment made_;
};

/// The version number that ends `llvm-symbolizer-NN` or stands in `/usr/lib/llvm-NN/bin`; 0 without one.
int version_in(std::string_view text) {
  const std::size_t dash = text.rfind('-');
  if (dash == std::string_view::npos) return 0;
  int version = 0;
  std::from_chars(text.data() + dash + 1, text.data() + text.size(), version);
  return version;
}

bool is_executable(const std::string& path) { return ::access(path.c_str(), X_OK) == 0; }

/// Entries of `folder` whose names begin with `prefix`; an unreadable folder has none.
std::vector<std::string> entries(const std::string& folder, std::string_view prefix) {
  std::vector<std::string> found;
  std::error_code error;
  for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (name.starts_with(prefix)) found.push_back(it->path().string());
  }
  return found;
}

}  // namespace

SanitizerEnvironment sanitizer_environment(const SanitizerOptionsInput& input) {
  Builder builder(input);
  const Runtime* runtime = runtime_of(input.sanitizer);
  if (runtime == nullptr) return {};
  const std::string variable(runtime->variable);

  builder.add(
      variable, "log_path", fmt::format("{}/{}", input.log_directory, runtime->log_name),
      "one report file per process: the reports of children and of a subject that closes its standard "
      "error are not lost");
  builder.add(variable, "exitcode", std::to_string(runtime->exit_code),
              "an exit because of a report cannot be mistaken for an exit of the subject");
  // <X>SAN_SYMBOLIZER_PATH is the older way to say it; the option would override the user's choice.
  const std::string older = variable.substr(0, variable.find('_')) + "_SYMBOLIZER_PATH";
  if (!input.symbolizer.empty() && !builder.user_sets(older)) {
    builder.add(variable, "external_symbolizer_path", input.symbolizer,
                "the symbolizer that the runtime was built to look for may not be installed");
  }
  for (const FixedOption& option : kFixedOptions) {
    if (option.only && *option.only != input.sanitizer) continue;
    builder.add(option.variable.empty() ? variable : option.variable, option.name, option.value,
                option.reason);
  }
  builder.warn_about(variable);
  // Common flags in the variables of the runtimes that ASan and TSan contain override those in their own.
  for (const std::string_view contained : {"LSAN_OPTIONS", "UBSAN_OPTIONS"}) {
    if (contained != variable) builder.warn_about(contained);
  }
  return std::move(builder).take();
}

int sanitizer_exit_code(Sanitizer sanitizer) {
  const Runtime* runtime = runtime_of(sanitizer);
  return runtime == nullptr ? 0 : runtime->exit_code;
}

std::string find_symbolizer(std::string_view path_variable) {
  std::vector<std::string> versioned;
  for (const std::string_view folder : split(path_variable, ':')) {
    if (!folder.starts_with('/')) continue;  // a relative folder means another file in another directory
    std::string plain = fmt::format("{}/llvm-symbolizer", folder);
    if (is_executable(plain)) return plain;
    for (std::string& path : entries(std::string(folder), "llvm-symbolizer-")) {
      versioned.push_back(std::move(path));
    }
  }
  std::vector<std::string> installed;
  for (const std::string& folder : entries("/usr/lib", "llvm-")) {
    installed.push_back(folder);
  }
  const auto newer = [](const std::string& a, const std::string& b) {
    return version_in(a) != version_in(b) ? version_in(a) > version_in(b) : a < b;
  };
  std::sort(versioned.begin(), versioned.end(), newer);
  std::sort(installed.begin(), installed.end(), newer);
  for (const std::string& folder : installed) versioned.push_back(folder + "/bin/llvm-symbolizer");
  const auto found = std::find_if(versioned.begin(), versioned.end(), is_executable);
  return found == versioned.end() ? std::string() : *found;
}

}  // namespace repro::findings
