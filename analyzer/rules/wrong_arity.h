#pragma once

#include "analyzer/rules/rule.h"

namespace analyzer::rules {

/// `call.wrong-arity`: the method that runs is known and takes another number of arguments, lacks a keyword
/// that it requires, or is given one that it does not know.
///
/// Silent for calls with a splat, for methods that are defined more than once unless the
/// call is wrong for each definition, and on self where a subclass
/// defines the method again. Keywords are checked for the project's own methods only: those of signatures are
/// often incomplete.
class WrongArity : public Rule {
 public:
  [[nodiscard]] std::string_view id() const override { return "call.wrong-arity"; }
  void check_call(const CallContext& call, std::vector<Diagnostic>& diagnostics) const override;
};

}  // namespace analyzer::rules
