#include <algorithm>

#include "analyzer/rules/internal_error.h"
#include "analyzer/rules/parse_error.h"
#include "analyzer/rules/rule.h"
#include "analyzer/rules/undefined_method.h"
#include "analyzer/rules/wrong_arity.h"
#include "analyzer/rules/zero_division.h"

namespace analyzer::rules {

std::vector<std::unique_ptr<Rule>> make_rules() {
  std::vector<std::unique_ptr<Rule>> rules;
  rules.push_back(std::make_unique<ParseErrorRule>());
  rules.push_back(std::make_unique<UndefinedMethod>());
  rules.push_back(std::make_unique<WrongArity>());
  rules.push_back(std::make_unique<ZeroDivision>());
  return rules;
}

std::vector<std::string_view> rule_ids() {
  std::vector<std::string_view> ids = {kInternalErrorRule};
  for (const std::unique_ptr<Rule>& rule : make_rules()) ids.push_back(rule->id());
  std::sort(ids.begin(), ids.end());
  return ids;
}

}  // namespace analyzer::rules
