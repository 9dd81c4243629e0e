#include "harness/findings/oracle.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "harness/base/text.h"
#include "harness/findings/pattern.h"
#include "harness/findings/report_lines.h"

namespace repro::findings {
namespace {

struct NamedPattern {
  std::string text;
  Pattern pattern;
};

Finding make_finding(std::string_view kind, std::string message) {
  Finding finding;
  finding.source = FindingSource::oracle;
  finding.kind = kind;
  finding.implies = Outcome::fail;
  finding.message = std::move(message);
  return finding;
}

/// As much of a line as a message quotes.
constexpr std::size_t kMostQuoted = 80;

/// A line of output as it is quoted in a message, from byte `begin` on.
std::string shown(std::string_view line, std::size_t begin = 0) {
  const std::string_view rest = line.substr(begin);
  return fmt::format("'{}{}{}'", begin > 0 ? "..." : "", printable(rest.substr(0, kMostQuoted)),
                     rest.size() > kMostQuoted ? "..." : "");
}

/// Where to begin quoting two lines that differ. Lines that begin with the same long path would otherwise be
/// shown as equal.
std::size_t start_of_quotes(std::string_view actual, std::string_view expected) {
  constexpr std::size_t kLead = 20;  // of what both have, to find the place by
  const auto differ = std::mismatch(actual.begin(), actual.end(), expected.begin(), expected.end());
  const auto common = static_cast<std::size_t>(differ.first - actual.begin());
  return common < kMostQuoted / 2 ? 0 : common - kLead;
}

/// Says where two texts differ first, by line.
std::string first_difference(std::string_view actual, std::string_view expected, std::string_view what) {
  const std::vector<std::string_view> actual_lines = lines_of(actual);
  const std::vector<std::string_view> expected_lines = lines_of(expected);
  const std::size_t common = std::min(actual_lines.size(), expected_lines.size());
  for (std::size_t i = 0; i < common; ++i) {
    if (actual_lines[i] != expected_lines[i]) {
      const std::size_t begin = start_of_quotes(actual_lines[i], expected_lines[i]);
      return fmt::format("{} {} is {}, expected {}", what, i + 1, shown(actual_lines[i], begin),
                         shown(expected_lines[i], begin));
    }
  }
  if (actual_lines.size() > common) {
    return fmt::format("{} {} is {}, expected the end", what, common + 1, shown(actual_lines[common]));
  }
  if (expected_lines.size() > common) {
    return fmt::format("ends before {} {}, expected {}", what, common + 1, shown(expected_lines[common]));
  }
  return "the last line end differs";
}

std::string sorted_lines(std::string_view text) {
  std::vector<std::string_view> lines = lines_of(text);
  std::sort(lines.begin(), lines.end());
  std::string sorted;
  sorted.reserve(text.size() + 1);
  for (const std::string_view line : lines) {
    sorted += line;
    sorted += '\n';
  }
  return sorted;
}

/// What the shell's convention makes of a code, since a subject is often started by a script.
std::string exit_code_hint(int code) {
  if (code == 126 || code == 127) return " (as a shell says that it could not run the command)";
  if (code > 128 && code < 128 + 65)
    return fmt::format(" (as a shell says that signal {} ended it)", code - 128);
  return {};
}

}  // namespace

struct Oracle::State {
  OracleSpec spec;
  std::optional<std::string> expected;
  std::optional<std::string> reference;
  std::vector<NamedPattern> match;
  std::vector<NamedPattern> no_match;
};

namespace {

Result<std::vector<NamedPattern>> compile_all(const std::vector<std::string>& texts,
                                              std::string_view option) {
  std::vector<NamedPattern> patterns;
  for (const std::string& text : texts) {
    Result<Pattern> pattern = Pattern::compile(text);
    if (!pattern) return Unexpected(std::move(pattern).error().with_context(option));
    patterns.push_back({text, *std::move(pattern)});
  }
  return patterns;
}

/// One run under examination; collects the verdict.
class Examination {
 public:
  Examination(const ProcessResult& run, OracleVerdict& verdict) : run_(run), verdict_(verdict) {}

  void exit_code(int code, const std::vector<int>& allowed) {
    if (std::find(allowed.begin(), allowed.end(), code) != allowed.end()) return;
    add("exit-code", fmt::format("exit code {}{}", code, exit_code_hint(code)));
  }

  void whole_output(const std::string& expected, bool ignore_order, std::string_view option) {
    const CapturedStream& out = run_.standard_output;
    if (out.dropped_bytes() > 0) return part_of_output(expected, ignore_order, option);
    const std::string actual = out.head + out.tail;
    if (actual == expected) return;
    if (!ignore_order) return add("output-differs", first_difference(actual, expected, "line"));
    const std::string actual_lines = sorted_lines(actual);
    const std::string expected_lines = sorted_lines(expected);
    if (actual_lines == expected_lines) return;
    add("output-differs", first_difference(actual_lines, expected_lines, "sorted line"));
  }

  void must_occur(const NamedPattern& named) {
    if (occurs(named.pattern)) return;
    if (is_incomplete()) return unknown(fmt::format("whether the output matches '{}'", named.text));
    add("match-missing", fmt::format("no output matches '{}'", named.text));
  }

  void must_not_occur(const NamedPattern& named) {
    if (occurs(named.pattern)) return add("match-forbidden", fmt::format("output matches '{}'", named.text));
    if (is_incomplete()) unknown(fmt::format("whether the output matches '{}'", named.text));
  }

  void check(const ProcessResult& result) {
    const auto* exited = std::get_if<Exited>(&result.termination);
    const std::string said = result.standard_output.head + "\n" + result.standard_error.head;
    const std::string_view first = trim(said).substr(0, trim(said).find('\n'));
    if (exited == nullptr || result.stop_reason != StopReason::none) {
      return set_infra("the check command did not end by itself");
    }
    if (exited->code == 0) return;
    if (exited->code == 1)
      return add("check-failed", first.empty() ? "the check failed" : std::string(first));
    if (exited->code == 125) {
      return set_infra(fmt::format("the check cannot tell{}{}", first.empty() ? "" : ": ", printable(first)));
    }
    set_infra(fmt::format("the check command itself failed with exit code {}", exited->code));
  }

 private:
  void add(std::string_view kind, std::string message) {
    verdict_.findings.push_back(make_finding(kind, std::move(message)));
  }
  void set_infra(std::string reason) {
    if (verdict_.infra_reason.empty()) verdict_.infra_reason = std::move(reason);
  }
  void unknown(std::string_view what) {
    set_infra(fmt::format("unknown {}: {} bytes of it were not kept; raise the capture limit", what,
                          run_.standard_output.dropped_bytes() + run_.standard_error.dropped_bytes()));
  }
  [[nodiscard]] bool is_incomplete() const {
    return run_.standard_output.dropped_bytes() > 0 || run_.standard_error.dropped_bytes() > 0;
  }

  [[nodiscard]] bool occurs(const Pattern& pattern) const {
    for (const CapturedStream* stream : {&run_.standard_output, &run_.standard_error}) {
      if (stream->dropped_bytes() == 0) {
        // The capture may have cut the text in two without dropping anything.
        if (pattern.occurs_in(stream->tail.empty() ? stream->head : stream->head + stream->tail)) return true;
      } else if (pattern.occurs_in(stream->head) || pattern.occurs_in(stream->tail)) {
        return true;
      }
    }
    return false;
  }

  /// Only the two ends of the output were kept: they can prove a difference, never equality.
  void part_of_output(const std::string& expected, bool ignore_order, std::string_view option) {
    const CapturedStream& out = run_.standard_output;
    if (out.total_bytes != expected.size()) {
      return add("output-differs",
                 fmt::format("{} bytes of output, expected {}", out.total_bytes, expected.size()));
    }
    const bool ends_agree =
        std::string_view(expected).starts_with(out.head) && std::string_view(expected).ends_with(out.tail);
    if (!ends_agree && !ignore_order) {
      return add("output-differs", first_difference(out.head, expected.substr(0, out.head.size()), "line"));
    }
    unknown(fmt::format("whether the output is that of {}", option));
  }

  const ProcessResult& run_;
  OracleVerdict& verdict_;
};

}  // namespace

Result<Oracle> Oracle::create(OracleSpec spec, OracleTexts texts) {
  auto state = std::make_shared<State>();
  if (!spec.expect_file.empty() && !texts.expected) {
    return fail(ErrorKind::usage, fmt::format("--expect: the text of {} was not read", spec.expect_file));
  }
  if (!spec.reference_command.empty() && !texts.reference) {
    return fail(ErrorKind::usage, "--reference: the reference command was not run");
  }
  REPRO_ASSIGN(state->match, compile_all(spec.match, "--match"));
  REPRO_ASSIGN(state->no_match, compile_all(spec.no_match, "--no-match"));
  state->expected = std::move(texts.expected);
  state->reference = std::move(texts.reference);
  state->spec = std::move(spec);
  return Oracle(std::move(state));
}

const OracleSpec& Oracle::spec() const { return state_->spec; }

OracleVerdict Oracle::evaluate(const ProcessResult& run, const ProcessResult* check,
                               std::optional<int> explained_exit_code) const {
  OracleVerdict verdict;
  const auto* exited = std::get_if<Exited>(&run.termination);
  if (exited == nullptr || run.stop_reason != StopReason::none) return verdict;
  Examination examination(run, verdict);
  if (exited->code != explained_exit_code) examination.exit_code(exited->code, state_->spec.ok_exit_codes);
  const bool ignore_order = state_->spec.ignore_line_order;
  if (state_->expected) examination.whole_output(*state_->expected, ignore_order, "--expect");
  if (state_->reference) examination.whole_output(*state_->reference, ignore_order, "--reference");
  for (const NamedPattern& named : state_->match) examination.must_occur(named);
  for (const NamedPattern& named : state_->no_match) examination.must_not_occur(named);
  if (check != nullptr) examination.check(*check);
  return verdict;
}

}  // namespace repro::findings
