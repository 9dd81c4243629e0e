#include "analyzer/managed/configuration.h"

#include "analyzer/base/result.h"
#include "analyzer/runtime/sharing.h"
#include "analyzer/runtime/values.h"

namespace analyzer::managed {

using runtime::Completion;
using runtime::Isolate;
using runtime::LocalScope;
using runtime::ManagedClass;
using runtime::Runtime;
using runtime::Value;

namespace {

constexpr const char* kConstant = "CONFIGURATION";

void push_string(Isolate& isolate, Value array, const std::string& text) {
  ANALYZER_CHECK(runtime::array_push(array, runtime::make_string(isolate, text)));
}

}  // namespace

void publish_configuration(Runtime& runtime, ManagedClass& analyzer_class, const Configuration& configuration,
                           ConstantState state) {
  Isolate& isolate = runtime.main();
  LocalScope scope(isolate);
  const Value& hash = scope.keep(make_hash(isolate));
  const Value& paths = scope.keep(make_array(isolate));
  for (const std::string& path : configuration.paths) push_string(isolate, paths, path);
  const Value& plugins = scope.keep(make_array(isolate));
  for (const plugins::Blueprint& blueprint : configuration.blueprints) {
    push_string(isolate, plugins, blueprint.name);
    push_string(isolate, plugins, blueprint.configuration);
  }
  ANALYZER_CHECK(hash_store(hash, Value::symbol(runtime.symbol("paths")), paths));
  ANALYZER_CHECK(hash_store(hash, Value::symbol(runtime.symbol("plugins")), plugins));
  switch (state) {
    case ConstantState::deeply_frozen:
      ANALYZER_CHECK(!deep_freeze(hash));
      break;
    case ConstantState::as_made:
      break;
  }
  analyzer_class.define_constant(runtime.symbol(kConstant), hash);
}

Completion<Configuration> read_configuration(Isolate& isolate, const ManagedClass& analyzer_class) {
  Runtime& runtime = isolate.runtime();
  ANALYZER_COMPLETE(const Value hash,
                    runtime.read_constant(isolate, analyzer_class, runtime.symbol(kConstant)));
  Configuration configuration;
  for (const Value path : array_of(hash_fetch(hash, Value::symbol(runtime.symbol("paths"))))) {
    configuration.paths.push_back(runtime::string_of(path));
  }
  const std::vector<Value>& plugins = array_of(hash_fetch(hash, Value::symbol(runtime.symbol("plugins"))));
  for (std::size_t i = 0; i + 1 < plugins.size(); i += 2) {
    configuration.blueprints.push_back({runtime::string_of(plugins[i]), runtime::string_of(plugins[i + 1])});
  }
  return configuration;
}

}  // namespace analyzer::managed
