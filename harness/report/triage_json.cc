// The two forms of a triage for programs: our own JSON, and SARIF for code-scanning services.

#include <map>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "harness/base/text.h"
#include "harness/model/json.h"
#include "harness/report/bugs.h"
#include "harness/report/json.h"
#include "harness/report/triage.h"

namespace repro::report {
namespace {

using Json = nlohmann::ordered_json;

Json place_to_json(const LogPlace& place) {
  return Json{{"file", to_valid_utf8(place.file)}, {"line", place.line}, {"reports", place.occurrences}};
}

Json signature_to_json(const LogSignature& one) {
  Json json = to_json(one.signature);
  json["reports"] = one.occurrences;
  json["logs"] = one.files;
  json["places"] = Json::array();
  for (const LogPlace& place : one.places) json["places"].push_back(place_to_json(place));
  json["source_place"] = one.place ? to_json(*one.place) : Json();
  json["example"] = to_json(one.example);
  return json;
}

std::string rule_id(const Signature& signature) {
  return fmt::format("{}/{}", to_string(signature.source), to_valid_utf8(signature.kind));
}

/// Crashes are errors to every reader of SARIF; a race or a wrong answer is one as well, but not a proved
/// crash.
std::string_view level_of(Outcome outcome) {
  return outcome == Outcome::crash || outcome == Outcome::hang ? "error" : "warning";
}

/// A path as a URI reference: what RFC 3986 does not allow in a path is percent-encoded.
std::string uri_of(std::string_view path) {
  constexpr std::string_view kAllowed = "-._~/!$&'()*+,;=:@";
  std::string uri;
  for (const char c : to_valid_utf8(path)) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                          kAllowed.find(c) != std::string_view::npos;
    uri += is_plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return uri;
}

Json location_of(const Frame& frame) {
  Json region{{"startLine", frame.line}};
  if (frame.column > 0) region["startColumn"] = frame.column;
  Json location{{"physicalLocation",
                 {{"artifactLocation", {{"uri", uri_of(frame.file)}}}, {"region", std::move(region)}}}};
  if (!frame.function.empty()) {
    location["logicalLocations"] = Json::array({{{"fullyQualifiedName", to_valid_utf8(frame.function)}}});
  }
  return location;
}

/// The stacks of the example that have places.
Json stacks_of(const Finding& finding) {
  Json stacks = Json::array();
  for (const Stack& stack : finding.stacks) {
    Json frames = Json::array();
    for (const Frame& frame : stack.frames) {
      if (!frame.file.empty() && frame.line > 0) frames.push_back(Json{{"location", location_of(frame)}});
    }
    if (frames.empty()) continue;
    const std::string heading = stack.heading.empty() ? std::string(to_string(stack.role)) : stack.heading;
    stacks.push_back(Json{{"message", {{"text", to_valid_utf8(heading)}}}, {"frames", std::move(frames)}});
  }
  return stacks;
}

Json result_of(const LogSignature& one, const std::map<std::string, std::size_t>& rules) {
  const std::string rule = rule_id(one.signature);
  Json result{{"ruleId", rule},
              {"ruleIndex", rules.at(rule)},
              {"level", level_of(one.signature.implies)},
              {"message",
               {{"text", fmt::format("{} ({} reports in {} logs, first {}:{})",
                                     to_valid_utf8(one.signature.title), one.occurrences, one.files,
                                     one.places.empty() ? "" : to_valid_utf8(one.places.front().file),
                                     one.places.empty() ? 0 : one.places.front().line)}}},
              {"occurrenceCount", one.occurrences},
              {"partialFingerprints", {{"reproSignature/v1", one.signature.id}}}};
  result["locations"] = Json::array();
  if (one.place) result["locations"].push_back(location_of(*one.place));
  if (Json stacks = stacks_of(one.example); !stacks.empty()) result["stacks"] = std::move(stacks);
  return result;
}

void write(std::ostream& out, const Json& json) {
  out << json.dump(-1, ' ', false, Json::error_handler_t::replace) << "\n";
}

}  // namespace

void write_triage_json(std::ostream& out, const TriageReport& report) {
  Json signatures = Json::array();
  for (const LogSignature& one : report.signatures) signatures.push_back(signature_to_json(one));
  Json bugs = Json::array();
  for (const Bug& bug : report.bugs) bugs.push_back(bug_to_json(bug));
  Json suppressions = Json::array();
  for (const SuppressionUse& use : report.suppressions) {
    suppressions.push_back(Json{
        {"rule", to_valid_utf8(use.rule)}, {"origin", to_valid_utf8(use.origin)}, {"matches", use.matches}});
  }
  Json unreadable = Json::array();
  for (const UnreadableFile& one : report.unreadable) {
    unreadable.push_back(Json{{"file", to_valid_utf8(one.file)}, {"why", to_valid_utf8(one.why)}});
  }
  write(out, Json{{"schema", kJsonSchema},
                  {"triage",
                   {{"logs", report.files},
                    {"bytes", report.bytes},
                    {"reports", report.findings},
                    {"suppressed", report.suppressed},
                    {"bugs", std::move(bugs)},
                    {"signatures", std::move(signatures)},
                    {"unseen", unseen_to_json(report.unseen)},
                    {"suppressions", std::move(suppressions)},
                    {"unreadable", std::move(unreadable)},
                    {"warnings", report.warnings}}}});
}

void write_triage_sarif(std::ostream& out, const TriageReport& report, std::string_view tool_version) {
  std::map<std::string, std::size_t> positions;
  Json rules = Json::array();
  for (const LogSignature& one : report.signatures) {
    const std::string id = rule_id(one.signature);
    if (!positions.try_emplace(id, rules.size()).second) continue;
    rules.push_back(Json{{"id", id},
                         {"shortDescription",
                          {{"text", fmt::format("{}, reported by {}", to_valid_utf8(one.signature.kind),
                                                to_string(one.signature.source))}}},
                         {"defaultConfiguration", {{"level", level_of(one.signature.implies)}}}});
  }
  Json results = Json::array();
  for (const LogSignature& one : report.signatures) results.push_back(result_of(one, positions));
  Json driver{{"name", "repro"}, {"version", tool_version}, {"rules", std::move(rules)}};
  Json run{{"tool", {{"driver", std::move(driver)}}}, {"results", std::move(results)}};
  write(out,
        Json{{"$schema",
              "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"},
             {"version", "2.1.0"},
             {"runs", Json::array({std::move(run)})}});
}

}  // namespace repro::report
