#include "harness/campaign/detectors.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "harness/base/text.h"
#include "harness/campaign/executor.h"
#include "harness/findings/oracle.h"

namespace repro::campaign {
namespace {

using namespace std::chrono_literals;

struct Canary {
  Sanitizer build;
  std::string_view detector;
  std::string_view argument;
  FindingSource source;
  std::string_view kind;  ///< the finding's kind must contain this
  bool needs_deadline = false;
  bool needs_names = true;  ///< a death by signal and a hang are told without a stack
};

constexpr std::array<Canary, 9> kCanaries{{
    {Sanitizer::plain, "death by signal", "segfault", FindingSource::signal, "SIGSEGV", false, false},
    {Sanitizer::plain, "hang", "hang", FindingSource::hang, "", true, false},
    {Sanitizer::address, "use after free", "use-after-free", FindingSource::address_sanitizer,
     "heap-use-after-free"},
    {Sanitizer::address, "leak", "leak", FindingSource::leak_sanitizer, ""},
    {Sanitizer::address, "bad pointer", "segfault", FindingSource::address_sanitizer, "SEGV"},
    {Sanitizer::thread, "data race", "race", FindingSource::thread_sanitizer, "data-race"},
    {Sanitizer::thread, "lock order", "deadlock", FindingSource::thread_sanitizer, "lock-order"},
    {Sanitizer::undefined, "undefined behaviour", "undefined", FindingSource::undefined_sanitizer, ""},
    {Sanitizer::memory, "uninitialised read", "uninitialised", FindingSource::memory_sanitizer, ""},
}};

struct Mend {
  std::string_view symptom;  ///< occurs in the reason
  std::string_view advice;
};

/// What is known to help, by what the runtime said. Sources: the LLVM project's issue trackers and our own
/// trials.
constexpr std::array<Mend, 6> kMends{{
    {"memory mapping",
     "sysctl -w vm.mmap_rnd_bits=28 (the runtime's shadow memory collides with ASLR), or setarch -R"},
    {"ReserveShadowMemoryRange", "ulimit -v unlimited (the shadow memory needs address space)"},
    {"ptrace", "allow ptrace: docker run --cap-add=SYS_PTRACE, or do not run under a debugger or strace"},
    {"LeakSanitizer",
     "allow ptrace: docker run --cap-add=SYS_PTRACE, or do not run under a debugger or strace"},
    {"does not come first", "unset LD_PRELOAD, or ASAN_OPTIONS=verify_asan_link_order=0"},
    {"ymbolizer", "apt-get install llvm (it has llvm-symbolizer)"},
}};

constexpr int kAttempts = 5;
constexpr nanoseconds kQuickTimeout = 30s;
constexpr nanoseconds kHangTimeout = 1s;

std::string advice_for(std::string_view why) {
  for (const Mend& mend : kMends) {
    if (why.find(mend.symptom) != std::string_view::npos) return std::string(mend.advice);
  }
  return {};
}

bool has_names(const Finding& finding) {
  return std::any_of(finding.stacks.begin(), finding.stacks.end(), [](const Stack& stack) {
    return std::any_of(stack.frames.begin(), stack.frames.end(),
                       [](const Frame& frame) { return frame.is_symbolized() && !frame.file.empty(); });
  });
}

const Finding* find_expected(const std::vector<Finding>& findings, const Canary& canary) {
  const auto found = std::find_if(findings.begin(), findings.end(), [&](const Finding& finding) {
    return finding.source == canary.source && finding.kind.find(canary.kind) != std::string::npos;
  });
  return found == findings.end() ? nullptr : &*found;
}

/// A campaign of one arm and one run: the canary goes the way of every subject.
Request canary_request(const Canary& canary, const std::string& program) {
  Request request;
  request.runs_per_arm = 1;
  request.timeout = canary.needs_deadline ? kHangTimeout : kQuickTimeout;
  request.grace = 1s;
  Arm arm;
  arm.key = {std::string(canary.argument), canary.build, "os"};
  arm.command.argv = {program, std::string(canary.argument)};
  request.arms.push_back(std::move(arm));
  return request;
}

void describe_miss(DetectorReport& report, const RunRecord& record) {
  report.sight = Sight::blind;
  report.why = record.outcome == Outcome::infra
                   ? record.reason
                   : fmt::format("the canary's bug was not reported (its run: {}{}{})",
                                 to_string(record.outcome), record.reason.empty() ? "" : ", ", record.reason);
  report.mend = advice_for(report.why);
}

Result<DetectorReport> probe(const Canary& canary, const ProbeOptions& options,
                             process::ProcessRunner& runner) {
  const std::string program = fmt::format("{}/canary.{}", options.canary_folder, to_string(canary.build));
  const Request request = canary_request(canary, program);
  DetectorReport report;
  report.build = canary.build;
  report.detector = canary.detector;
  report.canary = shell_quote(request.arms.front().command.argv);
  if (::access(program.c_str(), X_OK) != 0) {
    report.sight = Sight::absent;
    report.why = "the canary is not built";
    report.mend = "./bootstrap build (clang is needed for instrumented builds)";
    return report;
  }
  REPRO_ASSIGN(const findings::Oracle oracle, findings::Oracle::create(request.oracle));
  ExecutionPlan plan;
  plan.request = &request;
  plan.oracle = &oracle;
  plan.environments.emplace_back(request.arms.front(), own_environment(), options.symbolizer);
  plan.deadline_hook = options.deadline_hook;
  Executor executor(plan, runner, 0);
  for (int attempt = 0; attempt < kAttempts && report.sight != Sight::sees; ++attempt) {
    Assignment assignment;
    assignment.slot.index = static_cast<std::uint64_t>(attempt);
    assignment.timeout = *request.timeout;
    REPRO_ASSIGN(const std::optional<CompletedRun> run, executor.run(assignment));
    if (!run) return fail(ErrorKind::internal, "interrupted", ECANCELED);
    const Finding* finding = find_expected(run->record.findings, canary);
    if (finding == nullptr) {
      describe_miss(report, run->record);
    } else if (canary.needs_names && !has_names(*finding)) {
      report.sight = Sight::nameless;
      report.why = "the report has no function names: the runtime found no symbolizer";
      report.mend = advice_for(report.why);
    } else {
      report.sight = Sight::sees;
      report.why.clear();
      report.mend.clear();
    }
  }
  return report;
}

}  // namespace

std::string_view to_string(Sight sight) {
  switch (sight) {
    case Sight::sees:
      return "sees";
    case Sight::nameless:
      return "nameless";
    case Sight::blind:
      return "blind";
    case Sight::absent:
      return "absent";
  }
  return "blind";
}

Result<std::vector<DetectorReport>> probe_detectors(const ProbeOptions& options,
                                                    process::ProcessRunner& runner) {
  std::vector<DetectorReport> reports;
  for (const Sanitizer build : options.builds) {
    for (const Canary& canary : kCanaries) {
      if (canary.build != build || (canary.needs_deadline && !options.with_slow_canaries)) continue;
      REPRO_ASSIGN(DetectorReport report, probe(canary, options, runner));
      reports.push_back(std::move(report));
    }
  }
  return reports;
}

std::string blind_note(std::span<const DetectorReport> reports, Sanitizer build) {
  std::vector<std::string> notes;
  for (const DetectorReport& report : reports) {
    if (report.build != build || report.sight == Sight::sees) continue;
    notes.push_back(fmt::format("{}: {} ({})", report.detector, to_string(report.sight), report.why));
  }
  return join(notes, "; ");
}

}  // namespace repro::campaign
