#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace analyzer::infer {

/// A file's path, or what `require` takes, without `.rb` or `.so`.
[[nodiscard]] std::string_view without_extension(std::string_view name);

/// Finds the files of a project that `require` may mean: where the load path is not known, all those whose
/// path ends in the name. Immutable: any thread may ask.
class FileIndex {
 public:
  explicit FileIndex(const std::vector<std::string>& paths);
  FileIndex(const FileIndex&) = delete;
  FileIndex& operator=(const FileIndex&) = delete;
  ~FileIndex() = default;

  /// Indices of the files that `name` may mean in the file at index `from`, as in Requirement::name. Null if
  /// there is none.
  [[nodiscard]] const std::vector<std::uint32_t>* find(std::uint32_t from, std::string_view name) const;
  /// Is there a file that `require "feature"` may mean?
  [[nodiscard]] bool has(std::string_view feature) const { return by_suffix_.contains(feature); }

 private:
  std::vector<std::string> paths_;  // normal; by_suffix_ views them
  std::unordered_map<std::string_view, std::vector<std::uint32_t>> by_suffix_;
};

}  // namespace analyzer::infer
