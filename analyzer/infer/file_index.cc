#include "analyzer/infer/file_index.h"

#include <algorithm>

namespace analyzer::infer {
namespace {

/// The path without empty segments, `.`, and `..` where a name or the root stands before it.
/// std::filesystem's lexically_normal() does the same and took a third of the time of linking a project.
std::string normal(std::string_view path) {
  std::string result(path.starts_with('/') ? "/" : "");
  for (std::size_t begin = 0; begin < path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view segment = path.substr(begin, end - begin);
    begin = end + 1;
    if (segment.empty() || segment == "." || (segment == ".." && result == "/")) continue;
    const std::size_t last = result.rfind('/') + 1;  // 0 where there is no slash
    const std::string_view before = std::string_view(result).substr(last);
    if (segment == ".." && !before.empty() && before != "..") {
      result.resize(last > 1 ? last - 1 : last);
      continue;
    }
    if (!result.empty() && result.back() != '/') result += '/';
    result += segment;
  }
  return result;
}

}  // namespace

std::string_view without_extension(std::string_view name) {
  if (name.ends_with(".rb") || name.ends_with(".so")) name.remove_suffix(3);
  return name;
}

FileIndex::FileIndex(const std::vector<std::string>& paths) {
  paths_.reserve(paths.size());
  for (const std::string& path : paths) paths_.push_back(normal(path));
  for (std::uint32_t index = 0; index < paths_.size(); ++index) {
    std::string_view rest = without_extension(paths_[index]);
    for (;;) {
      by_suffix_[rest].push_back(index);
      const std::size_t cut = rest.find('/');
      if (cut == std::string_view::npos) break;
      rest.remove_prefix(cut + 1);
    }
  }
}

const std::vector<std::uint32_t>* FileIndex::find(std::uint32_t from, std::string_view name) const {
  std::string beside;
  if (name.starts_with("./")) {
    const std::string& own = paths_[from];
    beside = normal(own.substr(0, own.rfind('/') + 1).append(name));
    name = beside;
  }
  const auto found = by_suffix_.find(without_extension(name));
  return found == by_suffix_.end() ? nullptr : &found->second;
}

}  // namespace analyzer::infer
