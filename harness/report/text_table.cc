#include "harness/report/text_table.h"

#include <algorithm>
#include <array>
#include <numeric>

#include <fmt/format.h>

#include "harness/base/check.h"

namespace repro::report {
namespace {

constexpr std::string_view kSeparator = " | ";
/// A column is not cut below this: what is left would say nothing.
constexpr std::size_t kLeastWidth = 6;

struct Range {
  char32_t first;
  char32_t last;
};

// Unicode Standard Annex #11 (East Asian Width), the blocks whose characters are Wide or Fullwidth, and the
// emoji blocks, which terminals draw two columns wide as well. wcwidth(3) is no help: it answers for the
// locale of the harness, which is often "C".
constexpr std::array<Range, 11> kWide{{{0x1100, 0x115f},
                                       {0x2e80, 0x303e},
                                       {0x3041, 0xa4cf},
                                       {0xac00, 0xd7a3},
                                       {0xf900, 0xfaff},
                                       {0xfe30, 0xfe6f},
                                       {0xff00, 0xff60},
                                       {0xffe0, 0xffe6},
                                       {0x1f300, 0x1f64f},
                                       {0x1f900, 0x1f9ff},
                                       {0x20000, 0x3fffd}}};
constexpr std::array<Range, 4> kNoWidth{
    {{0x300, 0x36f}, {0x200b, 0x200f}, {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}}};

template <std::size_t N>
bool is_in(char32_t character, const std::array<Range, N>& ranges) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [&](const Range& range) { return range.first <= character && character <= range.last; });
}

/// Takes one character off the front of valid UTF-8.
struct Decoded {
  char32_t character;
  std::size_t bytes;
};
Decoded decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(i < text.size() ? text[i] : 0); };
  const unsigned first = byte(0);
  if (first < 0x80) return {first, 1};
  if (first < 0xe0) return {((first & 0x1fU) << 6U) | (byte(1) & 0x3fU), 2};
  if (first < 0xf0) return {((first & 0x0fU) << 12U) | ((byte(1) & 0x3fU) << 6U) | (byte(2) & 0x3fU), 3};
  return {
      ((first & 0x07U) << 18U) | ((byte(1) & 0x3fU) << 12U) | ((byte(2) & 0x3fU) << 6U) | (byte(3) & 0x3fU),
      4};
}

std::size_t width_of(char32_t character) {
  if (is_in(character, kNoWidth)) return 0;
  return is_in(character, kWide) ? 2 : 1;
}

std::string_view escape_of(Paint paint) {
  switch (paint) {
    case Paint::none:
      return "";
    case Paint::heading:
      return "\x1b[1m";
    case Paint::crash:
      return "\x1b[31m";
    case Paint::hang:
      return "\x1b[33m";
    case Paint::fail:
      return "\x1b[35m";
    case Paint::ok:
      return "\x1b[32m";
    case Paint::faint:
      return "\x1b[2m";
  }
  return "";
}

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const Decoded next = decode(text);
    width += width_of(next.character);
    text.remove_prefix(std::min(next.bytes, text.size()));
  }
  return width;
}

std::string cut_to_width(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return std::string(text);
  std::size_t taken_bytes = 0;
  std::size_t taken_width = 1;  // of the ellipsis
  while (taken_bytes < text.size()) {
    const Decoded next = decode(text.substr(taken_bytes));
    if (taken_width + width_of(next.character) > width) break;
    taken_width += width_of(next.character);
    taken_bytes += next.bytes;
  }
  return std::string(text.substr(0, taken_bytes)) + "…";
}

std::string painted(std::string_view text, Paint paint, Color color) {
  if (color == Color::no || paint == Paint::none || text.empty()) return std::string(text);
  return fmt::format("{}{}\x1b[0m", escape_of(paint), text);
}

void TextTable::add_column(std::string title, Align align, Shrink shrink) {
  columns_.push_back({std::move(title), align, shrink});
}

void TextTable::add_row(std::vector<Cell> cells) {
  REPRO_CHECK(cells.size() == columns_.size());
  rows_.push_back(std::move(cells));
}

std::vector<std::size_t> TextTable::widths(std::size_t limit) const {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    std::size_t widest = display_width(columns_[i].title);
    for (const std::vector<Cell>& row : rows_) widest = std::max(widest, display_width(row[i].text));
    widths.push_back(widest);
  }
  std::size_t total = std::accumulate(widths.begin(), widths.end(), std::size_t{0}) +
                      kSeparator.size() * (columns_.empty() ? 0 : columns_.size() - 1);
  // The widest of the columns that may be cut gives first, so that several long ones end up alike.
  while (limit > 0 && total > limit) {
    std::size_t* widest = nullptr;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (columns_[i].shrink == Shrink::no || widths[i] <= kLeastWidth) continue;
      if (widest == nullptr || widths[i] > *widest) widest = &widths[i];
    }
    if (widest == nullptr) break;
    --*widest;
    --total;
  }
  return widths;
}

void TextTable::write(std::ostream& out, const TerminalStyle& style) const {
  const std::vector<std::size_t> wanted = widths(style.width);
  const auto write_cells = [&](const std::vector<Cell>& cells) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const std::string text = cut_to_width(cells[i].text, wanted[i]);
      const std::string blanks(wanted[i] - display_width(text), ' ');
      const bool is_last = i + 1 == cells.size();
      if (columns_[i].align == Align::right) out << blanks;
      out << painted(text, cells[i].paint, style.color);
      if (columns_[i].align == Align::left && !is_last) out << blanks;
      out << (is_last ? "\n" : kSeparator);
    }
  };
  std::vector<Cell> titles;
  for (const Column& column : columns_) titles.push_back({column.title, Paint::heading});
  write_cells(titles);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    // The rule runs through the blanks of the separators: one on the right, and one on the left but at the
    // edge.
    const std::size_t blanks = (i == 0 ? 0U : 1U) + (i + 1 == wanted.size() ? 0U : 1U);
    out << std::string(wanted[i] + blanks, '-') << (i + 1 == wanted.size() ? "\n" : "+");
  }
  for (const std::vector<Cell>& row : rows_) write_cells(row);
}

}  // namespace repro::report
