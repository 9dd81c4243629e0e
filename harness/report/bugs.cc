#include "harness/report/bugs.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "harness/model/json.h"
#include "harness/report/wording.h"

namespace repro::report {

using Json = nlohmann::ordered_json;

Paint outcome_paint(Outcome outcome) {
  switch (outcome) {
    case Outcome::infra:
      return Paint::faint;
    case Outcome::crash:
      return Paint::crash;
    case Outcome::hang:
      return Paint::hang;
    case Outcome::fail:
      return Paint::fail;
    case Outcome::ok:
      return Paint::ok;
  }
  return Paint::none;
}

void write_bug_links(std::ostream& out, const std::vector<Bug>& bugs, const TerminalStyle& style) {
  const bool has_any = std::any_of(bugs.begin(), bugs.end(),
                                   [](const Bug& bug) { return !bug.links.empty() || !bug.notes.empty(); });
  if (!has_any) return;
  out << "\n" << painted("why signatures share a bug, or may", Paint::heading, style.color) << "\n";
  for (const Bug& bug : bugs) {
    for (const BugLink& link : bug.links) {
      out << fmt::format("  {} with {}: {}\n", one_line(link.signature), one_line(link.to),
                         one_line(link.reason));
    }
    for (const std::string& note : bug.notes) {
      out << fmt::format("  {}: {}\n", one_line(bug.signatures.front()), one_line(note));
    }
  }
}

std::vector<std::string> unseen_lines(const UnseenEstimate& unseen, std::string_view what) {
  const double more = std::max(unseen.expected_more, 1.0);
  return {fmt::format("at least {:.0f} more signature{} to expect (Chao1: {} seen in {} {}s)", more,
                      more < 1.5 ? "" : "s", unseen.seen, unseen.failures, what),
          fmt::format("the next {} shows a new one with probability {} (Good-Turing)", what,
                      percent(unseen.next_is_new))};
}

Json bug_to_json(const Bug& bug) {
  Json links = Json::array();
  for (const BugLink& link : bug.links) {
    links.push_back(
        Json{{"signature", link.signature}, {"to", link.to}, {"reason", to_valid_utf8(link.reason)}});
  }
  return Json{{"title", to_valid_utf8(bug.title)},
              {"signatures", bug.signatures},
              {"links", std::move(links)},
              {"notes", bug.notes}};
}

Json unseen_to_json(const std::optional<UnseenEstimate>& unseen) {
  if (!unseen) return {};
  return Json{{"seen", unseen->seen},
              {"failures", unseen->failures},
              {"expected_more", unseen->expected_more},
              {"next_is_new", unseen->next_is_new}};
}

}  // namespace repro::report
