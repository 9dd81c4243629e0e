#include "harness/report/gate.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "harness/model/json.h"
#include "harness/report/json.h"
#include "harness/report/text_table.h"
#include "harness/report/wording.h"

namespace repro::report {
namespace {

using Json = nlohmann::ordered_json;

Paint paint_of(GateVerdict verdict) {
  switch (verdict) {
    case GateVerdict::passed:
      return Paint::ok;
    case GateVerdict::failed:
      return Paint::crash;
    case GateVerdict::inconclusive:
      break;
  }
  return Paint::hang;
}

std::string question(const GateReport& report) {
  if (report.max_failures) {
    return fmt::format("{}: at most {} in {} or more", report.what, *report.max_failures,
                       run_count(*report.min_runs));
  }
  return fmt::format("{}: at most {} of runs, with {} confidence", report.what, percent(report.max_rate),
                     percent(report.confidence));
}

std::string bound(const std::optional<double>& value) { return value ? percent(*value) : "-"; }

/// What made the verdict, one line.
std::string reason(const GatedArm& arm) {
  switch (arm.verdict) {
    case GateVerdict::passed:
      return fmt::format("the rate is at most {}", bound(arm.upper_bound));
    case GateVerdict::failed:
      return fmt::format("the rate is at least {}", bound(arm.lower_bound));
    case GateVerdict::inconclusive:
      break;
  }
  if (arm.runs == 0) return "no run counts";
  std::string text =
      fmt::format("the rate may be {} and may be {}", bound(arm.lower_bound), bound(arm.upper_bound));
  if (arm.more_clean_runs) {
    text += fmt::format("; {} more, all without a failure, would pass", run_count(*arm.more_clean_runs));
    if (arm.rule == GateRule::fixed_sample)
      text += " (in a campaign of its own: this one has been looked at)";
  }
  return text;
}

void write_warning(std::ostream& out, std::string_view warning, const TerminalStyle& style) {
  out << painted("warning:", Paint::hang, style.color) << " " << one_line(warning) << "\n";
}

Json arm_to_json(const GatedArm& arm) {
  const auto or_null = [](const auto& value) { return value ? Json(*value) : Json(); };
  Json power;
  if (arm.power) {
    power = Json{{"source", to_valid_utf8(arm.power->source)},
                 {"base_rate", arm.power->base_rate},
                 {"refused", arm.power->refused}};
  }
  return Json{{"label", to_valid_utf8(arm.label)},
              {"runs", arm.runs},
              {"failures", arm.failures},
              {"rule", to_string(arm.rule)},
              {"verdict", to_string(arm.verdict)},
              {"lower_bound", or_null(arm.lower_bound)},
              {"upper_bound", or_null(arm.upper_bound)},
              {"more_clean_runs", or_null(arm.more_clean_runs)},
              {"power", std::move(power)},
              {"warnings", arm.warnings}};
}

}  // namespace

void write_gate_terminal(std::ostream& out, const GateReport& report, const TerminalStyle& style) {
  using Align = TextTable::Align;
  out << painted(fmt::format("gate {}: {}", to_string(report.verdict), question(report)),
                 paint_of(report.verdict), style.color)
      << "\n\n";
  TextTable table;
  table.add_column("code", Align::left, TextTable::Shrink::yes);
  table.add_column("runs", Align::right);
  table.add_column("failures", Align::right);
  table.add_column("at least", Align::right);
  table.add_column("at most", Align::right);
  table.add_column("rule", Align::left);
  table.add_column("gate", Align::left);
  for (const GatedArm& arm : report.arms) {
    table.add_row({{one_line(arm.label)},
                   {std::to_string(arm.runs)},
                   {std::to_string(arm.failures)},
                   {bound(arm.lower_bound)},
                   {bound(arm.upper_bound)},
                   {std::string(to_string(arm.rule))},
                   {std::string(to_string(arm.verdict)), paint_of(arm.verdict)}});
  }
  table.write(out, style);
  out << "\n";
  for (const GatedArm& arm : report.arms) {
    out << fmt::format("{}: {}, {}\n", one_line(arm.label), to_string(arm.verdict), reason(arm));
    if (arm.power) {
      out << fmt::format("  code as bad as {} ({} of runs) does not pass this gate with a chance of {}\n",
                         one_line(arm.power->source), percent(arm.power->base_rate),
                         percent(arm.power->refused));
    }
    for (const std::string& warning : arm.warnings) write_warning(out, warning, style);
  }
  for (const std::string& warning : report.warnings) write_warning(out, warning, style);
}

void write_gate_json(std::ostream& out, const GateReport& report) {
  const auto or_null = [](const auto& value) { return value ? Json(*value) : Json(); };
  Json arms = Json::array();
  for (const GatedArm& arm : report.arms) arms.push_back(arm_to_json(arm));
  const Json json{{"schema", kJsonSchema},
                  {"gate",
                   {{"file", to_valid_utf8(report.file)},
                    {"what", report.what},
                    {"verdict", to_string(report.verdict)},
                    {"max_rate", report.max_failures ? Json() : Json(report.max_rate)},
                    {"confidence", report.confidence},
                    {"max_failures", or_null(report.max_failures)},
                    {"min_runs", or_null(report.min_runs)},
                    {"arms", std::move(arms)},
                    {"warnings", report.warnings}}}};
  out << json.dump(-1, ' ', false, Json::error_handler_t::replace) << "\n";
}

}  // namespace repro::report
