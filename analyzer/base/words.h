#pragma once

#include <algorithm>
#include <string_view>
#include <vector>

namespace analyzer {

/// A fixed set of words, written as one text with white space between them so that a table of names reads as
/// one. The text must outlive the set: use literals. Immutable; any thread may ask.
class WordSet {
 public:
  explicit WordSet(std::string_view text) {
    constexpr std::string_view kSpace = " \n";
    for (std::size_t begin = text.find_first_not_of(kSpace); begin != std::string_view::npos;) {
      const std::size_t end = std::min(text.find_first_of(kSpace, begin), text.size());
      words_.push_back(text.substr(begin, end - begin));
      begin = text.find_first_not_of(kSpace, end);
    }
    std::sort(words_.begin(), words_.end());
  }

  [[nodiscard]] bool contains(std::string_view word) const {
    return std::binary_search(words_.begin(), words_.end(), word);
  }

 private:
  std::vector<std::string_view> words_;
};

}  // namespace analyzer
