#pragma once

// Carries a bisection out: builds and runs what the search asks for, keeps a log that it can go on from, and
// leaves the rest to two seams: a subject (revisions of a repository, values of a parameter; a script in
// tests) and whoever watches.
//
// A failure is the one that the first failing run of the bad end showed: another bug on the way says nothing
// about this one, neither that it is there nor that it is not, so such runs count nowhere. Builds that fail
// and revisions that cannot be tested (exit code 125) are apart from failures and are not asked for again.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/clock.h"
#include "harness/base/result.h"
#include "harness/campaign/bisection_search.h"

namespace repro::campaign {

/// How one run of a revision ended, as far as the bisection cares.
enum class RevisionRun : std::uint8_t {
  failed,
  clean,
  infra,       ///< says nothing
  untestable,  ///< exit code 125: no run of this revision will say anything
};

struct RevisionRunResult {
  RevisionRun kind = RevisionRun::clean;
  std::vector<std::string> signatures;  ///< of a failed run
  std::string reason;                   ///< one line
  nanoseconds wall{0};
};

struct RevisionBuild {
  bool is_built = true;
  std::string reason;  ///< why not, one line
  nanoseconds wall{0};
};

/// What is bisected. One thread.
class RevisionSubject {
 public:
  RevisionSubject() = default;
  RevisionSubject(const RevisionSubject&) = delete;
  RevisionSubject& operator=(const RevisionSubject&) = delete;
  virtual ~RevisionSubject() = default;
  /// Makes a revision ready to run; asked once per revision and session. Nothing: interrupted. Errors end the
  /// bisection.
  [[nodiscard]] virtual Result<std::optional<RevisionBuild>> build(std::size_t revision) = 0;
  /// One run of a revision that was built. Nothing: interrupted.
  [[nodiscard]] virtual Result<std::optional<RevisionRunResult>> run(std::size_t revision,
                                                                     std::uint64_t index) = 0;
};

struct BisectRequest {
  std::vector<std::string> revisions;  ///< what names them, oldest first; the first is good, the last bad
  std::vector<std::string> command;
  std::string build_command;
  std::string signature;  ///< id of the failure that is looked for; empty: that of the bad end's first one
  bool takes_any_failure = false;
  BisectionOptions options;
};

struct BisectResult {
  BisectionState state = BisectionState::calibrating;
  bool is_interrupted = false;
  std::vector<double> posterior;
  std::vector<std::size_t> credible_set;
  std::vector<stats::RunCounts> runs;
  std::uint64_t total_runs = 0;
  std::uint64_t other_failures = 0;  ///< runs that failed in another way
  std::uint64_t infra_runs = 0;
  std::size_t built = 0;
  std::vector<std::size_t> skipped;     ///< revisions that could not be built or tested
  std::vector<std::string> signatures;  ///< what counted as the failure; empty: any
};

/// Where one batch stands, for whoever watches.
using BisectListener = std::function<void(std::string_view line)>;

/// Bisects. `log` is a file that is created, or gone on from when it exists and `resume` says so: its runs
/// count as done and are not repeated. One JSON object a line (docs/bisect.md). Errors: usage, when the log
/// exists and is not resumed, or is of another bisection; those of the subject; internal, when the log cannot
/// be written.
enum class BisectLogMode : std::uint8_t { create, resume };
[[nodiscard]] Result<BisectResult> bisect(const BisectRequest& request, RevisionSubject& subject,
                                          const std::string& log, BisectLogMode mode,
                                          const BisectListener& listener);

}  // namespace repro::campaign
