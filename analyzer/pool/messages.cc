#include "analyzer/pool/messages.h"

#include <utility>

#include "analyzer/base/bytes.h"

namespace analyzer::pool {

std::string encode_read_file(const ReadFile& file) {
  ByteWriter writer;
  writer.text(file.failure);
  writer.text(file.unit == nullptr ? std::string() : infer::encode(*file.unit));
  return std::move(writer).take();
}

std::optional<ReadFile> decode_read_file(std::string_view bytes) {
  ByteReader reader(bytes);
  ReadFile file;
  file.failure = reader.text();
  const std::string_view encoded = reader.text();
  if (!reader.at_end()) return std::nullopt;
  if (encoded.empty()) return file;
  auto unit = std::make_shared<infer::FileUnit>();
  if (!infer::decode(encoded, *unit)) return std::nullopt;
  file.unit = std::move(unit);
  return file;
}

std::string encode_diagnostics(const FileDiagnostics& file) {
  ByteWriter writer;
  writer.number(file.index);
  writer.number(static_cast<std::uint32_t>(file.diagnostics.size()));
  for (const Diagnostic& diagnostic : file.diagnostics) {
    writer.number(diagnostic.line);
    writer.number(diagnostic.column);
    writer.number(diagnostic.severity);
    writer.text(diagnostic.rule);
    writer.text(diagnostic.message);
  }
  return std::move(writer).take();
}

std::optional<FileDiagnostics> decode_diagnostics(std::string_view bytes) {
  ByteReader reader(bytes);
  FileDiagnostics file;
  file.index = reader.number<std::uint32_t>();
  const auto count = reader.number<std::uint32_t>();
  for (std::uint32_t i = 0; i < count && reader.ok(); ++i) {
    Diagnostic diagnostic;
    diagnostic.line = reader.number<std::uint32_t>();
    diagnostic.column = reader.number<std::uint32_t>();
    diagnostic.severity = reader.number<Severity>();
    diagnostic.rule = reader.text();
    diagnostic.message = reader.text();
    file.diagnostics.push_back(std::move(diagnostic));
  }
  if (!reader.at_end()) return std::nullopt;
  return file;
}

std::string encode_report(const SessionReport& report) {
  ByteWriter writer;
  writer.number(report.cache);
  writer.number(static_cast<std::uint32_t>(report.plugin_states.size()));
  for (const std::string& state : report.plugin_states) writer.text(state);
  writer.number(static_cast<std::uint32_t>(report.plugin_errors.size()));
  for (const PluginError& error : report.plugin_errors) {
    writer.text(error.plugin);
    writer.text(error.message);
  }
  return std::move(writer).take();
}

std::optional<SessionReport> decode_report(std::string_view bytes) {
  ByteReader reader(bytes);
  SessionReport report;
  report.cache = reader.number<cache::Counters>();
  const auto states = reader.number<std::uint32_t>();
  for (std::uint32_t i = 0; i < states && reader.ok(); ++i) report.plugin_states.emplace_back(reader.text());
  const auto errors = reader.number<std::uint32_t>();
  for (std::uint32_t i = 0; i < errors && reader.ok(); ++i) {
    PluginError error;
    error.plugin = reader.text();
    error.message = reader.text();
    report.plugin_errors.push_back(std::move(error));
  }
  if (!reader.at_end()) return std::nullopt;
  return report;
}

}  // namespace analyzer::pool
