// How fast logs are searched for reports, and with how much memory.
//
//   benchmarks/report_scanning [--mib=1024] [--repeats=5] [--reports=1000000]
//
// Generates each log once in memory (64 MiB of distinct lines, fed as often as the size asks for, so that the
// log itself does not count), feeds it in pieces of 64 KiB as a file reader would, and prints MB/s (10^6
// bytes) and the growth of the peak of resident memory. `no reports` is the figure that matters for long
// logs; `frames` is full of lines that look like parts of reports; `reports` is one report after the other,
// `mixed` several grammars and jobs in turn. Then the seconds for each tenth of that many reports.

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <sys/resource.h>

#include "harness/findings/report_parser.h"

namespace {

constexpr std::size_t kBlock = 64U << 20U;
constexpr std::size_t kPiece = 64U << 10U;

/// Lines as servers and test runners print them: levels, numbers, words.
std::string ordinary_log() {
  constexpr std::string_view kWords[] = {"request", "worker",   "finished", "in",      "queue",
                                         "error",   "retrying", "cache",    "corrupt", "free",
                                         "thread",  "address",  "size",     "runtime"};
  std::string log;
  log.reserve(kBlock + 200);
  std::uint64_t state = 1;
  for (std::uint64_t line = 0; log.size() < kBlock; ++line) {
    log += fmt::format("2026-10-12T07:41:{:02}.{:06} INFO [{}] ", line % 60, line % 1000000, line % 97);
    for (int word = 0; word < 8; ++word) {
      state = state * 6364136223846793005ULL + 1442695040888963407ULL;
      log += kWords[(state >> 33U) % std::size(kWords)];
      log += ' ';
    }
    log += fmt::format("id={:x}\n", state);
  }
  return log;
}

std::string frame_log() {
  std::string log;
  for (std::uint64_t line = 0; log.size() < kBlock; ++line) {
    log +=
        fmt::format("    #{} 0x{:012x} in pool::Worker<int, {}>::run(pool::Task*) /src/pool/worker.cc:{}:7\n",
                    line % 40, line * 64, line % 13, line % 900);
  }
  return log;
}

std::string report_log() {
  std::string log;
  for (std::uint64_t report = 0; log.size() < kBlock; ++report) {
    log += fmt::format(
        "==================\nWARNING: ThreadSanitizer: data race (pid={0})\n  Write of size 4 at "
        "0x5603d857cb28 by thread "
        "T2:\n    #0 increment() /src/a.cc:{1}:29 (prog+0xea442)\n\n  Previous read of size 4 at "
        "0x5603d857cb28 by "
        "thread T1:\n    #0 reader() /src/a.cc:{2}:29 (prog+0xea447)\n\nSUMMARY: ThreadSanitizer: data race "
        "/src/a.cc:{1}:29 in increment()\n==================\n",
        report, report % 900, report % 700);
  }
  return log;
}

/// Reports of several grammars behind the prefixes of jobs that write in turn, and lines that only look like
/// the beginning of one.
std::string mixed_log() {
  std::string log;
  for (std::uint64_t report = 0; log.size() < kBlock; ++report) {
    const std::uint64_t job = report % 7;
    log += fmt::format(
        "web-{0} | panic: queue {1} is closed\nweb-{0} | \nweb-{0} | goroutine 7 [running]:\nweb-{0} | "
        "main.push(0x1)\nweb-{0} | \t/src/a.go:{2} +0x1d\nweb-{0} | exit status 2\n",
        job, report, report % 900);
    log += fmt::format("=={0}== Invalid read of size 4\n=={0}==    at 0x10: run{1} (a.c:{1})\n=={0}== \n",
                       report, report % 900);
    log += "fatal error: no such file\npanic: not a report\nAborted the transfer\nTimeout (retrying)\n";
    log += "free(): invalid pointer\nAborted (core dumped)\n";
  }
  return log;
}

long peak_kib() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

struct Measurement {
  double megabytes_per_second;
  std::uint64_t findings;
};

Measurement scan(const std::string& block, std::uint64_t total_bytes) {
  Measurement measured{0, 0};
  const auto begin = std::chrono::steady_clock::now();
  repro::findings::ReportScanner scanner([&](const repro::Finding&) { ++measured.findings; });
  std::uint64_t fed = 0;
  while (fed < total_bytes) {
    for (std::size_t at = 0; at < block.size() && fed < total_bytes; at += kPiece) {
      const std::string_view piece = std::string_view(block).substr(at, kPiece);
      scanner.feed(piece);
      fed += piece.size();
    }
  }
  scanner.finish();
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  measured.megabytes_per_second = static_cast<double>(fed) / 1e6 / seconds.count();
  return measured;
}

/// Seconds for each tenth of a scan of `total` reports: equal tenths show that time grows with the log alone.
void scan_many(const std::string& block, std::uint64_t total) {
  std::uint64_t findings = 0;
  repro::findings::ReportScanner scanner([&](const repro::Finding&) { ++findings; });
  fmt::print("seconds per tenth of {} reports:", total);
  auto begin = std::chrono::steady_clock::now();
  std::uint64_t next = total / 10;
  while (findings < total) {
    for (std::size_t at = 0; at < block.size() && findings < total; at += kPiece) {
      scanner.feed(std::string_view(block).substr(at, kPiece));
      if (findings < next) continue;
      const auto now = std::chrono::steady_clock::now();
      fmt::print(" {:.2f}", std::chrono::duration<double>(now - begin).count());
      begin = now;
      next += total / 10;
    }
  }
  fmt::print("\n");
}

std::uint64_t option(int argc, char** argv, std::string_view name, std::uint64_t fallback) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.starts_with(name)) return std::strtoull(argv[i] + name.size(), nullptr, 10);
  }
  return fallback;
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t bytes = option(argc, argv, "--mib=", 1024) << 20U;
  const std::uint64_t repeats = option(argc, argv, "--repeats=", 5);
  struct Kind {
    std::string_view name;
    std::string (*make)();
  };
  fmt::print("{:12} {:>12} {:>10} {:>16}\n", "log", "MB/s", "findings", "peak grew by KiB");
  for (const Kind& kind : {Kind{"no reports", ordinary_log}, Kind{"frames", frame_log},
                           Kind{"reports", report_log}, Kind{"mixed", mixed_log}}) {
    const std::string block = kind.make();
    // Reports are parsed, not skipped: a sixteenth of the text measures the same.
    const bool has_reports = kind.name == "reports" || kind.name == "mixed";
    const std::uint64_t total = has_reports ? bytes / 16 : bytes;
    for (std::uint64_t repeat = 0; repeat < repeats; ++repeat) {
      const long before = peak_kib();
      const Measurement measured = scan(block, total);
      fmt::print("{:12} {:12.0f} {:10} {:16}\n", kind.name, measured.megabytes_per_second, measured.findings,
                 peak_kib() - before);
    }
  }
  if (const std::uint64_t reports = option(argc, argv, "--reports=", 1'000'000); reports >= 10) {
    scan_many(report_log(), reports);
    scan_many(mixed_log(), reports);
  }
  return 0;
}
