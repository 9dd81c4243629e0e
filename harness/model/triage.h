#pragma once

// What `repro triage` found in logs: computed once, shown by several reporters.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/model/bug.h"
#include "harness/model/finding.h"
#include "harness/model/signature.h"

namespace repro {

/// One log in which a signature was found.
struct LogPlace {
  std::string file;
  std::uint64_t line = 0;         ///< of the first report there, from 1
  std::uint64_t occurrences = 0;  ///< reports there
};

/// One signature with all its reports.
struct LogSignature {
  Signature signature;
  std::uint64_t occurrences = 0;
  std::uint64_t files = 0;       ///< logs that have it
  std::vector<LogPlace> places;  ///< of the first logs, in the order in which they were read; bounded
  Finding example;               ///< the first report
  std::optional<Frame> place;    ///< the innermost frame of the subject with a line, in the example
};

/// How often a rule of --suppress was met.
struct SuppressionUse {
  std::string rule;    ///< as written
  std::string origin;  ///< `known.txt:3`
  std::uint64_t matches = 0;
};

struct UnreadableFile {
  std::string file;
  std::string why;
};

struct TriageReport {
  std::uint64_t files = 0;  ///< logs that were read
  std::uint64_t bytes = 0;  ///< of text, decompressed
  std::uint64_t findings = 0;
  std::uint64_t suppressed = 0;          ///< of them
  std::vector<LogSignature> signatures;  ///< most occurrences first, then by first place
  std::vector<Bug> bugs;                 ///< of these signatures, most occurrences first
  std::vector<SuppressionUse> suppressions;
  std::vector<UnreadableFile> unreadable;
  std::vector<std::string> warnings;
  std::optional<UnseenEstimate> unseen;  ///< absent when the counts say nothing
};

}  // namespace repro
