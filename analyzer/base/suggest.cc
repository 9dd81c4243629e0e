#include "analyzer/base/suggest.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>

namespace analyzer {
namespace {

std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string suggestion(std::string_view word, const std::vector<std::string_view>& candidates) {
  std::size_t best = 3;
  std::string_view nearest;
  for (const std::string_view candidate : candidates) {
    const std::size_t errors = distance(word, candidate);
    if (errors >= best || errors >= candidate.size()) continue;
    best = errors;
    nearest = candidate;
  }
  return nearest.empty() ? std::string() : ": did you mean '" + std::string(nearest) + "'?";
}

}  // namespace analyzer
