#include "tests/findings/labelled_corpus.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "harness/base/check.h"
#include "harness/findings/bugs.h"
#include "harness/findings/log_reader.h"
#include "harness/findings/report_parser.h"
#include "harness/findings/signature.h"
#include "harness/findings/sites.h"
#include "harness/findings/stack_similarity.h"

namespace repro::findings {
namespace {

std::string read_corpus() {
  std::string text;
  const Result<std::uint64_t> bytes = read_log(REPRO_TEST_SOURCE_DIR "/corpus/labelled/reports.jsonl.zst",
                                               [&](std::string_view piece) { text += piece; });
  REPRO_CHECK(bytes.has_value());
  return text;
}

/// The frames of the subject in the first stack, innermost first: what the rules of other projects compare.
std::vector<std::string> user_frames(const LabelledReport& report) {
  if (report.finding.stacks.empty()) return {};
  return site_of(report.finding.stacks.front(), 64, default_frame_rules()).frames;
}

std::string kind_of(const LabelledReport& report) {
  return fmt::format("{} {}", to_string(report.finding.source), report.finding.kind);
}

/// CASR: similarity of whole filtered stacks, at most 0.3 apart. Its clusters are complete-linkage; pairs are
/// what its metric alone says, which is more generous.
bool is_same_for_casr(const LabelledReport& a, const LabelledReport& b) {
  return kind_of(a) == kind_of(b) && stack_similarity(user_frames(a), user_frames(b)) >= 0.7;
}

double edit_similarity(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t cost = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, cost});
    }
  }
  const auto total = static_cast<double>(a.size() + b.size());
  return total == 0 ? 1 : (total - static_cast<double>(row.back())) / total;
}

std::size_t common_subsequence(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  std::vector<std::vector<std::size_t>> best(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      best[i][j] = a[i - 1] == b[j - 1] ? best[i - 1][j - 1] + 1 : std::max(best[i - 1][j], best[i][j - 1]);
    }
  }
  return best[a.size()][b.size()];
}

/// ClusterFuzz: kind and first three frames; equal, or two of them in common in order, or lines more than 0.8
/// alike in the mean.
bool is_same_for_clusterfuzz(const LabelledReport& a, const LabelledReport& b) {
  if (kind_of(a) != kind_of(b)) return false;
  std::vector<std::string> first = user_frames(a);
  std::vector<std::string> second = user_frames(b);
  first.resize(std::min<std::size_t>(first.size(), 3));
  second.resize(std::min<std::size_t>(second.size(), 3));
  if (first == second || common_subsequence(first, second) >= 2) return true;
  const std::size_t lines = std::min(first.size(), second.size());
  if (lines == 0) return false;
  double sum = 0;
  for (std::size_t at = 0; at < lines; ++at) sum += edit_similarity(first[at], second[at]);
  return sum / static_cast<double>(std::max(first.size(), second.size())) > 0.8;
}

/// One program may commit one fault under two names.
std::string fault_of(const std::string& bug) {
  return bug.starts_with("classics/order-violation-") ? "classics/order-violation" : bug;
}

/// A line of text without any stack (glibc's aborts in a raw log) names no place, and what no parser knows
/// has no kind: nobody could tell such reports apart. `run` takes stacks of plain builds, so its reports have
/// them.
bool can_be_named(const Finding& finding) {
  const bool has_frames = std::any_of(finding.stacks.begin(), finding.stacks.end(),
                                      [](const Stack& stack) { return !stack.frames.empty(); });
  return has_frames && finding.source != FindingSource::unrecognised;
}

/// What a report says of its places, lines included. Reports of one log that agree in it are one: a loop in
/// the subject may report one fault a hundred times. Not the signature, so that no rule under test decides
/// what is counted.
std::string places_of(const Finding& finding) {
  std::string text = fmt::format("{} {}", to_string(finding.source), finding.kind);
  for (const Stack& stack : finding.stacks) {
    if (stack.role == StackRole::thread_created || stack.role == StackRole::mutex_created) continue;
    text += fmt::format("|{} {}", to_string(stack.role), stack.access);
    for (const Frame& frame : stack.frames)
      text += fmt::format(";{} {}:{}", frame.function, frame.file, frame.line);
  }
  return text;
}

double share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 1 : static_cast<double>(part) / static_cast<double>(whole);
}

std::string row(std::string_view rule, const PairCounts& counts) {
  return fmt::format("| {} | {:.4f} | {:.4f} | {} | {} |\n", rule, counts.precision(), counts.recall(),
                     counts.same_signature - counts.both, counts.same_fault - counts.both);
}

std::string row(std::string_view rule, const RowCounts& counts) {
  return fmt::format("| {} | {:.4f} | {:.4f} | {} | {} |\n", rule, counts.precision(), counts.recall(),
                     counts.in_one_row - counts.right, counts.same_label - counts.found);
}

using Positions = std::vector<std::size_t>;

/// What was signed, and how often and where it was seen.
std::string examples(const std::vector<LabelledReport>& reports, const Positions& at) {
  std::set<std::string> origins;
  for (const std::size_t one : at) origins.insert(reports[one].origin);
  std::string frames;
  for (const std::string& frame : reports[at.front()].signature.frames)
    frames += (frames.empty() ? "" : " < ") + frame;
  return fmt::format("  - {} reports: `{}` ({}{})\n", at.size(), frames, *origins.begin(),
                     origins.size() > 1 ? fmt::format(" and {} more", origins.size() - 1) : "");
}

/// By label the names that it has, and by name the labels; a name is a signature or a row.
using Names = std::map<std::string, std::map<std::string, Positions>>;

std::string misses(const std::vector<LabelledReport>& reports, const Positions& rows) {
  Names faults_of_row;
  Names rows_of_label;
  Names signatures_of_label;
  for (std::size_t at = 0; at < reports.size(); ++at) {
    const LabelledReport& report = reports[at];
    faults_of_row[std::to_string(rows[at])][report.fault].push_back(at);
    rows_of_label[report.label][std::to_string(rows[at])].push_back(at);
    signatures_of_label[report.label][report.signature.id].push_back(at);
  }
  std::string text = "\n## Two faults in one row of the table of bugs\n\n";
  for (const auto& [row, faults] : faults_of_row) {
    if (faults.size() < 2) continue;
    text += fmt::format("- `{}`", reports[faults.begin()->second.front()].signature.title);
    for (const auto& [fault, of] : faults) text += fmt::format("; {} ({})", fault, of.size());
    text += "\n";
  }
  const auto split = [&](const Names& names) {
    for (const auto& [label, of] : names) {
      if (of.size() < 2) continue;
      text += fmt::format("- {}\n", label);
      for (const auto& [unused, at] : of) text += examples(reports, at);
    }
  };
  text += "\n## One fault of one detector in several rows\n\n";
  const std::size_t before = text.size();
  split(rows_of_label);
  if (text.size() == before) text += "None.\n";
  text += "\n## One fault of one detector under several signatures\n\n";
  split(signatures_of_label);
  return text;
}

/// Three cases of one program access the global `counter` without a common lock. They were captured as three
/// faults; where the racy variable is what names a race, as it is here, they are one.
std::string fault_by_variable(const std::string& fault) {
  const bool is_counter = fault == "thread/data_race" || fault == "thread/data_race_writes" ||
                          fault == "thread/data_race_two_mutexes";
  return is_counter ? "thread/races on counter" : fault;
}

/// Half of the faults, by a fixed hash (FNV-1a) of the fault's name.
bool is_in_first_half(const LabelledReport& report) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : report.fault) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return (hash >> 32U) % 2 == 0;
}

}  // namespace

std::vector<LabelledReport> by_variable(std::vector<LabelledReport> reports) {
  for (LabelledReport& report : reports) report.fault = fault_by_variable(report.fault);
  return reports;
}

double PairCounts::precision() const { return share(both, same_signature); }
double PairCounts::recall() const { return share(both, same_fault); }
double RowCounts::precision() const { return share(right, in_one_row); }
double RowCounts::recall() const { return share(found, same_label); }
double RowCounts::recall_across_detectors() const { return share(right, same_fault); }

std::vector<std::size_t> bug_rows(const std::vector<LabelledReport>& reports) {
  std::map<std::string, std::size_t> position;
  std::vector<BugCandidate> candidates;
  for (const LabelledReport& report : reports) {
    const auto [known, is_new] = position.try_emplace(report.signature.id, candidates.size());
    if (is_new) candidates.push_back({&report.signature, &report.finding, 0, {}});
    ++candidates[known->second].weight;
  }
  std::map<std::string, std::size_t> row_of;
  std::size_t row = 0;
  for (const Bug& bug : group_bugs(candidates, {})) {
    for (const std::string& id : bug.signatures) row_of[id] = row;
    ++row;
  }
  std::vector<std::size_t> rows;
  rows.reserve(reports.size());
  for (const LabelledReport& report : reports) rows.push_back(row_of.at(report.signature.id));
  return rows;
}

RowCounts count_rows(const std::vector<LabelledReport>& reports, const std::vector<std::size_t>& rows) {
  RowCounts counts;
  for (std::size_t i = 0; i < reports.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const bool is_row = rows[i] == rows[j];
      const bool is_label = reports[i].label == reports[j].label;
      const bool is_fault = reports[i].fault == reports[j].fault;
      counts.in_one_row += is_row ? 1U : 0U;
      counts.right += is_row && is_fault ? 1U : 0U;
      counts.same_fault += is_fault ? 1U : 0U;
      counts.same_label += is_label ? 1U : 0U;
      counts.found += is_row && is_label ? 1U : 0U;
    }
  }
  return counts;
}

std::vector<LabelledReport> labelled_reports() {
  std::vector<LabelledReport> reports;
  const std::string text = read_corpus();
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = text.find('\n', at);
    const nlohmann::json log = nlohmann::json::parse(text.substr(at, end - at), nullptr, false);
    REPRO_CHECK(!log.is_discarded());
    at = end + 1;
    std::set<std::string> seen;
    for (Finding& finding : parse_reports(log.at("text").get<std::string>())) {
      if (!can_be_named(finding) || !seen.insert(places_of(finding)).second) continue;
      LabelledReport report;
      report.fault = fault_of(log.at("bug").get<std::string>());
      report.label = fmt::format("{} {} {}", report.fault, to_string(finding.source), finding.kind);
      report.origin = fmt::format("{} -{} {}", log.at("compiler").get<std::string>(),
                                  log.at("level").get<std::string>(), log.at("build").get<std::string>());
      report.signature = sign(finding);
      report.finding = std::move(finding);
      reports.push_back(std::move(report));
    }
  }
  return reports;
}

PairCounts count_pairs(const std::vector<LabelledReport>& reports,
                       const std::function<std::string(const LabelledReport&)>& key) {
  std::vector<std::string> keys;
  keys.reserve(reports.size());
  for (const LabelledReport& report : reports) keys.push_back(key(report));
  PairCounts counts;
  for (std::size_t i = 0; i < reports.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const bool is_fault = reports[i].label == reports[j].label;
      const bool is_signature = keys[i] == keys[j];
      counts.same_fault += is_fault ? 1U : 0U;
      counts.same_signature += is_signature ? 1U : 0U;
      counts.both += is_fault && is_signature ? 1U : 0U;
    }
  }
  return counts;
}

PairCounts count_pairs(const std::vector<LabelledReport>& reports,
                       const std::function<bool(const LabelledReport&, const LabelledReport&)>& is_same) {
  PairCounts counts;
  for (std::size_t i = 0; i < reports.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const bool is_fault = reports[i].label == reports[j].label;
      const bool is_signature = is_same(reports[i], reports[j]);
      counts.same_fault += is_fault ? 1U : 0U;
      counts.same_signature += is_signature ? 1U : 0U;
      counts.both += is_fault && is_signature ? 1U : 0U;
    }
  }
  return counts;
}

std::string quality_page(const std::vector<LabelledReport>& reports) {
  std::set<std::string> labels;
  std::set<std::string> faults;
  for (const LabelledReport& report : reports) labels.insert(report.label);
  for (const LabelledReport& report : reports) faults.insert(report.fault);
  std::string text =
      fmt::format("{} reports of {} faults ({} with their detectors and kinds), signature version {}.\n\n",
                  reports.size(), faults.size(), labels.size(), kSignatureVersion);
  text +=
      "| rule | precision | recall | pairs wrongly joined | pairs wrongly split |\n| --- | ---: | ---: | "
      "---: | ---: |\n";
  const Positions rows = bug_rows(reports);
  text += row("**row of the table of bugs**", count_rows(reports, rows));
  text += row("the same, races on one global counted as one fault", count_rows(by_variable(reports), rows));
  for (const bool is_first : {true, false}) {
    std::vector<LabelledReport> half;
    Positions half_rows;
    for (std::size_t at = 0; at < reports.size(); ++at) {
      if (is_in_first_half(reports[at]) != is_first) continue;
      half.push_back(reports[at]);
      half_rows.push_back(rows[at]);
    }
    text += row(is_first ? "- first half of the faults" : "- second half", count_rows(half, half_rows));
  }
  text += row("signature", count_pairs(reports, [](const LabelledReport& one) { return one.signature.id; }));
  for (const std::size_t depth : {1U, 2U, 3U, 5U}) {
    text += row(fmt::format("kind and top {} frames", depth),
                count_pairs(reports, [&](const LabelledReport& one) {
                  std::string key = kind_of(one);
                  std::size_t left = depth;
                  for (const std::string& frame : user_frames(one)) {
                    if (left-- == 0) break;
                    key += "|" + frame;
                  }
                  return key;
                }));
  }
  text += row("ClusterFuzz's rule", count_pairs(reports, is_same_for_clusterfuzz));
  text += row("CASR's metric at 0.3", count_pairs(reports, is_same_for_casr));
  text += fmt::format("\nOf the pairs of one fault, whoever reported them, {:.4f} are in one row.\n",
                      count_rows(reports, rows).recall_across_detectors());
  return text + misses(reports, rows);
}

}  // namespace repro::findings
