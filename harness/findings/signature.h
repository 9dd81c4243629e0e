#pragma once

// The identity of a finding. Two findings are the same bug exactly when their signature ids are equal.

#include <string>
#include <string_view>

#include "harness/findings/frame_rules.h"
#include "harness/model/finding.h"
#include "harness/model/signature.h"

namespace repro::findings {

/// Version of the rules below; the number in `s1-...`. Any change that can give an old finding a new id
/// raises it.
inline constexpr int kSignatureVersion = 1;

/// Signs `finding`: a pure function of its source, kind, message and frames, the same on every machine. Never
/// reads addresses, process ids, line numbers, paths above the file name, or module load addresses. A finding
/// without a usable frame is marked `is_unsymbolized` when it had frames, and its id stands on module offsets
/// where they were printed.
[[nodiscard]] Signature sign(const Finding& finding, const FrameRules& rules = default_frame_rules());

/// The function name that is signed: without template arguments, parameters, return type, ABI tags, clone and
/// part suffixes, lambda numbers; anonymous namespaces in one spelling. `text` is demangled or not.
[[nodiscard]] std::string normalize_function(std::string_view text);

}  // namespace repro::findings
