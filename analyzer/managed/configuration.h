#pragma once

#include <string>
#include <vector>

#include "analyzer/plugins/plugin.h"
#include "analyzer/runtime/runtime.h"

namespace analyzer::managed {

/// What every worker needs to know before it can start, as the constant `Analyzer::CONFIGURATION`.
struct Configuration {
  std::vector<std::string> paths;
  std::vector<plugins::Blueprint> blueprints;
};

enum class ConstantState { deeply_frozen, as_made };

/// Sets the constant, on the main isolate, which must be running; no worker may be. Left `as_made` it is a
/// plain hash of arrays and strings that the main isolate could still change, and no worker may read it.
void publish_configuration(runtime::Runtime& runtime, runtime::ManagedClass& analyzer_class,
                           const Configuration& configuration, ConstantState state);

/// Reads the constant in an isolate. IsolationError in a worker unless it is deeply frozen.
[[nodiscard]] runtime::Completion<Configuration> read_configuration(
    runtime::Isolate& isolate, const runtime::ManagedClass& analyzer_class);

}  // namespace analyzer::managed
