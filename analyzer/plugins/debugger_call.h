#pragma once

#include <string>
#include <vector>

#include "analyzer/plugins/plugin.h"

namespace analyzer::plugins {

/// `debugger-call`: words that stop a program in a debugger and were left behind. Configuration: `{"names":
/// [...]}`, by default byebug, debugger, binding.irb and binding.pry's last words.
class DebuggerCall : public Plugin {
 public:
  [[nodiscard]] Result<void> prepare(std::string_view configuration) override;
  void inspect(std::uint32_t index, const infer::FileUnit& unit,
               std::vector<Diagnostic>& diagnostics) override;

 private:
  std::vector<std::string> names_;
};

}  // namespace analyzer::plugins
