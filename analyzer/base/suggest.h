#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace analyzer {

/// ": did you mean 'X'?" for the candidate that is at most two typing errors (Levenshtein, 1966) away from
/// `word`, the nearest and then the first; empty where there is none.
[[nodiscard]] std::string suggestion(std::string_view word, const std::vector<std::string_view>& candidates);

}  // namespace analyzer
