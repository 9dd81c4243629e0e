#include <fmt/ostream.h>

#include "analyzer/report/formats.h"

namespace analyzer::report {

void write_text(const pool::CheckResult& result, std::ostream& out) {
  for (const FileDiagnostics& file : result.files) {
    for (const Diagnostic& at : file.diagnostics) {
      fmt::print(out, "{}:{}:{}: {}: {} [{}]\n", result.paths[file.index], at.line, at.column,
                 severity_name(at.severity), at.message, at.rule);
    }
  }
}

}  // namespace analyzer::report
