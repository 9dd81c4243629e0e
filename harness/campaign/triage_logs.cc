#include "harness/campaign/triage_logs.h"

#include <algorithm>
#include <set>
#include <unordered_map>
#include <utility>

#include "harness/campaign/unseen.h"
#include "harness/findings/bugs.h"
#include "harness/findings/log_reader.h"
#include "harness/findings/report_parser.h"
#include "harness/findings/signature.h"
#include "harness/findings/sites.h"

namespace repro::campaign {
namespace {

/// Logs of one signature that are listed and compared with those of others; further ones are only counted.
constexpr std::size_t kMostPlaces = 1000;

class LogTriage {
 public:
  explicit LogTriage(const TriageOptions& options) : options_(options) {
    for (const findings::Suppression& rule : options.suppressions) {
      report_.suppressions.push_back({rule.text, rule.origin, 0});
    }
  }

  void read(const std::string& path) {
    file_ = path == "-" ? "standard input" : path;
    ++file_number_;
    findings::ReportScanner scanner([this](Finding finding) { take(std::move(finding)); });
    const Result<std::uint64_t> bytes = findings::read_log(path, [&](std::string_view piece) {
      report_.bytes += piece.size();
      scanner.feed(piece);
    });
    scanner.finish();
    if (!bytes) {
      report_.unreadable.push_back({file_, bytes.error().message});
    } else {
      ++report_.files;
    }
  }

  TriageReport finish(const std::vector<findings::UnreadableLog>& unreadable) {
    for (const findings::UnreadableLog& one : unreadable) {
      report_.unreadable.push_back({one.path, "cannot read '" + one.path + "': " + one.why});
    }
    std::stable_sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
      return a.counted.occurrences > b.counted.occurrences;
    });
    group();
    std::vector<std::uint64_t> counts;
    for (Entry& entry : entries_) {
      counts.push_back(entry.counted.occurrences);
      report_.signatures.push_back(std::move(entry.counted));
    }
    report_.unseen = estimate_unseen(counts);
    return std::move(report_);
  }

 private:
  struct Entry {
    LogSignature counted;
    std::set<std::uint64_t> logs;  ///< numbers of the first of them
    std::uint64_t last_log = 0;
  };

  void take(Finding finding) {
    ++report_.findings;
    if (options_.complete) options_.complete(finding);
    Signature signature = findings::sign(finding, options_.frame_rules);
    finding.signature = signature.id;
    if (const auto rule = findings::suppressed_by(options_.suppressions, finding, signature)) {
      ++report_.suppressions[*rule].matches;
      ++report_.suppressed;
      return;
    }
    const auto [known, is_new] = positions_.try_emplace(signature.id, entries_.size());
    if (is_new) add_entry(std::move(signature), finding);
    count(entries_[known->second], finding.log_line);
  }

  void add_entry(Signature signature, Finding& finding) {
    Entry& entry = entries_.emplace_back();
    entry.counted.signature = std::move(signature);
    if (const Frame* place = findings::first_place(finding, options_.frame_rules))
      entry.counted.place = *place;
    entry.counted.example = std::move(finding);
  }

  void count(Entry& entry, std::uint64_t line) {
    LogSignature& counted = entry.counted;
    ++counted.occurrences;
    if (entry.last_log != file_number_) {
      entry.last_log = file_number_;
      ++counted.files;
      if (counted.places.size() < kMostPlaces) {
        counted.places.push_back({file_, line, 0});
        entry.logs.insert(file_number_);
      }
    }
    if (entry.logs.contains(file_number_)) ++counted.places.back().occurrences;
  }

  void group() {
    std::vector<findings::BugCandidate> candidates;
    for (const Entry& entry : entries_) {
      findings::BugCandidate candidate{
          &entry.counted.signature, &entry.counted.example, entry.counted.occurrences, {}};
      for (const std::uint64_t log : entry.logs) candidate.contexts.insert(std::to_string(log));
      candidates.push_back(std::move(candidate));
    }
    const auto together = [this](std::size_t a, std::size_t b) {
      const std::set<std::uint64_t>& other = entries_[b].logs;
      return static_cast<std::uint64_t>(
          std::count_if(entries_[a].logs.begin(), entries_[a].logs.end(),
                        [&](std::uint64_t log) { return other.contains(log); }));
    };
    report_.bugs = findings::group_bugs(candidates, together, options_.frame_rules);
  }

  const TriageOptions& options_;
  TriageReport report_;
  std::vector<Entry> entries_;
  std::unordered_map<std::string, std::size_t> positions_;
  std::string file_;
  std::uint64_t file_number_ = 0;
};

}  // namespace

TriageReport triage_logs(const TriageOptions& options) {
  const findings::LogList list = findings::find_logs(options.paths);
  LogTriage triage(options);
  for (const findings::LogFile& file : list.files) triage.read(file.path);
  return triage.finish(list.unreadable);
}

}  // namespace repro::campaign
