#pragma once

#include "scenarios/unwrap-in-loop/syntax.h"

namespace unwrap_in_loop {

/// What the macro call `call` stands for: `x!` becomes
///
///   match x { Some(it) => it, None => panic }                        macro_match
///   let $subject = x in match $subject { Some(it) => it, None => panic }    fresh_temp
///
/// `$` cannot begin a name that a programmer writes, so the temporary captures nothing. Throws
/// std::runtime_error when the tokens are no expression.
[[nodiscard]] ExprPtr expand_macro(const Expr& call, Unwrap unwrap);

}  // namespace unwrap_in_loop
