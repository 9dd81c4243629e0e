#include "harness/report/html.h"

#include <cmath>
#include <map>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "harness/base/check.h"
#include "harness/base/text.h"
#include "harness/model/json.h"
#include "harness/report/bugs.h"
#include "harness/report/json_parts.h"
#include "harness/report/source_excerpt.h"
#include "harness/report/wording.h"

namespace repro::report {

// The texts of harness/report/page and of the chart library (cmake/EmbedText.cmake).
namespace page {
extern const std::string_view body;
extern const std::string_view style;
extern const std::string_view script;
extern const std::string_view chart_style;
extern const std::string_view chart_script;
}  // namespace page

namespace {

using Json = nlohmann::ordered_json;

/// JSON that can stand in a script element: no character in it opens or closes markup.
std::string for_script(const Json& json) {
  const std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  std::string safe;
  safe.reserve(text.size() + text.size() / 16);
  for (const char c : text) {
    switch (c) {  // outside of strings JSON has none of these
      case '<':
        safe += "\\u003c";
        break;
      case '>':
        safe += "\\u003e";
        break;
      case '&':
        safe += "\\u0026";
        break;
      default:
        safe += c;
    }
  }
  return safe;
}

/// The columns of all runs, and which runs have which signature.
class RunColumns {
 public:
  explicit RunColumns(const CampaignSummary& summary) : signatures_(summary.signatures.size()) {
    for (std::size_t i = 0; i < summary.signatures.size(); ++i) {
      signature_at_.emplace(summary.signatures[i].signature.id, i);
    }
  }

  void add(const RunRow& run) {
    index_.push_back(run.slot.index);
    arm_.push_back(run.slot.arm);
    outcome_ += digit_of(run.outcome);
    wall_ms_.push_back(std::round(in_milliseconds(run.wall) * 1000) / 1000);
    const auto [known, is_new] = reason_at_.emplace(run.reason, reasons_.size());
    if (is_new) reasons_.push_back(run.reason);
    reason_.push_back(known->second);
    for (const std::string& id : run.signatures) {
      const auto found = signature_at_.find(id);
      if (found != signature_at_.end()) signatures_[found->second].push_back(run.slot.index);
    }
  }

  [[nodiscard]] Json to_json() && {
    return Json{{"index", std::move(index_)},          {"arm", std::move(arm_)},
                {"outcome", std::move(outcome_)},      {"wall_ms", std::move(wall_ms_)},
                {"reason", std::move(reason_)},        {"reasons", std::move(reasons_)},
                {"signatures", std::move(signatures_)}};
  }

 private:
  /// Position in the page's list of outcomes.
  static char digit_of(Outcome outcome) {
    switch (outcome) {
      case Outcome::crash:
        return '0';
      case Outcome::hang:
        return '1';
      case Outcome::fail:
        return '2';
      case Outcome::ok:
        return '3';
      case Outcome::infra:
        return '4';
    }
    return '4';
  }

  std::vector<std::uint64_t> index_;
  std::vector<std::uint32_t> arm_;
  std::string outcome_;
  std::vector<double> wall_ms_;
  std::vector<std::size_t> reason_;
  std::vector<std::string> reasons_;
  std::map<std::string, std::size_t> reason_at_;
  std::map<std::string, std::size_t> signature_at_;
  std::vector<std::vector<std::uint64_t>> signatures_;
};

Json signatures_to_json(const HtmlContent& content) {
  Json signatures = Json::array();
  const CampaignSummary& summary = content.summary;
  REPRO_CHECK(content.examples.size() == summary.signatures.size());
  REPRO_CHECK(content.minimised.size() == summary.signatures.size());
  for (std::size_t i = 0; i < summary.signatures.size(); ++i) {
    Json signature = signature_to_json(summary, summary.signatures[i]);
    signature["example"] = to_json(content.examples[i]);
    // A damaged file may hold anything here; what is no JSON is left out.
    const Json schedule = Json::parse(content.minimised[i], nullptr, false);
    signature["minimised"] = schedule.is_object() ? schedule : Json();
    signatures.push_back(std::move(signature));
  }
  return signatures;
}

/// Code around the first frames of each stack, by `file:line`.
Json sources_to_json(const HtmlContent& content) {
  constexpr std::size_t kFrames = 8;
  Json sources = Json::object();
  if (content.source_root.empty()) return sources;
  for (const Finding& finding : content.examples) {
    for (const Stack& stack : finding.stacks) {
      for (std::size_t i = 0; i < std::min(kFrames, stack.frames.size()); ++i) {
        const Frame& frame = stack.frames[i];
        const std::string key = fmt::format("{}:{}", to_valid_utf8(frame.file), frame.line);
        if (sources.contains(key)) continue;
        if (const std::optional<SourceExcerpt> excerpt = source_excerpt(frame, content.source_root)) {
          sources[key] = Json{{"first", excerpt->first_line}, {"lines", excerpt->lines}};
        }
      }
    }
  }
  return sources;
}

Json curves_to_json(const std::vector<FailureCurve>& curves) {
  Json list = Json::array();
  for (const FailureCurve& curve : curves) {
    list.push_back(Json{{"arm", curve.arm}, {"time_ms", curve.time_ms}, {"failed", curve.failed}});
  }
  return list;
}

std::string counts_text(const OutcomeDifference& difference, const Comparison& pair) {
  return fmt::format("{} {}/{} to {}/{} (p = {})", difference.outcome, difference.count_a,
                     pair.a.counts.counted(), difference.count_b, pair.b.counts.counted(),
                     p_value_text(difference.adjusted_p));
}

Json comparisons_to_json(const std::vector<Comparison>& comparisons) {
  Json list = Json::array();
  for (const Comparison& pair : comparisons) {
    std::string why = counts_text(pair.any_bad, pair);
    for (const OutcomeDifference& one : pair.outcomes) {
      if (one.is_significant) why += "; " + counts_text(one, pair);
    }
    for (const std::string& warning : pair.warnings) why += "; " + warning;
    list.push_back(
        Json{{"a", pair.a.label}, {"b", pair.b.label}, {"verdict", to_string(pair.verdict)}, {"why", why}});
  }
  return list;
}

Json campaign_json(const CampaignSummary& summary) {
  Json campaign = campaign_to_json(summary);
  const std::vector<Arm>& arms = summary.request.arms;
  if (!arms.empty() && !arms.front().command.argv.empty()) {
    const std::string& program = arms.front().command.argv.front();
    campaign["name"] = to_valid_utf8(program.substr(program.rfind('/') + 1));
  }
  return campaign;
}

Json commands_to_json(const CampaignSummary& summary) {
  Json commands = Json::array();
  for (const Arm& arm : summary.request.arms) {
    commands.push_back(Json::array({arm_label(summary, arm.id), one_line(shell_quote(arm.command.argv))}));
  }
  return commands;
}

}  // namespace

Result<void> write_html(std::ostream& out, const HtmlContent& content, const RunSource& runs) {
  const CampaignSummary& summary = content.summary;
  RunColumns columns(summary);
  REPRO_TRY(runs([&](const RunRow& run) { columns.add(run); }));
  Json arms = Json::array();
  for (const ArmSummary& arm : summary.arms) arms.push_back(arm_to_json(arm));
  Json bugs = Json::array();
  for (const BugSummary& bug : summary.bugs) bugs.push_back(counted_bug_to_json(summary, bug));
  const Json data{
      {"campaign", campaign_json(summary)},
      {"commands", commands_to_json(summary)},
      {"arms", std::move(arms)},
      {"signatures", signatures_to_json(content)},
      {"bugs", std::move(bugs)},
      {"unseen", summary.unseen ? Json(unseen_lines(*summary.unseen, "failing run")) : Json::array()},
      {"sources", sources_to_json(content)},
      {"failure_curves", curves_to_json(content.failure_curves)},
      {"comparisons", comparisons_to_json(content.comparisons)},
      {"runs", std::move(columns).to_json()}};
  // Nothing may be loaded from anywhere, whatever the data holds.
  out << R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>repro</title>
)";
  out << "<style>\n"
      << page::chart_style << "\n"
      << page::style << "</style>\n</head>\n<body>\n"
      << page::body;
  out << R"(<script type="application/json" id="data">)" << for_script(data) << "</script>\n";
  out << "<script>" << page::chart_script << "</script>\n<script>\n"
      << page::script << "</script>\n</body>\n</html>\n";
  return {};
}

}  // namespace repro::report
