#include "analyzer/plugins/debugger_call.h"
#include "analyzer/plugins/plugin.h"
#include "analyzer/plugins/unused_private.h"

namespace analyzer::plugins {

std::unique_ptr<Plugin> materialise(std::string_view name) {
  if (name == "debugger-call") return std::make_unique<DebuggerCall>();
  if (name == "unused-private") return std::make_unique<UnusedPrivate>();
  return nullptr;
}

std::vector<std::string_view> bundled_plugins() { return {"debugger-call", "unused-private"}; }

}  // namespace analyzer::plugins
