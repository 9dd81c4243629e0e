#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/result.h"
#include "harness/cli/options.h"

namespace repro::cli {

/// What every verb is given. The streams are standard output and standard error.
struct Invocation {
  std::span<const std::string> arguments;          ///< without the program's and the verb's name
  std::map<std::string, std::string> environment;  ///< of this process
};

/// Each verb returns its exit code, or the Error that main prints and turns into one.
[[nodiscard]] Result<int> run_verb(const Invocation& invocation);
[[nodiscard]] Result<int> bisect_verb(const Invocation& invocation);
[[nodiscard]] Result<int> compare_verb(const Invocation& invocation);
[[nodiscard]] Result<int> gate_verb(const Invocation& invocation);
[[nodiscard]] Result<int> plan_verb(const Invocation& invocation);
[[nodiscard]] Result<int> hunt_verb(const Invocation& invocation);
[[nodiscard]] Result<int> replay_verb(const Invocation& invocation);
[[nodiscard]] Result<int> minimize_verb(const Invocation& invocation);
[[nodiscard]] Result<int> show_verb(const Invocation& invocation);
[[nodiscard]] Result<int> triage_verb(const Invocation& invocation);
[[nodiscard]] Result<int> report_verb(const Invocation& invocation);
[[nodiscard]] Result<int> list_verb(const Invocation& invocation);
[[nodiscard]] Result<int> doctor_verb(const Invocation& invocation);

/// The options of the verbs that read a project file.
[[nodiscard]] std::span<const OptionSpec> run_options();
[[nodiscard]] std::span<const OptionSpec> hunt_options();
[[nodiscard]] std::span<const OptionSpec> triage_options();
/// All of these together: what the `defaults` of a project file may name, whichever verb reads it.
[[nodiscard]] std::vector<OptionSpec> project_options();

}  // namespace repro::cli
