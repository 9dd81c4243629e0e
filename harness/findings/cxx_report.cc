// The C++ runtimes' last words: libstdc++ (vterminate.cc, pure.cc) and libc++abi (abort_message.cpp users).

#include "harness/base/text.h"
#include "harness/findings/report_grammars.h"
#include "harness/findings/report_lines.h"

namespace repro::findings {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

/// Exception type and what() of either runtime; empty when not told.
struct Thrown {
  std::string_view type;
  std::string_view what;
};

Thrown thrown_by(const std::vector<std::string_view>& lines) {
  Thrown thrown;
  const std::string_view first = lines.empty() ? std::string_view() : lines[0];
  constexpr std::string_view kInstance = "throwing an instance of '";
  if (const std::size_t at = first.find(kInstance); at != kNone) {
    thrown.type = first.substr(at + kInstance.size());
    thrown.type = thrown.type.substr(0, thrown.type.rfind('\''));
    if (lines.size() > 1) {
      thrown.what = trim_left(lines[1]);
      if (!consume(thrown.what, "what():  ")) thrown.what = {};
    }
    return thrown;
  }
  constexpr std::string_view kOfType = "exception of type ";
  if (const std::size_t at = first.find(kOfType); at != kNone) {
    const std::string_view rest = first.substr(at + kOfType.size());
    std::size_t colon = rest.find(": ");
    thrown.type = rest.substr(0, colon);
    if (colon != kNone) thrown.what = rest.substr(colon + 2);
  }
  return thrown;
}

}  // namespace

Finding parse_cxx_report(std::string_view text) {
  Finding finding;
  finding.source = FindingSource::cxx_runtime;
  finding.implies = Outcome::crash;
  const std::vector<std::string_view> lines = lines_of(text);
  const Thrown thrown = thrown_by(lines);
  const std::string_view first = lines.empty() ? std::string_view() : lines[0];
  finding.message = trim(first);
  if (first.find("ure virtual") != kNone) {
    finding.kind = "pure-virtual-call";
  } else if (first.find("eleted virtual") != kNone) {
    finding.kind = "deleted-virtual-call";
  } else if (!thrown.type.empty() || first.find("throwing an instance") != kNone) {
    finding.kind = "uncaught-exception";
    finding.message = thrown.type;
    if (!thrown.what.empty()) {
      finding.message += ": ";
      finding.message += trim(thrown.what);
    }
  } else {
    finding.kind = "terminate";
  }
  return finding;
}

}  // namespace repro::findings
