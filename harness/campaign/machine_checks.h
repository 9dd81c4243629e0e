#pragma once

#include <string>
#include <vector>

namespace repro::campaign {

/// One property of the machine that decides what can be seen on it.
struct MachineCheck {
  std::string name;
  std::string finding;  ///< what was found, with the value
  std::string mend;     ///< what to do; empty when there is nothing to mend
};

/// Looks at ASLR bits, core pattern, ptrace permission (by tracing a child of its own for a moment),
/// LD_PRELOAD and limits of this process. Changes nothing.
[[nodiscard]] std::vector<MachineCheck> check_machine();

}  // namespace repro::campaign
