#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "harness/model/json.h"
#include "harness/report/bugs.h"
#include "harness/report/json.h"
#include "harness/report/text_table.h"
#include "harness/report/triage.h"
#include "harness/report/wording.h"

namespace repro::report {
namespace {

using Json = nlohmann::ordered_json;

std::string verdict(const SignatureChange& row) {
  const bool is_one_sided = row.change == RateChange::appeared || row.change == RateChange::gone;
  // Seen on one side only may be chance: a bug of 1 % is missed by 25 runs three times in four.
  return fmt::format("{}{}", to_string(row.change),
                     is_one_sided && !row.is_significant ? " (may be chance)" : "");
}

}  // namespace

void write_triage_diff_terminal(std::ostream& out, const TriageDiff& diff, const TerminalStyle& style) {
  using Align = TextTable::Align;
  out << fmt::format("{} -> {}: {} signature{}\n", one_line(diff.old_file), one_line(diff.new_file),
                     diff.changes.size(), diff.changes.size() == 1 ? "" : "s");
  if (!diff.changes.empty()) {
    TextTable table;
    table.add_column("change", Align::left);
    table.add_column("build", Align::left);
    table.add_column("before", Align::right);
    table.add_column("after", Align::right);
    table.add_column("p", Align::left);
    table.add_column("adjusted", Align::left);
    table.add_column("signature", Align::left);
    table.add_column("bug", Align::left, TextTable::Shrink::yes);
    for (const SignatureChange& row : diff.changes) {
      table.add_row({{verdict(row)},
                     {row.build},
                     {fmt::format("{}/{}", row.old_hits, row.old_runs)},
                     {fmt::format("{}/{}", row.new_hits, row.new_runs)},
                     {p_value_text(row.p_value)},
                     {p_value_text(row.adjusted_p)},
                     {one_line(row.signature.id)},
                     {one_line(row.signature.title), outcome_paint(row.signature.implies)}});
    }
    out << "\n";
    table.write(out, style);
    out << fmt::format(
        "\np: Boschloo's exact test, two-sided; adjusted by Holm over all rows, significant at {}\n",
        diff.level);
  }
  if (!diff.warnings.empty()) out << "\n";
  for (const std::string& warning : diff.warnings) {
    out << painted("warning:", Paint::hang, style.color) << " " << one_line(warning) << "\n";
  }
}

void write_triage_diff_json(std::ostream& out, const TriageDiff& diff) {
  Json changes = Json::array();
  for (const SignatureChange& row : diff.changes) {
    changes.push_back(Json{{"change", to_string(row.change)},
                           {"signature", to_json(row.signature)},
                           {"build", row.build},
                           {"before", {{"hits", row.old_hits}, {"runs", row.old_runs}}},
                           {"after", {{"hits", row.new_hits}, {"runs", row.new_runs}}},
                           {"p_value", row.p_value},
                           {"adjusted_p", row.adjusted_p},
                           {"significant", row.is_significant}});
  }
  const Json json{{"schema", kJsonSchema},
                  {"triage_diff",
                   {{"old", to_valid_utf8(diff.old_file)},
                    {"new", to_valid_utf8(diff.new_file)},
                    {"level", diff.level},
                    {"method", "boschloo, two-sided; holm"},
                    {"changes", std::move(changes)},
                    {"warnings", diff.warnings}}}};
  out << json.dump(-1, ' ', false, Json::error_handler_t::replace) << "\n";
}

}  // namespace repro::report
