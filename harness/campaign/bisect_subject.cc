#include "harness/campaign/bisect_subject.h"

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "harness/base/seed.h"
#include "harness/base/text.h"
#include "harness/campaign/executor.h"
#include "harness/campaign/run_environment.h"
#include "harness/campaign/subject.h"
#include "harness/findings/oracle.h"

namespace repro::campaign {
namespace {

constexpr nanoseconds kGitTimeout = std::chrono::minutes(10);
constexpr int kUntestable = 125;

std::vector<std::string> entries_of(const std::map<std::string, std::string>& environment) {
  std::vector<std::string> entries;
  entries.reserve(environment.size());
  for (const auto& [key, value] : environment) entries.push_back(fmt::format("{}={}", key, value));
  return entries;
}

std::string replace_revision(std::string text, const std::string& value) {
  constexpr std::string_view kPlaceholder = "{revision}";
  for (std::size_t at = text.find(kPlaceholder); at != std::string::npos;
       at = text.find(kPlaceholder, at + value.size())) {
    text.replace(at, kPlaceholder.size(), value);
  }
  return text;
}

bool was_stopped(const ProcessResult& result) { return result.stop_reason == StopReason::interrupted; }

std::optional<int> exit_code_of(const ProcessResult& result) {
  const auto* exited = std::get_if<Exited>(&result.termination);
  return exited == nullptr ? std::nullopt : std::optional(exited->code);
}

std::string last_line(const std::string& text) {
  const std::string_view trimmed = trim(text);
  const std::size_t end = trimmed.rfind('\n');
  return printable(end == std::string_view::npos ? trimmed : trimmed.substr(end + 1));
}

/// `git ARGUMENTS` in `folder`: its standard output. Nothing: interrupted.
Result<std::optional<std::string>> git(const std::vector<std::string>& arguments, const std::string& folder,
                                       process::ProcessRunner& runner,
                                       const std::map<std::string, std::string>& environment) {
  process::RunSpec spec;
  spec.argv = {"git"};
  spec.argv.insert(spec.argv.end(), arguments.begin(), arguments.end());
  spec.environment = entries_of(environment);
  spec.working_directory = folder;
  spec.timeout = kGitTimeout;
  spec.head_limit_bytes = 64U << 20U;
  Result<ProcessResult> result = runner.run(spec);
  if (!result) {
    if (result.error().os_errno == ECANCELED) return std::optional<std::string>();
    if (result.error().os_errno == ENOENT) return fail(ErrorKind::environment, "git is not installed");
    return Unexpected(std::move(result).error().with_context("git"));
  }
  if (was_stopped(*result)) return std::optional<std::string>();
  if (exit_code_of(*result) != 0) {
    return fail(ErrorKind::usage,
                fmt::format("git {}: {}", arguments.front(), last_line(result->standard_error.text())));
  }
  return std::optional(result->standard_output.head);
}

/// The judged runs of one revision.
class RevisionRunner {
 public:
  static Result<std::unique_ptr<RevisionRunner>> create(const SubjectRecipe& recipe,
                                                        const std::string& revision,
                                                        const std::string& folder,
                                                        process::ProcessRunner& runner) {
    auto made = std::unique_ptr<RevisionRunner>(new RevisionRunner());
    made->request_ = recipe.request;
    Arm arm;
    for (const std::string& word : recipe.command)
      arm.command.argv.push_back(replace_revision(word, revision));
    arm.command.working_directory = folder;
    arm.key.variant = revision;
    const auto path = recipe.environment.find("PATH");
    const std::string search_path = path == recipe.environment.end() ? "/usr/bin:/bin" : path->second;
    REPRO_ASSIGN(arm.command.argv.front(), find_program(arm.command.argv.front(), search_path, folder));
    REPRO_ASSIGN(const SubjectFacts facts, inspect_subject(arm.command.argv.front()));
    arm.key.sanitizer = facts.sanitizer.value_or(Sanitizer::plain);
    REPRO_ASSIGN(findings::Oracle oracle, findings::Oracle::create(made->request_.oracle));
    made->oracle_ = std::make_unique<findings::Oracle>(std::move(oracle));
    made->plan_.environments.emplace_back(arm, recipe.environment, recipe.symbolizer);
    made->request_.arms = {std::move(arm)};
    made->plan_.request = &made->request_;
    made->plan_.oracle = made->oracle_.get();
    made->plan_.deadline_hook = recipe.deadline_hook;
    made->plan_.crash_hook = recipe.crash_hook;
    made->executor_ = std::make_unique<Executor>(made->plan_, runner, 0);
    return made;
  }

  Result<std::optional<RevisionRunResult>> run(std::uint64_t index) {
    Assignment assignment;
    assignment.slot.index = index;
    assignment.slot.arm_run = index;
    assignment.slot.seed = derive_seed(request_.seed, index) >> 11U;
    assignment.timeout = *request_.timeout;
    REPRO_ASSIGN(const std::optional<CompletedRun> completed, executor_->run(assignment));
    if (!completed) return std::optional<RevisionRunResult>();
    const RunRecord& record = completed->record;
    RevisionRunResult result;
    result.reason = record.reason;
    result.wall = record.process.wall;
    if (record.outcome == Outcome::infra) {
      result.kind = RevisionRun::infra;
    } else if (exit_code_of(record.process) == kUntestable) {
      result.kind = RevisionRun::untestable;
    } else if (record.outcome != Outcome::ok) {
      result.kind = RevisionRun::failed;
      for (const Signature& signature : completed->signatures) result.signatures.push_back(signature.id);
    }
    return std::optional(std::move(result));
  }

 private:
  RevisionRunner() = default;

  Request request_;
  std::unique_ptr<findings::Oracle> oracle_;
  ExecutionPlan plan_;
  std::unique_ptr<Executor> executor_;
};

/// What both subjects share: a build command and judged runs, in a folder per revision.
class RecipeSubject : public RevisionSubject {
 public:
  RecipeSubject(const SubjectRecipe& recipe, process::ProcessRunner& runner)
      : recipe_(recipe), runner_(runner) {}

  Result<std::optional<RevisionRunResult>> run(std::size_t revision, std::uint64_t index) override {
    return runners_.at(revision)->run(index);
  }

 protected:
  /// Builds in `folder` and finds the command there.
  Result<std::optional<RevisionBuild>> build_in(const std::string& folder, std::size_t revision,
                                                const std::string& name) {
    RevisionBuild build;
    if (!recipe_.build_command.empty()) {
      process::RunSpec spec;
      spec.argv = {"/bin/sh", "-c", replace_revision(recipe_.build_command, name)};
      spec.environment = entries_of(recipe_.environment);
      spec.working_directory = folder;
      spec.timeout = recipe_.build_timeout;
      Result<ProcessResult> result = runner_.run(spec);
      if (!result) {
        if (result.error().os_errno == ECANCELED) return std::optional<RevisionBuild>();
        return Unexpected(std::move(result).error().with_context("--build"));
      }
      if (was_stopped(*result)) return std::optional<RevisionBuild>();
      build.wall = result->wall;
      if (exit_code_of(*result) != 0) {
        build.is_built = false;
        build.reason = fmt::format("the build failed: {}", last_line(result->standard_error.text()));
        return std::optional(std::move(build));
      }
    }
    Result<std::unique_ptr<RevisionRunner>> made = RevisionRunner::create(recipe_, name, folder, runner_);
    if (made) {
      runners_[revision] = *std::move(made);
    } else {
      build.is_built = false;
      build.reason = made.error().message;
    }
    return std::optional(std::move(build));
  }

  const SubjectRecipe recipe_;
  process::ProcessRunner& runner_;

 private:
  std::map<std::size_t, std::unique_ptr<RevisionRunner>> runners_;
};

class ValueSubject final : public RecipeSubject {
 public:
  ValueSubject(std::vector<std::string> values, const SubjectRecipe& recipe, process::ProcessRunner& runner)
      : RecipeSubject(recipe, runner), values_(std::move(values)) {}
  Result<std::optional<RevisionBuild>> build(std::size_t revision) override {
    std::error_code error;
    return build_in(std::filesystem::current_path(error).string(), revision, values_[revision]);
  }

 private:
  std::vector<std::string> values_;
};

class GitSubject final : public RecipeSubject {
 public:
  GitSubject(GitRange range, const SubjectRecipe& recipe, std::string folder, process::ProcessRunner& runner)
      : RecipeSubject(recipe, runner), range_(std::move(range)), folder_(std::move(folder)) {}

  ~GitSubject() override {
    std::error_code error;
    std::filesystem::remove_all(folder_, error);
  }

  Result<std::optional<RevisionBuild>> build(std::size_t revision) override {
    const std::string tree = fmt::format("{}/{}", folder_, revision);
    const std::string clone = folder_ + "/repository";
    if (!is_cloned_) {
      // Work trees of a clone that borrows the objects, so that the user's repository does not even learn of
      // them.
      REPRO_ASSIGN(const std::optional<std::string> cloned,
                   git({"clone", "--quiet", "--shared", "--no-checkout", range_.top, clone}, "", runner_,
                       recipe_.environment));
      if (!cloned) return std::optional<RevisionBuild>();
      is_cloned_ = true;
    }
    REPRO_ASSIGN(const std::optional<std::string> added,
                 git({"worktree", "add", "--quiet", "--detach", tree, range_.revisions[revision]}, clone,
                     runner_, recipe_.environment));
    if (!added) return std::optional<RevisionBuild>();
    // The folder from which the user bisects, where this revision has it.
    std::error_code error;
    const std::string below = range_.prefix.empty() ? tree : fmt::format("{}/{}", tree, range_.prefix);
    const bool is_there = std::filesystem::is_directory(below, error);
    return build_in(is_there ? below : tree, revision, range_.revisions[revision]);
  }

 private:
  GitRange range_;
  std::string folder_;
  bool is_cloned_ = false;
};

/// As `git`, for questions before there is anything to interrupt.
Result<std::string> ask_git(const std::vector<std::string>& arguments, const std::string& folder,
                            process::ProcessRunner& runner,
                            const std::map<std::string, std::string>& environment) {
  REPRO_ASSIGN(const std::optional<std::string> answer, git(arguments, folder, runner, environment));
  if (!answer) return fail(ErrorKind::usage, "interrupted");
  return *answer;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (const std::string_view line : split(text, '\n')) {
    if (!line.empty()) lines.emplace_back(line);
  }
  return lines;
}

}  // namespace

Result<GitRange> read_git_range(const std::string& good, const std::string& bad, GitWalk walk,
                                process::ProcessRunner& runner,
                                const std::map<std::string, std::string>& environment) {
  const auto ask = [&](const std::vector<std::string>& arguments) {
    return ask_git(arguments, "", runner, environment);
  };
  GitRange range;
  REPRO_ASSIGN(const std::string top, ask({"rev-parse", "--show-toplevel"}));
  REPRO_ASSIGN(const std::string prefix, ask({"rev-parse", "--show-prefix"}));
  range.top = trim(top);
  range.prefix = trim(prefix);
  while (range.prefix.ends_with('/')) range.prefix.pop_back();
  std::vector<std::string> ends;
  for (const std::string& name : {good, bad}) {
    Result<std::string> id =
        ask({"rev-parse", "--verify", "--quiet", "--end-of-options", name + "^{commit}"});
    if (!id)
      return fail(ErrorKind::usage, fmt::format("'{}' is no commit of this repository", printable(name)));
    ends.emplace_back(trim(*id));
  }
  std::vector<std::string> list{"rev-list", "--reverse", "--topo-order", "--format=%P%x09%s"};
  list.emplace_back(walk == GitWalk::first_parent ? "--first-parent" : "--ancestry-path");
  list.push_back(fmt::format("{}..{}", ends[0], ends[1]));
  REPRO_ASSIGN(const std::string commits, ask(list));
  REPRO_ASSIGN(const std::string first, ask({"log", "-1", "--format=%s", ends[0]}));
  range.revisions.push_back(ends[0]);
  range.subjects.emplace_back(trim(first));
  // `commit ID`, and a line of its parents and its subject.
  for (const std::string& line : lines_of(commits)) {
    constexpr std::string_view kCommit = "commit ";
    const std::size_t tab = line.find('\t');
    if (tab == std::string::npos && line.starts_with(kCommit)) {
      range.revisions.push_back(line.substr(kCommit.size()));
    } else if (tab != std::string::npos) {
      range.subjects.push_back(line.substr(tab + 1));
      if (line.substr(0, tab).find(' ') != std::string::npos) range.has_merges = true;
    }
  }
  if (range.revisions.size() < 2 || range.revisions.back() != ends[1]) {
    return fail(ErrorKind::usage,
                fmt::format("no commits lead from '{}' to '{}'; is the good one older than the bad one?",
                            printable(good), printable(bad)));
  }
  if (walk == GitWalk::first_parent) range.has_merges = false;
  return range;
}

std::unique_ptr<RevisionSubject> make_git_subject(const GitRange& range, const SubjectRecipe& recipe,
                                                  const std::string& folder, process::ProcessRunner& runner) {
  return std::make_unique<GitSubject>(range, recipe, folder, runner);
}

std::unique_ptr<RevisionSubject> make_value_subject(const std::vector<std::string>& values,
                                                    const SubjectRecipe& recipe,
                                                    process::ProcessRunner& runner) {
  return std::make_unique<ValueSubject>(values, recipe, runner);
}

}  // namespace repro::campaign
