#pragma once

// How well signatures tell bugs apart, measured on tests/corpus/labelled: real reports of known faults, under
// three compilers and three optimisation levels.

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "harness/model/finding.h"
#include "harness/model/signature.h"

namespace repro::findings {

/// What reports/signatures publishes, rounded down: a change that makes it worse must say so.
inline constexpr double kPublishedSignaturePrecision = 0.99;
inline constexpr double kPublishedSignatureRecall = 0.67;
inline constexpr double kPublishedRowPrecision = 0.979;
inline constexpr double kPublishedRowPrecisionByVariable = 0.99;
inline constexpr double kPublishedRowRecall = 0.99;

/// One report with the fault that made it.
struct LabelledReport {
  /// The fault that the program was told to commit, and which detector says what: `address/double_free asan
  /// double-free`. A fault that shows in two ways is two names here: a signature never crosses detectors.
  std::string label;
  std::string fault;   ///< the first word of the label: what one row of the table of bugs should be
  std::string origin;  ///< `clang-14 -O2 address`
  Finding finding;
  Signature signature;
};

/// All reports of the corpus, signed. Aborts the test program when the corpus is missing or damaged.
[[nodiscard]] std::vector<LabelledReport> labelled_reports();

/// The same reports with cases that race on one global counted as one fault.
[[nodiscard]] std::vector<LabelledReport> by_variable(std::vector<LabelledReport> reports);

/// Pairs of reports: how often "same signature" and "same fault" agree.
struct PairCounts {
  std::uint64_t same_fault = 0;      ///< pairs of one fault
  std::uint64_t same_signature = 0;  ///< pairs of one signature
  std::uint64_t both = 0;
  [[nodiscard]] double precision()
      const;  ///< of the pairs with one signature, those of one fault; 1 when there are none
  [[nodiscard]] double recall() const;  ///< of the pairs of one fault, those with one signature; 1 likewise
};

/// Counts pairs by what `key` makes of a report: reports with equal keys count as one bug.
[[nodiscard]] PairCounts count_pairs(const std::vector<LabelledReport>& reports,
                                     const std::function<std::string(const LabelledReport&)>& key);

/// The same for a relation that is no equality.
[[nodiscard]] PairCounts count_pairs(
    const std::vector<LabelledReport>& reports,
    const std::function<bool(const LabelledReport&, const LabelledReport&)>& is_same);

/// The row of the table of bugs (findings/bugs.h) that each report is in, all of them being one triage. No
/// two reports are said to come from one log: what was captured together would give the label away.
[[nodiscard]] std::vector<std::size_t> bug_rows(const std::vector<LabelledReport>& reports);

/// Pairs of reports and rows. A row joins detectors, so a pair in one row is right when the fault is the
/// same, whoever reported it; and a pair of one fault, detector and kind is found when it is in one row.
struct RowCounts {
  std::uint64_t in_one_row = 0;
  std::uint64_t right = 0;  ///< in one row and of one fault
  std::uint64_t same_fault = 0;
  std::uint64_t same_label = 0;
  std::uint64_t found = 0;  ///< of one label and in one row
  [[nodiscard]] double precision() const;
  [[nodiscard]] double recall() const;
  [[nodiscard]] double recall_across_detectors() const;  ///< of the pairs of one fault, those in one row
};

[[nodiscard]] RowCounts count_rows(const std::vector<LabelledReport>& reports,
                                   const std::vector<std::size_t>& rows);

/// The published page: figures, rules of other projects beside them, and every miss.
[[nodiscard]] std::string quality_page(const std::vector<LabelledReport>& reports);

}  // namespace repro::findings
