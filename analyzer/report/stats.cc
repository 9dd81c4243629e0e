#include <algorithm>

#include <fmt/ostream.h>
#include <sys/resource.h>

#include "analyzer/report/formats.h"

namespace analyzer::report {
namespace {

std::chrono::nanoseconds cpu_time(const rusage& usage) {
  const auto of = [](const timeval& time) {
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
  };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

double milliseconds(std::chrono::nanoseconds time) { return static_cast<double>(time.count()) / 1e6; }

}  // namespace

void measure_usage(Stats& stats) {
  rusage own{};
  rusage children{};
  ::getrusage(RUSAGE_SELF, &own);
  ::getrusage(RUSAGE_CHILDREN, &children);
  stats.cpu = cpu_time(own) + cpu_time(children);
  // Linux counts in KiB.
  stats.peak_rss_bytes = static_cast<std::uint64_t>(std::max(own.ru_maxrss, children.ru_maxrss)) * 1024;
}

void write_stats(const pool::CheckResult& result, const Stats& stats, std::ostream& out) {
  const cache::Counters& cache = result.cache;
  fmt::print(out, "files        {} ({} calls followed)\n", result.paths.size(), result.calls);
  fmt::print(out, "pool         {}, {} workers\n", stats.backend, stats.workers);
  fmt::print(out, "wall         {:.1f} ms\n", milliseconds(stats.wall));
  fmt::print(out, "cpu          {:.1f} ms\n", milliseconds(stats.cpu));
  fmt::print(out, "peak rss     {:.1f} MiB\n", static_cast<double>(stats.peak_rss_bytes) / (1 << 20));
  fmt::print(out,
             "cache        {} hits ({} in memory), {} misses ({} damaged), {} writes, {} failed writes\n",
             cache.hits, cache.memo_hits, cache.misses, cache.damaged, cache.writes, cache.failed_writes);
  fmt::print(out, "signatures   {} files, {} classes, {} methods\n", stats.signatures.files,
             stats.signatures.classes, stats.signatures.methods);
  for (const auto& [construct, count] : stats.signatures.skips) {
    fmt::print(out, "  skipped    {} {}\n", count, construct);
  }
  fmt::print(out, "diagnostics  {}\n", result.diagnostic_count());
  for (const auto& [rule, count] : result.by_rule()) fmt::print(out, "  {:<28} {}\n", rule, count);
}

}  // namespace analyzer::report
