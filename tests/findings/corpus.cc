#include "tests/findings/corpus.h"

#include <algorithm>
#include <filesystem>

#include "harness/base/check.h"
#include "harness/base/files.h"

namespace repro::findings {
namespace {

std::vector<CorpusLog> load() {
  const std::filesystem::path root = std::filesystem::path(REPRO_TEST_SOURCE_DIR) / "corpus";
  std::vector<CorpusLog> logs;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (entry.path().extension() != ".txt") continue;
    CorpusLog log;
    const std::filesystem::path below = entry.path().lexically_relative(root);
    log.path = below.string();
    auto part = below.begin();
    log.kind = (part++)->string();
    log.compiler = (part++)->string();
    const std::string stem = below.stem().string();
    log.name = stem.substr(0, stem.find('.'));
    if (stem.size() > log.name.size()) log.variation = stem.substr(log.name.size() + 1);
    Result<std::string> text = read_file(entry.path().string());
    REPRO_CHECK(text.has_value());
    log.text = *std::move(text);
    logs.push_back(std::move(log));
  }
  std::sort(logs.begin(), logs.end(), [](const CorpusLog& a, const CorpusLog& b) { return a.path < b.path; });
  REPRO_CHECK(logs.size() > 300);
  return logs;
}

}  // namespace

const std::vector<CorpusLog>& corpus() {
  static const std::vector<CorpusLog> logs = load();
  return logs;
}

}  // namespace repro::findings
