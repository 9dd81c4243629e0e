#include "analyzer/rules/internal_error.h"

namespace analyzer::rules {

Diagnostic internal_error(const std::string& reason) {
  return {1, 1, Severity::error, std::string(kInternalErrorRule), reason};
}

}  // namespace analyzer::rules
