// Valgrind's tools as XML (docs/internals/xml-output-protocol4.txt): one element per error, one tag per line
// or several, in a file of its own or in the middle of a log. Read by looking for tags, not by an XML parser:
// the element stands between lines of others, and it may be cut off.

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/base/text.h"
#include "harness/findings/report_grammars.h"
#include "harness/findings/report_lines.h"
#include "harness/findings/runtime_starts.h"
#include "harness/findings/valgrind_kinds.h"

namespace repro::findings {
namespace {

constexpr std::size_t kNone = std::string_view::npos;
constexpr std::size_t kMostStacks = 64;
constexpr std::size_t kMostFrames = 256;

LineKind classify(std::string_view line, int& /*phase*/) {
  const bool is_end = line.find("</error>") != kNone || line.find("</fatal_signal>") != kNone;
  if (is_end) return LineKind::last;
  return trim_left(line).starts_with("<") ? LineKind::absorbed : LineKind::foreign;
}

constexpr LineRules kRules{&classify, 64, true};

/// The text of the first `<tag>...</tag>`, with its entities resolved.
std::string text_of(std::string_view xml, std::string_view tag) {
  const std::string open = "<" + std::string(tag) + ">";
  const std::string close = "</" + std::string(tag) + ">";
  std::string_view raw = between(xml, open, close);
  constexpr std::array<std::pair<std::string_view, char>, 5> kEntities{
      {{"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}, {"&quot;", '"'}, {"&apos;", '\''}}};
  std::string text;
  while (!raw.empty()) {
    const auto* entity = std::find_if(kEntities.begin(), kEntities.end(),
                                      [&](const auto& row) { return raw.starts_with(row.first); });
    if (entity != kEntities.end()) {
      text += entity->second;
      raw.remove_prefix(entity->first.size());
    } else {
      text += raw[0];
      raw.remove_prefix(1);
    }
  }
  return text;
}

Frame frame_of(std::string_view xml) {
  Frame frame;
  frame.function = text_of(xml, "fn");
  frame.module = text_of(xml, "obj");
  const std::string folder = text_of(xml, "dir");
  frame.file = text_of(xml, "file");
  if (!folder.empty() && !frame.file.empty()) frame.file = folder + "/" + frame.file;
  const std::string line = text_of(xml, "line");
  std::string_view digits = line;
  frame.line = static_cast<int>(std::min<std::uint64_t>(consume_decimal(digits).value_or(0), 100'000'000));
  return frame;
}

/// The stacks of an error, each under the text in front of it.
std::vector<Stack> stacks_of(std::string_view xml, std::string_view kind, std::string_view first_text) {
  std::vector<Stack> stacks;
  std::size_t at = 0;
  while (stacks.size() < kMostStacks) {
    const std::size_t begin = xml.find("<stack>", at);
    if (begin == kNone) break;
    const std::size_t end = std::min(xml.find("</stack>", begin), xml.size());
    const std::string_view before = xml.substr(at, begin - at);
    Stack stack;
    stack.heading = first_text;
    if (!stacks.empty()) {
      stack.heading = text_of(before, "auxwhat");
      if (stack.heading.empty()) stack.heading = text_of(before, "text");
    }
    describe_valgrind_stack(kind, stacks.empty(), stack);
    for (std::size_t frame = xml.find("<frame>", begin); frame < end && stack.frames.size() < kMostFrames;
         frame = xml.find("<frame>", frame + 1)) {
      const std::size_t frame_end = std::min(xml.find("</frame>", frame), end);
      stack.frames.push_back(frame_of(xml.substr(frame, frame_end - frame)));
    }
    stacks.push_back(std::move(stack));
    at = end;
  }
  return stacks;
}

}  // namespace

std::optional<ReportStart> valgrind_xml_start(std::string_view line) {
  const std::string_view text = trim(line);
  const bool is_start = text.ends_with("<error>") || text.ends_with("<fatal_signal>");
  if (!is_start) return std::nullopt;
  return ReportStart{Grammar::valgrind_xml, Extent::lines, line.rfind('<'), false, &kRules};
}

std::vector<Finding> parse_valgrind_xml(std::string_view text) {
  Finding finding;
  finding.source = FindingSource::valgrind;
  if (text.starts_with("<fatal_signal>")) {
    finding.kind = "FatalSignal";
    finding.message = text_of(text, "signame") + ": " + text_of(text, "event");
  } else {
    finding.kind = text_of(text, "kind");
    finding.message = text_of(text, "what");
    if (finding.message.empty()) finding.message = text_of(text, "text");
  }
  if (finding.kind.empty()) return {};  // another program's XML
  finding.implies = implied_by_valgrind_kind(finding.kind);
  if (finding.kind == "Leak_StillReachable") return {};  // not lost: what every program leaves to its end
  finding.stacks = stacks_of(text, finding.kind, finding.message);
  const std::string note = text_of(text, "auxwhat");
  if (note.starts_with("Address 0x")) finding.location = note;
  return {std::move(finding)};
}

}  // namespace repro::findings
