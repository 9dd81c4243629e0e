#include "harness/cli/suppress_files.h"

#include <iterator>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "harness/base/files.h"
#include "harness/base/text.h"

namespace repro::cli {

Result<std::vector<findings::Suppression>> read_suppressions(const ParsedOptions& options) {
  std::vector<findings::Suppression> all;
  for (const std::string& path : options.list("suppress")) {
    Result<std::string> text = read_file(path);
    if (!text) return Unexpected(std::move(text).error().with_context(options.origin("suppress")));
    REPRO_ASSIGN(std::vector<findings::Suppression> rules, findings::parse_suppressions(*text, path));
    all.insert(all.end(), std::make_move_iterator(rules.begin()), std::make_move_iterator(rules.end()));
  }
  return all;
}

bool SuppressionTally::take(const Finding& finding, const Signature& signature) {
  const std::optional<std::size_t> rule = findings::suppressed_by(rules_, finding, signature);
  if (rule) matches_[*rule].fetch_add(1, std::memory_order_relaxed);
  return rule.has_value();
}

std::vector<SuppressionUse> SuppressionTally::uses() const {
  std::vector<SuppressionUse> uses;
  uses.reserve(rules_.size());
  for (std::size_t at = 0; at < rules_.size(); ++at)
    uses.push_back({rules_[at].text, rules_[at].origin, matches_[at].load(std::memory_order_relaxed)});
  return uses;
}

void add_suppression_warnings(const std::vector<SuppressionUse>& uses, std::vector<std::string>& warnings) {
  for (const SuppressionUse& use : uses) {
    if (use.matches > 0) continue;
    warnings.push_back(fmt::format("{}: the rule '{}' suppressed nothing: misspelt, or fixed by now",
                                   printable(use.origin), printable(use.rule)));
  }
}

}  // namespace repro::cli
