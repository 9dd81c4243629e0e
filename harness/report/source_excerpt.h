#pragma once

// The lines of code around a frame, for reports.
//
// A report names files, and the program under test wrote the report: one that says `/home/you/.ssh/id_rsa:1`
// must not bring that file into a page that gets published. Only files below a folder that the user stands
// in, with the ending of a source file, are read.

#include <optional>
#include <string>
#include <vector>

#include "harness/model/finding.h"

namespace repro::report {

struct SourceExcerpt {
  int first_line = 1;
  std::vector<std::string> lines;  ///< valid UTF-8
};

/// Up to `context` lines on each side of frame.line. Nothing when the file is outside of `root` (an absolute
/// path) after all links are followed, is no source file, is larger than 4 MiB, or has no such line.
[[nodiscard]] std::optional<SourceExcerpt> source_excerpt(const Frame& frame, const std::string& root,
                                                          int context = 3);

}  // namespace repro::report
