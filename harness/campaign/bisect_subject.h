#pragma once

// Real subjects of a bisection: revisions of a git repository, each in a work tree of its own, and values of
// a parameter.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "harness/base/result.h"
#include "harness/campaign/bisect.h"
#include "harness/model/campaign.h"
#include "harness/process/runner.h"

namespace repro::campaign {

/// How each revision is built and run.
struct SubjectRecipe {
  std::vector<std::string> command;  ///< `{revision}` in it stands for the revision's name
  std::string build_command;         ///< for /bin/sh; `{revision}` likewise; empty: nothing to build
  nanoseconds build_timeout{std::chrono::minutes(60)};
  Request request;  ///< oracle, timeout, grace, limits and seed; its arms are not used
  std::map<std::string, std::string> environment;  ///< of the harness
  std::string symbolizer;
  process::DeadlineHook deadline_hook;
  process::CrashHook crash_hook;
};

/// The commits after `good` up to `bad`, oldest first, with `good` in front, as whole ids.
struct GitRange {
  std::string top;     ///< folder of the user's work tree
  std::string prefix;  ///< the current folder below it; empty: the top itself
  std::vector<std::string> revisions;
  std::vector<std::string> subjects;  ///< first lines of the messages
  bool has_merges = false;            ///< the order between parallel lines is git's
};

enum class GitWalk : std::uint8_t { all_parents, first_parent };

/// Asks git. Errors: usage, when there is no repository here, a name is no commit, or `good` is no ancestor
/// of `bad`; environment, when there is no git.
[[nodiscard]] Result<GitRange> read_git_range(const std::string& good, const std::string& bad, GitWalk walk,
                                              process::ProcessRunner& runner,
                                              const std::map<std::string, std::string>& environment);

/// Revisions of a repository. Each one that is built gets a work tree of a clone that borrows the objects,
/// all of it in `folder` (absolute), which is removed by the destructor: the user's repository and checkout
/// are only read. `runner` must outlive it.
[[nodiscard]] std::unique_ptr<RevisionSubject> make_git_subject(const GitRange& range,
                                                                const SubjectRecipe& recipe,
                                                                const std::string& folder,
                                                                process::ProcessRunner& runner);

/// Values in place of `{revision}`; each run in the current folder.
[[nodiscard]] std::unique_ptr<RevisionSubject> make_value_subject(const std::vector<std::string>& values,
                                                                  const SubjectRecipe& recipe,
                                                                  process::ProcessRunner& runner);

}  // namespace repro::campaign
