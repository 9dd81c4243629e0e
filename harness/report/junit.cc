#include "harness/report/junit.h"

#include <algorithm>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "harness/base/check.h"
#include "harness/model/json.h"
#include "harness/report/wording.h"

namespace repro::report {
namespace {

enum class XmlPlace : std::uint8_t { attribute, content };

/// Text for XML 1.0, which has no way to write most control characters at all.
std::string escaped(std::string_view raw, XmlPlace place = XmlPlace::attribute) {
  const std::string text = to_valid_utf8(raw);
  std::string xml;
  for (const char c : text) {
    switch (c) {
      case '<':
        xml += "&lt;";
        continue;
      case '>':
        xml += "&gt;";
        continue;
      case '&':
        xml += "&amp;";
        continue;
      case '"':
        xml += "&quot;";
        continue;
      case '\n':
        xml += place == XmlPlace::attribute ? "&#10;" : "\n";
        continue;
      case '\t':
        xml += place == XmlPlace::attribute ? "&#9;" : "\t";
        continue;
      default:
        break;
    }
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      xml += "\xef\xbf\xbd";
    } else {
      xml += c;
    }
  }
  return xml;
}

double seconds(std::chrono::nanoseconds duration) { return std::chrono::duration<double>(duration).count(); }

/// Time of all counted runs, as far as the summary knows it.
double arm_seconds(const ArmSummary& arm) {
  return arm.wall ? seconds(arm.wall->median) * static_cast<double>(arm.counts.counted()) : 0;
}

std::string suite_name(const CampaignSummary& summary) {
  return summary.request.scenario.empty() ? "repro" : "repro." + summary.request.scenario;
}

std::string failure_text(const SignatureSummary& bug, std::uint64_t runs, const Finding& example) {
  std::string text =
      fmt::format("{}: {} of this arm, first in run {}\n", bug.signature.id, run_count(runs), bug.first_run);
  if (!example.message.empty()) text += example.message + "\n";
  for (const Stack& stack : example.stacks) {
    text += "\n" + (stack.heading.empty() ? std::string(to_string(stack.role)) : stack.heading) + "\n";
    for (std::size_t i = 0; i < std::min<std::size_t>(stack.frames.size(), 12); ++i) {
      const Frame& frame = stack.frames[i];
      text += fmt::format("  #{} {} {}:{}\n", i, frame.function.empty() ? "??" : frame.function,
                          frame.file.empty() ? frame.module : frame.file, frame.line);
    }
  }
  return text;
}

void write_failures(std::ostream& out, const CampaignSummary& summary, const ArmSummary& arm,
                    const std::vector<Finding>& examples) {
  const RateText rate = rate_text(arm);
  const std::string message =
      fmt::format("{} runs not ok ({} {}): {} crash, {} hang, {} fail", rate.fraction, rate.percentage,
                  rate.interval, arm.counts.crash, arm.counts.hang, arm.counts.fail);
  bool is_first = true;
  for (std::size_t i = 0; i < summary.signatures.size(); ++i) {
    const SignatureSummary& bug = summary.signatures[i];
    const auto runs = bug.runs_by_arm.find(arm.id);
    if (runs == bug.runs_by_arm.end() || bug.signature.implies == Outcome::infra) continue;
    const std::string_view element = is_first ? "failure" : "rerunFailure";
    out << fmt::format("      <{0} message=\"{1}\" type=\"{2}\">{3}</{0}>\n", element,
                       escaped(is_first ? message + "; " + bug.signature.title : bug.signature.title),
                       escaped(bug.signature.kind),
                       escaped(failure_text(bug, runs->second, examples[i]), XmlPlace::content));
    is_first = false;
  }
  if (is_first) out << fmt::format("      <failure message=\"{}\" type=\"outcome\"/>\n", escaped(message));
}

}  // namespace

void write_junit(std::ostream& out, const CampaignSummary& summary, const std::vector<Finding>& examples) {
  REPRO_CHECK(examples.size() == summary.signatures.size());
  std::size_t failures = 0;
  std::size_t errors = 0;
  double total = 0;
  for (const ArmSummary& arm : summary.arms) {
    failures += arm.counts.bad() > 0 ? 1 : 0;
    errors += arm.counts.counted() == 0 ? 1 : 0;
    total += arm_seconds(arm);
  }
  const std::string name = escaped(suite_name(summary));
  const std::string numbers = fmt::format(R"(tests="{}" failures="{}" errors="{}" skipped="0" time="{:.3f}")",
                                          summary.arms.size(), failures, errors, total);
  out << "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"repro\" "
      << fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\" time=\"{:.3f}\">\n", summary.arms.size(),
                     failures, errors, total);
  // Readers want the time of day without a zone, in UTC.
  std::string started = utc_time(summary.started_at);
  if (!started.empty() && started.back() == 'Z') started.pop_back();
  out << fmt::format("  <testsuite name=\"{}\" {} timestamp=\"{}\">\n", name, numbers, started);
  out << "    <properties>\n";
  out << fmt::format("      <property name=\"seed\" value=\"{}\"/>\n", summary.request.seed);
  for (const auto& [fact, value] : summary.machine) {
    out << fmt::format("      <property name=\"{}\" value=\"{}\"/>\n", escaped(fact), escaped(value));
  }
  out << "    </properties>\n";
  for (const ArmSummary& arm : summary.arms) {
    out << fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"{:.3f}\">\n", name,
                       escaped(arm_label(summary, arm.id)), arm_seconds(arm));
    if (arm.counts.counted() == 0) {
      out << fmt::format("      <error message=\"no run could be counted ({} infra)\" type=\"infra\"/>\n",
                         arm.counts.infra);
    } else if (arm.counts.bad() > 0) {
      write_failures(out, summary, arm, examples);
    }
    out << "    </testcase>\n";
  }
  out << "  </testsuite>\n</testsuites>\n";
}

}  // namespace repro::report
