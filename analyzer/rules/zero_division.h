#pragma once

#include "analyzer/rules/rule.h"

namespace analyzer::rules {

/// `flow.always-zero-division`: an integer divided by what is always the integer 0 raises ZeroDivisionError.
class ZeroDivision : public Rule {
 public:
  [[nodiscard]] std::string_view id() const override { return "flow.always-zero-division"; }
  void check_call(const CallContext& call, std::vector<Diagnostic>& diagnostics) const override;
};

}  // namespace analyzer::rules
