// How many runs a second the supervisor reaches over a command that does nothing, as a share of a bare
// posix_spawn + waitpid loop with the same number of threads.
//
// The two are measured in turns of some milliseconds, so that drift of the machine hits both alike, and the
// share is the median over many turns. On a machine with other work the share of processor time is the
// steadier figure: every process of the two is counted, and waiting is not. The bare loop does less: it
// captures nothing, limits nothing, and loses descendants.
//
//   process_throughput [--jobs=1,2] [--turns=301] [--runs=20] [--directories] [COMMAND]

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "harness/base/text.h"
#include "harness/process/run_directory.h"
#include "harness/process/supervisor.h"

namespace {

using Clock = std::chrono::steady_clock;
using repro::process::RunDirectory;
using repro::process::RunSpec;
using repro::process::Supervisor;

[[noreturn]] void give_up(std::string_view why) {
  fmt::print(stderr, "process_throughput: {}\n", why);
  std::exit(1);
}

void run_bare(std::string command, int runs) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (const int stream : {0, 1, 2})
    posix_spawn_file_actions_addopen(&actions, stream, "/dev/null", O_RDWR, 0);
  std::array<char*, 2> argv{command.data(), nullptr};
  for (int run = 0; run < runs; ++run) {
    pid_t pid = 0;
    int status = 0;
    if (posix_spawn(&pid, command.c_str(), &actions, nullptr, argv.data(), environ) != 0)
      give_up("cannot spawn");
    if (waitpid(pid, &status, 0) != pid || status != 0) give_up("the command failed");
  }
  posix_spawn_file_actions_destroy(&actions);
}

/// What one job of a campaign holds.
struct Job {
  std::unique_ptr<Supervisor> supervisor;
  std::optional<RunDirectory> directory;  ///< absent: runs share the folder of the harness
};

Job make_job(bool with_directory) {
  auto supervisor = Supervisor::create({});
  if (!supervisor) give_up(supervisor.error().message);
  Job job{std::move(*supervisor), std::nullopt};
  if (!with_directory) return job;
  auto directory = RunDirectory::create();
  if (!directory) give_up(directory.error().message);
  job.directory.emplace(std::move(*directory));
  return job;
}

void run_supervised(Job& job, const RunSpec& spec, int runs) {
  for (int run = 0; run < runs; ++run) {
    const auto result = job.supervisor->run(spec);
    if (!result) give_up(result.error().message);
    if (result->termination != repro::Termination(repro::Exited{0})) give_up("the command failed");
    if (!job.directory) continue;
    if (!job.directory->collect_reports() || !job.directory->renew()) give_up("the folder is gone");
  }
}

/// Runs a second over all threads.
template <class Work>
double measure(int jobs, int runs, Work work) {
  const auto start = Clock::now();
  std::vector<std::thread> threads;
  threads.reserve(static_cast<std::size_t>(jobs));
  for (int job = 0; job < jobs; ++job) threads.emplace_back([&work, job] { work(job); });
  for (std::thread& thread : threads) thread.join();
  return jobs * runs / std::chrono::duration<double>(Clock::now() - start).count();
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

struct Options {
  std::vector<int> jobs{1, 2};
  int turns = 301;
  int runs = 20;
  bool directories = false;
  std::string command = "/bin/true";
};

Options parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word.starts_with("--jobs=")) {
      options.jobs.clear();
      for (const std::string_view jobs : repro::split(word.substr(7), ',')) {
        options.jobs.push_back(std::atoi(std::string(jobs).c_str()));
      }
    } else if (word.starts_with("--turns=")) {
      options.turns = std::atoi(argv[i] + 8);
    } else if (word.starts_with("--runs=")) {
      options.runs = std::atoi(argv[i] + 7);
    } else if (word == "--directories") {
      options.directories = true;
    } else {
      options.command = word;
    }
  }
  return options;
}

/// Processor time of this process and of everything that it has waited for.
double processor_seconds() {
  double seconds = 0;
  for (const int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage usage{};
    getrusage(who, &usage);
    for (const timeval& time : {usage.ru_utime, usage.ru_stime}) {
      seconds += static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    }
  }
  return seconds;
}

void compare(const Options& options, int jobs) {
  const double processor_start = processor_seconds();
  double bare_processor = 0;
  std::vector<Job> slots;
  slots.reserve(static_cast<std::size_t>(jobs));
  for (int job = 0; job < jobs; ++job) slots.push_back(make_job(options.directories));
  RunSpec spec;
  spec.argv = {options.command};
  char** end = environ;
  while (*end != nullptr) ++end;
  spec.environment.assign(environ, end);
  spec.timeout = std::chrono::seconds(10);
  std::vector<double> bare;
  std::vector<double> supervised;
  std::vector<double> shares;
  for (int turn = 0; turn < options.turns; ++turn) {
    const double before = processor_seconds();
    bare.push_back(measure(jobs, options.runs, [&](int) { run_bare(options.command, options.runs); }));
    bare_processor += processor_seconds() - before;
    supervised.push_back(measure(jobs, options.runs, [&](int job) {
      run_supervised(slots[static_cast<std::size_t>(job)], spec, options.runs);
    }));
    shares.push_back(supervised.back() / bare.back());
  }
  slots.clear();  // only now the keepers have been waited for, and what they waited for
  const double supervised_processor = processor_seconds() - processor_start - bare_processor;
  const double runs = 1e-6 * jobs * options.turns * options.runs;
  const auto [low, high] = std::ranges::minmax(shares);
  fmt::print(
      "{} job(s): bare {:.0f}/s, supervised {:.0f}/s, share {:.3f} (median of {} turns, {:.3f} to {:.3f})\n",
      jobs, median(bare), median(supervised), median(shares), options.turns, low, high);
  fmt::print("          processor time of a run: bare {:.0f} us, supervised {:.0f} us, share {:.3f}\n",
             bare_processor / runs, supervised_processor / runs, bare_processor / supervised_processor);
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = parse(argc, argv);
  for (const int jobs : options.jobs) compare(options, jobs);
}
