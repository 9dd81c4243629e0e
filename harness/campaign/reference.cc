#include "harness/campaign/reference.h"

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>

#include "harness/base/files.h"
#include "harness/base/text.h"
#include "harness/campaign/executor.h"
#include "harness/process/run_directory.h"

namespace repro::campaign {
namespace {

constexpr nanoseconds kReferenceTimeout = std::chrono::minutes(10);
constexpr std::uint64_t kLongestText = 256U << 20U;
/// Room for a few lines too many, so that the first line that differs can be shown.
constexpr std::uint64_t kSlack = 64U << 10U;

std::string describe_end(const ProcessResult& result) {
  if (result.stop_reason == StopReason::deadline) {
    return fmt::format("did not end within {}", format_duration(kReferenceTimeout));
  }
  if (const auto* exited = std::get_if<Exited>(&result.termination))
    return fmt::format("exited with {}", exited->code);
  return fmt::format("was killed by signal {}", std::get<Signaled>(result.termination).signal);
}

bool ended_well(const ProcessResult& result, const std::vector<int>& ok_codes) {
  const auto* exited = std::get_if<Exited>(&result.termination);
  return result.stop_reason == StopReason::none && exited != nullptr &&
         std::find(ok_codes.begin(), ok_codes.end(), exited->code) != ok_codes.end();
}

Result<std::string> run_reference(const Request& request, const std::map<std::string, std::string>& base,
                                  process::ProcessRunner& runner) {
  REPRO_ASSIGN(const process::RunDirectory directory, process::RunDirectory::create());
  Command command;
  command.argv = request.oracle.reference_command;
  if (!request.arms.empty()) {
    command.working_directory = request.arms.front().command.working_directory;
    command.stdin_file = request.arms.front().command.stdin_file;
  }
  process::RunSpec spec = base_spec(request, command);
  for (const auto& [name, value] : base) spec.environment.push_back(fmt::format("{}={}", name, value));
  spec.environment.push_back("REPRO_TMPDIR=" + directory.subject_directory());
  spec.timeout = kReferenceTimeout;
  spec.head_limit_bytes = kLongestText;
  REPRO_ASSIGN(const ProcessResult result, runner.run(spec));
  if (result.stop_reason == StopReason::interrupted)
    return fail(ErrorKind::internal, "interrupted", ECANCELED);
  const std::string shown = shell_quote(command.argv);
  if (!ended_well(result, request.oracle.ok_exit_codes)) {
    return fail(ErrorKind::usage,
                fmt::format("'{}' {}: a reference must end as an ok run does", shown, describe_end(result)));
  }
  if (result.standard_output.dropped_bytes() > 0) {
    return fail(ErrorKind::usage, fmt::format("'{}' wrote more than {}", shown, format_size(kLongestText)));
  }
  return result.standard_output.head;
}

}  // namespace

Result<findings::OracleTexts> read_oracle_texts(const Request& request,
                                                const std::map<std::string, std::string>& base,
                                                process::ProcessRunner& runner) {
  findings::OracleTexts texts;
  if (!request.oracle.expect_file.empty()) {
    Result<std::string> text = read_file(request.oracle.expect_file, kLongestText);
    if (!text) return Unexpected(std::move(text).error().with_context("--expect"));
    texts.expected = *std::move(text);
  }
  if (!request.oracle.reference_command.empty()) {
    Result<std::string> text = run_reference(request, base, runner);
    if (!text) return Unexpected(std::move(text).error().with_context("--reference"));
    texts.reference = *std::move(text);
  }
  return texts;
}

void fit_capture_limit(const findings::OracleTexts& texts, Request& request) {
  std::uint64_t longest = 0;
  if (texts.expected) longest = std::max<std::uint64_t>(longest, texts.expected->size());
  if (texts.reference) longest = std::max<std::uint64_t>(longest, texts.reference->size());
  if (longest > 0) request.capture_limit_bytes = std::max(request.capture_limit_bytes, longest + kSlack);
}

}  // namespace repro::campaign
