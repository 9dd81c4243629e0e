#include "harness/findings/sanitizer_options.h"

#include <filesystem>
#include <fstream>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace repro::findings {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

SanitizerEnvironment environment_for(Sanitizer sanitizer, std::map<std::string, std::string> user = {}) {
  return sanitizer_environment({sanitizer, std::move(user), "/logs/run-1", "/usr/bin/llvm-symbolizer"});
}

TEST(SanitizerOptions, LeaveAPlainBuildAlone) {
  const SanitizerEnvironment made = environment_for(Sanitizer::plain, {{"ASAN_OPTIONS", "x=1"}});
  EXPECT_THAT(made.variables, IsEmpty());
  EXPECT_THAT(made.reasons, IsEmpty());
}

TEST(SanitizerOptions, SendReportsToOneFilePerProcess) {
  EXPECT_THAT(environment_for(Sanitizer::address).variables.at("ASAN_OPTIONS"),
              HasSubstr("log_path=/logs/run-1/asan"));
  EXPECT_THAT(environment_for(Sanitizer::thread).variables.at("TSAN_OPTIONS"),
              HasSubstr("log_path=/logs/run-1/tsan"));
  EXPECT_THAT(environment_for(Sanitizer::memory).variables.at("MSAN_OPTIONS"),
              HasSubstr("log_path=/logs/run-1/msan"));
  EXPECT_THAT(environment_for(Sanitizer::undefined).variables.at("UBSAN_OPTIONS"),
              HasSubstr("log_path=/logs/run-1/ubsan"));
}

TEST(SanitizerOptions, KeepTheUsersTextInFrontAndExtendIt) {
  const SanitizerEnvironment made =
      environment_for(Sanitizer::address, {{"ASAN_OPTIONS", "suppressions='/a b/s.txt',detect_leaks=0"}});
  EXPECT_THAT(made.variables.at("ASAN_OPTIONS"),
              StartsWith("suppressions='/a b/s.txt',detect_leaks=0:log_path="));
  EXPECT_THAT(made.warnings, IsEmpty());
}

TEST(SanitizerOptions, LetTheUserWinAndSayWhatItHides) {
  const SanitizerEnvironment made = environment_for(
      Sanitizer::thread, {{"TSAN_OPTIONS", "exitcode=0 log_path=/elsewhere atexit_sleep_ms=5"}});
  const std::string& options = made.variables.at("TSAN_OPTIONS");
  EXPECT_THAT(options, Not(HasSubstr("exitcode=87")));
  EXPECT_THAT(options, Not(HasSubstr("/logs/run-1")));
  EXPECT_THAT(options, Not(HasSubstr("atexit_sleep_ms=0")));
  ASSERT_EQ(made.warnings.size(), 2U);
  EXPECT_THAT(made.warnings[0], HasSubstr("TSAN_OPTIONS sets exitcode=0"));
  EXPECT_THAT(made.warnings[1], HasSubstr("log_path=/elsewhere"));
}

TEST(SanitizerOptions, WarnOfOverridesInTheVariablesOfContainedRuntimes) {
  const SanitizerEnvironment made = environment_for(Sanitizer::address, {{"LSAN_OPTIONS", "exitcode=3"}});
  ASSERT_EQ(made.warnings.size(), 1U);
  EXPECT_THAT(made.warnings[0], StartsWith("LSAN_OPTIONS sets exitcode=3"));
  EXPECT_FALSE(made.variables.contains("LSAN_OPTIONS"));
}

TEST(SanitizerOptions, GiveEveryRuntimeAnExitCodeOfItsOwn) {
  std::set<int> codes;
  for (const Sanitizer sanitizer :
       {Sanitizer::address, Sanitizer::thread, Sanitizer::undefined, Sanitizer::memory}) {
    codes.insert(sanitizer_exit_code(sanitizer));
    const SanitizerEnvironment made = environment_for(sanitizer);
    const std::string wanted = "exitcode=" + std::to_string(sanitizer_exit_code(sanitizer));
    EXPECT_TRUE(std::any_of(made.variables.begin(), made.variables.end(), [&](const auto& variable) {
      return variable.second.find(wanted) != std::string::npos;
    }));
  }
  EXPECT_EQ(codes.size(), 4U);
  EXPECT_EQ(sanitizer_exit_code(Sanitizer::plain), 0);
}

TEST(SanitizerOptions, CarryAReasonForEveryAddition) {
  for (const Sanitizer sanitizer : kSanitizers) {
    const SanitizerEnvironment made = environment_for(sanitizer);
    for (const OptionReason& reason : made.reasons) {
      EXPECT_FALSE(reason.reason.empty()) << reason.option;
      EXPECT_THAT(made.variables.at(reason.variable), HasSubstr(reason.option));
    }
  }
}

TEST(SanitizerOptions, LeaveTheUsersSymbolizerAlone) {
  const SanitizerEnvironment made =
      environment_for(Sanitizer::address, {{"ASAN_SYMBOLIZER_PATH", "/opt/llvm/bin/llvm-symbolizer"}});
  EXPECT_THAT(made.variables.at("ASAN_OPTIONS"), Not(HasSubstr("external_symbolizer_path")));
}

TEST(SanitizerOptions, QuoteValuesThatHoldSeparators) {
  const SanitizerEnvironment made = sanitizer_environment({Sanitizer::address, {}, "/logs:2/run 1", ""});
  EXPECT_THAT(made.variables.at("ASAN_OPTIONS"), HasSubstr("log_path=\"/logs:2/run 1/asan\""));
}

class SymbolizerSearch : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "/symbolizer-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  void put(const std::string& name) const {
    const std::filesystem::path path = folder_ / name;
    std::ofstream(path) << "#!/bin/sh\n";
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  }
  std::filesystem::path folder_;
};

TEST_F(SymbolizerSearch, PrefersThePlainNameAndThenTheNewestVersion) {
  put("llvm-symbolizer-9");
  put("llvm-symbolizer-14");
  EXPECT_EQ(find_symbolizer(folder_.string()), (folder_ / "llvm-symbolizer-14").string());
  put("llvm-symbolizer");
  EXPECT_EQ(find_symbolizer("/nonexistent:" + folder_.string()), (folder_ / "llvm-symbolizer").string());
}

}  // namespace
}  // namespace repro::findings
