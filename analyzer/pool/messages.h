#pragma once

// What a forked worker sends to its parent, as bytes.

#include <optional>
#include <string>
#include <string_view>

#include "analyzer/pool/worker_session.h"

namespace analyzer::pool {

[[nodiscard]] std::string encode_read_file(const ReadFile& file);
[[nodiscard]] std::optional<ReadFile> decode_read_file(std::string_view bytes);
[[nodiscard]] std::string encode_diagnostics(const FileDiagnostics& file);
[[nodiscard]] std::optional<FileDiagnostics> decode_diagnostics(std::string_view bytes);
[[nodiscard]] std::string encode_report(const SessionReport& report);
[[nodiscard]] std::optional<SessionReport> decode_report(std::string_view bytes);

}  // namespace analyzer::pool
