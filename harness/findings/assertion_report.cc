// assert(3) of glibc and musl, and the assertions of libstdc++'s containers.

#include <algorithm>
#include <array>

#include "harness/base/text.h"
#include "harness/findings/report_grammars.h"
#include "harness/findings/report_lines.h"
#include "harness/findings/report_sections.h"

namespace repro::findings {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

// glibc asserts about its own state: the file tells that the program broke a mutex or the heap. Names of
// glibc 2.36 (nptl, malloc) and of the releases since 2.17.
constexpr std::array<std::string_view, 14> kGlibcFiles{"pthread_mutex_lock.c",
                                                       "pthread_mutex_unlock.c",
                                                       "pthread_mutex_timedlock.c",
                                                       "pthread_mutex_trylock.c",
                                                       "pthread_mutex_destroy.c",
                                                       "pthread_mutex_conf.c",
                                                       "tpp.c",
                                                       "pthread_cond_wait.c",
                                                       "pthread_cond_destroy.c",
                                                       "pthread_rwlock_common.c",
                                                       "malloc.c",
                                                       "arena.c",
                                                       "allocatestack.c",
                                                       "dl-minimal.c"};

struct Place {
  std::string_view file;
  std::string_view line;
  std::string_view function;
};

/// `prog: file:line: function: ` of glibc, where prog is absent in libstdc++'s form.
Place place_before(std::string_view text) {
  Place place;
  for (std::size_t colon = text.find(':'); colon != kNone; colon = text.find(':', colon + 1)) {
    if (colon + 1 >= text.size() || !is_digit(text[colon + 1])) continue;
    const std::size_t blank = text.substr(0, colon).rfind(' ');
    place.file = text.substr(blank == kNone ? 0 : blank + 1, colon - (blank == kNone ? 0 : blank + 1));
    const std::string_view rest = text.substr(colon + 1);
    std::size_t digits = 0;
    while (digits < rest.size() && is_digit(rest[digits])) ++digits;
    place.line = rest.substr(0, digits);
    place.function = rest.substr(digits);
    if (place.function.starts_with(":")) place.function.remove_prefix(1);
    place.function = trim(place.function);
    return place;
  }
  return place;
}

/// musl: `Assertion failed: expr (file: function: line)`; the place of BSD's form is left in the message.
Place place_in_brackets(std::string_view text) {
  Place place;
  const std::size_t open = text.rfind('(');
  if (open == kNone || !text.ends_with(')')) return place;
  const std::vector<std::string_view> pieces = split(text.substr(open + 1, text.size() - open - 2), ':');
  if (pieces.size() != 3) return place;
  place.file = trim(pieces[0]);
  place.function = trim(pieces[1]);
  place.line = trim(pieces[2]);
  return place;
}

std::string_view base_name(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == kNone ? path : path.substr(slash + 1);
}

}  // namespace

Finding parse_assertion_report(std::string_view text) {
  Finding finding;
  finding.source = FindingSource::assertion;
  finding.kind = "assertion-failed";
  finding.implies = Outcome::crash;
  text = trim(text);
  std::size_t mark = text.find("Assertion `");
  if (mark == kNone) mark = text.find("Assertion '");
  Place place;
  if (mark == kNone) {
    place = place_in_brackets(text);
    finding.message = text;
  } else {
    place = place_before(text.substr(0, mark));
    finding.message = text.substr(mark);
  }
  const std::string_view file = base_name(place.file);
  if (std::find(kGlibcFiles.begin(), kGlibcFiles.end(), file) != kGlibcFiles.end()) {
    finding.source = FindingSource::glibc;
    finding.kind = file == "malloc.c" || file == "arena.c" ? "heap-corruption" : "mutex-assertion";
  }
  Frame frame;
  frame.function = place.function;
  frame.file = place.file;
  std::string_view digits = place.line;
  const std::uint64_t line = consume_decimal(digits).value_or(0);
  frame.line = line > 100'000'000 ? 0 : static_cast<int>(line);
  if (!frame.file.empty()) finding.stacks.push_back(stack_of_one(text, std::move(frame)));
  return finding;
}

}  // namespace repro::findings
