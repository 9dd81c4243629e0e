#include <cstring>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/process/keeper_link.h"

namespace repro::process {
namespace {

using testing::ElementsAre;

TEST(CandidatePaths, TakesAPathAsItIs) {
  RunSpec spec;
  spec.argv = {"./subject"};
  spec.environment = {"PATH=/a"};
  EXPECT_THAT(candidate_paths(spec), ElementsAre("./subject"));
}

TEST(CandidatePaths, LooksInEachFolderOfTheSubjectsOwnPath) {
  RunSpec spec;
  spec.argv = {"subject"};
  spec.environment = {"HOME=/", "PATH=/a::/b/c"};
  EXPECT_THAT(candidate_paths(spec), ElementsAre("/a/subject", "./subject", "/b/c/subject"));
}

TEST(CandidatePaths, FallsBackToTheSystemsFolders) {
  RunSpec spec;
  spec.argv = {"subject"};
  EXPECT_THAT(candidate_paths(spec), ElementsAre("/bin/subject", "/usr/bin/subject"));
}

TEST(SpawnMessage, HoldsEveryStringInOrder) {
  RunSpec spec;
  spec.argv = {"/s", "", "b"};
  spec.environment = {"K=V"};
  spec.working_directory = "/w";
  spec.memory_limit_bytes = 7;
  const std::string message = encode_spawn(spec);
  keeper::SpawnHeader header;
  ASSERT_GT(message.size(), sizeof header);
  std::memcpy(&header, message.data(), sizeof header);
  EXPECT_EQ(header.path_count, 1U);
  EXPECT_EQ(header.argument_count, 3U);
  EXPECT_EQ(header.environment_count, 1U);
  EXPECT_EQ(header.has_working_directory, 1U);
  EXPECT_EQ(header.memory_limit_bytes, 7U);
  using std::string_literals::operator""s;
  EXPECT_EQ(message.substr(sizeof header), "/s\0/s\0\0b\0K=V\0/w\0"s);
}

}  // namespace
}  // namespace repro::process
