// Every sanitizer runtime that is installed starts threads in its own way, and a scheduler that waits at the
// wrong place hangs with one of them. So a correct program is compiled by each compiler there is, with each
// runtime, linked statically and dynamically, and run a hundred times.

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/schedule/controlled_run.h"

namespace repro::schedule {
namespace {

namespace fs = std::filesystem;

constexpr int kRuns = 100;

struct Combination {
  const char* name;
  const char* compiler;
  const char* flags;
};

constexpr Combination kCombinations[] = {
    {"Clang14Plain", "/usr/bin/clang++-14", ""},
    {"Clang14Address", "/usr/bin/clang++-14", "-fsanitize=address"},
    {"Clang14Thread", "/usr/bin/clang++-14", "-fsanitize=thread"},
    {"Clang14AddressShared", "/usr/bin/clang++-14", "-fsanitize=address -shared-libsan"},
    {"Clang14ThreadShared", "/usr/bin/clang++-14", "-fsanitize=thread -shared-libsan"},
    {"Clang19Plain", "/usr/bin/clang++-19", ""},
    {"Clang19Address", "/usr/bin/clang++-19", "-fsanitize=address"},
    {"Clang19Thread", "/usr/bin/clang++-19", "-fsanitize=thread"},
    {"Clang19AddressShared", "/usr/bin/clang++-19", "-fsanitize=address -shared-libsan"},
    {"Clang19ThreadShared", "/usr/bin/clang++-19", "-fsanitize=thread -shared-libsan"},
    {"Gcc12Plain", "/usr/bin/g++-12", ""},
    {"Gcc12Address", "/usr/bin/g++-12", "-fsanitize=address"},
    {"Gcc12Thread", "/usr/bin/g++-12", "-fsanitize=thread"},
    {"Gcc12AddressStatic", "/usr/bin/g++-12", "-fsanitize=address -static-libasan"},
    // Without -rdynamic g++ hides the runtime's symbols, and the scheduler does not know whose threads it
    // sees: such a program runs to its end, but seconds long. docs/schedules.md says so.
    {"Gcc12ThreadStatic", "/usr/bin/g++-12", "-fsanitize=thread -static-libtsan -rdynamic"},
};

class Runtimes : public testing::TestWithParam<Combination> {};

TEST_P(Runtimes, RunACorrectProgramWithoutHangOrFailure) {
  const Combination& combination = GetParam();
  if (!fs::exists(combination.compiler)) GTEST_SKIP() << combination.compiler << " is not installed";
  std::string folder = (fs::temp_directory_path() / "repro-runtimes-XXXXXX").string();
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  const std::string binary = folder + "/programs";
  std::string flags = combination.flags;
  if (flags.find("-shared-libsan") != std::string::npos) {
    flags += " -Wl,-rpath,$(dirname $(" + std::string(combination.compiler) +
             " -print-file-name=libclang_rt.asan-x86_64.so))";
  }
  const std::string command = std::string(combination.compiler) + " -std=c++20 -O1 -g -pthread -o " + binary +
                              " " + REPRO_TEST_SOURCE_DIR "/schedule/programs.cc " + flags;
  const bool is_compiled = std::system(command.c_str()) == 0;
  EXPECT_TRUE(is_compiled) << command;
  // LLVM 14's shared TSan runtime crashes at start on recent kernels, with us or without us.
  const bool runs_alone =
      is_compiled && std::system((binary + " correct_locks > " + folder + "/alone 2>&1").c_str()) == 0;
  if (is_compiled && !runs_alone) {
    fs::remove_all(folder);
    GTEST_SKIP() << "the program does not run without the scheduler either";
  }
  ControlledArm arm;
  for (int run = 1; is_compiled && run <= kRuns; ++run) {
    for (const char* name : {"correct_locks", "correct_waits"}) {
      const ControlledResult result = arm.run({binary, name}, "random", static_cast<std::uint64_t>(run));
      EXPECT_FALSE(result.is_late) << name << " hangs with seed " << run;
      EXPECT_EQ(result.status, 0) << name << " seed " << run << "\n" << result.output;
      if (testing::Test::HasFailure()) break;
    }
    if (testing::Test::HasFailure()) break;
  }
  fs::remove_all(folder);
}

INSTANTIATE_TEST_SUITE_P(Each, Runtimes, testing::ValuesIn(kCombinations),
                         [](const auto& instance) { return std::string(instance.param.name); });

}  // namespace
}  // namespace repro::schedule
