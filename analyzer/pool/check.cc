#include "analyzer/pool/check.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <tuple>
#include <utility>

#include "analyzer/rules/internal_error.h"

namespace analyzer::pool {
namespace {

// With fewer files than this the start of a worker is taken to cost more than it can win, so a pool is not
// started. An estimate, not a measurement.
constexpr std::size_t kMinimumPoolFiles = 8;

void take_warnings(PassResult& pass, CheckResult& result) {
  std::move(pass.warnings.begin(), pass.warnings.end(), std::back_inserter(result.warnings));
  for (const SessionReport& report : pass.reports) result.cache += report.cache;
}

/// Merges what the instances of each plugin learned, in a fresh instance, and adds what only the whole shows.
void conclude_plugins(const CheckRequest& request, const PassResult& pass, CheckResult& result) {
  std::set<PluginError> errors;
  for (const SessionReport& report : pass.reports) {
    errors.insert(report.plugin_errors.begin(), report.plugin_errors.end());
  }
  for (const PluginError& error : errors) {
    result.warnings.push_back("plugin-error: " + error.plugin + ": " + error.message);
  }
  for (std::size_t i = 0; i < request.blueprints.size(); ++i) {
    const std::unique_ptr<plugins::Plugin> merged = plugins::materialise(request.blueprints[i].name);
    if (merged == nullptr || !merged->prepare(request.blueprints[i].configuration)) continue;
    for (const SessionReport& report : pass.reports) {
      if (i < report.plugin_states.size()) merged->merge(report.plugin_states[i]);
    }
    for (FileDiagnostics& file : merged->conclude()) {
      auto& diagnostics = result.files[file.index].diagnostics;
      std::move(file.diagnostics.begin(), file.diagnostics.end(), std::back_inserter(diagnostics));
    }
  }
}

void order(std::vector<FileDiagnostics>& files) {
  for (FileDiagnostics& file : files) {
    std::stable_sort(file.diagnostics.begin(), file.diagnostics.end(),
                     [](const Diagnostic& a, const Diagnostic& b) {
                       return std::tie(a.line, a.column, a.rule) < std::tie(b.line, b.column, b.rule);
                     });
  }
}

}  // namespace

std::size_t CheckResult::diagnostic_count() const {
  std::size_t count = 0;
  for (const FileDiagnostics& file : files) count += file.diagnostics.size();
  return count;
}

std::map<std::string, std::uint64_t> CheckResult::by_rule() const {
  std::map<std::string, std::uint64_t> counts;
  for (const FileDiagnostics& file : files) {
    for (const Diagnostic& diagnostic : file.diagnostics) ++counts[diagnostic.rule];
  }
  return counts;
}

std::unique_ptr<Backend> choose_backend(const CheckRequest& request, std::vector<std::string>& warnings) {
  const bool is_worth_it = request.workers > 0 && request.paths.size() >= kMinimumPoolFiles;
  switch (request.backend) {
    case BackendKind::sequential:
      break;
    case BackendKind::threads:
      if (is_worth_it) return make_threads_backend(request.workers);
      break;
    case BackendKind::fork:
      if (is_worth_it) return make_fork_backend(request.workers, request.fork_process);
      break;
    case BackendKind::isolates:
      if (request.store == nullptr && request.workers > 0) {
        // The decision record's rule: a pool of isolates runs with a store that its sessions share, or not at
        // all.
        warnings.emplace_back("pool-degraded: isolates need the cache; running sequentially");
        break;
      }
      if (is_worth_it) return make_isolates_backend(request.workers, request.runtime);
      break;
  }
  return make_sequential_backend();
}

CheckResult check(const CheckRequest& request) {
  CheckResult result;
  result.paths = request.paths;
  const std::unique_ptr<Backend> backend = choose_backend(request, result.warnings);
  SessionInputs inputs;
  inputs.paths = std::make_shared<const std::vector<std::string>>(request.paths);
  inputs.store = request.store;
  inputs.blueprints = request.blueprints;
  inputs.reflection = request.reflection;

  PassResult read = backend->read_all(inputs);
  take_warnings(read, result);
  std::vector<infer::UnitPtr> units;
  units.reserve(read.units.size());
  for (const ReadFile& file : read.units) {
    units.push_back(file.unit);
    if (file.unit != nullptr) result.calls += file.unit->calls.size();
  }

  // From here on the project is frozen: sessions of any number of workers read it without a lock.
  inputs.project = infer::Project::build(request.reflection, request.paths, std::move(units));
  PassResult analysed = backend->analyze_all(inputs);
  take_warnings(analysed, result);
  result.files = std::move(analysed.diagnostics);
  for (std::uint32_t index = 0; index < read.units.size(); ++index) {
    if (read.units[index].unit != nullptr) continue;
    result.files[index] = {index, {rules::internal_error(read.units[index].failure)}};
  }
  conclude_plugins(request, analysed, result);
  order(result.files);
  return result;
}

}  // namespace analyzer::pool
