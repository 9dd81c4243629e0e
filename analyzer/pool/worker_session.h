#pragma once

// One worker's view of a check.
//
// A check has two passes. In the first each file is read into a FileUnit by itself; then the units are merged
// into a Project; in the second each file is analysed against it. A session does either for one file at a
// time.
//
// Only SessionInputs cross into a worker: everything in it is frozen or locks itself. All else a session
// makes for itself and shares with nobody: the parser, the look-up caches, the plugin instances, the
// counters. The equivalence contract follows: whatever files a session is given, in whatever order, the
// diagnostics of one file are the same, so the union over any split of the paths equals the sequential
// result, byte for byte once ordered by path.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "analyzer/cache/store.h"
#include "analyzer/infer/evaluator.h"
#include "analyzer/infer/project.h"
#include "analyzer/plugins/plugin.h"
#include "analyzer/report/diagnostic.h"
#include "analyzer/rules/rule.h"
#include "analyzer/syntax/parser.h"

namespace analyzer::pool {

/// What every worker of a check shares.
struct SessionInputs {
  std::shared_ptr<const std::vector<std::string>> paths;
  std::shared_ptr<cache::Store> store;  ///< thread-safe; null with --no-cache
  std::vector<plugins::Blueprint> blueprints;
  std::shared_ptr<const rbs::Reflection> reflection;
  std::shared_ptr<const infer::Project> project;  ///< null in the first pass
};

/// A plugin that could not be prepared; by value, so that equal ones of several workers can be told.
struct PluginError {
  std::string plugin;
  std::string message;
  // clang-tidy 14 sees a 0 that should be nullptr in what the compiler writes here.
  friend auto operator<=>(const PluginError&, const PluginError&) = default;  // NOLINT(modernize-use-nullptr)
};

/// What a session learned besides the diagnostics, as plain data that can cross back.
struct SessionReport {
  cache::Counters cache;
  std::vector<std::string> plugin_states;  ///< one for each blueprint
  std::vector<PluginError> plugin_errors;
};

/// A unit, or why its file could not be read.
struct ReadFile {
  infer::UnitPtr unit;  ///< null if the file could not be read
  std::string failure;  ///< the reason then
};

/// Not thread-safe: one per worker. Constructing it is the whole of a worker's initialisation.
class WorkerSession {
 public:
  explicit WorkerSession(SessionInputs inputs);

  /// First pass: the unit of the file at `index` of the paths, from the cache where it has it.
  [[nodiscard]] ReadFile read(std::uint32_t index);
  /// Second pass (inputs.project must be set): the diagnostics of that file. Whatever goes wrong in our own
  /// code while at it (an exception of a library, memory) becomes one `internal-error` diagnostic of the
  /// file.
  [[nodiscard]] FileDiagnostics analyze(std::uint32_t index);
  /// Hands over what was learned and starts from zero again.
  [[nodiscard]] SessionReport drain();

 private:
  [[nodiscard]] ReadFile read_or_throw(const std::string& path);
  void prepare_plugins();
  void analyze_unit(std::uint32_t index, const infer::FileUnit& unit, std::vector<Diagnostic>& diagnostics);

  SessionInputs inputs_;
  syntax::Parser parser_;
  std::unique_ptr<infer::Evaluator> evaluator_;  // null in the first pass
  std::vector<std::unique_ptr<rules::Rule>> rules_;
  std::vector<std::unique_ptr<plugins::Plugin>> plugins_;  // one for each blueprint; null if it is not usable
  SessionReport report_;
};

}  // namespace analyzer::pool
