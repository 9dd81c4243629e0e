#pragma once

#include "analyzer/rules/rule.h"

namespace analyzer::rules {

/// `parse-error`: the first place where the text is not Ruby. The rest of such a file is not checked: what
/// stands around an error is guesswork.
class ParseErrorRule : public Rule {
 public:
  [[nodiscard]] std::string_view id() const override { return "parse-error"; }
  void check_file(const FileContext& file, std::vector<Diagnostic>& diagnostics) const override;
};

}  // namespace analyzer::rules
