#include "tests/process/marked_processes.h"

#include <atomic>
#include <csignal>

#include <fmt/format.h>
#include <unistd.h>

#include "harness/base/files.h"
#include "harness/process/process_tree.h"

namespace repro::process {

std::vector<pid_t> find_marked(const std::string& mark) {
  std::vector<pid_t> found;
  for (const ProcessStat& process : read_all_processes()) {
    if (!process.is_alive()) continue;
    const Result<std::string> environment = read_file(fmt::format("/proc/{}/environ", process.pid));
    if (environment && environment->find(mark) != std::string::npos) found.push_back(process.pid);
  }
  return found;
}

void SupervisorTest::SetUp() {
  static std::atomic<int> tests{0};
  mark_ = fmt::format("REPRO_TEST_MARK={}-{}.", getpid(), ++tests);
  restart({});
}

void SupervisorTest::TearDown() {
  const std::vector<pid_t> left = find_marked(mark_);
  EXPECT_EQ(left.size(), 0U) << "processes of this test were left running";
  for (const pid_t pid : left) kill(pid, SIGKILL);
}

void SupervisorTest::restart(SupervisorOptions options) {
  supervisor_.reset();
  auto made = Supervisor::create(std::move(options));
  ASSERT_TRUE(made) << made.error().message;
  supervisor_ = std::move(*made);
}

RunSpec SupervisorTest::spec(const std::string& helper, const std::vector<std::string>& arguments) const {
  RunSpec spec;
  spec.argv = {helper.find('/') == std::string::npos ? REPRO_TEST_BUILD_DIR "/tests/helpers/" + helper
                                                     : helper};
  spec.argv.insert(spec.argv.end(), arguments.begin(), arguments.end());
  spec.environment = {"PATH=/usr/bin:/bin", mark_};
  return spec;
}

RunSpec SupervisorTest::shell(const std::string& script) const { return spec("/bin/sh", {"-c", script}); }

ProcessResult SupervisorTest::run(const RunSpec& spec) {
  auto result = supervisor_->run(spec);
  EXPECT_TRUE(result) << result.error().message;
  return result ? std::move(*result) : ProcessResult{};
}

}  // namespace repro::process
