#pragma once

#include <cstdint>
#include <optional>

#include "scenarios/unwrap-in-loop/ir.h"

namespace unwrap_in_loop {

/// What the program returns, or nothing when it panics. Throws std::runtime_error for a value of the wrong
/// type and for a program that returns no number.
[[nodiscard]] std::optional<std::int64_t> interpret(const Function& function);

}  // namespace unwrap_in_loop
