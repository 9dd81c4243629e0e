#include "analyzer/rules/parse_error.h"

#include <string>

namespace analyzer::rules {

void ParseErrorRule::check_file(const FileContext& file, std::vector<Diagnostic>& diagnostics) const {
  if (file.unit.errors.empty()) return;
  const infer::ParseError& error = file.unit.errors.front();
  const std::string_view missing = file.unit.name(error.missing);
  std::string message = missing.empty() ? "unexpected text" : "missing '" + std::string(missing) + "'";
  diagnostics.push_back(
      {error.place.row + 1, error.place.column + 1, Severity::error, std::string(id()), message});
}

}  // namespace analyzer::rules
