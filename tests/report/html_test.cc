#include "harness/report/html.h"

#include <filesystem>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "harness/report/source_excerpt.h"
#include "tests/report/report_fixture.h"
#include "tests/support/tool.h"

namespace repro::report {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

HtmlContent content_of(const CampaignSummary& summary) {
  Finding hostile = example_finding();
  hostile.message = "</script><script>alert(1)</script>";
  return {summary, {example_finding(), hostile}, {"", "no JSON"}, {}, {}, ""};
}

std::string as_html(const HtmlContent& content, std::vector<RunRow> rows = example_rows()) {
  std::ostringstream out;
  EXPECT_TRUE(write_html(out, content, source_of(std::move(rows))));
  return out.str();
}

/// The data that the page draws itself from.
json data_in(const std::string& page) {
  const std::string opening = "id=\"data\">";
  const std::size_t begin = page.find(opening) + opening.size();
  return json::parse(page.substr(begin, page.find("</script>", begin) - begin));
}

TEST(HtmlReport, HoldsTheSameNumbersAsTheSummary) {
  const CampaignSummary summary = example_summary();
  const json data = data_in(as_html(content_of(summary)));
  EXPECT_EQ(data["arms"][0]["crash"], 18);
  EXPECT_EQ(data["arms"][1]["rate"], 0.92);
  EXPECT_EQ(data["arms"][3]["rate"], nullptr) << "no data is not 0";
  EXPECT_EQ(data["campaign"]["seed"], 18446744073709551615U);
  EXPECT_EQ(data["signatures"][0]["runs"], 23);
  EXPECT_EQ(data["signatures"][0]["example"]["stacks"][0]["frames"][0]["function"], "lookup");
}

TEST(HtmlReport, HoldsTheMinimisedScheduleOfABug) {
  const CampaignSummary summary = example_summary();
  HtmlContent content = content_of(summary);
  content.minimised[0] = R"({"run": 6, "switches": []})";
  const json signatures = data_in(as_html(content))["signatures"];
  EXPECT_EQ(signatures[0]["minimised"]["run"], 6);
  EXPECT_EQ(signatures[1]["minimised"], nullptr) << "what is no JSON is left out";
}

TEST(HtmlReport, HoldsTheRunsAsColumns) {
  const CampaignSummary summary = example_summary();
  const json runs = data_in(as_html(content_of(summary)))["runs"];
  EXPECT_THAT(runs["index"], ElementsAre(6, 7, 8));
  EXPECT_THAT(runs["arm"], ElementsAre(1, 2, 3));
  EXPECT_EQ(runs["outcome"], "032") << "crash, ok, fail";
  EXPECT_EQ(runs["wall_ms"][0], 12.346);
  EXPECT_EQ(runs["reasons"][runs["reason"][0].get<std::size_t>()], "asan heap-use-after-free");
  EXPECT_THAT(runs["signatures"][0], ElementsAre(6, 8)) << "runs with the first signature";
  EXPECT_THAT(runs["signatures"][1], ElementsAre(8));
}

TEST(HtmlReport, NeverLetsTextOfTheSubjectBecomeMarkup) {
  const CampaignSummary summary = example_summary();
  const std::string page = as_html(content_of(summary));
  EXPECT_THAT(page, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(page, Not(HasSubstr("<b>"))) << "of a machine fact";
  EXPECT_THAT(data_in(page)["signatures"][1]["example"]["message"], HasSubstr("</script><script>alert(1)"));
  EXPECT_THAT(page, Not(HasSubstr("innerHTML"))) << "the page's own script only makes text nodes";
}

TEST(HtmlReport, LoadsNothingFromAnywhere) {
  const CampaignSummary summary = example_summary();
  const std::string page = as_html(content_of(summary));
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
  EXPECT_THAT(page, Not(HasSubstr(" src=")));
  EXPECT_THAT(page, Not(HasSubstr("<link")));
}

TEST(HtmlReport, PassesOnTheErrorOfItsSource) {
  const CampaignSummary summary = example_summary();
  std::ostringstream out;
  const Result<void> written = write_html(out, content_of(summary), [](const auto&) -> Result<void> {
    return fail(ErrorKind::store, "damaged");
  });
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().message, "damaged");
  EXPECT_EQ(out.str(), "");
}

class SourceExcerptTest : public ::testing::Test {
 protected:
  SourceExcerptTest() { folder_.write("src/a.cc", "one\ntwo\nthree\nfour\nfive\n"); }
  [[nodiscard]] std::optional<SourceExcerpt> excerpt(const std::string& file, int line) const {
    Frame frame;
    frame.file = file;
    frame.line = line;
    return source_excerpt(frame, folder_.path(), 1);
  }
  test::TemporaryFolder folder_;
};

TEST_F(SourceExcerptTest, ShowsTheLinesAroundTheFrame) {
  for (const std::string& name : {std::string("src/a.cc"), folder_.file("src/a.cc")}) {
    const std::optional<SourceExcerpt> shown = excerpt(name, 3);
    ASSERT_TRUE(shown) << name;
    EXPECT_EQ(shown->first_line, 2);
    EXPECT_THAT(shown->lines, ElementsAre("two", "three", "four"));
  }
}

TEST_F(SourceExcerptTest, EndsWithTheFile) {
  EXPECT_THAT(excerpt("src/a.cc", 5)->lines, ElementsAre("four", "five"));
  EXPECT_FALSE(excerpt("src/a.cc", 6));
  EXPECT_FALSE(excerpt("src/a.cc", 0));
}

TEST_F(SourceExcerptTest, ReadsNothingOutsideOfItsFolder) {
  const test::TemporaryFolder other;
  other.write("b.cc", "secret\n");
  std::filesystem::create_symlink(other.file("b.cc"), folder_.file("src/link.cc"));
  EXPECT_FALSE(excerpt(other.file("b.cc"), 1));
  EXPECT_FALSE(excerpt("../" + std::filesystem::path(other.path()).filename().string() + "/b.cc", 1));
  EXPECT_FALSE(excerpt("src/link.cc", 1)) << "a link does not lead out either";
}

TEST_F(SourceExcerptTest, ReadsNoFileThatIsNoSource) {
  folder_.write(".env", "TOKEN=1\n");
  folder_.write("id_rsa", "key\n");
  EXPECT_FALSE(excerpt(".env", 1));
  EXPECT_FALSE(excerpt("id_rsa", 1));
}

}  // namespace
}  // namespace repro::report
