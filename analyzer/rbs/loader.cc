#include "analyzer/rbs/loader.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "analyzer/base/files.h"

namespace analyzer::rbs {
namespace fs = std::filesystem;
namespace {

// Where Debian and a Ruby built from source keep their bundled gems: ROOT/VERSION/gems/rbs-X.Y.Z/core.
constexpr const char* kGemRoots[] = {"/usr/lib/ruby/gems", "/usr/local/lib/ruby/gems", "/var/lib/gems"};

std::vector<std::string> children(const fs::path& directory) {
  std::error_code error;
  std::vector<std::string> names;
  for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
    names.push_back(at->path().filename().native());
  }
  // Descending: of two versions the newer is found first.
  std::sort(names.begin(), names.end(), std::greater<>());
  return names;
}

}  // namespace

Result<std::string> find_core_directory() {
  for (const fs::path root : kGemRoots) {
    for (const std::string& version : children(root)) {
      const fs::path gems = root / version / "gems";
      for (const std::string& gem : children(gems)) {
        std::error_code error;
        fs::path core = gems / gem / "core";
        if (gem.starts_with("rbs-") && fs::is_directory(core, error)) return core.native();
      }
    }
  }
  return fail(ErrorKind::usage,
              "no RBS core signatures found: install Ruby with its bundled gems, or name their folder with "
              "--signatures=DIR");
}

Result<std::shared_ptr<const Reflection>> load_directory(const std::string& directory,
                                                         LocationSink* locations) {
  std::error_code error;
  std::vector<std::string> paths;
  fs::recursive_directory_iterator at(directory, error);
  for (const fs::recursive_directory_iterator end; !error && at != end; at.increment(error)) {
    if (at->path().extension() == ".rbs") paths.push_back(at->path().native());
  }
  if (paths.empty()) return fail(ErrorKind::usage, "no signatures (*.rbs) below '" + directory + "'");
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> sources;
  for (const std::string& path : paths) {
    ANALYZER_ASSIGN(std::string text, read_file(path));
    sources.push_back(std::move(text));
  }
  return Reflection::build(std::move(sources), locations);
}

}  // namespace analyzer::rbs
