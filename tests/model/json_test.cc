#include "harness/model/json.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace repro {
namespace {

using Json = nlohmann::ordered_json;

Request sample_request() {
  Request request;
  request.scenario = "shm-spinlock";
  request.seed = 42;
  request.runs_per_arm = 25;
  request.timeout = std::chrono::seconds(10);
  request.jobs = 2;
  request.keep_logs = KeepLogs::all;
  request.suppressions = {"kind:data-race function:count", "source:lsan"};
  request.oracle.ok_exit_codes = {0, 3};
  request.oracle.match = {"done"};
  Arm arm;
  arm.id = 1;
  arm.key = {"bare", Sanitizer::thread, "os"};
  arm.command.argv = {"/bin/prog", "--case", "7"};
  arm.command.environment = {{"A", "b"}};
  request.arms.push_back(arm);
  return request;
}

TEST(RequestJson, ReadsBackToTheSameRequest) {
  const Json json = to_json(sample_request());
  const Result<Request> read = request_from_json(Json::parse(json.dump()));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(to_json(*read), json);
  EXPECT_FALSE(read->duration);
  EXPECT_EQ(read->keep_logs, KeepLogs::all);
  EXPECT_EQ(read->suppressions, (std::vector<std::string>{"kind:data-race function:count", "source:lsan"}));
}

TEST(RequestJson, NamesADamagedKeyInsteadOfThrowing) {
  Json json = to_json(sample_request());
  json["seed"] = "not a number";
  const Result<Request> read = request_from_json(json);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().kind, ErrorKind::store);
}

TEST(FindingJson, ReadsBackStacksAndFrames) {
  Finding finding;
  finding.source = FindingSource::address_sanitizer;
  finding.kind = "heap-use-after-free";
  finding.pid = 4711;
  Stack stack;
  stack.role = StackRole::freed;
  stack.thread = "T2";
  stack.mutexes = {"write M0"};
  stack.frames.push_back({"sweep", "gc.cc", 12, 3, "/bin/prog", 0x12, "abcd"});
  finding.stacks.push_back(stack);
  const Result<Finding> read = finding_from_json(Json::parse(to_json(finding).dump()));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->stacks, finding.stacks);
  EXPECT_EQ(read->pid, 4711);
  EXPECT_EQ(read->kind, finding.kind);
}

TEST(ToValidUtf8, ReplacesBytesThatNoReaderCouldDecode) {
  EXPECT_EQ(to_valid_utf8("a\xff"), "a\xef\xbf\xbd");
  EXPECT_EQ(to_valid_utf8("plain"), "plain");
  EXPECT_EQ(to_valid_utf8("gr\xc3\xbc\xc3\x9f"), "gr\xc3\xbc\xc3\x9f");
}

}  // namespace
}  // namespace repro
