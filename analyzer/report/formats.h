#pragma once

#include <chrono>
#include <cstdint>
#include <ostream>
#include <string>

#include "analyzer/pool/check.h"

namespace analyzer::report {

/// What a check cost and found, for `--stats`.
struct Stats {
  std::string backend;
  std::uint32_t workers = 0;
  std::chrono::nanoseconds wall{};
  std::chrono::nanoseconds cpu{};    ///< user and system, of this process and its finished children
  std::uint64_t peak_rss_bytes = 0;  ///< the largest of this process and its children
  rbs::ReflectionCounts signatures;
};

/// CPU time and peak resident size so far.
void measure_usage(Stats& stats);

/// `path:line:column: severity: message [rule]`, one line each.
void write_text(const pool::CheckResult& result, std::ostream& out);
/// One object: schema, diagnostics, warnings, and stats if given.
void write_json(const pool::CheckResult& result, const Stats* stats, std::ostream& out);
/// A table for people.
void write_stats(const pool::CheckResult& result, const Stats& stats, std::ostream& out);

}  // namespace analyzer::report
