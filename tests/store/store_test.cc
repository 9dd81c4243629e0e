#include "harness/store/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sqlite3.h>

#include "harness/model/json.h"
#include "tests/store/campaign_fixture.h"

namespace repro::store {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class StoreFile : public InFolder {};

std::vector<RunRow> rows_of(const Store& store) {
  std::vector<RunRow> rows;
  const Result<void> visited = store.for_each_run([&](const RunRow& row) { rows.push_back(row); });
  EXPECT_TRUE(succeeded(visited));
  return rows;
}

/// What a program other than the harness can do to the file. Gives SQLite's message, "" for none.
std::string with_sqlite(const std::string& path, const char* sql) {
  sqlite3* handle = nullptr;
  EXPECT_EQ(sqlite3_open(path.c_str(), &handle), SQLITE_OK);
  char* message = nullptr;
  sqlite3_exec(handle, sql, nullptr, nullptr, &message);
  std::string told = message == nullptr ? "" : message;
  sqlite3_free(message);
  sqlite3_close(handle);
  return told;
}

TEST_F(StoreFile, GivesBackTheRequestAndTheMachine) {
  ASSERT_TRUE(succeeded(create()));
  const Result<Store> store = Store::open_read_only(path());
  ASSERT_TRUE(succeeded(store));
  EXPECT_EQ(to_json(store->request()).dump(), to_json(two_arms()).dump());
  EXPECT_EQ(store->machine(), (MachineFacts{{"cores", "2"}, {"kernel", "6.1"}}));
  EXPECT_EQ(store->path(), path());
}

TEST_F(StoreFile, GivesBackEveryFactOfARun) {
  const Signature signature = signature_named("s1-000000000001");
  RunRecord wanted = crash_of(7, 1, signature);
  wanted.process.out_of_memory = true;
  wanted.process.stop_step = StopStep::terminate;
  Result<Store> store = create();
  ASSERT_TRUE(succeeded(store));
  ASSERT_TRUE(succeeded(store->add_run(wanted, {&signature, 1})));

  const Result<RunDetails> run = store->run(7);
  ASSERT_TRUE(succeeded(run));
  EXPECT_EQ(run->row.slot.index, 7U);
  EXPECT_EQ(run->row.slot.arm, 1U);
  EXPECT_EQ(run->row.slot.arm_run, 3U);
  EXPECT_EQ(run->row.slot.seed, 0x8000000000000007U);
  EXPECT_EQ(run->row.outcome, Outcome::crash);
  EXPECT_EQ(run->row.reason, "crash as wanted");
  EXPECT_EQ(run->row.exit_code, std::nullopt);
  EXPECT_EQ(run->row.signal, 11);
  EXPECT_TRUE(run->core_dumped);
  EXPECT_EQ(run->row.stop_reason, StopReason::none);
  EXPECT_EQ(run->stop_step, StopStep::terminate);
  EXPECT_EQ(run->row.started_at, wanted.process.started_at);
  EXPECT_EQ(run->row.wall, std::chrono::milliseconds(8));
  EXPECT_EQ(run->row.user_cpu.count(), 11);
  EXPECT_EQ(run->row.system_cpu.count(), 12);
  EXPECT_EQ(run->row.max_rss_bytes, 8U * 1024);
  EXPECT_EQ(run->max_rss_floor_bytes, 512U);
  EXPECT_EQ(run->row.stdout_bytes, 9U);
  EXPECT_EQ(run->row.stderr_bytes, 1000U);
  EXPECT_EQ(run->timeout, std::chrono::seconds(10));
  EXPECT_EQ(run->pid, 4711);
  EXPECT_EQ(run->leftover_processes, 2U);
  EXPECT_TRUE(run->pipes_held_open);
  EXPECT_TRUE(run->out_of_memory);
  EXPECT_THAT(run->row.signatures, ElementsAre(signature.id));
  ASSERT_EQ(run->findings.size(), 1U);
  EXPECT_EQ(to_json(run->findings[0]).dump(), to_json(wanted.findings[0]).dump());
}

TEST_F(StoreFile, GivesBackLogsAsBytes) {
  RunRecord wanted = run_of(0, 0, Outcome::hang);
  const std::string binary("a\0b\xff\x1b[31m", 9);
  wanted.process.standard_output = {binary, "", binary.size()};
  wanted.process.report_files = {{"asan.12", 12, "first report", 12},
                                 {"asan.13", 13, std::string(1 << 20, 'x'), 1 << 21}};
  Result<Store> store = create();
  ASSERT_TRUE(succeeded(store));
  ASSERT_TRUE(succeeded(store->add_run(wanted, {})));

  const Result<RunDetails> run = store->run(0);
  ASSERT_TRUE(succeeded(run));
  ASSERT_TRUE(run->logs.has_value());
  EXPECT_EQ(run->logs->standard_output, binary);
  EXPECT_EQ(run->logs->standard_error, wanted.process.standard_error.text());
  EXPECT_EQ(run->logs->hang_evidence, "thread 1 waits for thread 2");
  ASSERT_EQ(run->logs->reports.size(), 2U);
  EXPECT_EQ(run->logs->reports[0].name, "asan.12");
  EXPECT_EQ(run->logs->reports[1].pid, 13);
  EXPECT_EQ(run->logs->reports[1].text, std::string(1 << 20, 'x'));
  EXPECT_EQ(run->logs->reports[1].total_bytes, 1U << 21U);
}

TEST_F(StoreFile, KeepsTheLogsThatThePolicyNames) {
  for (const KeepLogs policy : {KeepLogs::failures, KeepLogs::all, KeepLogs::none}) {
    std::filesystem::remove(path());
    Result<Store> store = create(two_arms(policy));
    ASSERT_TRUE(succeeded(store));
    std::uint64_t index = 0;
    for (const Outcome outcome : kOutcomes) {
      ASSERT_TRUE(succeeded(store->add_run(run_of(index, 0, outcome), {})));
      const bool is_expected =
          policy == KeepLogs::all || (policy == KeepLogs::failures && outcome != Outcome::ok);
      EXPECT_EQ(store->run(index)->logs.has_value(), is_expected) << to_string(outcome);
      ++index;
    }
  }
}

TEST_F(StoreFile, HasNoExitCodeForARunWhoseEndNobodySaw) {
  RunRecord lost = run_of(0, 0, Outcome::infra);
  lost.process.stop_reason = StopReason::lost;
  Result<Store> store = create();
  ASSERT_TRUE(succeeded(store));
  ASSERT_TRUE(succeeded(store->add_run(lost, {})));
  const std::vector<RunRow> rows = rows_of(*store);
  EXPECT_EQ(rows.at(0).stop_reason, StopReason::lost);
  EXPECT_EQ(rows.at(0).exit_code, std::nullopt);
  EXPECT_EQ(rows.at(0).signal, std::nullopt);
}

TEST_F(StoreFile, RefusesARunTwiceAndKeepsTheFirst) {
  Result<Store> store = create();
  ASSERT_TRUE(succeeded(store));
  ASSERT_TRUE(succeeded(store->add_run(run_of(3, 0, Outcome::ok), {})));
  const Signature signature = signature_named("s1-000000000001");
  const Result<void> again = store->add_run(crash_of(3, 1, signature), {&signature, 1});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, ErrorKind::store);
  EXPECT_THAT(again.error().message, HasSubstr("has run 3 already"));
  EXPECT_EQ(store->run(3)->row.outcome, Outcome::ok);
  EXPECT_TRUE(store->aggregate()->summary.signatures.empty()) << "nothing of the refused run is stored";
  EXPECT_TRUE(succeeded(store->add_run(run_of(4, 0, Outcome::ok), {}))) << "and the store goes on";
}

TEST_F(StoreFile, RefusesToChangeWhatWasMeasured) {
  {
    Result<Store> store = create();
    const Signature signature = signature_named("s1-000000000001");
    ASSERT_TRUE(succeeded(store->add_run(crash_of(0, 0, signature), {&signature, 1})));
  }
  for (const std::string table : {"runs", "findings", "finding_texts", "run_signatures", "logs"}) {
    EXPECT_THAT(with_sqlite(path(), ("DELETE FROM " + table).c_str()), HasSubstr("append-only")) << table;
    EXPECT_THAT(with_sqlite(path(), ("UPDATE " + table + " SET run_index = 9").c_str()),
                HasSubstr("append-only"))
        << table;
  }
}

TEST_F(StoreFile, CanBeReadAsATableByOtherPrograms) {
  {
    Result<Store> store = create();
    ASSERT_TRUE(succeeded(store->add_run(run_of(1, 1, Outcome::ok), {})));
  }
  EXPECT_EQ(
      with_sqlite(path(),
                  "CREATE TEMP TABLE t (n CHECK (n = 1));"
                  "INSERT INTO t SELECT COUNT(*) FROM run_list WHERE seed = '9223372036854775809' "
                  "AND outcome = 'ok' AND wall_ms = 2.0 AND variant = 'fixed' AND sanitizer = 'address'"),
      "");
}

TEST_F(StoreFile, VisitsRunsInOrderWithTheirSignatures) {
  const std::array<Signature, 2> signatures{signature_named("s1-00000000000b"),
                                            signature_named("s1-00000000000a")};
  Result<Store> store = create();
  ASSERT_TRUE(succeeded(store));
  RunRecord both = crash_of(5, 0, signatures[0]);
  both.findings.push_back(finding_of(signatures[1]));
  both.findings.push_back(finding_of(signatures[0]));
  ASSERT_TRUE(succeeded(store->add_run(crash_of(9, 1, signatures[0]), signatures)));
  ASSERT_TRUE(succeeded(store->add_run(both, signatures)));
  ASSERT_TRUE(succeeded(store->add_run(run_of(2, 1, Outcome::ok), {})));

  const std::vector<RunRow> rows = rows_of(*store);
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0].slot.index, 2U);
  EXPECT_TRUE(rows[0].signatures.empty());
  EXPECT_EQ(rows[1].slot.index, 5U);
  EXPECT_THAT(rows[1].signatures, ElementsAre("s1-00000000000a", "s1-00000000000b"));
  EXPECT_EQ(rows[2].slot.index, 9U);
  EXPECT_THAT(rows[2].signatures, ElementsAre("s1-00000000000b"));
  EXPECT_THAT(*store->stored_indexes(), ElementsAre(2U, 5U, 9U));
  EXPECT_THAT(store->run(5)->row.signatures, ElementsAre("s1-00000000000a", "s1-00000000000b"));
}

TEST_F(StoreFile, FindsASignatureByAPrefixThatFitsOne) {
  const std::array<Signature, 2> signatures{signature_named("s1-0000000000aa"),
                                            signature_named("s1-0000000000ab")};
  Result<Store> store = create();
  ASSERT_TRUE(succeeded(store->add_run(crash_of(4, 1, signatures[0]), signatures)));
  ASSERT_TRUE(succeeded(store->add_run(crash_of(6, 1, signatures[0]), signatures)));
  ASSERT_TRUE(succeeded(store->add_run(crash_of(7, 0, signatures[1]), signatures)));

  const Result<SignatureSummary> found = store->signature("s1-0000000000aa");
  ASSERT_TRUE(succeeded(found));
  EXPECT_EQ(found->runs, 2U);
  EXPECT_EQ(found->first_run, 4U);
  EXPECT_EQ(found->signature.title, signatures[0].title);
  EXPECT_EQ(store->signature("s1-0000000000ab")->runs, 1U);
  EXPECT_EQ(store->signature("s1-0").error().kind, ErrorKind::usage);
  EXPECT_THAT(store->signature("s1-0").error().message, HasSubstr("several"));
  EXPECT_THAT(store->signature("s1-0000000000ba").error().message, HasSubstr("no signature"));

  EXPECT_EQ(store->first_finding("s1-0000000000aa")->raw, finding_of(signatures[0]).raw);
  EXPECT_EQ(store->first_finding("s1-nothing").error().kind, ErrorKind::usage);
}

TEST_F(StoreFile, SaysWhichRunsThereAreWhenOneIsMissing) {
  Result<Store> store = create();
  EXPECT_THAT(store->run(0).error().message, HasSubstr("no runs yet"));
  ASSERT_TRUE(succeeded(store->add_run(run_of(3, 0, Outcome::ok), {})));
  ASSERT_TRUE(succeeded(store->add_run(run_of(8, 0, Outcome::ok), {})));
  EXPECT_EQ(store->run(5).error().kind, ErrorKind::usage);
  EXPECT_THAT(store->run(5).error().message, HasSubstr("has no run 5: it holds 2 runs, 3 to 8"));
}

TEST_F(StoreFile, CountsPerArmAndKeepsInfraOutOfTheDenominator) {
  const Signature signature = signature_named("s1-0000000000aa");
  Result<Store> store = create();
  ASSERT_TRUE(succeeded(store->add_run(run_of(0, 0, Outcome::infra), {})));
  ASSERT_TRUE(succeeded(store->add_run(run_of(1, 0, Outcome::ok), {})));
  ASSERT_TRUE(succeeded(store->add_run(crash_of(2, 0, signature), {&signature, 1})));
  ASSERT_TRUE(succeeded(store->add_run(run_of(3, 0, Outcome::hang), {})));
  ASSERT_TRUE(succeeded(store->add_run(run_of(4, 1, Outcome::infra), {})));
  ASSERT_TRUE(succeeded(store->add_run(run_of(5, 0, Outcome::fail), {})));
  ASSERT_TRUE(succeeded(store->set_arm_blind(1, "no symbolizer")));
  ASSERT_TRUE(succeeded(store->add_warning("first")));
  ASSERT_TRUE(succeeded(store->add_warning("second")));
  ASSERT_TRUE(succeeded(store->add_warning("first")));

  const Result<Aggregate> aggregate = store->aggregate();
  ASSERT_TRUE(succeeded(aggregate));
  const CampaignSummary& summary = aggregate->summary;
  ASSERT_EQ(summary.arms.size(), 2U);
  EXPECT_EQ(summary.arms[0].counts, (OutcomeCounts{1, 1, 1, 1, 1}));
  EXPECT_EQ(summary.arms[1].counts, (OutcomeCounts{0, 0, 0, 0, 1}));
  EXPECT_EQ(summary.arms[0].first_failure_run, 2U);
  EXPECT_EQ(summary.arms[1].first_failure_run, std::nullopt);
  EXPECT_EQ(summary.arms[0].max_rss_bytes, 6U * 1024);
  EXPECT_EQ(summary.arms[0].runs_by_finding.at("asan heap-use-after-free"), 1U);
  EXPECT_EQ(summary.arms[1].blind, "no symbolizer");
  EXPECT_THAT(aggregate->counted_wall_ns[0], ElementsAre(2'000'000, 3'000'000, 4'000'000, 6'000'000));
  EXPECT_TRUE(aggregate->counted_wall_ns[1].empty());
  ASSERT_EQ(summary.infra.size(), 1U);
  EXPECT_EQ(summary.infra[0].reason, "infra as wanted");
  EXPECT_EQ(summary.infra[0].runs, 2U);
  EXPECT_EQ(summary.infra[0].first_run, 0U);
  EXPECT_THAT(summary.warnings, ElementsAre("first", "second"));
  EXPECT_EQ(summary.adaptive_timeout, std::chrono::seconds(10));
  ASSERT_EQ(summary.signatures.size(), 1U);
  EXPECT_EQ(summary.signatures[0].runs_by_arm.at(0), 1U);
}

TEST_F(StoreFile, ListsSignaturesByRunsThenByFirstRun) {
  const std::array<Signature, 3> signatures{signature_named("s1-a"), signature_named("s1-b"),
                                            signature_named("s1-c")};
  Result<Store> store = create();
  std::uint64_t index = 0;
  for (const std::size_t which : {2U, 0U, 1U, 1U}) {
    ASSERT_TRUE(succeeded(store->add_run(crash_of(index++, 0, signatures.at(which)), signatures)));
  }
  std::vector<std::string> order;
  const Aggregate aggregate = *store->aggregate();
  for (const SignatureSummary& one : aggregate.summary.signatures) order.push_back(one.signature.id);
  EXPECT_THAT(order, ElementsAre("s1-b", "s1-c", "s1-a"));
}

TEST_F(StoreFile, AddsTheTimeOfResumedSessions) {
  {
    Result<Store> store = create();
    ASSERT_TRUE(succeeded(store->set_state(CampaignState::interrupted, "Ctrl-C", std::chrono::seconds(3))));
    ASSERT_TRUE(succeeded(store->set_state(CampaignState::interrupted, "Ctrl-C", std::chrono::seconds(4))));
  }
  Result<Store> store = Store::open_for_append(path());
  ASSERT_TRUE(succeeded(store));
  EXPECT_EQ(store->aggregate()->summary.state, CampaignState::running);
  ASSERT_TRUE(
      succeeded(store->set_state(CampaignState::complete, "100 runs per arm", std::chrono::seconds(5))));
  const CampaignSummary summary = store->aggregate()->summary;
  EXPECT_EQ(summary.wall, std::chrono::seconds(9));
  EXPECT_EQ(summary.state, CampaignState::complete);
  EXPECT_EQ(summary.state_note, "100 runs per arm");
}

TEST_F(StoreFile, LeavesOneFileWhenClosed) {
  {
    Result<Store> store = create();
    ASSERT_TRUE(succeeded(store->add_run(run_of(0, 0, Outcome::ok), {})));
    EXPECT_THAT(files(), ElementsAre("c.repro", "c.repro-lock", "c.repro-shm", "c.repro-wal"));
  }
  EXPECT_THAT(files(), ElementsAre("c.repro"));
  {
    const Result<Store> reader = Store::open_read_only(path());
    ASSERT_TRUE(succeeded(reader->aggregate()));
    EXPECT_THAT(files(), ElementsAre("c.repro")) << "reading makes no file";
  }
}

TEST_F(StoreFile, KeepsItsPromisesWhenItIsMoved) {
  Result<Store> first = create();
  Store second = *std::move(first);
  ASSERT_TRUE(succeeded(second.add_run(run_of(0, 0, Outcome::ok), {})));
  {
    const Result<Store> other = Store::create(path("d.repro"), two_arms(), {}, nanoseconds(0));
    ASSERT_TRUE(succeeded(other));
  }
  Result<Store> third = Store::create(path("e.repro"), two_arms(), {}, nanoseconds(0));
  second = *std::move(third);
  EXPECT_THAT(files(), Not(::testing::Contains("c.repro-lock"))) << "the assigned-over store was closed";
  EXPECT_EQ(Store::open_read_only(path())->stored_indexes()->size(), 1U);
}

TEST_F(StoreFile, CanBeReadWhileItIsWrittenInTheSameProcess) {
  Result<Store> writer = create();
  ASSERT_TRUE(succeeded(writer->add_run(run_of(0, 0, Outcome::ok), {})));
  for (std::uint64_t index = 1; index <= 20; ++index) {
    const Result<Store> reader = Store::open_read_only(path());
    ASSERT_TRUE(succeeded(reader));
    EXPECT_EQ(reader->aggregate()->summary.state, CampaignState::running);
    ASSERT_TRUE(succeeded(writer->add_run(run_of(index, 0, Outcome::ok), {})));
    EXPECT_EQ(reader->stored_indexes()->size(), index + 1);
  }
}

TEST_F(StoreFile, CannotHoldACommandThatIsNotUtf8) {
  Request request = two_arms();
  request.arms[0].command.argv = {"./sub\xffject"};
  const Result<Store> store = create(request);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().kind, ErrorKind::usage);
  EXPECT_TRUE(files().empty()) << "nothing half made stays";
}

TEST_F(StoreFile, HoldsReportsThatAreNotUtf8) {
  const Signature signature = signature_named("s1-a");
  RunRecord run = crash_of(0, 0, signature);
  run.reason = "bad \xff byte";
  run.findings[0].raw = "\xfe raw";
  Result<Store> store = create();
  ASSERT_TRUE(succeeded(store->add_run(run, {&signature, 1})));
  EXPECT_EQ(store->run(0)->row.reason, "bad \xef\xbf\xbd byte");
  EXPECT_EQ(store->run(0)->findings[0].raw, "\xef\xbf\xbd raw");
}

}  // namespace
}  // namespace repro::store
