#include "harness/campaign/subject.h"

#include <cerrno>
#include <filesystem>

#include <gtest/gtest.h>

#include "harness/base/files.h"

namespace repro::campaign {
namespace {

TEST(FindProgram, SearchesThePathAndAnswersAbsolutely) {
  const Result<std::string> found = find_program("sh", "/nowhere:/usr/bin:/bin", "");
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_TRUE(*found == "/usr/bin/sh" || *found == "/bin/sh");
}

TEST(FindProgram, ResolvesARelativeNameAgainstTheWorkingDirectory) {
  const Result<std::string> found = find_program("bin/sh", "", "/");
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_TRUE(std::filesystem::equivalent(*found, "/bin/sh"));
}

TEST(FindProgram, TellsAbsentFromDeniedFromFolder) {
  const Result<std::string> absent = find_program("no-such-program", "/usr/bin", "");
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().kind, ErrorKind::usage);
  EXPECT_EQ(absent.error().os_errno, ENOENT);
  const Result<std::string> folder = find_program("/usr/bin", "", "");
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error().os_errno, EISDIR);
  const Result<std::string> denied = find_program("/etc/passwd", "", "");
  ASSERT_FALSE(denied);
  EXPECT_EQ(denied.error().os_errno, EACCES);
  EXPECT_FALSE(find_program("", "/usr/bin", ""));
}

TEST(InspectSubject, KnowsAScriptFromAProgram) {
  const std::string script = std::filesystem::path(REPRO_TEST_SOURCE_DIR).parent_path() / "bootstrap";
  const Result<SubjectFacts> facts = inspect_subject(script);
  ASSERT_TRUE(facts);
  EXPECT_FALSE(facts->is_elf);
  EXPECT_FALSE(facts->sanitizer);
}

TEST(InspectSubject, ReadsBuildIdAndCompilerOfThisTest) {
  const Result<SubjectFacts> facts = inspect_subject(executable_path());
  ASSERT_TRUE(facts);
  EXPECT_TRUE(facts->is_elf);
  EXPECT_FALSE(facts->compiler.empty());
  ASSERT_TRUE(facts->sanitizer);
#if defined(__SANITIZE_ADDRESS__)
  EXPECT_EQ(*facts->sanitizer, Sanitizer::address);
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
  EXPECT_EQ(*facts->sanitizer, Sanitizer::address);
#elif __has_feature(thread_sanitizer)
  EXPECT_EQ(*facts->sanitizer, Sanitizer::thread);
#else
  EXPECT_EQ(*facts->sanitizer, Sanitizer::plain);
#endif
#endif
}

}  // namespace
}  // namespace repro::campaign
