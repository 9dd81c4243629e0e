#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "analyzer/plugins/plugin.h"

namespace analyzer::plugins {

/// `unused-private`: private methods whose name nothing in the whole project mentions, as a call, as a symbol
/// or as a keyword. Aggregates: a definition in one file may be used in any other, through a mixin.
/// Configuration: `{"ignore": [names]}`.
class UnusedPrivate : public Plugin {
 public:
  [[nodiscard]] Result<void> prepare(std::string_view configuration) override;
  void inspect(std::uint32_t index, const infer::FileUnit& unit,
               std::vector<Diagnostic>& diagnostics) override;
  [[nodiscard]] std::string state() const override;
  void merge(std::string_view state) override;
  [[nodiscard]] std::vector<FileDiagnostics> conclude() override;

 private:
  struct Definition {
    std::uint32_t index;
    std::uint32_t line;
    std::uint32_t column;
    // clang-tidy 14 sees a 0 that should be nullptr in what the compiler writes here.
    friend auto operator<=>(const Definition&, const Definition&) = default;  // NOLINT(modernize-use-nullptr)
  };
  std::set<std::string, std::less<>> ignored_;
  std::map<std::string, std::set<Definition>, std::less<>> defined_;
  std::set<std::string, std::less<>> mentioned_;
};

}  // namespace analyzer::plugins
