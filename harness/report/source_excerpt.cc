#include "harness/report/source_excerpt.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

#include "harness/model/json.h"

namespace repro::report {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kLargestFile = std::uintmax_t{4} << 20U;
constexpr std::size_t kLongestLine = 240;

bool is_source_file(const fs::path& path) {
  constexpr std::array<std::string_view, 16> kEndings{".c",   ".cc",  ".cpp", ".cxx", ".h",  ".hh",
                                                      ".hpp", ".hxx", ".inc", ".rb",  ".rs", ".go",
                                                      ".py",  ".js",  ".mm",  ".m"};
  return std::find(kEndings.begin(), kEndings.end(), path.extension().string()) != kEndings.end();
}

/// The file itself, without links, when it may be shown.
std::optional<fs::path> readable(const Frame& frame, const std::string& root) {
  std::error_code error;
  const fs::path base = fs::canonical(root, error);
  if (error) return std::nullopt;
  const fs::path file =
      fs::canonical(fs::path(frame.file).is_absolute() ? fs::path(frame.file) : base / frame.file, error);
  if (error || !is_source_file(file) || !fs::is_regular_file(file, error)) return std::nullopt;
  if (std::mismatch(base.begin(), base.end(), file.begin(), file.end()).first != base.end())
    return std::nullopt;
  if (fs::file_size(file, error) > kLargestFile || error) return std::nullopt;
  return file;
}

}  // namespace

std::optional<SourceExcerpt> source_excerpt(const Frame& frame, const std::string& root, int context) {
  if (frame.file.empty() || frame.line <= 0) return std::nullopt;
  const std::optional<fs::path> file = readable(frame, root);
  if (!file) return std::nullopt;
  std::ifstream in(*file, std::ios::binary);
  SourceExcerpt excerpt;
  excerpt.first_line = std::max(1, frame.line - context);
  std::string line;
  int number = 0;
  while (number < frame.line + context && std::getline(in, line)) {
    ++number;
    if (number < excerpt.first_line) continue;
    if (!line.empty() && line.back() == '\r') line.pop_back();
    excerpt.lines.push_back(to_valid_utf8(line.substr(0, kLongestLine)));
  }
  if (number < frame.line) return std::nullopt;
  return excerpt;
}

}  // namespace repro::report
