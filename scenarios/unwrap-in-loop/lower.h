#pragma once

#include "scenarios/unwrap-in-loop/ir.h"
#include "scenarios/unwrap-in-loop/syntax.h"

namespace unwrap_in_loop {

/// Where a constant such as Some(0) is made.
enum class Constants : std::uint8_t {
  hoisted,   ///< once, in the function's entry block
  in_place,  ///< where it is written
};

/// What was wrong with a program, or with what a macro made of it, ends in std::runtime_error.
[[nodiscard]] Function lower(const Program& program, Unwrap unwrap, Constants constants);

/// The names of the variables that `program` reads, as far as the tree shows it: the argument of a macro call
/// is not in the tree yet. Exposed because everything that happens here follows from it.
[[nodiscard]] bool reads_variable(const Program& program, const std::string& name);

}  // namespace unwrap_in_loop
