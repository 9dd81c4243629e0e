#pragma once

// What `repro triage` found in logs: computed once, shown by several reporters.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
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

/// How one signature's share of runs moved from one campaign to another.
enum class RateChange : std::uint8_t { appeared, gone, more, less, none };

/// `new`, `gone`, `more`, `less`, `no evidence of change`.
[[nodiscard]] std::string_view to_string(RateChange change);

/// One signature in one build of both campaigns.
struct SignatureChange {
  Signature signature;
  std::string build;  ///< `address`, with the schedule where it is not `os`
  std::uint64_t old_hits = 0;
  std::uint64_t old_runs = 0;
  std::uint64_t new_hits = 0;
  std::uint64_t new_runs = 0;
  double p_value = 1;     ///< two-sided, that both campaigns have one rate
  double adjusted_p = 1;  ///< after Holm, over all rows
  bool is_significant = false;
  /// `more` and `less` only where significant; `appeared` and `gone` whenever one side never had it.
  RateChange change = RateChange::none;
};

struct TriageDiff {
  std::string old_file;
  std::string new_file;
  double level = 0.05;                   ///< of the whole family of tests
  std::vector<SignatureChange> changes;  ///< new, more, less, gone, unchanged; the smallest p-value first
  std::vector<std::string> warnings;
};

}  // namespace repro
