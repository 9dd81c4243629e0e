#pragma once

// The captured reports under tests/corpus and what their sources say about them.

#include <string>
#include <vector>

namespace repro::findings {

/// One captured log.
struct CorpusLog {
  std::string path;       ///< below tests/corpus: `asan/clang-14/double-free.txt`
  std::string kind;       ///< `asan`
  std::string compiler;   ///< `clang-14`
  std::string name;       ///< case without what was varied in capturing: `double-free`
  std::string variation;  ///< `unsymbolized`, `color`, `again`, `bare`, `asan`, or empty
  std::string text;
};

/// All of them, sorted by path. Aborts the test program when the corpus is missing.
[[nodiscard]] const std::vector<CorpusLog>& corpus();

}  // namespace repro::findings
