#pragma once

#include <string>

#include "analyzer/infer/type.h"
#include "analyzer/report/diagnostic.h"
#include "analyzer/rules/rule.h"

namespace analyzer::rules {

/// "an instance of String", "class File", "nil", or several joined by "or".
[[nodiscard]] std::string describe(const infer::Project& project, const infer::Type& type);

/// A diagnostic at the name of a called method.
[[nodiscard]] Diagnostic at_call(const CallContext& call, std::string_view rule, std::string message);

}  // namespace analyzer::rules
