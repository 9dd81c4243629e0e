#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/tool.h"

namespace repro::cli {

using nlohmann::json;
using test::ToolResult;
using test::Variables;
using Arguments = std::vector<std::string>;

/// A test that runs the tool in an empty folder of its own. Ends with a check that no process of the tool or
/// of its subjects is left.
class CliTest : public ::testing::Test {
 protected:
  CliTest() { std::filesystem::create_directory(temporary_); }
  ~CliTest() override {
    EXPECT_TRUE(test::eventually([&] { return test::processes_with(folder_.path()) == 0; }))
        << "processes are left behind";
  }

  /// What every command is given: a place for run folders that the test can look into. It is also what marks
  /// the processes of this test, as all of them inherit it.
  [[nodiscard]] Variables with_temporary(Variables environment = {}) const {
    environment.try_emplace("TMPDIR", temporary_);
    return environment;
  }
  [[nodiscard]] ToolResult tool(const Arguments& arguments, Variables environment = {}) const {
    return test::run_tool(arguments, folder_.path(), with_temporary(std::move(environment)));
  }
  /// `repro run --out=x.repro ARGUMENTS`, without the canaries, which have a test of their own.
  [[nodiscard]] ToolResult run(const Arguments& arguments, Variables environment = {}) const {
    return tool(run_words(arguments), std::move(environment));
  }
  [[nodiscard]] static Arguments run_words(const Arguments& arguments) {
    Arguments words{"run", "--out=x.repro", "--no-canaries"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    return words;
  }
  /// What the campaign file holds, as `repro show --json` tells it.
  [[nodiscard]] json stored() const {
    const ToolResult shown = tool({"show", "x.repro", "--json"});
    EXPECT_EQ(shown.exit_code, 0) << shown.err;
    return parse(shown.out);
  }
  [[nodiscard]] static json parse(const std::string& text) {
    json document = json::parse(text, nullptr, false);
    EXPECT_FALSE(document.is_discarded()) << text;
    return document.is_discarded() ? json::object() : document;
  }

  test::TemporaryFolder folder_;
  std::string temporary_ = folder_.file("tmp");
};

/// Values of `key` over the runs of an exported campaign, in order of their index.
inline std::vector<json> column(const json& campaign, const std::string& key) {
  std::vector<json> values;
  for (const json& run : campaign.value("runs", json::array())) values.push_back(run.value(key, json()));
  return values;
}

}  // namespace repro::cli
