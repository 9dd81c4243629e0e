#include "analyzer/rbs/scanner.h"

namespace analyzer::rbs {

void Scanner::skip_space() {
  const std::size_t begin = position_;
  skip_gap();
  if (position_ == begin) return;
  gap_begin_ = begin;
  gap_end_ = position_;
}

void Scanner::skip_gap() {
  while (position_ < text_.size()) {
    const char c = text_[position_];
    if (c == '#') {
      skip_line();
    } else if (c == ' ' || c == '\n' || c == '\t' || c == '\r') {
      ++position_;
    } else {
      return;
    }
  }
}

void Scanner::skip_line() {
  const std::size_t end = text_.find('\n', position_);
  position_ = end == std::string_view::npos ? text_.size() : end + 1;
}

bool Scanner::at_end() {
  skip_space();
  return position_ >= text_.size();
}

char Scanner::peek() {
  skip_space();
  return at(0);
}

bool Scanner::looking_at(std::string_view punctuation) {
  skip_space();
  return text_.substr(position_).starts_with(punctuation);
}

bool Scanner::take(std::string_view punctuation) {
  if (!looking_at(punctuation)) return false;
  position_ += punctuation.size();
  return true;
}

bool Scanner::looking_at_word(std::string_view word) {
  return looking_at(word) && !is_word_char(at(word.size()));
}

bool Scanner::take_word(std::string_view word) {
  if (!looking_at_word(word)) return false;
  position_ += word.size();
  return true;
}

std::size_t Scanner::identifier_length() {
  skip_space();
  if (at(0) >= '0' && at(0) <= '9') return 0;
  std::size_t length = 0;
  while (is_word_char(at(length))) ++length;
  return length;
}

std::string_view Scanner::identifier() {
  const std::size_t length = identifier_length();
  position_ += length;
  return text_.substr(position_ - length, length);
}

std::string_view Scanner::quoted(char quote) {
  const std::size_t begin = ++position_;
  while (position_ < text_.size() && text_[position_] != quote) {
    position_ += text_[position_] == '\\' ? 2 : 1;
  }
  if (position_ > text_.size()) position_ = text_.size();
  const std::string_view inside = text_.substr(begin, position_ - begin);
  if (position_ < text_.size()) ++position_;
  return inside;
}

bool Scanner::take_annotation() {
  if (!looking_at("%a")) return false;
  const char open = at(2);
  const char close = open == '{' ? '}' : open == '(' ? ')' : open == '[' ? ']' : open == '<' ? '>' : open;
  const std::size_t end = text_.find(close, position_ + 3);
  position_ = end == std::string_view::npos ? text_.size() : end + 1;
  return true;
}

}  // namespace analyzer::rbs
