// How many runs a second the supervisor reaches over a command that does nothing, as a share of a bare
// posix_spawn + waitpid loop with the same number of threads.
//
// The two are measured in turns of a fraction of a second, so that drift of the machine hits both alike, and
// the share is the median over the turns. The bare loop does less: it captures nothing, limits nothing, and
// loses descendants.
//
//   process_throughput [--jobs=1,2] [--turns=20] [--runs=300] [--directories] [COMMAND]

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
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

void run_supervised(Supervisor& supervisor, const RunSpec& spec, int runs, bool with_directories) {
  for (int run = 0; run < runs; ++run) {
    auto directory = with_directories ? RunDirectory::create() : repro::fail(repro::ErrorKind::internal, "");
    const auto result = supervisor.run(spec);
    if (!result) give_up(result.error().message);
    if (result->termination != repro::Termination(repro::Exited{0})) give_up("the command failed");
    if (directory && !directory->collect_reports()) give_up("the folder is gone");
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
  int turns = 20;
  int runs = 300;
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

void compare(const Options& options, int jobs) {
  std::vector<std::unique_ptr<Supervisor>> supervisors;
  for (int job = 0; job < jobs; ++job) {
    auto supervisor = Supervisor::create({});
    if (!supervisor) give_up(supervisor.error().message);
    supervisors.push_back(std::move(*supervisor));
  }
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
    bare.push_back(measure(jobs, options.runs, [&](int) { run_bare(options.command, options.runs); }));
    supervised.push_back(measure(jobs, options.runs, [&](int job) {
      run_supervised(*supervisors[static_cast<std::size_t>(job)], spec, options.runs, options.directories);
    }));
    shares.push_back(supervised.back() / bare.back());
  }
  const auto [low, high] = std::ranges::minmax(shares);
  fmt::print(
      "{} job(s): bare {:.0f}/s, supervised {:.0f}/s, share {:.3f} (median of {} turns, {:.3f} to {:.3f})\n",
      jobs, median(bare), median(supervised), median(shares), options.turns, low, high);
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = parse(argc, argv);
  for (const int jobs : options.jobs) compare(options, jobs);
}
