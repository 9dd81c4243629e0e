#include "tests/schedule/controlled_run.h"

#include <cstdlib>
#include <fstream>
#include <memory>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sched.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace repro::schedule {
namespace {

constexpr int kBoundMs = 60'000;

/// The first processor that this process may use.
int some_cpu() {
  cpu_set_t mask;
  CPU_ZERO(&mask);
  if (sched_getaffinity(0, sizeof mask, &mask) != 0) return 0;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &mask)) return cpu;
  }
  return 0;
}

void make_file(const std::filesystem::path& path, std::uintmax_t bytes) {
  std::ofstream(path, std::ios::trunc).close();
  std::filesystem::resize_file(path, bytes);
}

TraceFacts read_trace(const std::filesystem::path& path) {
  TraceFacts facts;
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return facts;
  void* const mapped = mmap(nullptr, sizeof(Trace), PROT_READ, MAP_SHARED, file, 0);
  close(file);
  if (mapped == MAP_FAILED) return facts;
  const auto& trace = *static_cast<const Trace*>(mapped);
  const TraceHeader& header = trace.header;
  facts.end = header.end;
  facts.hash = header.interleaving_hash;
  facts.steps = header.steps;
  facts.outside_waits = header.outside_waits;
  facts.virtual_time_ns = header.virtual_time_ns;
  facts.ignored_plan_entries = header.ignored_plan_entries;
  facts.threads = header.threads;
  facts.has_memory_points = header.has_memory_points != 0;
  facts.deviations.assign(trace.deviations, trace.deviations + header.deviations);
  facts.waits.assign(trace.waits, trace.waits + header.waits);
  for (std::uint32_t i = 0; i < header.modules; ++i) facts.modules.emplace_back(trace.modules[i].path);
  munmap(mapped, sizeof(Trace));
  return facts;
}

/// Waits for `child`, kills it at the bound.
void await(pid_t child, ControlledResult& result) {
  const auto handle = static_cast<int>(syscall(SYS_pidfd_open, child, 0));
  pollfd ended{handle, POLLIN, 0};
  if (poll(&ended, 1, kBoundMs) == 0) {
    result.is_late = true;
    kill(child, SIGKILL);
  }
  close(handle);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  all.reserve(texts.size() + 1);
  for (std::string& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

}  // namespace

ControlledArm::ControlledArm() {
  std::string name = (std::filesystem::temp_directory_path() / "repro-schedule-XXXXXX").string();
  EXPECT_NE(mkdtemp(name.data()), nullptr);
  folder_ = name;
  make_file(folder_ / "profile", kProfileBytes);
}

ControlledArm::~ControlledArm() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

ControlledResult ControlledArm::run(const std::vector<std::string>& command, const std::string& strategy,
                                    std::uint64_t seed, const std::vector<std::string>& environment) {
  make_file(folder_ / "trace", 0);
  make_file(folder_ / "trace", sizeof(Trace));
  std::vector<std::string> variables = environment;
  variables.emplace_back("LD_PRELOAD=" REPRO_TEST_BUILD_DIR "/lib/repro/librepro-schedule.so");
  variables.emplace_back("ASAN_OPTIONS=verify_asan_link_order=0:symbolize=0");
  variables.emplace_back("TSAN_OPTIONS=atexit_sleep_ms=0:symbolize=0");
  if (!strategy.empty()) {
    variables.push_back(std::string(kStrategyVariable) + "=" + strategy);
    variables.push_back(std::string(kSeedVariable) + "=" + std::to_string(seed));
    variables.push_back(std::string(kCpuVariable) + "=" + std::to_string(some_cpu()));
    variables.push_back(std::string(kTraceVariable) + "=" + (folder_ / "trace").string());
    variables.push_back(std::string(kProfileVariable) + "=" + (folder_ / "profile").string());
    variables.push_back(std::string(kPlanVariable) + "=" + (folder_ / "plan").string());
  }
  std::vector<std::string> arguments = command;
  const std::vector<char*> argv = pointers(arguments);
  const std::vector<char*> envp = pointers(variables);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  const std::string output = (folder_ / "output").string();
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO);
  const int before = personality(0xffffffff);
  personality(static_cast<unsigned long>(before) | ADDR_NO_RANDOMIZE);
  pid_t child = 0;
  const int failed = posix_spawn(&child, command.at(0).c_str(), &files, nullptr, argv.data(), envp.data());
  personality(static_cast<unsigned long>(before));
  posix_spawn_file_actions_destroy(&files);
  ControlledResult result;
  EXPECT_EQ(failed, 0) << command.at(0);
  if (failed != 0) return result;
  await(child, result);
  std::ifstream in(output);
  result.output.assign(std::istreambuf_iterator<char>(in), {});
  result.trace = read_trace(folder_ / "trace");
  return result;
}

ControlledResult ControlledArm::replay(const std::vector<std::string>& command,
                                       const std::vector<Deviation>& deviations) {
  PlanHeader header;
  header.deviations = static_cast<std::uint32_t>(deviations.size());
  std::ofstream plan(folder_ / "plan", std::ios::binary | std::ios::trunc);
  plan.write(reinterpret_cast<const char*>(&header), sizeof header);
  plan.write(reinterpret_cast<const char*>(deviations.data()),
             static_cast<std::streamsize>(deviations.size() * sizeof(Deviation)));
  plan.close();
  return run(command, "replay", 0);
}

std::vector<std::string> program(const std::string& build, const std::string& name) {
  return {REPRO_TEST_BUILD_DIR "/lib/repro/tests/schedule/schedule_programs." + build, name};
}

}  // namespace repro::schedule
