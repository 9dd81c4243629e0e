#include "harness/campaign/bisect.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <set>
#include <system_error>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "harness/base/files.h"
#include "harness/base/text.h"

namespace repro::campaign {
namespace {

using Json = nlohmann::ordered_json;

/// A revision of which so many runs in a row say nothing is left alone.
constexpr int kMostInfraInARow = 5;

std::string_view to_string(RevisionRun kind) {
  switch (kind) {
    case RevisionRun::failed:
      return "failed";
    case RevisionRun::clean:
      return "clean";
    case RevisionRun::infra:
      return "infra";
    case RevisionRun::untestable:
      break;
  }
  return "untestable";
}

std::optional<RevisionRun> parse_revision_run(std::string_view text) {
  for (const RevisionRun kind :
       {RevisionRun::failed, RevisionRun::clean, RevisionRun::infra, RevisionRun::untestable}) {
    if (to_string(kind) == text) return kind;
  }
  return std::nullopt;
}

Json head_of(const BisectRequest& request) {
  return Json{{"schema", 1},
              {"bisect",
               {{"revisions", request.revisions},
                {"command", request.command},
                {"build", request.build_command},
                {"signature", request.signature},
                {"any_failure", request.takes_any_failure},
                {"confidence", request.options.confidence}}}};
}

/// One line a time, each whole on disk before the next run starts.
class Log {
 public:
  static Result<Log> create(const std::string& path, const BisectRequest& request) {
    std::error_code error;
    if (std::filesystem::exists(path, error)) {
      return fail(ErrorKind::usage,
                  fmt::format("'{}' exists already; go on with it by --resume or name another file "
                              "with --log",
                              printable(path)));
    }
    Log log(path);
    REPRO_TRY(log.write(head_of(request)));
    return log;
  }

  /// The lines of an earlier session, without its head. A line that a killed session left unfinished is
  /// dropped.
  static Result<std::vector<Json>> read(const std::string& path, const BisectRequest& request) {
    REPRO_ASSIGN(const std::string text, read_file(path));
    std::vector<Json> lines;
    for (const std::string_view line : split(text, '\n')) {
      if (line.empty()) continue;
      Json json = Json::parse(line, nullptr, false);
      if (json.is_discarded() || !json.is_object()) break;
      lines.push_back(std::move(json));
    }
    if (lines.empty() || lines.front() != head_of(request)) {
      return fail(ErrorKind::usage, fmt::format("'{}' is the log of another bisection", printable(path)));
    }
    lines.erase(lines.begin());
    return lines;
  }

  /// Without the half line that a killed session may have left, to which the next one would be glued.
  static Result<void> rewrite(const std::string& path, const BisectRequest& request,
                              const std::vector<Json>& lines) {
    std::string text = head_of(request).dump() + "\n";
    for (const Json& line : lines) text += line.dump() + "\n";
    return write_file_atomically(path, text);
  }

  explicit Log(const std::string& path) : path_(path), out_(path, std::ios::app) {}

  Result<void> write(const Json& json) {
    errno = 0;
    out_ << json.dump(-1, ' ', false, Json::error_handler_t::replace) << std::endl;
    if (out_) return {};
    return fail_errno(ErrorKind::usage, fmt::format("cannot write '{}'", printable(path_)),
                      errno == 0 ? EIO : errno);
  }

 private:
  std::string path_;
  std::ofstream out_;
};

class Bisection {
 public:
  Bisection(const BisectRequest& request, RevisionSubject& subject, Log log, const BisectListener& listener)
      : request_(request),
        subject_(subject),
        log_(std::move(log)),
        listener_(listener),
        search_(request.revisions.size(), request.options),
        is_ready_(request.revisions.size()) {
    if (!request.signature.empty()) target_.insert(request.signature);
  }

  /// Takes in what an earlier session did.
  Result<void> replay(const std::vector<Json>& lines) {
    for (const Json& line : lines) {
      const std::size_t revision = line.value("revision", request_.revisions.size());
      if (revision >= request_.revisions.size()) {
        return fail(ErrorKind::usage, "the log names a revision that it does not have");
      }
      if (line.contains("build")) {
        if (line.at("build") == "failed") skip(revision);
        continue;
      }
      const std::optional<RevisionRun> kind = parse_revision_run(line.value("run", ""));
      if (!kind) return fail(ErrorKind::usage, "the log has a line that is neither a build nor a run");
      RevisionRunResult result;
      result.kind = *kind;
      result.signatures = line.value("signatures", std::vector<std::string>());
      take(revision, result);
      ++next_index_;
    }
    return {};
  }

  Result<BisectResult> run() {
    while (!is_interrupted_) {
      const std::optional<BisectionSearch::Step> step = search_.next();
      if (!step) break;
      REPRO_ASSIGN(const bool is_ready, make_ready(step->revision));
      if (is_ready) REPRO_TRY(run_batch(*step));
    }
    return result();
  }

 private:
  void skip(std::size_t revision) {
    skipped_.insert(revision);
    search_.skip(revision);
  }

  /// Builds a revision that this session has not built. False: it cannot be built, or the user has had
  /// enough.
  Result<bool> make_ready(std::size_t revision) {
    if (is_ready_[revision]) return true;
    REPRO_ASSIGN(const std::optional<RevisionBuild> build, subject_.build(revision));
    if (!build) {
      is_interrupted_ = true;
      return false;
    }
    REPRO_TRY(log_.write(Json{{"revision", revision},
                              {"build", build->is_built ? "built" : "failed"},
                              {"reason", build->reason},
                              {"wall_ms", static_cast<double>(build->wall.count()) / 1e6}}));
    if (!build->is_built) {
      listener_(fmt::format("{}: cannot be built, left out: {}", name_of(revision), build->reason));
      skip(revision);
      return false;
    }
    is_ready_[revision] = true;
    build_seconds_ += seconds(build->wall);
    ++builds_;
    return true;
  }

  Result<void> run_batch(const BisectionSearch::Step& step) {
    std::uint64_t done = 0;
    std::uint64_t failures = 0;
    int infra_in_a_row = 0;
    while (done < step.runs && !skipped_.contains(step.revision)) {
      REPRO_ASSIGN(const std::optional<RevisionRunResult> result, subject_.run(step.revision, next_index_));
      if (!result) {
        is_interrupted_ = true;
        return {};
      }
      ++next_index_;
      run_seconds_ += seconds(result->wall);
      REPRO_TRY(log_.write(Json{{"revision", step.revision},
                                {"run", to_string(result->kind)},
                                {"signatures", result->signatures},
                                {"reason", result->reason},
                                {"wall_ms", static_cast<double>(result->wall.count()) / 1e6}}));
      infra_in_a_row = result->kind == RevisionRun::infra ? infra_in_a_row + 1 : 0;
      if (infra_in_a_row == kMostInfraInARow) skip(step.revision);
      const bool is_failure = take(step.revision, *result);
      if (is_failure) ++failures;
      ++done;
      if (is_failure && step.until_failure) break;
    }
    measure_costs();
    report(step.revision, done, failures);
    return {};
  }

  /// Counts one run. True when it is the failure that is looked for.
  bool take(std::size_t revision, const RevisionRunResult& result) {
    switch (result.kind) {
      case RevisionRun::infra:
        ++infra_runs_;
        return false;
      case RevisionRun::untestable:
        skip(revision);
        return false;
      case RevisionRun::clean:
        search_.add(revision, {0, 1});
        return false;
      case RevisionRun::failed:
        break;
    }
    if (!is_target(revision, result)) {
      ++other_failures_;
      return false;
    }
    search_.add(revision, {1, 0});
    return true;
  }

  bool is_target(std::size_t revision, const RevisionRunResult& result) {
    if (request_.takes_any_failure) return true;
    if (target_.empty() && revision + 1 == request_.revisions.size()) {
      target_.insert(result.signatures.begin(), result.signatures.end());
      if (target_.empty()) return true;
    }
    return std::any_of(result.signatures.begin(), result.signatures.end(),
                       [&](const std::string& id) { return target_.contains(id); });
  }

  void measure_costs() {
    constexpr double kLeast = 1e-3;
    if (builds_ == 0 || next_index_ == 0) return;
    search_.set_costs(std::max(kLeast, build_seconds_ / static_cast<double>(builds_)),
                      std::max(kLeast, run_seconds_ / static_cast<double>(next_index_)));
  }

  void report(std::size_t revision, std::uint64_t done, std::uint64_t failures) const {
    const std::vector<double>& posterior = search_.posterior();
    const auto best = std::max_element(posterior.begin(), posterior.end());
    listener_(fmt::format("{}: {} of {} failed; most likely {} ({:.2f})", name_of(revision), failures, done,
                          name_of(static_cast<std::size_t>(best - posterior.begin())), *best));
  }

  [[nodiscard]] std::string name_of(std::size_t revision) const {
    return fmt::format("[{}/{}] {}", revision, request_.revisions.size() - 1,
                       request_.revisions[revision].substr(0, 12));
  }

  static double seconds(nanoseconds duration) { return std::chrono::duration<double>(duration).count(); }

  [[nodiscard]] BisectResult result() const {
    BisectResult result;
    result.state = search_.state();
    result.is_interrupted = is_interrupted_;
    result.posterior = search_.posterior();
    result.credible_set = search_.credible_set();
    result.runs = search_.runs();
    result.total_runs = search_.total_runs();
    result.other_failures = other_failures_;
    result.infra_runs = infra_runs_;
    result.built = search_.built();
    result.skipped.assign(skipped_.begin(), skipped_.end());
    result.signatures.assign(target_.begin(), target_.end());
    return result;
  }

  const BisectRequest& request_;
  RevisionSubject& subject_;
  Log log_;
  const BisectListener& listener_;
  BisectionSearch search_;
  std::vector<bool> is_ready_;
  std::set<std::size_t> skipped_;
  std::set<std::string> target_;
  std::uint64_t next_index_ = 0;
  std::uint64_t other_failures_ = 0;
  std::uint64_t infra_runs_ = 0;
  std::uint64_t builds_ = 0;
  double build_seconds_ = 0;
  double run_seconds_ = 0;
  bool is_interrupted_ = false;
};

}  // namespace

Result<BisectResult> bisect(const BisectRequest& request, RevisionSubject& subject, const std::string& log,
                            BisectLogMode mode, const BisectListener& listener) {
  std::vector<Json> earlier;
  std::error_code error;
  if (mode == BisectLogMode::resume && std::filesystem::exists(log, error)) {
    REPRO_ASSIGN(earlier, Log::read(log, request));
    REPRO_TRY(Log::rewrite(log, request, earlier));
    Bisection bisection(request, subject, Log(log), listener);
    REPRO_TRY(bisection.replay(earlier));
    return bisection.run();
  }
  REPRO_ASSIGN(Log created, Log::create(log, request));
  return Bisection(request, subject, std::move(created), listener).run();
}

}  // namespace repro::campaign
