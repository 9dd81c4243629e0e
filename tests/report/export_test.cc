#include <set>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "harness/base/text.h"
#include "harness/report/csv.h"
#include "harness/report/json.h"
#include "harness/report/markdown.h"
#include "tests/report/report_fixture.h"

namespace repro::report {
namespace {

using nlohmann::ordered_json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string as_markdown(const CampaignSummary& summary) {
  std::ostringstream out;
  write_markdown(out, summary);
  return out.str();
}

std::string as_csv() {
  std::ostringstream out;
  EXPECT_TRUE(write_csv(out, example_summary(), source_of(example_rows())));
  return out.str();
}

std::string as_json(const CampaignSummary& summary, std::vector<RunRow> rows) {
  std::ostringstream out;
  EXPECT_TRUE(write_json(out, summary, source_of(std::move(rows))));
  return out.str();
}

std::vector<std::string> keys_of(const ordered_json& object) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : object.items()) keys.push_back(key);
  return keys;
}

Result<void> broken_source(const std::function<void(const RunRow&)>& visit) {
  visit(example_row());
  return fail(ErrorKind::store, "damaged");
}

TEST(MarkdownReport, BeginsWithTheTableOfTheWriteUps) {
  CampaignSummary summary = example_summary();
  for (ArmSummary& arm : summary.arms) arm.counts.infra = 0;
  EXPECT_THAT(as_markdown(summary),
              StartsWith("| code | build | crash | hang | fail | ok | rate |\n"
                         "| --- | --- | ---: | ---: | ---: | ---: | --- |\n"
                         "| pre-fix | plain | 18 | 2 | 5 | 0 | 25/25 100% [86%, 100%] |\n"));
}

TEST(MarkdownReport, ShowsTheWholeCampaign) { expect_golden("report.md", as_markdown(example_summary())); }

TEST(MarkdownReport, KeepsEveryTableRowWhole) {
  CampaignSummary summary = example_summary();
  summary.arms[3].key.variant = "a|b\nc\\|d";
  const std::string text = as_markdown(summary);
  for (const std::string_view line : split(text, '\n')) {
    if (!line.starts_with('|')) continue;
    EXPECT_TRUE(line.ends_with(" |") || line.ends_with(": |")) << line;
  }
  EXPECT_THAT(text, HasSubstr("| a\\|b c\\\\\\|d |"));
}

TEST(CsvReport, HasOneLinePerRun) { expect_golden("runs.csv", as_csv()); }

TEST(CsvReport, DisarmsFormulas) {
  EXPECT_THAT(as_csv(), HasSubstr(",'=evil|`name`,memory,"));
  EXPECT_THAT(as_csv(), HasSubstr(",\"'=HYPERLINK(\"\"http://x\"\"), said it\nand \\x1b[31mmore\","));
}

TEST(CsvReport, PassesOnTheErrorOfItsSource) {
  std::ostringstream out;
  const Result<void> written = write_csv(out, example_summary(), broken_source);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().message, "damaged");
}

TEST(JsonExport, ShowsTheWholeCampaign) {
  expect_golden("export.json", as_json(example_summary(), example_rows()));
}

TEST(JsonExport, HasTheKeysOfSchemaOne) {
  const ordered_json json = ordered_json::parse(as_json(example_summary(), example_rows()));
  EXPECT_THAT(keys_of(json),
              ElementsAre("schema", "campaign", "arms", "signatures", "bugs", "unseen", "runs"));
  EXPECT_EQ(json.at("schema"), 1);
  for (const char* key : {"variant", "sanitizer", "schedule", "runs", "crash", "hang", "fail", "ok", "infra",
                          "rate", "rate_low", "rate_high", "wall_ms", "max_rss_kib", "first_failure_run"}) {
    for (const ordered_json& arm : json.at("arms")) EXPECT_TRUE(arm.contains(key)) << key;
  }
  for (const char* key : {"id", "kind", "title", "outcome", "frames", "runs", "arms", "first_run"}) {
    EXPECT_TRUE(json.at("signatures").at(0).contains(key)) << key;
  }
  for (const char* key : {"index", "variant", "sanitizer", "schedule", "seed", "outcome", "exit_code",
                          "signal", "wall_ms", "signatures"}) {
    for (const ordered_json& run : json.at("runs")) EXPECT_TRUE(run.contains(key)) << key;
  }
}

TEST(JsonExport, HasEveryKeyInItsDocumentationAndItsSchema) {
  const ordered_json json = ordered_json::parse(as_json(example_summary(), example_rows()));
  const Result<std::string> page = read_file(REPRO_TEST_SOURCE_DIR "/../docs/json.md");
  const Result<std::string> schema_text = read_file(REPRO_TEST_SOURCE_DIR "/../docs/json-schema.json");
  ASSERT_TRUE(page && schema_text);
  const ordered_json schema = ordered_json::parse(*schema_text);
  const auto expect_documented = [&](const ordered_json& object, const ordered_json& described) {
    std::set<std::string> known;
    for (const std::string& key : keys_of(described.at("properties"))) known.insert(key);
    for (const ordered_json& part : described.value("allOf", ordered_json::array())) {
      const std::string name = part.at("$ref").get<std::string>().substr(std::string("#/$defs/").size());
      for (const std::string& key : keys_of(schema.at("$defs").at(name).at("properties"))) known.insert(key);
    }
    for (const std::string& key : keys_of(object)) {
      EXPECT_TRUE(known.contains(key)) << key << " is not in docs/json-schema.json";
      EXPECT_THAT(*page, HasSubstr("`" + key + "`"));
      known.erase(key);
    }
    EXPECT_TRUE(known.empty()) << *known.begin() << " is in docs/json-schema.json and not written";
  };
  const ordered_json& properties = schema.at("properties");
  expect_documented(json, schema);
  expect_documented(json.at("campaign"), properties.at("campaign"));
  for (const char* list : {"arms", "signatures", "bugs", "runs"}) {
    expect_documented(json.at(list).at(0), properties.at(list).at("items"));
  }
}

TEST(JsonExport, CountsInfraBesideTheRunsAndHasNoRateWithoutData) {
  const ordered_json json = ordered_json::parse(as_json(example_summary(), {}));
  const ordered_json& thread = json.at("arms").at(2);
  EXPECT_EQ(thread.at("runs"), 22);
  EXPECT_EQ(thread.at("infra"), 3);
  EXPECT_EQ(thread.at("rate"), 0.0);
  EXPECT_EQ(thread.at("blind"), "TSan misses the race canary");
  const ordered_json& none = json.at("arms").at(3);
  EXPECT_EQ(none.at("runs"), 0);
  EXPECT_TRUE(none.at("rate").is_null());
  EXPECT_TRUE(none.at("wall_ms").is_null());
  EXPECT_TRUE(json.at("arms").at(0).at("blind").is_null());
  EXPECT_TRUE(json.at("runs").empty());
}

TEST(JsonExport, KeepsAllDigitsOfSeedsAndRates) {
  const ordered_json json = ordered_json::parse(as_json(example_summary(), example_rows()));
  EXPECT_EQ(json.at("campaign").at("seed").get<std::uint64_t>(), 18446744073709551615U);
  EXPECT_EQ(json.at("runs").at(0).at("seed").get<std::uint64_t>(), 9223372036854775809U);
  EXPECT_EQ(json.at("arms").at(0).at("rate_low").get<double>(), 0.8628148284692875);
}

TEST(JsonExport, IsValidWithoutArmsAndRuns) {
  const ordered_json json = ordered_json::parse(as_json(CampaignSummary(), {}));
  EXPECT_TRUE(json.at("arms").empty());
  EXPECT_TRUE(json.at("runs").is_array());
}

TEST(JsonExport, SurvivesBytesThatAreNotUtf8) {
  CampaignSummary summary = example_summary();
  summary.file = "bad\xff.repro";
  summary.infra[0].reason = "bad \xfe byte";
  EXPECT_TRUE(ordered_json::accept(as_json(summary, example_rows())));
}

TEST(JsonExport, PassesOnTheErrorOfItsSource) {
  std::ostringstream out;
  EXPECT_FALSE(write_json(out, example_summary(), broken_source));
}

TEST(JsonExport, ShowsOneRunWithFindingsAndLogs) {
  std::ostringstream out;
  write_run_json(out, example_summary(), example_run());
  expect_golden("run.json", out.str());
  const ordered_json json = ordered_json::parse(out.str());
  EXPECT_EQ(json.at("run").at("findings").at(0).at("kind"), "heap-use-after-free");
  EXPECT_EQ(json.at("run").at("logs").at("stdout"), "hello\n");
}

TEST(JsonExport, ShowsOneSignatureWithAnExample) {
  const CampaignSummary summary = example_summary();
  std::ostringstream out;
  write_signature_json(out, summary, summary.signatures[0], example_finding());
  expect_golden("signature.json", out.str());
  EXPECT_TRUE(ordered_json::accept(out.str()));
}

}  // namespace
}  // namespace repro::report
