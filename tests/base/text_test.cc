#include "harness/base/text.h"

#include <gtest/gtest.h>

namespace repro {
namespace {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

TEST(ParseDuration, ReadsEveryUnit) {
  EXPECT_EQ(*parse_duration("500ms"), nanoseconds(500ms));
  EXPECT_EQ(*parse_duration("10s"), nanoseconds(10s));
  EXPECT_EQ(*parse_duration("5m"), nanoseconds(5min));
  EXPECT_EQ(*parse_duration("2h"), nanoseconds(2h));
  EXPECT_EQ(*parse_duration("1.5s"), nanoseconds(1500ms));
  EXPECT_EQ(*parse_duration("0"), nanoseconds(0));
}

TEST(ParseDuration, RefusesWhatIsNotADuration) {
  for (const char* text : {"", "10", "s", "-1s", "1 s", "10sec", "1e3s", "nan", "1s2", "99999999999h"}) {
    const Result<nanoseconds> result = parse_duration(text);
    ASSERT_FALSE(result) << text;
    EXPECT_EQ(result.error().kind, ErrorKind::usage);
  }
}

TEST(FormatDuration, IsShortAndHasAUnit) {
  EXPECT_EQ(format_duration(0s), "0s");
  EXPECT_EQ(format_duration(850us), "850us");
  EXPECT_EQ(format_duration(12340us), "12.3ms");
  EXPECT_EQ(format_duration(999900us), "1s");
  EXPECT_EQ(format_duration(12340ms), "12.3s");
  EXPECT_EQ(format_duration(250s), "4m10s");
  EXPECT_EQ(format_duration(2h + 5min), "2h05m");
}

TEST(ParseSize, ReadsPowersOf1024AndRefusesOverflow) {
  EXPECT_EQ(*parse_size("4096"), 4096U);
  EXPECT_EQ(*parse_size("64K"), 65536U);
  EXPECT_EQ(*parse_size("2G"), 2147483648U);
  EXPECT_FALSE(parse_size("1X"));
  EXPECT_FALSE(parse_size("99999999999999G"));
}

TEST(Suggestion, NamesTheNearCandidateOnly) {
  const std::vector<std::string> verbs{"run", "replay", "report"};
  EXPECT_EQ(suggestion("repot", verbs), "; did you mean 'report'?");
  EXPECT_EQ(suggestion("frobnicate", verbs), "");
}

TEST(ShellQuote, LeavesPlainWordsAndQuotesTheRest) {
  const std::vector<std::string> argv{"./a.out", "two words", "it's", ""};
  EXPECT_EQ(shell_quote(argv), "./a.out 'two words' 'it'\\''s' ''");
}

TEST(Printable, ShowsEscapesControlsAndBadUtf8) {
  EXPECT_EQ(printable("a\tb\n"), "a\tb\n");
  EXPECT_EQ(printable("\x1b[31mred"), "\\x1b[31mred");
  EXPECT_EQ(printable("gr\xc3\xbc\xc3\x9f"), "gr\xc3\xbc\xc3\x9f");
  EXPECT_EQ(printable("\xff\xc0\x80"), "\\xff\\xc0\\x80");
  EXPECT_EQ(printable("\xe2\x80\xae"), "\\xe2\\x80\\xae") << "a direction override can disguise text";
}

TEST(Split, KeepsEmptyPieces) {
  EXPECT_EQ(split("a,,b", ','), (std::vector<std::string_view>{"a", "", "b"}));
  EXPECT_EQ(split("", ','), (std::vector<std::string_view>{""}));
}

TEST(ParseShare, ReadsSharesAndPercentages) {
  EXPECT_DOUBLE_EQ(*parse_share("0.01"), 0.01);
  EXPECT_DOUBLE_EQ(*parse_share("1%"), 0.01);
  EXPECT_DOUBLE_EQ(*parse_share("0", ShareEnds::included), 0);
  EXPECT_DOUBLE_EQ(*parse_share("100%", ShareEnds::included), 1);
}

TEST(ParseShare, RefusesWhatIsNone) {
  for (const char* text : {"", "%", "0", "1", "100%", "-0.1", "1.5", "nan", "inf", "0.1x", "1e-3", " 0.1"}) {
    const Result<double> share = parse_share(text);
    ASSERT_FALSE(share) << text;
    EXPECT_EQ(share.error().kind, ErrorKind::usage);
  }
}

}  // namespace
}  // namespace repro
