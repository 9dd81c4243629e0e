#include "harness/findings/normalize.h"

#include <algorithm>
#include <array>
#include <vector>

#include "harness/base/text.h"
#include "harness/findings/report_lines.h"

namespace repro::findings {
namespace {

constexpr std::size_t kNone = std::string_view::npos;
constexpr std::string_view kAnonymous = "{anonymous}";
constexpr std::string_view kLambda = "{lambda}";
// No name of a real program is longer; what lies beyond is not read.
constexpr std::size_t kLongestName = 16U << 10U;

bool is_identifier(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$' ||
         c == '~';
}

/// One pass over a demangled name. Brackets are skipped by counting, never by recursion.
class NameReader {
 public:
  explicit NameReader(std::string_view text) : text_(text.substr(0, kLongestName)) {}

  std::vector<std::string> read() {
    while (at_ < text_.size() && !done_) step();
    finish_part();
    return std::move(parts_);
  }
  [[nodiscard]] bool is_local() const { return is_local_; }

 private:
  void step() {
    const std::string_view rest = text_.substr(at_);
    if (rest.starts_with("(anonymous namespace)")) return take(21, kAnonymous);
    if (rest.starts_with("{anonymous}")) return take(11, kAnonymous);
    if (rest.starts_with("<lambda")) return take_bracketed('<', '>', kLambda);
    if (rest.starts_with("{lambda")) return take_bracketed('{', '}', kLambda);
    if (rest.starts_with("'lambda")) return take_quoted_lambda();
    if (rest.starts_with("$_")) return take_numbered_lambda();
    if (rest.starts_with("operator") && (at_ == 0 || !is_identifier(text_[at_ - 1])) &&
        (rest.size() == 8 || !is_identifier(rest[8]))) {
      return take_operator();
    }
    switch (text_[at_]) {
      case '<':
        return skip('<', '>');
      case '[':
        return skip('[', ']');
      case '{':
        return skip('{', '}');
      case '(':
        // Go's receiver: `main.(*Queue).push`.
        if (at_ > 0 && text_[at_ - 1] == '.') return take_receiver();
        skip('(', ')');
        after_parameters();
        return;
      case ' ':
        // A blank outside brackets ends a return type or a word of it (`unsigned long f`).
        part_.clear();
        parts_.clear();
        is_local_ = false;
        ++at_;
        return;
      case ':':
        finish_part();
        ++at_;
        return;
      default:
        part_ += text_[at_++];
    }
  }

  void take(std::size_t length, std::string_view as) {
    part_ += as;
    at_ += length;
    if (as == kAnonymous || as == kLambda) is_local_ = true;
  }

  void take_bracketed(char open, char close, std::string_view as) {
    skip(open, close);
    part_ += as;
    is_local_ = true;
  }

  void take_receiver() {
    const std::size_t close = std::min(text_.find(')', at_), text_.size() - 1);
    part_ += text_.substr(at_, close + 1 - at_);
    at_ = close + 1;
  }

  void take_quoted_lambda() {
    const std::size_t end = text_.find('\'', at_ + 1);
    take(end == kNone ? text_.size() - at_ : end + 1 - at_, kLambda);
  }

  void take_numbered_lambda() {
    std::size_t end = at_ + 2;
    while (end < text_.size() && is_digit(text_[end])) ++end;
    take(end - at_, kLambda);
  }

  /// `operator()`, `operator<<`, `operator new[]`, `operator unsigned long`: up to the parameter list.
  void take_operator() {
    std::size_t end = at_ + 8;
    if (text_.substr(end).starts_with("()")) {
      end += 2;
    } else {
      while (end < text_.size() && !is_identifier(text_[end]) && text_[end] != ' ' && text_[end] != '(')
        ++end;
      const bool is_word = end == at_ + 8 && end < text_.size() && text_[end] == ' ';
      if (is_word) end = std::min(text_.find_first_of("(<", end), text_.size());
    }
    part_ += trim(text_.substr(at_, end - at_));
    at_ = end;
    // `operator()<long int>` and `operator<< <char>`: template arguments follow.
    while (at_ < text_.size() && text_[at_] == ' ' && text_.substr(at_).starts_with(" <")) ++at_;
  }

  void after_parameters() {
    const std::string_view rest = text_.substr(at_);
    std::size_t qualifier = 0;
    while (qualifier < rest.size() && rest[qualifier] != ':') {
      if (rest.substr(qualifier).starts_with(" const")) {
        qualifier += 6;
      } else if (rest.substr(qualifier).starts_with(" &&")) {
        qualifier += 3;
      } else if (rest.substr(qualifier).starts_with(" &")) {
        qualifier += 2;
      } else {
        break;
      }
    }
    if (rest.substr(qualifier).starts_with("::")) {
      is_local_ = true;  // f(int)::g: something inside a function
      at_ += qualifier;
    } else {
      done_ = true;  // qualifiers and clone marks end the name
    }
  }

  void skip(char open, char close) {
    int depth = 0;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      // `->` and `operator<` inside template arguments are no brackets.
      if (c == close && !(c == '>' && at_ > 0 && text_[at_ - 1] == '-')) {
        if (--depth == 0) {
          ++at_;
          return;
        }
      } else if (c == open) {
        ++depth;
      }
    }
  }

  void finish_part() {
    if (!part_.empty()) parts_.push_back(std::move(part_));
    part_.clear();
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string part_;
  std::vector<std::string> parts_;
  bool is_local_ = false;
  bool done_ = false;
};

/// What compilers put behind a name: the beginning of what follows the dot.
bool is_compilers_suffix(std::string_view text) {
  constexpr std::array<std::string_view, 15> kSuffixes{
      "isra",   "part",   "cold",    "constprop", "llvm", "lto_priv", "localalias",  "clone",
      "__uniq", "resume", "destroy", "cleanup",   "warm", "_omp_fn",  "omp_outlined"};
  if (text.empty() || is_digit(text[0])) return true;
  return std::any_of(kSuffixes.begin(), kSuffixes.end(), [&](std::string_view suffix) {
    const bool ends = text.size() == suffix.size() || text[std::min(suffix.size(), text.size() - 1)] == '.' ||
                      is_digit(text[std::min(suffix.size(), text.size() - 1)]);
    return text.starts_with(suffix) && ends;
  });
}

/// Without `.isra.0`, `.part.3`, `.cold`, `.llvm.123`, `@plt`, `@@VERSION`: everything from the first '@' or
/// suffix of a compiler behind an identifier's first character. Other dots belong to the names of Go, Java
/// and Python.
std::string_view without_suffixes(std::string_view text) {
  text = text.substr(0, text.find(" [clone"));
  const std::size_t plain = std::min(text.find_first_of("(<"), text.size());
  std::size_t suffix = text.substr(0, plain).find_first_of(".@", 1);
  while (suffix != kNone && text[suffix] == '.' && !is_compilers_suffix(text.substr(suffix + 1))) {
    suffix = text.substr(0, plain).find_first_of(".@", suffix + 1);
  }
  if (suffix == kNone || text.substr(0, suffix).find(' ') != kNone) return text;
  return text.substr(0, suffix);
}

}  // namespace

std::string qualified_function(std::string_view text) {
  const std::string_view name = without_suffixes(trim(text));
  if (name.starts_with("_Z")) return std::string(name);
  const std::vector<std::string> parts = NameReader(name).read();
  std::string joined;
  for (const std::string& part : parts) {
    if (!joined.empty()) joined += "::";
    joined += part;
  }
  return joined.empty() ? std::string(name) : joined;
}

std::string normalize_function(std::string_view text) {
  const std::string_view name = without_suffixes(trim(text));
  if (name.starts_with("_Z")) return std::string(name);
  NameReader reader(name);
  std::vector<std::string> parts = reader.read();
  if (parts.empty()) return std::string(name);
  if (reader.is_local()) return parts.back();
  return qualified_function(name);
}

std::string_view file_name(std::string_view path) {
  const std::size_t slash = path.find_last_of("/\\");
  return slash == kNone ? path : path.substr(slash + 1);
}

}  // namespace repro::findings
