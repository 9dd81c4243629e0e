#pragma once

// Runs the built `repro` as a user does: a process of its own with arguments, a folder and an environment.
//
// Nothing here waits without a bound, and nothing outlives the object that started it. The tool gets the
// test's environment without the variables that would change what it does (REPRO_*, colours), so that a
// developer's shell does not decide a test.

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "harness/base/unique_fd.h"

namespace repro::test {

/// How a command ended and what it wrote. Exactly one of exit_code (>= 0) and signal (> 0) is set.
struct ToolResult {
  int exit_code = -1;
  int signal = 0;
  std::string out;
  std::string err;
};

/// Added to, or replacing, the environment that the tool is given.
using Variables = std::map<std::string, std::string>;

/// `repro ARGUMENTS` while it works. Its output goes to files without a name, so that a reader that is slow
/// never blocks it and none is left behind. Not thread-safe.
class RunningTool {
 public:
  /// Starts the tool in `cwd`. Fails the test when it cannot be started; wait() then answers at once.
  RunningTool(const std::vector<std::string>& arguments, const std::string& cwd,
              const Variables& environment = {});
  RunningTool(const RunningTool&) = delete;
  RunningTool& operator=(const RunningTool&) = delete;
  /// Kills what still runs and reaps it.
  ~RunningTool();

  void send(int signal) const;
  [[nodiscard]] bool is_running() const;
  /// What it has written so far.
  [[nodiscard]] std::string out() const;
  [[nodiscard]] std::string err() const;
  /// Until it ends. After two minutes the test fails and the tool is killed.
  ToolResult wait();

 private:
  UniqueFd out_;
  UniqueFd err_;
  UniqueFd process_;  ///< pidfd
  pid_t pid_ = -1;
  int status_ = 0;
};

/// Runs the tool to its end.
ToolResult run_tool(const std::vector<std::string>& arguments, const std::string& cwd,
                    const Variables& environment = {});

/// Asks `condition` until it is true, for a minute at most. Returns its last answer.
[[nodiscard]] bool eventually(const std::function<bool()>& condition);

/// Processes of this user, zombies left out, that carry `marker` in their command line or in the environment
/// that they were started with. The second finds a subject that has replaced itself by another program.
[[nodiscard]] int processes_with(std::string_view marker);

/// A folder of its own for one test, removed with all that is in it.
class TemporaryFolder {
 public:
  TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }
  /// Writes a file, making the folders above it, and returns its path.
  std::string write(const std::string& name, std::string_view text) const;
  /// Writes an executable shell script and returns its path.
  std::string script(const std::string& name, std::string_view body) const;
  /// Names of what lies in it, sorted.
  [[nodiscard]] std::vector<std::string> names() const;

 private:
  std::string path_;
};

/// The whole file, or "" when there is none.
[[nodiscard]] std::string contents(const std::string& path);
/// Lines of a text; the last one counts only when it is ended, so that a line being written is left out.
[[nodiscard]] std::vector<std::string> lines(std::string_view text);

}  // namespace repro::test
