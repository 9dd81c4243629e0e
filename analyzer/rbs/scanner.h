#pragma once

#include <cstdint>
#include <string_view>

namespace analyzer::rbs {

/// Reads words and punctuation off an RBS text. There is no token stream: RBS lets keywords stand as method,
/// parameter and record names, so only the parser knows what may come next.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  /// Skips white space and comments.
  void skip_space();
  [[nodiscard]] bool at_end();
  /// The next character after white space, or 0 at the end.
  [[nodiscard]] char peek();
  /// The character `distance` bytes on, without skipping anything, or 0.
  [[nodiscard]] char at(std::size_t distance) const {
    return position_ + distance < text_.size() ? text_[position_ + distance] : '\0';
  }
  [[nodiscard]] bool looking_at(std::string_view punctuation);
  /// Takes the punctuation if it comes next.
  bool take(std::string_view punctuation);
  /// Takes the word if it comes next and ends there.
  bool take_word(std::string_view word);
  [[nodiscard]] bool looking_at_word(std::string_view word);
  /// Letters, digits and underscores, or empty.
  std::string_view identifier();
  /// The length of the identifier that comes next, 0 for none.
  [[nodiscard]] std::size_t identifier_length();
  /// A string or quoted symbol in quotes of kind `quote`, which comes next; without its quotes.
  std::string_view quoted(char quote);
  /// `%a{...}` with any bracket; false if none comes next.
  bool take_annotation();
  void skip_line();

  [[nodiscard]] std::uint32_t position() const { return static_cast<std::uint32_t>(position_); }
  /// The position, or the end of the last word where only white space and comments were skipped since.
  [[nodiscard]] std::uint32_t end_of_word() const {
    return static_cast<std::uint32_t>(position_ == gap_end_ ? gap_begin_ : position_);
  }
  void rewind(std::uint32_t position) { position_ = position; }
  [[nodiscard]] std::string_view since(std::uint32_t begin) const {
    return text_.substr(begin, position_ - begin);
  }
  void advance(std::size_t bytes) { position_ += bytes; }

 private:
  void skip_gap();

  std::string_view text_;
  std::size_t position_ = 0;
  // The last run of white space that was skipped.
  std::size_t gap_begin_ = 0;
  std::size_t gap_end_ = 0;
};

[[nodiscard]] inline bool is_word_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

}  // namespace analyzer::rbs
