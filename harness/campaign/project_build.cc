// Making the builds of a project. A revision is checked out into a clone below the project's .repro-build
// that borrows the objects of the user's repository, so neither his checkout nor his list of work trees is
// touched; it stays there, and so does what was built, because the next campaign then builds in seconds.

#include <cerrno>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "harness/base/files.h"
#include "harness/base/text.h"
#include "harness/campaign/project.h"

namespace repro::campaign {
namespace {

namespace fs = std::filesystem;

/// A build that takes longer hangs, or should not be started by a test tool.
constexpr nanoseconds kBuildTimeout = std::chrono::hours(1);
constexpr std::uint64_t kOutputLimit = 8U << 20U;  ///< bytes kept of a build's output, half from each end

struct CommandResult {
  bool is_done = false;  ///< ended with exit code 0
  std::string how;       ///< it ended otherwise: `ended with exit code 2`
  std::string output;
  std::string errors;
};

std::string describe_end(const ProcessResult& result) {
  if (const auto* exited = std::get_if<Exited>(&result.termination)) {
    return fmt::format("ended with exit code {}", exited->code);
  }
  return result.stop_reason == StopReason::deadline ? "did not end within an hour" : "was killed by a signal";
}

std::string last_line(const std::string& text) {
  const std::string_view trimmed = trim(text);
  const std::size_t end = trimmed.rfind('\n');
  return printable(end == std::string_view::npos ? trimmed : trimmed.substr(end + 1));
}

class ProjectBuilder {
 public:
  ProjectBuilder(const std::map<std::string, std::string>& environment, process::ProcessRunner& runner)
      : environment_(environment), runner_(runner) {}

  Result<void> make(const BuildStep& step) {
    if (step.command.empty() && step.revision.empty()) return {};
    REPRO_TRY(make_folder(step));
    if (!step.revision.empty()) REPRO_TRY(check_out(step));
    if (step.command.empty()) return {};
    REPRO_ASSIGN(const CommandResult built, run(step.command, source_folder(step), step.environment));
    const std::string log = fs::path(step.build_folder) / "build.log";
    REPRO_TRY(write_file_atomically(log, built.output + built.errors));
    if (built.is_done) return {};
    const std::string& told = trim(built.errors).empty() ? built.output : built.errors;
    return fail(ErrorKind::environment,
                fmt::format("{} cannot be made: '{}' {}: {} (all of it: {})", step.title,
                            printable(join(step.command, " ")), built.how, last_line(told), log));
  }

 private:
  Result<CommandResult> run(const std::vector<std::string>& command, const std::string& folder,
                            const std::map<std::string, std::string>& additions) {
    process::RunSpec spec;
    spec.argv = command;
    std::map<std::string, std::string> environment = environment_;
    for (const auto& [key, value] : additions) environment[key] = value;
    for (const auto& [key, value] : environment) spec.environment.push_back(fmt::format("{}={}", key, value));
    spec.working_directory = folder;
    spec.timeout = kBuildTimeout;
    spec.head_limit_bytes = kOutputLimit / 2;
    spec.tail_limit_bytes = kOutputLimit / 2;
    Result<ProcessResult> result = runner_.run(spec);
    if (!result) return Unexpected(std::move(result).error().with_context(printable(command.front())));
    if (result->stop_reason == StopReason::interrupted) {
      return fail_errno(ErrorKind::internal, "the build was interrupted", ECANCELED);
    }
    CommandResult ended;
    const auto* exited = std::get_if<Exited>(&result->termination);
    ended.is_done = exited != nullptr && exited->code == 0;
    ended.how = describe_end(*result);
    ended.output = result->standard_output.text();
    ended.errors = result->standard_error.text();
    return ended;
  }

  Result<std::string> git(std::vector<std::string> arguments, const std::string& folder) {
    arguments.insert(arguments.begin(), "git");
    Result<CommandResult> ended = run(arguments, folder, {});
    if (!ended) {
      if (ended.error().os_errno == ENOENT) return fail(ErrorKind::environment, "git is not installed");
      return Unexpected(std::move(ended).error());
    }
    if (!ended->is_done) {
      return fail(ErrorKind::usage, fmt::format("git {}: {}", arguments.at(1), last_line(ended->errors)));
    }
    return std::string(trim(ended->output));
  }

  /// Nothing below .repro-build is of interest to the user's git.
  static Result<void> make_folder(const BuildStep& step) {
    std::error_code error;
    fs::create_directories(step.build_folder, error);
    if (error) {
      return fail_errno(ErrorKind::environment, fmt::format("make the folder '{}'", step.build_folder),
                        error.value());
    }
    const fs::path ignored = fs::path(step.project_folder) / ".repro-build" / ".gitignore";
    return fs::exists(ignored, error) ? Result<void>() : write_file_atomically(ignored, "*\n");
  }

  Result<void> check_out(const BuildStep& step) {
    Result<std::string> commit =
        git({"rev-parse", "--quiet", "--verify", "--end-of-options", step.revision + "^{commit}"},
            step.project_folder);
    if (!commit) {
      if (commit.error().kind != ErrorKind::usage) return Unexpected(std::move(commit).error());
      return fail(ErrorKind::usage, fmt::format("{}: '{}' is no revision that git knows in '{}'", step.title,
                                                printable(step.revision), step.project_folder));
    }
    REPRO_ASSIGN(const std::string top, git({"rev-parse", "--show-toplevel"}, step.project_folder));
    const std::string clone = fs::path(step.build_folder) / "checkout";
    std::error_code error;
    if (!fs::exists(clone, error)) {
      REPRO_TRY(git({"clone", "--quiet", "--shared", "--no-checkout", top, clone}, step.project_folder));
    }
    REPRO_TRY(git({"checkout", "--quiet", "--force", "--detach", *commit}, clone));
    REPRO_ASSIGN(const std::string prefix, git({"rev-parse", "--show-prefix"}, step.project_folder));
    return point_at_source(step, fs::path(clone) / prefix);
  }

  /// The project may be a folder of its repository; `source` is where it is in the checkout.
  static Result<void> point_at_source(const BuildStep& step, const fs::path& source) {
    std::error_code error;
    if (!fs::is_directory(source, error)) {
      return fail(ErrorKind::usage, fmt::format("{}: revision '{}' has no folder for this project",
                                                step.title, printable(step.revision)));
    }
    fs::remove(source_folder(step), error);
    fs::create_directory_symlink(source, source_folder(step), error);
    if (!error) return {};
    return fail_errno(ErrorKind::environment, fmt::format("make the link '{}'", source_folder(step)),
                      error.value());
  }

  const std::map<std::string, std::string>& environment_;
  process::ProcessRunner& runner_;
};

}  // namespace

std::string source_folder(const BuildStep& step) {
  if (step.revision.empty()) return step.project_folder;
  return fs::path(step.build_folder) / "source";
}

Result<void> build_project(std::span<const BuildStep> steps,
                           const std::map<std::string, std::string>& environment,
                           process::ProcessRunner& runner) {
  ProjectBuilder builder(environment, runner);
  std::set<std::string> made;
  for (const BuildStep& step : steps) {
    if (made.insert(step.build_folder).second) REPRO_TRY(builder.make(step));
  }
  return {};
}

}  // namespace repro::campaign
