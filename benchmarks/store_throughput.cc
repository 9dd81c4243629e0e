// What storing and counting cost: per run while a campaign is written, and as a whole when a file of 100,000
// runs is opened, counted and exported.
//
// Usage: store_throughput [RUNS [FOLDER]]     (default 100000 in a folder below TMPDIR)
//
// Prints one line per figure and exits 1 when a bound that the design names is missed: 25 us for storing an
// ok run without logs (median of 10 blocks), 1 s for opening and counting, memory that does not grow with
// the number of runs by more than the 8 bytes of wall time that a quantile needs (64 bytes are allowed, for
// the growth of vectors). To be run from an optimised build on a quiet machine.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <malloc.h>

#include "harness/base/clock.h"
#include "harness/base/text.h"
#include "harness/campaign/summarise.h"
#include "harness/report/csv.h"
#include "harness/report/json.h"
#include "harness/store/store.h"

namespace {

using namespace repro;

double us_since(nanoseconds start) {
  return static_cast<double>((system_clock().monotonic() - start).count()) / 1e3;
}

/// Processor time of this process: what is left of a figure when a busy machine is taken out of it.
double cpu_us() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

/// Peak resident size since the last reset, from the kernel.
std::uint64_t peak_rss_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::strtoull(line.c_str() + 6, nullptr, 10);
  }
  return 0;
}

void reset_peak_rss() {
  ::malloc_trim(0);
  std::ofstream("/proc/self/clear_refs") << "5";
}

Request request_of_four_arms(std::uint64_t runs) {
  Request request;
  request.runs_per_arm = runs / 4;
  for (std::uint32_t id = 0; id < 4; ++id) {
    Arm arm;
    arm.id = id;
    arm.key.variant = id < 2 ? "pre-fix" : "fixed";
    arm.key.sanitizer = id % 2 == 0 ? Sanitizer::plain : Sanitizer::address;
    arm.command.argv = {"./subject"};
    request.arms.push_back(std::move(arm));
  }
  return request;
}

RunRecord ok_run(std::uint64_t index) {
  RunRecord run;
  run.slot = {index, static_cast<std::uint32_t>(index % 4), index / 4, index * 0x9e3779b97f4a7c15U};
  run.process.pid = 4711;
  run.process.started_at = nanoseconds(1'700'000'000'000'000'000) + std::chrono::milliseconds(index);
  run.process.wall = std::chrono::microseconds(1000 + index % 997);
  run.process.usage = {std::chrono::microseconds(700), std::chrono::microseconds(200), 3U << 20U, 2U << 20U};
  run.process.standard_output = {"all 17 cases passed\n", "", 20};
  run.timeout = std::chrono::seconds(10);
  return run;
}

Signature signature_number(std::uint64_t number) {
  Signature signature;
  signature.id = fmt::format("s1-{:012x}", number);
  signature.source = FindingSource::address_sanitizer;
  signature.kind = "heap-use-after-free";
  signature.title = "heap-use-after-free in lookup (callinfo.cc)";
  signature.frames = {"lookup callinfo.cc", "call vm.cc", "run vm.cc"};
  return signature;
}

/// A crash with a report of the usual size: three stacks of 20 frames, 4 KiB of text.
RunRecord crash(std::uint64_t index, const Signature& signature) {
  RunRecord run = ok_run(index);
  run.outcome = Outcome::crash;
  run.reason = "asan heap-use-after-free";
  run.process.termination = Signaled{6, false};
  Finding finding;
  finding.source = signature.source;
  finding.kind = signature.kind;
  finding.message = fmt::format("heap-use-after-free on address 0x{:x}", index * 16);
  finding.signature = signature.id;
  for (const StackRole role : {StackRole::access, StackRole::freed, StackRole::allocated}) {
    Stack stack;
    stack.role = role;
    for (int depth = 0; depth < 20; ++depth) {
      Frame frame;
      frame.function = fmt::format("Interpreter::step_{}(Context*)", depth);
      frame.file = "src/interpreter/step.cc";
      frame.line = 100 + depth;
      finding.raw += fmt::format("    #{} 0x{:012x} in {} src/interpreter/step.cc:{}\n", depth,
                                 index * 4096 + depth, frame.function, frame.line);
      stack.frames.push_back(std::move(frame));
    }
    finding.stacks.push_back(std::move(stack));
  }
  run.process.report_files = {{"asan.4711", 4711, finding.raw, finding.raw.size()}};
  run.findings = {std::move(finding)};
  return run;
}

[[noreturn]] void give_up(const Error& error) {
  fmt::print(stderr, "store_throughput: {}\n", error.message);
  std::exit(2);
}

template <class T>
T value_or_give_up(Result<T> result) {
  if (!result) give_up(result.error());
  return *std::move(result);
}

class Verdict {
 public:
  void figure(std::string_view name, double value, std::string_view unit) const {
    fmt::print("{:<52}{:>12.2f} {}\n", name, value, unit);
  }
  void bounded(std::string_view name, double value, std::string_view unit, double bound) {
    const bool holds = value <= bound;
    all_hold_ = all_hold_ && holds;
    fmt::print("{:<52}{:>12.2f} {}  ({} {})\n", name, value, unit, holds ? "within" : "MISSES", bound);
  }
  [[nodiscard]] int exit_code() const { return all_hold_ ? 0 : 1; }

 private:
  bool all_hold_ = true;
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/// Stores `runs` ok runs in 10 blocks; microseconds per run, median of the blocks.
double store_ok_runs(const std::string& path, std::uint64_t runs) {
  store::Store store =
      value_or_give_up(store::Store::create(path, request_of_four_arms(runs), {}, nanoseconds(0)));
  std::vector<double> blocks;
  std::uint64_t index = 0;
  for (std::uint64_t block = 1; block <= 10; ++block) {
    const std::uint64_t end = runs * block / 10;
    const std::uint64_t count = end - index;
    const nanoseconds start = system_clock().monotonic();
    for (; index < end; ++index) {
      if (const Result<void> added = store.add_run(ok_run(index), {}); !added) give_up(added.error());
    }
    blocks.push_back(us_since(start) / static_cast<double>(count));
  }
  return median(std::move(blocks));
}

/// Stores `runs` crashes with logs and one of 10 signatures each; microseconds per run.
double store_crashes(const std::string& path, std::uint64_t runs) {
  store::Store store =
      value_or_give_up(store::Store::create(path, request_of_four_arms(runs), {}, nanoseconds(0)));
  double total = 0;
  for (std::uint64_t index = 0; index < runs; ++index) {
    const Signature signature = signature_number(index % 10);
    const RunRecord run = crash(index, signature);
    const nanoseconds start = system_clock().monotonic();
    if (const Result<void> added = store.add_run(run, {&signature, 1}); !added) give_up(added.error());
    total += us_since(start);
  }
  return total / static_cast<double>(runs);
}

double open_and_summarise_ms(const std::string& path) {
  const nanoseconds start = system_clock().monotonic();
  const store::Store store = value_or_give_up(store::Store::open_read_only(path));
  const CampaignSummary summary = value_or_give_up(campaign::summarise(store));
  const double ms = us_since(start) / 1e3;
  if (summary.totals().all() == 0) std::exit(2);
  return ms;
}

double export_ms(const std::string& path, bool is_json) {
  const store::Store store = value_or_give_up(store::Store::open_read_only(path));
  const CampaignSummary summary = value_or_give_up(campaign::summarise(store));
  const report::RunSource runs = [&](const std::function<void(const RunRow&)>& visit) {
    return store.for_each_run(visit);
  };
  std::ofstream out("/dev/null");
  const nanoseconds start = system_clock().monotonic();
  const Result<void> written =
      is_json ? report::write_json(out, summary, runs) : report::write_csv(out, summary, runs);
  if (!written) give_up(written.error());
  return us_since(start) / 1e3;
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t runs = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 100'000;
  std::string folder =
      argc > 2 ? argv[2] : (std::filesystem::temp_directory_path() / "repro-bench-XXXXXX").string();
  if (argc <= 2 && ::mkdtemp(folder.data()) == nullptr) return 2;
  const std::string ok_path = folder + "/ok.repro";
  const std::string crash_path = folder + "/crash.repro";
  if (runs < 1000) {
    fmt::print(stderr, "store_throughput: at least 1000 runs are needed\n");
    return 2;
  }

  Verdict verdict;
  reset_peak_rss();
  const std::uint64_t before_kib = peak_rss_kib();
  fmt::print("{} runs\n", runs);
  const double cpu_at_start = cpu_us();
  verdict.bounded("store an ok run without logs", store_ok_runs(ok_path, runs), "us", 25);
  const double cpu_after_ok = cpu_us();
  verdict.figure("  of it processor time", (cpu_after_ok - cpu_at_start) / static_cast<double>(runs), "us");
  verdict.figure("store a crash with a report of 4 KiB and logs", store_crashes(crash_path, runs), "us");
  verdict.figure("  of it processor time, with making it up",
                 (cpu_us() - cpu_after_ok) / static_cast<double>(runs), "us");
  const std::uint64_t written_kib = peak_rss_kib();
  verdict.bounded("growth of memory while storing", static_cast<double>(written_kib - before_kib) / 1024,
                  "MiB", 16);
  const auto size_of = [](const std::string& path) {
    return static_cast<double>(std::filesystem::file_size(path));
  };
  verdict.figure("file size per ok run", size_of(ok_path) / static_cast<double>(runs), "bytes");
  verdict.figure("file size per crash", size_of(crash_path) / static_cast<double>(runs), "bytes");

  reset_peak_rss();
  const std::uint64_t before_reading_kib = peak_rss_kib();
  verdict.bounded("open and summarise, all ok", open_and_summarise_ms(ok_path), "ms", 1000);
  verdict.bounded("open and summarise, all crashed", open_and_summarise_ms(crash_path), "ms", 1000);
  verdict.figure("export all crashed as JSON", export_ms(crash_path, true), "ms");
  verdict.figure("export all crashed as CSV", export_ms(crash_path, false), "ms");
  const auto growth_kib = static_cast<double>(peak_rss_kib() - before_reading_kib);
  verdict.bounded("growth of memory while reading", growth_kib / 1024, "MiB",
                  8 + static_cast<double>(runs) * 64 / (1U << 20U));
  if (argc <= 2) std::filesystem::remove_all(folder);
  return verdict.exit_code();
}
