#include "harness/campaign/run_environment.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "harness/model/schedule.h"

namespace repro::campaign {
namespace {

/// Variables that each run gets anew; whatever the harness inherited under these names is dropped.
constexpr std::string_view kPerRun[] = {"REPRO_RUN_INDEX", "REPRO_SEED", "REPRO_TMPDIR", "REPRO_JOB"};

bool is_per_run(std::string_view name) {
  // Also a user's REPRO_SCHEDULE, which is the option --schedule and no word to a preloaded library.
  if (name.starts_with("REPRO_SCHEDULE") || name.starts_with("REPRO_NOISE")) return true;
  return std::find(std::begin(kPerRun), std::end(kPerRun), name) != std::end(kPerRun);
}

/// A shared runtime of AddressSanitizer (g++'s) refuses to start when another library was loaded before it.
void allow_preload(std::map<std::string, std::string>& variables) {
  constexpr std::string_view kOption = "verify_asan_link_order=";
  std::string& options = variables["ASAN_OPTIONS"];
  if (options.find(kOption) != std::string::npos) return;
  options += fmt::format("{}{}0", options.empty() ? "" : ":", kOption);
}

}  // namespace

std::map<std::string, std::string> own_environment() {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::size_t equals = text.find('=', 1);
    if (equals == std::string_view::npos) continue;
    variables[std::string(text.substr(0, equals))] = text.substr(equals + 1);
  }
  return variables;
}

RunEnvironment::RunEnvironment(const Arm& arm, std::map<std::string, std::string> base,
                               std::string symbolizer)
    : sanitizer_(arm.key.sanitizer), symbolizer_(std::move(symbolizer)), variables_(std::move(base)) {
  for (const auto& [name, value] : arm.command.environment) variables_[name] = value;
  const Result<ScheduleSpec> schedule = parse_schedule(arm.key.schedule);
  if (sanitizer_ == Sanitizer::address && schedule && schedule->needs_preload()) allow_preload(variables_);
  const findings::SanitizerEnvironment probe =
      findings::sanitizer_environment({sanitizer_, variables_, "/", symbolizer_});
  warnings_ = probe.warnings;
  for (const auto& [name, value] : variables_) {
    if (!is_per_run(name) && !probe.variables.contains(name)) {
      fixed_entries_.push_back(fmt::format("{}={}", name, value));
    }
  }
}

std::vector<std::string> RunEnvironment::entries(const RunSlot& slot, const RunPlace& place) const {
  std::vector<std::string> entries;
  entries.reserve(fixed_entries_.size() + 8);
  entries = fixed_entries_;
  entries.push_back(fmt::format("REPRO_RUN_INDEX={}", slot.index));
  entries.push_back(fmt::format("REPRO_SEED={}", slot.seed));
  entries.push_back(fmt::format("REPRO_TMPDIR={}", place.temporary_directory));
  entries.push_back(fmt::format("REPRO_JOB={}", place.job));
  if (sanitizer_ == Sanitizer::plain) return entries;
  const findings::SanitizerEnvironment options =
      findings::sanitizer_environment({sanitizer_, variables_, place.log_directory, symbolizer_});
  for (const auto& [name, value] : options.variables) entries.push_back(fmt::format("{}={}", name, value));
  return entries;
}

}  // namespace repro::campaign
