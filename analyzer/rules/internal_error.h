#pragma once

#include <string>
#include <string_view>

#include "analyzer/report/diagnostic.h"

namespace analyzer::rules {

inline constexpr std::string_view kInternalErrorRule = "internal-error";

/// `internal-error`: a file could not be read or the analyzer failed on it; the other files are not
/// concerned. Not a Rule: what makes it is everything around the rules.
[[nodiscard]] Diagnostic internal_error(const std::string& reason);

}  // namespace analyzer::rules
