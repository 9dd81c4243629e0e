#pragma once

#include <map>
#include <string>

#include "harness/base/result.h"

namespace repro::cli {

/// Prints the variants, builds, deadline and story of one scenario, as `repro list NAME` does. Errors: usage;
/// the scenario is unknown or its file is wrong.
[[nodiscard]] Result<void> print_scenario(const std::string& name,
                                          const std::map<std::string, std::string>& environment);

}  // namespace repro::cli
