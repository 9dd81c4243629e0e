#pragma once

#include <string>
#include <vector>

#include "harness/campaign/scenario.h"
#include "tests/scenarios/subject_run.h"

namespace repro::test {

/// A scenario of the tool that was built, or a failed test.
[[nodiscard]] campaign::Scenario built_scenario(const std::string& name);

/// Runs its program with these arguments alone.
[[nodiscard]] SubjectRun run_program(const std::string& scenario, std::vector<std::string> arguments,
                                     Sanitizer build = Sanitizer::plain, const SubjectBounds& bounds = {});

/// Runs one of its variants, with `more` behind the variant's own arguments.
[[nodiscard]] SubjectRun run_variant(const std::string& scenario, const std::string& variant, Sanitizer build,
                                     const std::vector<std::string>& more = {},
                                     const SubjectBounds& bounds = {});

}  // namespace repro::test
