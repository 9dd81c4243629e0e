#pragma once

// Campaigns by construction, for the tests of the store and of what reads it.

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "harness/store/store.h"

namespace repro::store {

using std::chrono::nanoseconds;

/// Two arms: `pre-fix` plain and `fixed` address.
inline Request two_arms(KeepLogs keep_logs = KeepLogs::failures) {
  Request request;
  request.seed = 0xfedcba9876543210U;
  request.runs_per_arm = 100;
  request.keep_logs = keep_logs;
  request.arms.resize(2);
  request.arms[0].key.variant = "pre-fix";
  request.arms[0].command.argv = {"./subject", "--case", "7"};
  request.arms[1].id = 1;
  request.arms[1].key = {"fixed", Sanitizer::address, "os"};
  request.arms[1].command.argv = {"./subject.address"};
  return request;
}

inline Signature signature_named(const std::string& id) {
  Signature signature;
  signature.id = id;
  signature.source = FindingSource::address_sanitizer;
  signature.kind = "heap-use-after-free";
  signature.title = "heap-use-after-free in lookup (callinfo.cc)";
  signature.frames = {"lookup callinfo.cc", "call vm.cc"};
  return signature;
}

inline Finding finding_of(const Signature& signature) {
  Finding finding;
  finding.source = signature.source;
  finding.kind = signature.kind;
  finding.message = "heap-use-after-free on address 0x602000000010";
  finding.signature = signature.id;
  finding.raw = "==4711==ERROR: AddressSanitizer: heap-use-after-free\n    #0 0x1 in lookup callinfo.cc:12\n";
  return finding;
}

/// A run of arm `arm` with every field away from its default.
inline RunRecord run_of(std::uint64_t index, std::uint32_t arm, Outcome outcome) {
  RunRecord run;
  run.slot = {index, arm, index / 2, 0x8000000000000000U + index};
  run.outcome = outcome;
  run.reason = outcome == Outcome::ok ? "" : std::string(to_string(outcome)) + " as wanted";
  run.timeout = std::chrono::seconds(10);
  ProcessResult& process = run.process;
  if (outcome == Outcome::crash) {
    process.termination = Signaled{11, true};
  } else {
    process.termination = Exited{outcome == Outcome::ok ? 0 : 3};
  }
  if (outcome == Outcome::hang) {
    process.stop_reason = StopReason::deadline;
    process.stop_step = StopStep::kill;
    process.hang.text = "thread 1 waits for thread 2";
  }
  process.pid = 4711;
  process.started_at = nanoseconds(1'700'000'000'000'000'000) + std::chrono::milliseconds(index);
  process.wall = std::chrono::milliseconds(index + 1);
  process.usage = {nanoseconds(11), nanoseconds(12), 1024 * (index + 1), 512};
  process.standard_output = {"out of " + std::to_string(index), "", 8 + std::to_string(index).size()};
  process.standard_error = {"head", "tail", 1000};
  process.leftover_processes = 2;
  process.pipes_held_open = true;
  return run;
}

/// A crash of arm `arm` with one finding of `signature`.
inline RunRecord crash_of(std::uint64_t index, std::uint32_t arm, const Signature& signature) {
  RunRecord run = run_of(index, arm, Outcome::crash);
  run.findings = {finding_of(signature)};
  return run;
}

class InFolder : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "/repro-store-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::string path(const std::string& name = "c.repro") const { return folder_ + "/" + name; }
  /// Names of all files, sorted.
  [[nodiscard]] std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }
  [[nodiscard]] Result<Store> create(const Request& request = two_arms()) const {
    return Store::create(path(), request, {{"kernel", "6.1"}, {"cores", "2"}},
                         nanoseconds(1'700'000'000'000'000'000));
  }

  std::string folder_;
};

/// Fails the test with the message when `result` is an Error.
template <class T>
testing::AssertionResult succeeded(const Result<T>& result) {
  if (result) return testing::AssertionSuccess();
  return testing::AssertionFailure() << result.error().message;
}

}  // namespace repro::store
