#include "tests/support/tool.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace repro::test {
namespace {

using namespace std::chrono_literals;

/// Far beyond what any of these commands takes on a loaded machine under a sanitizer.
constexpr std::chrono::milliseconds kToolBound = 2min;
constexpr std::chrono::milliseconds kConditionBound = 1min;
constexpr std::chrono::milliseconds kPollEvery = 5ms;

bool decides_what_the_tool_does(std::string_view name) {
  return name.starts_with("REPRO_") || name == "CLICOLOR_FORCE" || name == "NO_COLOR" || name == "COLUMNS" ||
         name == "GITHUB_STEP_SUMMARY";
}

std::vector<std::string> environment_with(const Variables& additions) {
  std::vector<std::string> entries;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text(*entry);
    const std::string name = text.substr(0, text.find('='));
    if (!decides_what_the_tool_does(name) && !additions.contains(name)) entries.push_back(text);
  }
  for (const auto& [name, value] : additions) entries.emplace_back(name).append("=").append(value);
  return entries;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all(texts.size() + 1, nullptr);
  std::transform(texts.begin(), texts.end(), all.begin(), [](std::string& text) { return text.data(); });
  return all;
}

UniqueFd nameless_file(const char* what) { return UniqueFd(::memfd_create(what, MFD_CLOEXEC)); }

std::string text_of(const UniqueFd& file) {
  std::string text;
  std::array<char, 65536> buffer{};
  for (;;) {
    const ssize_t got = ::pread(file.get(), buffer.data(), buffer.size(), static_cast<off_t>(text.size()));
    if (got <= 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

/// Whether `/proc/PID` is a process that still lives and mentions `marker`.
bool mentions(const std::filesystem::path& process, std::string_view marker) {
  // A zombie has an empty command line and environment, so it is left out without asking for its state.
  return contents(process / "cmdline").find(marker) != std::string::npos ||
         contents(process / "environ").find(marker) != std::string::npos;
}

}  // namespace

RunningTool::RunningTool(const std::vector<std::string>& arguments, const std::string& cwd,
                         const Variables& environment)
    : out_(nameless_file("stdout")), err_(nameless_file("stderr")) {
  std::vector<std::string> words{std::string(REPRO_TEST_BUILD_DIR) + "/bin/repro"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<std::string> variables = environment_with(environment);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out_.get(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err_.get(), STDERR_FILENO);
  posix_spawn_file_actions_addchdir_np(&actions, cwd.c_str());
  const int error = ::posix_spawnp(&pid_, words.front().c_str(), &actions, nullptr, pointers(words).data(),
                                   pointers(variables).data());
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    pid_ = -1;
    ADD_FAILURE() << words.front() << ": " << std::generic_category().message(error);
    return;
  }
  process_.reset(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
  EXPECT_TRUE(process_.is_open()) << std::generic_category().message(errno);
}

RunningTool::~RunningTool() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void RunningTool::send(int signal) const {
  ASSERT_GT(pid_, 0) << "the tool does not run";
  ASSERT_EQ(::kill(pid_, signal), 0) << std::generic_category().message(errno);
}

bool RunningTool::is_running() const {
  pollfd ended{process_.get(), POLLIN, 0};
  return pid_ > 0 && ::poll(&ended, 1, 0) == 0;
}

std::string RunningTool::out() const { return text_of(out_); }
std::string RunningTool::err() const { return text_of(err_); }

ToolResult RunningTool::wait() {
  if (pid_ > 0) {
    pollfd ended{process_.get(), POLLIN, 0};
    if (::poll(&ended, 1, static_cast<int>(kToolBound.count())) != 1) {
      ADD_FAILURE() << "the tool did not end within two minutes; it wrote:\n" << out() << err();
      ::kill(pid_, SIGKILL);
    }
    EXPECT_EQ(::waitpid(pid_, &status_, 0), pid_);
    pid_ = -1;
  }
  ToolResult result;
  if (WIFEXITED(status_)) result.exit_code = WEXITSTATUS(status_);
  if (WIFSIGNALED(status_)) result.signal = WTERMSIG(status_);
  result.out = out();
  result.err = err();
  return result;
}

ToolResult run_tool(const std::vector<std::string>& arguments, const std::string& cwd,
                    const Variables& environment) {
  return RunningTool(arguments, cwd, environment).wait();
}

bool eventually(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + kConditionBound;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(kPollEvery);
  }
  return true;
}

int processes_with(std::string_view marker) {
  int count = 0;
  std::error_code error;
  for (auto entry = std::filesystem::directory_iterator("/proc", error);
       !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename();
    const bool is_process = name.find_first_not_of("0123456789") == std::string::npos;
    if (is_process && name != std::to_string(::getpid()) && mentions(entry->path(), marker)) ++count;
  }
  return count;
}

TemporaryFolder::TemporaryFolder() {
  std::string pattern = ::testing::TempDir() + "/repro-cli-XXXXXX";
  EXPECT_NE(::mkdtemp(pattern.data()), nullptr) << std::generic_category().message(errno);
  path_ = std::filesystem::canonical(pattern);
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;  // what cannot be removed shows as a folder left in the temporary directory
  std::filesystem::remove_all(path_, ignored);
}

std::string TemporaryFolder::write(const std::string& name, std::string_view text) const {
  std::filesystem::create_directories(std::filesystem::path(file(name)).parent_path());
  std::ofstream(file(name), std::ios::binary | std::ios::trunc) << text;
  return file(name);
}

std::string TemporaryFolder::script(const std::string& name, std::string_view body) const {
  write(name, "#!/bin/sh\n" + std::string(body) + "\n");
  EXPECT_EQ(::chmod(file(name).c_str(), 0755), 0) << std::generic_category().message(errno);
  return file(name);
}

std::vector<std::string> TemporaryFolder::names() const {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(path_)) {
    names.push_back(entry.path().filename());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  // Not by istreambuf_iterator: a read that fails, as in /proc of a process that is just ending, throws
  // there.
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::string> lines(std::string_view text) {
  std::vector<std::string> all;
  for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    all.emplace_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  return all;
}

}  // namespace repro::test
