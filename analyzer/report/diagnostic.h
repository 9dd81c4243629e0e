#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace analyzer {

enum class Severity : std::uint8_t { warning, error };

[[nodiscard]] constexpr const char* severity_name(Severity severity) {
  switch (severity) {
    case Severity::warning:
      return "warning";
    case Severity::error:
      return "error";
  }
  return "";
}

/// One finding in one file. Line and column count from 1, the column in bytes.
struct Diagnostic {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
  Severity severity = Severity::error;
  std::string rule;
  std::string message;

  friend bool operator==(const Diagnostic&, const Diagnostic&) = default;
};

/// Everything that was found in the file at `index` of the check's paths, in the order of the text.
struct FileDiagnostics {
  std::uint32_t index = 0;
  std::vector<Diagnostic> diagnostics;
};

}  // namespace analyzer
