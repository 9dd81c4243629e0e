#pragma once

// What the text and the XML output of Valgrind's tools share.

#include <string_view>

#include "harness/model/finding.h"

namespace repro::findings {

/// Memory errors are crashes; races, misuse of locks and leaks are fails. `kind` as in Valgrind's XML.
[[nodiscard]] Outcome implied_by_valgrind_kind(std::string_view kind);

/// Sets role, access and thread of a stack from its heading, for the tools word their headings alike in text
/// and XML. `is_first`: the first stack of its error.
void describe_valgrind_stack(std::string_view kind, bool is_first, Stack& stack);

}  // namespace repro::findings
