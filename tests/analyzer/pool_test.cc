#include <csignal>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "analyzer/base/files.h"
#include "analyzer/base/unique_fd.h"
#include "analyzer/pool/check.h"
#include "analyzer/report/formats.h"
#include "tests/analyzer/analyze_text.h"
#include "tests/support/tool.h"

namespace analyzer::pool {
namespace {

using repro::test::TemporaryFolder;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A project in which files need each other: methods that call in a cycle through three files, classes opened
/// elsewhere, mistakes that only another file shows.
std::vector<std::string> write_project(const TemporaryFolder& folder, int files) {
  std::vector<std::string> paths;
  for (int i = 0; i < files; ++i) {
    const std::string own = std::to_string(i);
    const std::string next = std::to_string((i + 1) % files);
    paths.push_back(folder.write(
        "f" + own + ".rb", "class C" + own + "\n def initialize(a); @a = a; end\n def cycle = C" + next +
                               ".new(1).cycle\n"
                               " def text = " +
                               (i % 3 == 0 ? "'s'" : "C" + next + ".new(2).text") + "\n private def hidden" +
                               own + "; end\nend\nC" + next + ".new\nC" + next + ".new(1).text.nope\nC" +
                               next + ".new(1).cycle.nope\nC" + next + ".new(1).missing\n" +
                               (i % 4 == 0 ? "C" + next + ".class_eval { def missing; end }\n" : "") +
                               (i % 5 == 0 ? "byebug\n1 / 0\n" : "") + (i % 7 == 0 ? "def (\n" : "")));
  }
  return paths;
}

std::string text_of(const CheckResult& result) {
  std::ostringstream out;
  report::write_text(result, out);
  return out.str();
}

CheckRequest request_for(std::vector<std::string> paths, BackendKind backend, std::uint32_t workers) {
  CheckRequest request;
  request.paths = std::move(paths);
  request.reflection = test::core_signatures();
  request.blueprints = {{"debugger-call", "{}"}, {"unused-private", "{}"}};
  request.backend = backend;
  request.workers = workers;
  return request;
}

TEST(Pool, GivesTheSameBytesForEveryBackendAndNumberOfWorkers) {
  const TemporaryFolder folder;
  const std::vector<std::string> paths = write_project(folder, 45);
  const CheckResult sequential = check(request_for(paths, BackendKind::sequential, 0));
  const std::string expected = text_of(sequential);
  EXPECT_THAT(expected, HasSubstr("[plugin.unused-private]"));
  EXPECT_THAT(expected, HasSubstr("[call.undefined-method]"));
  for (const BackendKind backend : {BackendKind::threads, BackendKind::fork}) {
    for (const std::uint32_t workers : {1U, 2U, 3U, 8U, 64U}) {
      const CheckResult result = check(request_for(paths, backend, workers));
      EXPECT_EQ(text_of(result), expected) << backend_name(backend) << " " << workers;
      EXPECT_THAT(result.warnings, IsEmpty());
    }
  }
}

TEST(Pool, KeepsTheOrderOfThePathsWhateverItIs) {
  const TemporaryFolder folder;
  std::vector<std::string> paths = write_project(folder, 20);
  std::mt19937 random(7);
  for (int round = 0; round < 5; ++round) {
    std::shuffle(paths.begin(), paths.end(), random);
    EXPECT_EQ(text_of(check(request_for(paths, BackendKind::threads, 3))),
              text_of(check(request_for(paths, BackendKind::sequential, 0))));
  }
}

TEST(WorkerSession, UnionOverAnySplitEqualsTheSequentialResult) {
  const TemporaryFolder folder;
  const std::vector<std::string> paths = write_project(folder, 30);
  SessionInputs inputs;
  inputs.paths = std::make_shared<const std::vector<std::string>>(paths);
  inputs.reflection = test::core_signatures();
  std::vector<infer::UnitPtr> units;
  WorkerSession reader(inputs);
  for (std::uint32_t index = 0; index < paths.size(); ++index) units.push_back(reader.read(index).unit);
  inputs.project = infer::Project::build(inputs.reflection, paths, units);
  std::vector<std::vector<Diagnostic>> expected(paths.size());
  WorkerSession sequential(inputs);
  for (std::uint32_t index = 0; index < paths.size(); ++index)
    expected[index] = sequential.analyze(index).diagnostics;
  std::mt19937 random(11);
  for (int round = 0; round < 40; ++round) {
    std::vector<std::uint32_t> order(paths.size());
    for (std::uint32_t index = 0; index < order.size(); ++index) order[index] = index;
    std::shuffle(order.begin(), order.end(), random);
    const std::size_t sessions_count = 1 + random() % 6;
    std::vector<std::unique_ptr<WorkerSession>> sessions;
    for (std::size_t i = 0; i < sessions_count; ++i)
      sessions.push_back(std::make_unique<WorkerSession>(inputs));
    for (const std::uint32_t index : order) {
      EXPECT_EQ(sessions[random() % sessions_count]->analyze(index).diagnostics, expected[index])
          << paths[index];
    }
  }
}

TEST(WorkerSession, ReportsAFileThatCannotBeReadInItsPlace) {
  const TemporaryFolder folder;
  std::vector<std::string> paths = write_project(folder, 9);
  paths.insert(paths.begin() + 4, folder.file("gone.rb"));
  for (const BackendKind backend : {BackendKind::sequential, BackendKind::threads, BackendKind::fork}) {
    const CheckResult result = check(request_for(paths, backend, 2));
    ASSERT_EQ(result.files[4].diagnostics.size(), 1U);
    EXPECT_EQ(result.files[4].diagnostics[0].rule, "internal-error");
    EXPECT_THAT(result.files[4].diagnostics[0].message, HasSubstr("gone.rb"));
  }
}

TEST(Pool, PreparesAPluginOncePerWorkerAndReportsItsErrorOnce) {
  const TemporaryFolder folder;
  const std::vector<std::string> paths = write_project(folder, 24);
  for (const BackendKind backend : {BackendKind::sequential, BackendKind::threads, BackendKind::fork}) {
    CheckRequest request = request_for(paths, backend, 4);
    request.blueprints = {{"unused-private", "{\"ignore\": 1}"}, {"no-such", "{}"}, {"debugger-call", "{}"}};
    const CheckResult result = check(request);
    EXPECT_THAT(result.warnings,
                ElementsAre("plugin-error: no-such: there is no such plugin",
                            HasSubstr("plugin-error: unused-private: expected only 'ignore'")));
    EXPECT_THAT(text_of(result), HasSubstr("[plugin.debugger-call]"));
    EXPECT_THAT(text_of(result), testing::Not(HasSubstr("[plugin.unused-private]")));
  }
}

TEST(Pool, DoesNotStartWorkersForAHandfulOfFiles) {
  const TemporaryFolder folder;
  const auto forks_of_a_check = [&](int files) {
    int forks = 0;
    CheckRequest request = request_for(write_project(folder, files), BackendKind::fork, 2);
    request.fork_process = [&] {
      ++forks;
      return ::fork();
    };
    EXPECT_THAT(check(request).warnings, IsEmpty());
    return forks;
  };
  EXPECT_EQ(forks_of_a_check(5), 0);
  EXPECT_EQ(forks_of_a_check(20), 4);  // two for each pass
}

TEST(ForkBackend, RunsWhatIsLeftHereWhenForkFails) {
  const TemporaryFolder folder;
  const std::vector<std::string> paths = write_project(folder, 16);
  SessionInputs inputs;
  inputs.paths = std::make_shared<const std::vector<std::string>>(paths);
  inputs.reflection = test::core_signatures();
  const PassResult result = make_fork_backend(2, [] { return pid_t{-1}; })->read_all(inputs);
  EXPECT_THAT(result.warnings, ElementsAre("pool-degraded: only 0 of 2 workers could be forked"));
  for (const ReadFile& file : result.units) EXPECT_NE(file.unit, nullptr);
}

/// The one of `children` that has `path` open, or -1.
pid_t child_with_open_file(const std::vector<pid_t>& children, const std::string& path) {
  for (const pid_t child : children) {
    std::error_code error;
    std::filesystem::directory_iterator fd("/proc/" + std::to_string(child) + "/fd", error);
    for (const std::filesystem::directory_iterator end; !error && fd != end; fd.increment(error)) {
      std::error_code gone;
      if (std::filesystem::read_symlink(fd->path(), gone) == path) return child;
    }
  }
  return -1;
}

/// Waits until the child no longer holds any file, and leaves it for the backend to wait for.
void wait_for_death(pid_t child) {
  siginfo_t info{};
  while (::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT) != 0 && errno == EINTR) {
  }
}

TEST(ForkBackend, WorksOutAgainWhatAKilledChildHad) {
  const TemporaryFolder folder;
  const std::vector<std::string> paths = write_project(folder, 16);
  const std::string expected = text_of(check(request_for(paths, BackendKind::sequential, 0)));
  // One file is a pipe: the child that reads it waits there, and there it is killed.
  const std::string& pipe = paths[10];
  const std::string text = read_file(pipe).value();
  ASSERT_EQ(::unlink(pipe.c_str()), 0);
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  std::vector<pid_t> children;
  std::thread killer;
  const auto kill_reader = [&pipe, &text](const std::vector<pid_t>& readers) {
    // Opening for writing returns once a child has opened for reading.
    const UniqueFd first(::open(pipe.c_str(), O_WRONLY | O_CLOEXEC));
    // Its open(2) let ours return before it has the descriptor; it has it soon, and keeps it.
    pid_t child = -1;
    while (child < 0) child = child_with_open_file(readers, pipe);
    ::kill(child, SIGKILL);
    wait_for_death(child);
    // Returns once the parent opens it, to work out itself what the child had. Only now may `first` be
    // closed: without any writer the parent would read an end and no text.
    const UniqueFd second(::open(pipe.c_str(), O_WRONLY | O_CLOEXEC));
    ASSERT_EQ(::write(second.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
  };
  CheckRequest request = request_for(paths, BackendKind::fork, 2);
  request.fork_process = [&] {
    const pid_t pid = ::fork();
    if (pid > 0) children.push_back(pid);
    // Only once all readers exist, so that none of them inherits the writer's end.
    if (pid > 0 && children.size() == 2) killer = std::thread(kill_reader, children);
    return pid;
  };
  const CheckResult result = check(request);
  killer.join();
  EXPECT_THAT(result.warnings, ElementsAre(HasSubstr("worker-died: a forked worker was killed by signal 9")));
  EXPECT_EQ(text_of(result), expected);
}

}  // namespace
}  // namespace analyzer::pool
