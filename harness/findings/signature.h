#pragma once

// The identity of a finding. Two findings count as the same bug exactly when their signature ids are equal.
//
// What is signed (version 1), after the frame rules have dropped what says nothing about the subject:
//   use after free             top 3 frames of the use, top 2 of the free (the allocation varies with the
//   caller) data race                  unordered pair of {access kind, top 3 frames} lock-order inversion
//   sorted set of acquisition sites, top 2 frames each leak                       top 3 frames of the
//   allocation every other report         top 3 frames of its first stack uncaught exception         type and
//   message without numbers assertion                  expression without numbers, function and file; the
//   stack varies with the caller death by signal, hang      top 3 frames where there are any, else the kind
//   wrong output, exit code    the kind and what was expected
// A frame is signed as normalised function and file name; no line, so that an edit above does not rename the
// bug. The depth of 3 is that of ClusterFuzz's crash state; measured on the corpus, see signature_test.
//
// Two files of the same name in different folders, and functions of one name in several anonymous namespaces
// of one file, are not told apart: g++ prints neither, and one bug must have one name under every compiler.

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

}  // namespace repro::findings
