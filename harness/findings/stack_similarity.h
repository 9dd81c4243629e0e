#pragma once

#include <string>
#include <vector>

namespace repro::findings {

/// How alike two stacks are, top frame first, in [0, 1]: the best alignment of equal frames, where a pair at
/// positions i and j (from 1) counts exp(-(0.04 min(i, j) + 0.13 |i - j|)), divided by what the shorter stack
/// would have aligned with itself. So frames near the top count most, and a stack that the other begins with
/// is 1. 0 when one is empty. Metric and weights are those of the CASR project, which cuts clusters at 1 -
/// similarity = 0.3. O(|first| |second|).
[[nodiscard]] double stack_similarity(const std::vector<std::string>& first,
                                      const std::vector<std::string>& second);

}  // namespace repro::findings
