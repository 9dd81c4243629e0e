#include "analyzer/plugins/debugger_call.h"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace analyzer::plugins {

Result<void> DebuggerCall::prepare(std::string_view configuration) {
  const nlohmann::json json = nlohmann::json::parse(configuration, nullptr, false);
  if (!json.is_object()) return fail(ErrorKind::usage, "the configuration must be an object");
  names_ = {"byebug", "debugger", "irb", "pry"};
  for (const auto& [key, value] : json.items()) {
    if (key != "names") return fail(ErrorKind::usage, "unknown key '" + key + "', expected 'names'");
    if (!value.is_array()) return fail(ErrorKind::usage, "'names' must be a list of words");
    names_.clear();
    for (const nlohmann::json& name : value) {
      if (!name.is_string()) return fail(ErrorKind::usage, "'names' must be a list of words");
      names_.push_back(name.get<std::string>());
    }
  }
  return {};
}

void DebuggerCall::inspect(std::uint32_t, const infer::FileUnit& unit, std::vector<Diagnostic>& diagnostics) {
  for (const infer::Mention& mention : unit.mentions) {
    const std::string& name = unit.names[mention.name];
    if (mention.is_call == 0 || std::find(names_.begin(), names_.end(), name) == names_.end()) continue;
    diagnostics.push_back({mention.place.row + 1, mention.place.column + 1, Severity::warning,
                           "plugin.debugger-call", "call of '" + name + "' left in the code"});
  }
}

}  // namespace analyzer::plugins
