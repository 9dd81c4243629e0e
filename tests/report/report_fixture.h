#pragma once

// One campaign by construction, with everything that a report can show, and hostile text in it.

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "harness/base/files.h"
#include "harness/model/run_record.h"
#include "harness/model/summary.h"
#include "harness/report/run_source.h"

namespace repro::report {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

inline ArmSummary arm_with(std::uint32_t id, ArmKey key, OutcomeCounts counts, RateEstimate rate) {
  ArmSummary arm;
  arm.id = id;
  arm.key = std::move(key);
  arm.counts = counts;
  if (counts.counted() > 0) {
    arm.rate = rate;
    arm.wall = WallTimes{milliseconds(20), milliseconds(95), milliseconds(1500)};
  }
  arm.max_rss_bytes = (id + 1) << 20U;
  return arm;
}

inline Signature use_after_free() {
  Signature signature;
  signature.id = "s1-1234567890ab";
  signature.source = FindingSource::address_sanitizer;
  signature.kind = "heap-use-after-free";
  signature.title = "heap-use-after-free in lookup (callinfo.cc)";
  signature.frames = {"lookup callinfo.cc", "call vm.cc"};
  return signature;
}

inline Signature hostile_signature() {
  Signature signature;
  signature.id = "s1-ffffffffffff";
  signature.source = FindingSource::unrecognised;
  signature.kind = "other";
  signature.implies = Outcome::fail;
  signature.title = "\x1b[2J<script>alert(1)</script> | `code` [link](http://x) \"q\", =1+1\r\nnext line";
  signature.is_unsymbolized = true;
  return signature;
}

/// 18 crashes, 2 hangs, 5 fails of 25; a clean arm; one without data; and one that is blind.
inline CampaignSummary example_summary() {
  CampaignSummary summary;
  summary.file = "example.repro";
  summary.request.scenario = "ractor-pool-uaf";
  summary.request.seed = 18446744073709551615U;
  summary.request.runs_per_arm = 25;
  summary.machine = {{"cores", "2"}, {"kernel", "6.1.0 <b>"}};
  summary.state = CampaignState::complete;
  summary.state_note = "25 runs per arm";
  summary.started_at = seconds(1'700'000'000);
  summary.wall = milliseconds(62'300);
  summary.arms = {
      arm_with(0, {"pre-fix", Sanitizer::plain, "os"}, {18, 2, 5, 0, 0}, {1, 0.8628148284692875, 1}),
      arm_with(1, {"pre-fix", Sanitizer::address, "os"}, {23, 0, 0, 2, 0}, {0.92, 0.7396941757, 0.9901590}),
      arm_with(2, {"fixed", Sanitizer::thread, "os"}, {0, 0, 0, 22, 3}, {0, 0, 0.15437}),
      arm_with(3, {"=evil|`name`", Sanitizer::memory, "os"}, {0, 0, 0, 0, 25}, {})};
  summary.arms[0].first_failure_run = 0;
  summary.arms[1].first_failure_run = 6;
  summary.arms[1].runs_by_finding = {{"asan heap-use-after-free", 23}, {"lsan leak", 1}};
  summary.arms[2].blind = "TSan misses the race canary";
  summary.arms[3].blind = "no clang";
  for (const ArmSummary& arm : summary.arms) {
    summary.request.arms.push_back({arm.id, arm.key, {{"./subject", "it's"}, {}, "", ""}});
  }
  summary.signatures = {{use_after_free(), 23, {{0, 1}, {1, 22}}, 6}, {hostile_signature(), 1, {{0, 1}}, 8}};
  summary.bugs = {{{use_after_free().title,
                    {use_after_free().id, hostile_signature().id},
                    {{hostile_signature().id, use_after_free().id, "both in lookup (callinfo.cc)"}},
                    {"a doubt \x1b[31m"}},
                   23,
                   {{0, 1}, {1, 22}},
                   6}};
  summary.unseen = UnseenEstimate{2, 24, 1.4, 0.042};
  summary.infra = {{"FATAL: ThreadSanitizer: unexpected memory mapping", 25, 3}, {"disk full", 3, 11}};
  summary.warnings = {"the machine was busy: load 9.5 on 2 cores", "\x1b]0;title\x07 hostile"};
  summary.adaptive_timeout = seconds(10);
  return summary;
}

inline RunRow example_row() {
  RunRow row;
  row.slot = {6, 1, 1, 9223372036854775809U};
  row.outcome = Outcome::crash;
  row.reason = "asan heap-use-after-free";
  row.signal = 6;
  row.started_at = seconds(1'700'000'001);
  row.wall = nanoseconds(12'345'678);
  row.user_cpu = milliseconds(11);
  row.system_cpu = nanoseconds(500'000);
  row.max_rss_bytes = 12U << 20U;
  row.stdout_bytes = 6;
  row.stderr_bytes = 1'234'567;
  row.signatures = {"s1-1234567890ab"};
  return row;
}

inline std::vector<RunRow> example_rows() {
  RunRow ok;
  ok.slot = {7, 2, 0, 1};
  ok.outcome = Outcome::ok;
  ok.exit_code = 0;
  ok.started_at = seconds(1'700'000'002);
  ok.wall = milliseconds(3);
  RunRow hostile = ok;
  hostile.slot = {8, 3, 0, 2};
  hostile.outcome = Outcome::fail;
  hostile.exit_code = 3;
  hostile.reason = "=HYPERLINK(\"http://x\"), said it\nand \x1b[31mmore";
  hostile.signatures = {"s1-1234567890ab", "s1-ffffffffffff"};
  return {example_row(), ok, hostile};
}

inline RunSource source_of(std::vector<RunRow> rows) {
  return [rows = std::move(rows)](const std::function<void(const RunRow&)>& visit) -> Result<void> {
    for (const RunRow& row : rows) visit(row);
    return {};
  };
}

inline Finding example_finding() {
  Finding finding;
  finding.source = FindingSource::address_sanitizer;
  finding.kind = "heap-use-after-free";
  finding.message = "heap-use-after-free on address 0x602000000010";
  finding.location = "0x602000000010 is 0 bytes inside of 16-byte region";
  finding.signature = "s1-1234567890ab";
  finding.stacks = {{StackRole::access,
                     "READ of size 8",
                     "T1",
                     "read",
                     8,
                     {},
                     {{"lookup", "callinfo.cc", 12, 3, "", 0, ""}}},
                    {StackRole::freed, "", "", "", 0, {}, {{"", "", 0, 0, "/lib/libc.so.6", 0x1234, ""}}}};
  finding.raw = "==1==ERROR: AddressSanitizer: heap-use-after-free\n    #0 0x1 in lookup callinfo.cc:12:3\n";
  return finding;
}

inline RunDetails example_run() {
  RunDetails run;
  run.row = example_row();
  run.timeout = seconds(10);
  run.core_dumped = true;
  run.pid = 4711;
  run.max_rss_floor_bytes = 3U << 20U;
  run.leftover_processes = 2;
  run.findings = {example_finding()};
  run.logs = RunLogs{"hello\n", "\x1b[31mred\nsecond", "", {{"asan.4711", 4711, example_finding().raw, 90}}};
  return run;
}

/// Compares with tests/golden/report/NAME. REPRO_UPDATE_GOLDEN=1 writes the file instead, to be reviewed as a
/// diff.
inline void expect_golden(const std::string& name, const std::string& got) {
  const std::string path = REPRO_TEST_SOURCE_DIR "/golden/report/" + name;
  if (std::getenv("REPRO_UPDATE_GOLDEN") != nullptr) std::ofstream(path) << got;
  const Result<std::string> expected = read_file(path);
  ASSERT_TRUE(expected) << expected.error().message;
  EXPECT_EQ(got, *expected) << "when this change is meant: REPRO_UPDATE_GOLDEN=1, then review the diff";
}

}  // namespace repro::report
