#include "harness/campaign/executor.h"

#include <cerrno>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "harness/base/clock.h"
#include "harness/base/files.h"
#include "harness/campaign/pressure.h"
#include "harness/findings/judge.h"
#include "harness/process/keep_folder.h"
#include "harness/store/store.h"

namespace repro::campaign {
namespace {

/// A check that hangs must not hang the campaign; a minute is long for reading one run's files.
constexpr nanoseconds kCheckTimeout = std::chrono::seconds(60);

RunRecord infra_record(const Assignment& assignment, const Error& error) {
  RunRecord record;
  record.slot = assignment.slot;
  record.timeout = assignment.timeout;
  record.outcome = Outcome::infra;
  record.reason = error.message;
  record.process.started_at = system_clock().unix_time();
  return record;
}

/// Runs the user's check in the run's folder, with the outputs as files.
Result<ProcessResult> run_check(process::ProcessRunner& runner, const process::RunSpec& subject,
                                const process::RunDirectory& directory, const ProcessResult& result,
                                const std::vector<std::string>& command) {
  const std::string stdout_path = directory.path() + "/stdout";
  const std::string stderr_path = directory.path() + "/stderr";
  REPRO_TRY(write_file_atomically(stdout_path, result.standard_output.text()));
  REPRO_TRY(write_file_atomically(stderr_path, result.standard_error.text()));
  process::RunSpec check;
  check.argv = command;
  check.environment = subject.environment;
  check.environment.push_back("REPRO_RUN_DIRECTORY=" + directory.path());
  check.environment.push_back("REPRO_STDOUT=" + stdout_path);
  check.environment.push_back("REPRO_STDERR=" + stderr_path);
  if (const auto* exited = std::get_if<Exited>(&result.termination)) {
    check.environment.push_back(fmt::format("REPRO_EXIT_CODE={}", exited->code));
  } else {
    check.environment.push_back(
        fmt::format("REPRO_SIGNAL={}", std::get<Signaled>(result.termination).signal));
  }
  check.working_directory = directory.path();
  check.timeout = kCheckTimeout;
  return runner.run(check);
}

}  // namespace

process::RunSpec base_spec(const Request& request, const Command& command) {
  process::RunSpec spec;
  spec.argv = command.argv;
  spec.working_directory = command.working_directory;
  spec.stdin_file = command.stdin_file;
  spec.grace = request.grace;
  spec.memory_limit_bytes = request.memory_limit_bytes;
  spec.head_limit_bytes = request.capture_limit_bytes / 2;
  spec.tail_limit_bytes = request.capture_limit_bytes - spec.head_limit_bytes;
  return spec;
}

Result<void> Executor::prepare_directory() {
  if (directory_) {
    if (directory_->renew()) return {};
    directory_.reset();  // whatever the subject did to it: the next run gets another one
  }
  REPRO_ASSIGN(directory_, process::RunDirectory::create(plan_.temporary_base));
  return {};
}

Symbolizer& Executor::symbolizer_of(const Arm& arm) {
  std::unique_ptr<Symbolizer>& symbolizer = symbolizers_[arm.id];
  if (symbolizer == nullptr) {
    SymbolizerOptions options;
    // Some runtimes print the program's name without its folder.
    const std::string folder = std::filesystem::path(arm.command.argv.front()).parent_path();
    if (!folder.empty()) options.folders.push_back(folder);
    symbolizer = std::make_unique<Symbolizer>(std::move(options));
  }
  return *symbolizer;
}

void Executor::keep_files(CompletedRun& completed) const {
  const RunRecord& record = completed.record;
  if (plan_.campaign_path.empty() || !store::keeps_logs(plan_.request->keep_logs, record.outcome)) return;
  const Result<bool> kept = process::keep_folder(
      directory_->subject_directory(), store::run_files_directory(plan_.campaign_path, record.slot.index));
  if (!kept) completed.note = kept.error().message;
}

Result<process::RunSpec> Executor::specify(const Assignment& assignment, const ScheduleSpec& schedule) {
  const Arm& arm = plan_.request->arms[assignment.slot.arm];
  process::RunSpec spec = base_spec(*plan_.request, arm.command);
  spec.environment = plan_.environments[assignment.slot.arm].entries(
      assignment.slot, {directory_->subject_directory(), directory_->path(), job_});
  spec.timeout = assignment.timeout;
  spec.deadline_hook = plan_.deadline_hook;
  // The sanitizers' runtimes have handlers of their own, which say more.
  if (arm.key.sanitizer == Sanitizer::plain) spec.crash_hook = plan_.crash_hook;
  spec.processors = schedule.affinity;
  spec.first_processor = job_;
  REPRO_TRY(add_schedule(assignment, schedule, spec));
  return spec;
}

Result<void> Executor::add_schedule(const Assignment& assignment, const ScheduleSpec& schedule,
                                    process::RunSpec& spec) {
  if (!schedule.needs_preload() && assignment.plan == nullptr) return {};
  if (!schedule_) {
    REPRO_ASSIGN(RunSchedule made, RunSchedule::create(plan_.temporary_base));
    schedule_.emplace(std::move(made));
  }
  ScheduleOrder order;
  order.spec = schedule;
  order.seed = assignment.slot.seed;
  order.job = job_;
  order.plan = assignment.plan;
  if (!plan_.knowledge_directory.empty() && assignment.plan == nullptr) {
    order.knowledge = knowledge_file(plan_.knowledge_directory, assignment.slot.arm);
  }
  return schedule_->prepare(order, spec);
}

Result<std::optional<CompletedRun>> Executor::run(const Assignment& assignment) {
  const Arm& arm = plan_.request->arms[assignment.slot.arm];
  if (Result<void> prepared = prepare_directory(); !prepared) {
    return std::optional(CompletedRun{infra_record(assignment, prepared.error()), {}, {}});
  }

  REPRO_ASSIGN(const ScheduleSpec schedule, parse_schedule(arm.key.schedule));
  Result<process::RunSpec> specified = specify(assignment, schedule);
  if (!specified) return std::optional(CompletedRun{infra_record(assignment, specified.error()), {}, {}});
  const process::RunSpec& spec = *specified;

  Result<ProcessResult> result = [&] {
    const LoadThreads load(schedule.load);
    return runner_.run(spec);
  }();
  if (!result && result.error().os_errno == ECANCELED) return std::optional<CompletedRun>();
  if (!result && result.error().kind == ErrorKind::usage) return Unexpected(std::move(result).error());
  if (!result) return std::optional(CompletedRun{infra_record(assignment, result.error()), {}, {}});

  Result<std::vector<ReportFile>> reports = directory_->collect_reports();
  if (reports) result->report_files = *std::move(reports);
  std::optional<ScheduleRecord> record;
  if (schedule.needs_preload() || assignment.plan != nullptr) {
    record = schedule_->read(assignment.plan != nullptr ? ScheduleSpec{ScheduleKind::random} : schedule);
    add_schedule_evidence(schedule, *record, code_, *result);
  }

  std::optional<ProcessResult> check;
  const std::vector<std::string>& check_command = plan_.oracle->spec().check_command;
  if (!check_command.empty() && result->stop_reason == StopReason::none) {
    Result<ProcessResult> checked = run_check(runner_, spec, *directory_, *result, check_command);
    if (!checked && checked.error().os_errno == ECANCELED) return std::optional<CompletedRun>();
    if (!checked) return Unexpected(std::move(checked).error().with_context("--check"));
    check = *std::move(checked);
  }

  std::optional<findings::Judgement> judgement = findings::judge(
      {*result, *plan_.oracle, arm.key.sanitizer, assignment.timeout, check ? &*check : nullptr,
       [this, &arm](Finding& finding) { symbolizer_of(arm).complete(finding); }, plan_.is_suppressed});
  if (!judgement) return std::optional<CompletedRun>();

  CompletedRun completed;
  completed.record.slot = assignment.slot;
  completed.record.timeout = assignment.timeout;
  completed.record.process = *std::move(result);
  completed.record.outcome = judgement->outcome;
  completed.record.reason = std::move(judgement->reason);
  completed.record.findings = std::move(judgement->findings);
  completed.record.schedule = std::move(record);
  completed.signatures = std::move(judgement->signatures);
  keep_files(completed);
  return std::optional(std::move(completed));
}

}  // namespace repro::campaign
