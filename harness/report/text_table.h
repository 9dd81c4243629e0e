#pragma once

// A table of text with aligned columns. Internal to harness/report.

#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "harness/report/terminal.h"

namespace repro::report {

/// Columns that `text` takes on a terminal: combining marks take none, East Asian wide characters and emoji
/// two. `text` is valid UTF-8 without control characters.
[[nodiscard]] std::size_t display_width(std::string_view text);
/// `text` cut to at most `width` columns, the last of them an ellipsis where something was cut.
[[nodiscard]] std::string cut_to_width(std::string_view text, std::size_t width);

/// Colours by meaning. Written only where a style asks for colour.
enum class Paint : std::uint8_t { none, heading, crash, hang, fail, ok, faint };
/// `text` between the escape sequences of `paint`.
[[nodiscard]] std::string painted(std::string_view text, Paint paint, Color color);

class TextTable {
 public:
  enum class Align : std::uint8_t { left, right };
  /// A column that may be cut when the table is too wide for the terminal.
  enum class Shrink : std::uint8_t { no, yes };
  struct Cell {
    std::string text;
    Paint paint = Paint::none;
  };

  void add_column(std::string title, Align align, Shrink shrink = Shrink::no);
  /// One cell for each column, in their order (checked).
  void add_row(std::vector<Cell> cells);
  /// Header, a rule, the rows; ` | ` between columns, no blanks at line ends.
  void write(std::ostream& out, const TerminalStyle& style) const;

 private:
  struct Column {
    std::string title;
    Align align = Align::left;
    Shrink shrink = Shrink::no;
  };
  [[nodiscard]] std::vector<std::size_t> widths(std::size_t limit) const;

  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace repro::report
