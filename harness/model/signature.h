#pragma once

#include <string>
#include <vector>

#include "harness/model/finding.h"

namespace repro {

/// The identity of a finding across runs, addresses, processes and line shifts. Two findings are the same
/// exactly when their ids are equal. The id carries the version of the rules that made it: ids of different
/// versions never compare.
struct Signature {
  std::string id;  ///< `s2-` and 12 hex digits; `2` is the version of the rules
  FindingSource source = FindingSource::unrecognised;
  std::string kind;
  Outcome implies = Outcome::crash;
  std::string title;  ///< `heap-use-after-free in lookup (callinfo.cc)`
  /// The normalised frames that were signed, in order; a race has both sides, each under a line of its own.
  std::vector<std::string> frames;
  /// No frame has a name: the id stands on offsets, which are those of one build, and the report says so.
  bool is_unsymbolized = false;
};

/// What is finer and coarser than a signature; shown beside it, and decides nothing.
struct SignatureLevels {
  std::string exact;                 ///< of one report: `e2-` and 12 hex digits; empty: not asked for
  std::vector<std::string> cluster;  ///< ids of the other signatures of this kind whose stacks are alike
};

}  // namespace repro
