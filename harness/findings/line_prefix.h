#pragma once

// What stands in front of a report's lines when another program wrote the log: a time stamp, a job's number,
// a container's name, the process that Valgrind names in every line.
//
// Problem: the prefix of the next line is not the same text (the clock goes on), and in a log of several jobs
// the line of another job differs by one digit. Method: the prefix of a report's first line is its sample.
// Numbers that are part of a date, a time or a fraction match any number; every other number tells whose line
// it is. Rejected: a list of the formats of CI systems, which is never complete.

#include <cstdint>
#include <string>
#include <string_view>

namespace repro::findings {

class LinePrefix {
 public:
  enum class Match : std::uint8_t {
    none,   ///< the line does not have this prefix
    other,  ///< the same form with another number, or another logger's mark: a line of another job
    same,
  };
  struct Stripped {
    Match match = Match::none;
    std::string_view rest;  ///< behind the prefix when `same`, else the whole line
  };

  LinePrefix() = default;
  explicit LinePrefix(std::string_view sample);

  /// A prefix that lost its trailing blanks, on an empty line, matches too. Everything matches an empty
  /// prefix.
  [[nodiscard]] Stripped strip(std::string_view line) const;
  [[nodiscard]] bool empty() const { return sample_.empty(); }

 private:
  std::string sample_;
  bool is_of_logger_ = false;  ///< made of nothing but marks that loggers put in front
};

/// How much of `line` is put in front by a CI system, a container runner or a logger: time stamps, marks in
/// brackets, `12: ` of ctest, `web-1  | `, the head of a syslog line. 0 when it begins with its own text.
/// For reports that are told from running text by where in the line they begin.
[[nodiscard]] std::size_t log_prefix_length(std::string_view line);

}  // namespace repro::findings
