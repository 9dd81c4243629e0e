// Static libraries hide an arrow that points the wrong way, because the executable links them all. So the
// #include lines themselves are compared with the table of allowed arrows.

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>

#include <gtest/gtest.h>

namespace repro {
namespace {

namespace fs = std::filesystem;

const fs::path kSource = fs::path(REPRO_TEST_SOURCE_DIR).parent_path();

/// Folder below harness/ -> folders that it may include besides itself.
const std::map<std::string, std::set<std::string>> kAllowed{
    {"base", {}},
    {"model", {"base"}},
    {"process", {"base", "model"}},
    {"findings", {"base", "model"}},
    {"hang", {"base", "model"}},
    {"stats", {"base"}},
    {"schedule", {"base", "model"}},
    {"store", {"base", "model"}},
    {"report", {"base", "model"}},
    {"canaries", {}},
    {"campaign", {"base", "model", "process", "findings", "hang", "stats", "schedule", "store", "report"}},
    {"cli",
     {"base", "model", "process", "findings", "hang", "stats", "schedule", "store", "report", "campaign"}},
};

/// First folder of each quoted include: `harness/base/x.h` -> `harness/base`, `analyzer/x/y.h` -> `analyzer`.
std::set<std::string> included_folders(const fs::path& file) {
  std::set<std::string> folders;
  std::ifstream in(file);
  std::string line;
  while (std::getline(in, line)) {
    constexpr std::string_view kInclude = "#include \"";
    if (!line.starts_with(kInclude)) continue;
    const std::string path = line.substr(kInclude.size(), line.rfind('"') - kInclude.size());
    const fs::path parent = fs::path(path).parent_path();
    const std::string top = parent.begin() == parent.end() ? "" : parent.begin()->string();
    folders.insert(top == "harness" ? "harness/" + std::next(parent.begin())->string() : top);
  }
  return folders;
}

bool is_source(const fs::path& file) { return file.extension() == ".cc" || file.extension() == ".h"; }

TEST(IncludeTable, ArrowsBetweenHarnessFoldersPointDown) {
  int files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(kSource / "harness")) {
    if (!is_source(entry.path())) continue;
    ++files;
    const std::string folder = fs::relative(entry.path(), kSource / "harness").begin()->string();
    ASSERT_TRUE(kAllowed.contains(folder)) << "no row in the table for harness/" << folder;
    for (const std::string& included : included_folders(entry.path())) {
      if (included == "harness/" + folder) continue;
      const bool is_allowed =
          included.starts_with("harness/") && kAllowed.at(folder).contains(included.substr(8));
      EXPECT_TRUE(is_allowed) << entry.path() << " includes " << included;
    }
  }
  EXPECT_GT(files, 50) << "the walk must have met the sources";
}

TEST(IncludeTable, TheAnalyzerAndTheScenariosKnowNothingOfTheHarness) {
  for (const char* top : {"analyzer", "scenarios"}) {
    for (const auto& entry : fs::recursive_directory_iterator(kSource / top)) {
      if (!is_source(entry.path())) continue;
      for (const std::string& included : included_folders(entry.path())) {
        EXPECT_FALSE(included.starts_with("harness/")) << entry.path() << " includes " << included;
      }
    }
  }
}

}  // namespace
}  // namespace repro
