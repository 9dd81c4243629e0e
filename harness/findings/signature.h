#pragma once

// The identity of a finding: what is counted. Two findings count as the same exactly when their signature ids
// are equal. Several signatures may be one bug; which, and why, is bugs.h's to say.
//
// What is signed (version 2):
//   use after free          top 3 frames of the use, top 2 of the free (the allocation varies with the
//   caller) data race               unordered pair of the top 3 frames of the accesses, and the kind of
//   memory: heap,
//                           stack, thread-local, descriptor or which global
//   lock-order inversion    sorted set of acquisition sites, top 2 frames each
//   leak                    top 3 frames of the allocation
//   uncaught exception      type and message without numbers
//   assertion               expression without numbers, function and file; the stack varies with the caller
//   hang                    set of the sites where threads are stuck, top 2 frames each
//   wrong output, exit code the kind and what was expected
//   every other report      top 3 frames of its first stack
// A frame is signed as normalised function and file name; no line, so that an edit above does not rename the
// bug. The depth of 3 is that of ClusterFuzz's crash state; measured in reports/signatures. main is left out
// where there is anything else, and so are a library's own frames of a free or of one side of a race.
//
// Version 1 signed main and those frames too, which made two names of one bug wherever a compiler had inlined
// something, and no memory, which made one name of two.
//
// Two files of the same name in different folders, and functions of one name in several anonymous namespaces
// of one file, are not told apart: g++ prints neither, and one bug must have one name under every compiler.

#include "harness/findings/frame_rules.h"
#include "harness/model/finding.h"
#include "harness/model/signature.h"

namespace repro::findings {

/// Version of the rules below; the number in `s2-...`. Any change that can give an old finding a new id
/// raises it.
inline constexpr int kSignatureVersion = 2;

/// Signs `finding`: a pure function of its source, kind, message and frames, the same on every machine. Never
/// reads addresses, process ids, line numbers, paths above the file name, or module load addresses. A finding
/// without a usable frame is marked `is_unsymbolized` when it had frames, and its id stands on module offsets
/// where they were printed, else on where in their
/// pages its frames lie.
[[nodiscard]] Signature sign(const Finding& finding, const FrameRules& rules = default_frame_rules());

}  // namespace repro::findings
