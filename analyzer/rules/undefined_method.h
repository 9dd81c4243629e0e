#pragma once

#include "analyzer/rules/rule.h"

namespace analyzer::rules {

/// `call.undefined-method`: the receiver is known, every class it may have is closed, and none has the
/// method.
///
/// Silent for a call without a receiver or on self (a subclass may define the method), for names that are
/// loose in the project, for what libraries add to core classes, and for core classes in files that need
/// unknown libraries or change core classes in ways that cannot be followed.
class UndefinedMethod : public Rule {
 public:
  [[nodiscard]] std::string_view id() const override { return "call.undefined-method"; }
  void check_call(const CallContext& call, std::vector<Diagnostic>& diagnostics) const override;
};

}  // namespace analyzer::rules
