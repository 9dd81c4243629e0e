#include "harness/findings/pattern.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "harness/base/text.h"
#include "harness/findings/report_lines.h"

namespace repro::findings {
namespace {

using ByteSet = Pattern::ByteSet;
using Op = Pattern::Op;
using Step = Pattern::Step;

constexpr std::size_t kMostSteps = 20'000;
constexpr int kDeepest = 200;  // brackets within brackets; the parser recurses once per level
constexpr std::uint32_t kUnbounded = std::numeric_limits<std::uint32_t>::max();

struct Node {
  enum class Kind : std::uint8_t { empty, bytes, assertion, sequence, choice, repeat };
  Kind kind = Kind::empty;
  ByteSet bytes;
  Op assertion = Op::line_start;
  std::uint32_t least = 0;
  std::uint32_t most = 0;
  std::vector<Node> children;

  Node() = default;
  explicit Node(Kind of) : kind(of) {}
};

ByteSet range_set(unsigned char first, unsigned char last) {
  ByteSet set;
  for (unsigned c = first; c <= last; ++c) set.set(c);
  return set;
}

ByteSet digit_set() { return range_set('0', '9'); }
ByteSet word_set() { return range_set('a', 'z') | range_set('A', 'Z') | digit_set() | range_set('_', '_'); }
ByteSet space_set() { return range_set('\t', '\r') | range_set(' ', ' '); }

/// Recursive descent over ECMAScript's grammar (ECMA-262, section 22.2.1), bounded in depth.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<Node> parse() {
    REPRO_ASSIGN(Node node, parse_choice(0));
    if (!at_end()) return wrong("a ')' without its '('");
    return node;
  }

 private:
  [[nodiscard]] bool at_end() const { return at_ == text_.size(); }
  [[nodiscard]] char peek() const { return text_[at_]; }
  bool accept(char c) {
    if (at_end() || peek() != c) return false;
    ++at_;
    return true;
  }
  [[nodiscard]] Unexpected wrong(std::string_view what) const {
    return fail(ErrorKind::usage,
                fmt::format("'{}' is not a pattern: {} at character {}", printable(text_), what, at_ + 1));
  }

  Result<Node> parse_choice(int depth) {
    if (depth > kDeepest) return wrong("too many brackets within each other");
    Node choice(Node::Kind::choice);
    do {
      REPRO_ASSIGN(Node sequence, parse_sequence(depth));
      choice.children.push_back(std::move(sequence));
    } while (accept('|'));
    if (choice.children.size() > 1) return choice;
    Node only = std::move(choice.children.front());
    return only;
  }

  Result<Node> parse_sequence(int depth) {
    Node sequence(Node::Kind::sequence);
    while (!at_end() && peek() != '|' && peek() != ')') {
      REPRO_ASSIGN(Node atom, parse_atom(depth));
      REPRO_ASSIGN(Node repeated, parse_quantifier(std::move(atom)));
      sequence.children.push_back(std::move(repeated));
    }
    return sequence;
  }

  Result<Node> parse_atom(int depth) {
    const char c = text_[at_++];
    switch (c) {
      case '(':
        return parse_group(depth);
      case '[':
        return parse_class();
      case '\\':
        return parse_escape();
      case '.':
        return bytes_node(~(range_set('\n', '\n') | range_set('\r', '\r')));
      case '^':
        return assertion_node(Op::line_start);
      case '$':
        return assertion_node(Op::line_end);
      case '*':
      case '+':
      case '?':
      case '{':
        --at_;
        return wrong("nothing to repeat");
      default:
        return bytes_node(single(c));
    }
  }

  Result<Node> parse_group(int depth) {
    if (accept('?') && !accept(':')) return wrong("look-around and named groups are not supported");
    REPRO_ASSIGN(Node inside, parse_choice(depth + 1));
    if (!accept(')')) return wrong("a '(' without its ')'");
    return inside;
  }

  Result<Node> parse_quantifier(Node atom) {
    if (at_end()) return atom;
    Node repeat(Node::Kind::repeat);
    if (accept('*')) {
      repeat.most = kUnbounded;
    } else if (accept('+')) {
      repeat.least = 1;
      repeat.most = kUnbounded;
    } else if (accept('?')) {
      repeat.most = 1;
    } else if (accept('{')) {
      REPRO_TRY(parse_counts(repeat));
    } else {
      return atom;
    }
    accept('?');  // lazy or greedy: the same set of texts
    if (!at_end() && (peek() == '*' || peek() == '+' || peek() == '?' || peek() == '{')) {
      return wrong("nothing to repeat");
    }
    repeat.children.push_back(std::move(atom));
    return repeat;
  }

  Result<void> parse_counts(Node& repeat) {
    std::string_view rest = text_.substr(at_);
    const std::optional<std::uint64_t> least = consume_decimal(rest);
    std::optional<std::uint64_t> most = least;
    if (least && consume(rest, ",")) {
      most = rest.starts_with('}') ? std::optional<std::uint64_t>(kUnbounded) : consume_decimal(rest);
    }
    if (!least || !most || !consume(rest, "}")) return wrong("'{' must be {N}, {N,} or {N,M}");
    if (*least > kMostSteps || (*most > kMostSteps && *most != kUnbounded) || *most < *least) {
      return wrong("counts out of range");
    }
    repeat.least = static_cast<std::uint32_t>(*least);
    repeat.most = static_cast<std::uint32_t>(*most);
    at_ = text_.size() - rest.size();
    return {};
  }

  Result<Node> parse_escape() {
    if (at_end()) return wrong("a '\\' at the end");
    const char c = peek();
    if (c == 'b' || c == 'B') {
      ++at_;
      return assertion_node(c == 'b' ? Op::word_edge : Op::no_word_edge);
    }
    if (c >= '1' && c <= '9') return wrong("back references are not supported");
    REPRO_ASSIGN(ByteSet set, parse_escaped_set());
    return bytes_node(set);
  }

  /// What an escape stands for inside and outside of a class.
  Result<ByteSet> parse_escaped_set() {
    const char c = text_[at_++];
    switch (c) {
      case 'd':
        return digit_set();
      case 'D':
        return ~digit_set();
      case 'w':
        return word_set();
      case 'W':
        return ~word_set();
      case 's':
        return space_set();
      case 'S':
        return ~space_set();
      case 'n':
        return single('\n');
      case 'r':
        return single('\r');
      case 't':
        return single('\t');
      case 'f':
        return single('\f');
      case 'v':
        return single('\v');
      case '0':
        return single('\0');
      case 'x':
        return parse_hex_byte();
      default:
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
          --at_;
          return wrong("an unknown escape");
        }
        return single(c);
    }
  }

  Result<ByteSet> parse_hex_byte() {
    if (at_ + 2 > text_.size() || !is_hex_digit(text_[at_]) || !is_hex_digit(text_[at_ + 1])) {
      return wrong("'\\x' without two hex digits");
    }
    std::string digits = "0x";
    digits += text_.substr(at_, 2);
    std::string_view rest = digits;
    at_ += 2;
    return single(static_cast<char>(consume_hex(rest).value_or(0)));
  }

  Result<Node> parse_class() {
    const bool is_negated = accept('^');
    ByteSet set;
    while (!accept(']')) {
      if (at_end()) return wrong("a '[' without its ']'");
      REPRO_ASSIGN(ByteSet first, parse_class_atom());
      const bool is_range = !at_end() && peek() == '-' && at_ + 1 < text_.size() && text_[at_ + 1] != ']';
      if (!is_range) {
        set |= first;
        continue;
      }
      ++at_;
      REPRO_ASSIGN(ByteSet last, parse_class_atom());
      if (first.count() != 1 || last.count() != 1) return wrong("a range between classes");
      const std::size_t low = first._Find_first();
      const std::size_t high = last._Find_first();
      if (low > high) return wrong("a range that ends before it begins");
      set |= range_set(static_cast<unsigned char>(low), static_cast<unsigned char>(high));
    }
    return bytes_node(is_negated ? ~set : set);
  }

  Result<ByteSet> parse_class_atom() {
    if (at_end()) return wrong("a '[' without its ']'");
    const char c = text_[at_++];
    if (c != '\\') return single(c);
    if (at_end()) return wrong("a '\\' at the end");
    if (accept('b')) return single('\b');
    return parse_escaped_set();
  }

  static ByteSet single(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return range_set(byte, byte);
  }
  static Node bytes_node(const ByteSet& set) {
    Node node(Node::Kind::bytes);
    node.bytes = set;
    return node;
  }
  static Node assertion_node(Op op) {
    Node node(Node::Kind::assertion);
    node.assertion = op;
    return node;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

/// Lays nodes out as steps. Each emit() leaves its end at the step that will be emitted next.
class Compiler {
 public:
  bool emit(const Node& node) {
    if (steps.size() > kMostSteps) return false;
    switch (node.kind) {
      case Node::Kind::empty:
        return true;
      case Node::Kind::bytes:
        sets.push_back(node.bytes);
        steps.push_back({Op::bytes, next(), static_cast<std::uint32_t>(sets.size() - 1)});
        return true;
      case Node::Kind::assertion:
        steps.push_back({node.assertion, next(), 0});
        return true;
      case Node::Kind::sequence:
        return std::all_of(node.children.begin(), node.children.end(),
                           [&](const Node& child) { return emit(child); });
      case Node::Kind::choice:
        return emit_choice(node);
      case Node::Kind::repeat:
        return emit_repeat(node);
    }
    return false;
  }

  std::vector<Step> steps;
  std::vector<ByteSet> sets;

 private:
  /// Index of the step behind the one that is about to be pushed.
  [[nodiscard]] std::uint32_t next() const { return static_cast<std::uint32_t>(steps.size() + 1); }
  [[nodiscard]] std::uint32_t here() const { return static_cast<std::uint32_t>(steps.size()); }

  bool emit_choice(const Node& node) {
    std::vector<std::uint32_t> jumps;
    for (std::size_t i = 0; i < node.children.size(); ++i) {
      const bool is_last = i + 1 == node.children.size();
      const std::uint32_t split = here();
      if (!is_last) steps.push_back({Op::split, next(), 0});
      if (!emit(node.children[i])) return false;
      if (is_last) break;
      jumps.push_back(here());
      steps.push_back({Op::split, 0, 0});
      steps[split].alternative = here();
    }
    for (const std::uint32_t jump : jumps) steps[jump].next = steps[jump].alternative = here();
    return true;
  }

  bool emit_repeat(const Node& node) {
    const Node& body = node.children.front();
    for (std::uint32_t i = 0; i < node.least; ++i) {
      if (!emit(body)) return false;
    }
    if (node.most == kUnbounded) {
      const std::uint32_t split = here();
      steps.push_back({Op::split, next(), 0});
      if (!emit(body)) return false;
      steps.push_back({Op::split, split, split});
      steps[split].alternative = here();
      return true;
    }
    std::vector<std::uint32_t> exits;
    for (std::uint32_t i = node.least; i < node.most; ++i) {
      exits.push_back(here());
      steps.push_back({Op::split, next(), 0});
      if (!emit(body)) return false;
    }
    for (const std::uint32_t exit : exits) steps[exit].alternative = here();
    return true;
  }
};

bool is_word(char c) {
  static const ByteSet set = word_set();
  return set.test(static_cast<unsigned char>(c));
}

/// The states that are alive before one byte. Each is added once per position, so a position costs O(steps).
class StateList {
 public:
  StateList(const std::vector<Step>& steps, std::string_view text) : steps_(steps), text_(text) {
    added_at_.resize(steps.size(), std::numeric_limits<std::size_t>::max());
  }

  /// Adds `step` and all that it reaches without taking a byte at `position`; true when it reaches the match.
  bool add(std::uint32_t step, std::size_t position, std::vector<std::uint32_t>& alive) {
    pending_.push_back(step);
    while (!pending_.empty()) {
      const std::uint32_t index = pending_.back();
      pending_.pop_back();
      if (added_at_[index] == position) continue;
      added_at_[index] = position;
      const Step& at = steps_[index];
      if (at.op == Op::match) {
        pending_.clear();
        return true;
      }
      if (at.op == Op::bytes) {
        alive.push_back(index);
      } else if (at.op == Op::split) {
        pending_.push_back(at.alternative);
        pending_.push_back(at.next);
      } else if (holds(at.op, position)) {
        pending_.push_back(at.next);
      }
    }
    return false;
  }

 private:
  [[nodiscard]] bool holds(Op op, std::size_t position) const {
    const bool at_start = position == 0;
    const bool at_end = position == text_.size();
    if (op == Op::line_start) return at_start || text_[position - 1] == '\n';
    if (op == Op::line_end) return at_end || text_[position] == '\n' || text_[position] == '\r';
    const bool before = !at_start && is_word(text_[position - 1]);
    const bool after = !at_end && is_word(text_[position]);
    return (before != after) == (op == Op::word_edge);
  }

  const std::vector<Step>& steps_;
  std::string_view text_;
  std::vector<std::size_t> added_at_;
  std::vector<std::uint32_t> pending_;
};

}  // namespace

Result<Pattern> Pattern::compile(std::string_view text) {
  REPRO_ASSIGN(const Node node, Parser(text).parse());
  Compiler compiler;
  if (!compiler.emit(node) || compiler.steps.size() > kMostSteps) {
    return fail(ErrorKind::usage,
                fmt::format("'{}' is too large a pattern; use smaller counts", printable(text)));
  }
  compiler.steps.push_back({Op::match, 0, 0});
  return Pattern(std::move(compiler.steps), std::move(compiler.sets));
}

bool Pattern::occurs_in(std::string_view bytes) const {
  StateList list(steps_, bytes);
  std::vector<std::uint32_t> alive;
  std::vector<std::uint32_t> following;
  for (std::size_t position = 0;; ++position) {
    if (list.add(0, position, alive)) return true;
    if (position == bytes.size()) return false;
    following.clear();
    const auto byte = static_cast<unsigned char>(bytes[position]);
    for (const std::uint32_t index : alive) {
      const Step& step = steps_[index];
      if (sets_[step.alternative].test(byte) && list.add(step.next, position + 1, following)) return true;
    }
    alive.swap(following);
  }
}

}  // namespace repro::findings
