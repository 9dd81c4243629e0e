#pragma once

#include <string>

#include "scenarios/unwrap-in-loop/ir.h"
#include "scenarios/unwrap-in-loop/syntax.h"

namespace unwrap_in_loop {

struct DumpColumns {
  bool ast = false;
  bool ir = false;
};

/// The tree, the intermediate form, or both side by side with each statement beside what it became. Macro
/// calls are shown with what they expand to.
[[nodiscard]] std::string dump(const Program& program, const Function& function, Unwrap unwrap,
                               DumpColumns columns);

}  // namespace unwrap_in_loop
