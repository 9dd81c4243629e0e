#include "analyzer/infer/file_index.h"

#include <filesystem>

namespace analyzer::infer {

std::string_view without_extension(std::string_view name) {
  if (name.ends_with(".rb") || name.ends_with(".so")) name.remove_suffix(3);
  return name;
}

FileIndex::FileIndex(const std::vector<std::string>& paths) {
  paths_.reserve(paths.size());
  for (const std::string& path : paths) paths_.push_back(std::filesystem::path(path).lexically_normal());
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
    beside = (std::filesystem::path(paths_[from]).parent_path() / name).lexically_normal();
    name = beside;
  }
  const auto found = by_suffix_.find(without_extension(name));
  return found == by_suffix_.end() ? nullptr : &found->second;
}

}  // namespace analyzer::infer
