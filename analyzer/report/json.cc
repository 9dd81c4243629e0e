#include <nlohmann/json.hpp>

#include "analyzer/report/formats.h"

namespace analyzer::report {
namespace {

// Insertion order is kept, so that equal results are equal bytes and read like the text output.
using Json = nlohmann::ordered_json;

Json stats_json(const pool::CheckResult& result, const Stats& stats) {
  Json skipped = Json::object();
  for (const auto& [construct, count] : stats.signatures.skips) skipped[construct] = count;
  Json by_rule = Json::object();
  for (const auto& [rule, count] : result.by_rule()) by_rule[rule] = count;
  return {{"backend", stats.backend},
          {"workers", stats.workers},
          {"files", result.paths.size()},
          {"calls", result.calls},
          {"wall_ns", stats.wall.count()},
          {"cpu_ns", stats.cpu.count()},
          {"peak_rss_bytes", stats.peak_rss_bytes},
          {"diagnostics", by_rule},
          {"cache",
           {{"hits", result.cache.hits},
            {"memo_hits", result.cache.memo_hits},
            {"misses", result.cache.misses},
            {"damaged", result.cache.damaged},
            {"writes", result.cache.writes},
            {"failed_writes", result.cache.failed_writes}}},
          {"signatures",
           {{"files", stats.signatures.files},
            {"classes", stats.signatures.classes},
            {"methods", stats.signatures.methods},
            {"skipped", skipped}}}};
}

}  // namespace

void write_json(const pool::CheckResult& result, const Stats* stats, std::ostream& out) {
  Json diagnostics = Json::array();
  for (const FileDiagnostics& file : result.files) {
    for (const Diagnostic& at : file.diagnostics) {
      diagnostics.push_back({{"path", result.paths[file.index]},
                             {"line", at.line},
                             {"column", at.column},
                             {"severity", severity_name(at.severity)},
                             {"rule", at.rule},
                             {"message", at.message}});
    }
  }
  Json all = {{"schema", 1}, {"diagnostics", std::move(diagnostics)}, {"warnings", result.warnings}};
  if (stats != nullptr) all["stats"] = stats_json(result, *stats);
  // Paths and names of Ruby methods need not be UTF-8; what is not becomes U+FFFD.
  out << all.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

}  // namespace analyzer::report
