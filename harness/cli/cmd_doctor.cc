#include <algorithm>
#include <array>
#include <iostream>
#include <memory>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "harness/base/files.h"
#include "harness/base/text.h"
#include "harness/campaign/detectors.h"
#include "harness/campaign/machine_checks.h"
#include "harness/campaign/machine_facts.h"
#include "harness/cli/exit_codes.h"
#include "harness/cli/options.h"
#include "harness/cli/signals.h"
#include "harness/cli/verbs.h"
#include "harness/findings/sanitizer_options.h"
#include "harness/hang/diagnose.h"
#include "harness/process/supervisor.h"

namespace repro::cli {
namespace {

using campaign::DetectorReport;
using campaign::MachineCheck;
using Json = nlohmann::ordered_json;

constexpr std::array kOptions{
    OptionSpec{"sanitizer", OptionKind::list, "BUILD,...", "What",
               "builds to check (default: all that can be)", Layering::flag_only},
    OptionSpec{"json", OptionKind::flag, "", "Form", "JSON in place of text", Layering::flag_only},
};

constexpr VerbSpec kVerb{
    "doctor",
    "is this machine able to see what it should?",
    "repro doctor [options]",
    "Runs one small program with one real bug per detector, under each build, exactly as repro run would, "
    "and says\n"
    "which detectors see, which are blind and why, and what mends it. Also looks at the settings of the "
    "machine that\n"
    "matter.\n"
    "\n"
    "Exit codes: 0 every detector sees, 20 at least one does not.",
    "  repro doctor\n"
    "  repro doctor --sanitizer=address,thread\n"
    "  repro doctor --json\n",
    "",
    false,
    kOptions,
};

Result<std::vector<Sanitizer>> read_builds(const ParsedOptions& options) {
  std::vector<Sanitizer> builds;
  for (const std::string& name : options.list("sanitizer")) {
    const std::optional<Sanitizer> build = parse_sanitizer(name);
    if (!build || *build == Sanitizer::valgrind) {
      return fail(
          ErrorKind::usage,
          fmt::format("--sanitizer: there is no canary for '{}' (plain, address, thread, undefined, memory)",
                      printable(name)));
    }
    builds.push_back(*build);
  }
  if (builds.empty()) {
    builds = {Sanitizer::plain, Sanitizer::address, Sanitizer::thread, Sanitizer::undefined,
              Sanitizer::memory};
  }
  return builds;
}

void print_text(const std::vector<DetectorReport>& reports, const std::vector<MachineCheck>& checks,
                const std::string& symbolizer) {
  std::cout << fmt::format("{:<10} {:<20} {:<9} {}\n", "build", "detector", "verdict", "why");
  for (const DetectorReport& report : reports) {
    std::cout << fmt::format("{:<10} {:<20} {:<9} {}\n", to_string(report.build), report.detector,
                             to_string(report.sight), printable(report.why));
    if (!report.mend.empty()) std::cout << fmt::format("{:<42}mend: {}\n", "", report.mend);
    if (report.sight != campaign::Sight::sees)
      std::cout << fmt::format("{:<42}try:  {}\n", "", report.canary);
  }
  std::cout << fmt::format("\nsymbolizer: {}\n",
                           symbolizer.empty() ? "none (apt-get install llvm)" : symbolizer);
  for (const MachineCheck& check : checks) {
    std::cout << fmt::format("{}: {}\n", check.name, check.finding);
    if (!check.mend.empty()) std::cout << fmt::format("    mend: {}\n", check.mend);
  }
}

void print_json(const std::vector<DetectorReport>& reports, const std::vector<MachineCheck>& checks,
                const std::string& symbolizer) {
  Json detectors = Json::array();
  for (const DetectorReport& report : reports) {
    detectors.push_back(Json{{"sanitizer", to_string(report.build)},
                             {"detector", report.detector},
                             {"verdict", to_string(report.sight)},
                             {"why", report.why},
                             {"mend", report.mend},
                             {"canary", report.canary}});
  }
  Json machine = Json::array();
  for (const MachineCheck& check : checks) {
    machine.push_back(Json{{"name", check.name}, {"finding", check.finding}, {"mend", check.mend}});
  }
  std::cout << Json{{"schema", 1},
                    {"symbolizer", symbolizer},
                    {"detectors", std::move(detectors)},
                    {"checks", std::move(machine)},
                    {"facts", campaign::read_machine_facts()}}
                   .dump(2, ' ', false, Json::error_handler_t::replace)
            << '\n';
}

}  // namespace

Result<int> doctor_verb(const Invocation& invocation) {
  REPRO_ASSIGN(const std::optional<ParsedOptions> options, parse_options(kVerb, invocation.arguments));
  if (!options) return kExitOk;
  campaign::ProbeOptions probe;
  REPRO_ASSIGN(probe.builds, read_builds(*options));
  const auto path = invocation.environment.find("PATH");
  probe.symbolizer = findings::find_symbolizer(path == invocation.environment.end() ? "" : path->second);
  probe.canary_folder = library_directory() + "/canaries";
  probe.with_slow_canaries = true;
  probe.deadline_hook = hang::diagnose;

  REPRO_ASSIGN(const std::unique_ptr<process::StopRequest> stop, process::StopRequest::create());
  const SignalScope signals(*stop);
  process::SupervisorOptions supervisor_options;
  supervisor_options.stop = stop.get();
  REPRO_ASSIGN(const std::unique_ptr<process::Supervisor> supervisor,
               process::Supervisor::create(supervisor_options));
  Result<std::vector<DetectorReport>> reports = campaign::probe_detectors(probe, *supervisor);
  if (signals.received() != 0) return 128 + signals.received();
  if (!reports) return Unexpected(std::move(reports).error());

  std::vector<MachineCheck> checks = campaign::check_machine();
  checks.push_back({"memory limits", std::string(to_string(supervisor->memory_limit_method())), ""});
  if (options->flag("json")) {
    print_json(*reports, checks, probe.symbolizer);
  } else {
    print_text(*reports, checks, probe.symbolizer);
  }
  const bool all_see = std::all_of(reports->begin(), reports->end(), [](const DetectorReport& report) {
    return report.sight == campaign::Sight::sees;
  });
  return all_see ? kExitOk : kExitEnvironment;
}

}  // namespace repro::cli
