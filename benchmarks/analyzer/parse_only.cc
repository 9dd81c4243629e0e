// The grammar by itself: reads and parses every *.rb below the paths and prints how much it was. What
// benchmarks/analyzer/analyzer_bench.py holds the whole check against.

#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "analyzer/base/files.h"
#include "analyzer/syntax/parser.h"

int main(int argc, char** argv) {
  const analyzer::Result<std::vector<std::string>> paths =
      analyzer::expand_paths(std::vector<std::string>(argv + 1, argv + argc));
  if (!paths) {
    fmt::print(stderr, "{}\n", paths.error().message);
    return 2;
  }
  analyzer::syntax::Parser parser;
  std::uint64_t bytes = 0;
  std::uint64_t nodes = 0;
  for (const std::string& path : *paths) {
    const analyzer::Result<std::string> text = analyzer::read_file(path);
    if (!text) continue;
    const analyzer::Result<std::uint32_t> parsed = parser.parse_only(*text);
    bytes += text->size();
    nodes += parsed ? *parsed : 0;
  }
  fmt::print("{} files, {} bytes, {} nodes at the top\n", paths->size(), bytes, nodes);
}
