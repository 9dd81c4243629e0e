// The harness may be killed at any moment. What it had stored by then is there, and nothing else.

#include <csignal>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/clock.h"
#include "harness/base/seed.h"
#include "harness/base/unique_fd.h"
#include "tests/store/campaign_fixture.h"

namespace repro::store {
namespace {

using ::testing::ElementsAre;

/// A child that does `body` and tells by bytes on a pipe how far it is.
class Child {
 public:
  template <class Body>
  explicit Child(Body body) {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe(ends.data()), 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::close(ends[0]);
      body(ends[1]);
      ::_exit(0);
    }
    ::close(ends[1]);
    progress_ = UniqueFd(ends[0]);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() { kill_and_reap(); }

  /// Waits until the child has told `steps` steps, or has ended. Gives the steps told.
  std::uint64_t wait_for(std::uint64_t steps) {
    while (told_ < steps) {
      char byte = 0;
      if (::read(progress_.get(), &byte, 1) != 1) break;
      ++told_;
    }
    return told_;
  }

  /// Ends the child with SIGKILL. Gives the steps that it had told by then.
  std::uint64_t kill_and_reap() {
    if (pid_ <= 0) return told_;
    ::kill(pid_, SIGKILL);
    EXPECT_EQ(::waitpid(pid_, nullptr, 0), pid_);
    pid_ = 0;
    return wait_for(UINT64_MAX);
  }

 private:
  pid_t pid_ = 0;
  UniqueFd progress_;
  std::uint64_t told_ = 0;
};

void tell(int fd) {
  if (::write(fd, "x", 1) != 1) ::_exit(3);
}

class KilledHarness : public InFolder {
 protected:
  static constexpr std::uint64_t kRuns = 400;

  /// As --resume does: stores the runs that are not there yet, some with findings and logs. After `most` of
  /// them it only waits to be killed, so that however late the signal comes there are runs left.
  static void store_missing_runs(const std::string& path, int fd, std::uint64_t most = kRuns) {
    const Signature signature = signature_named("s1-000000000001");
    Result<Store> store = Store::open_for_append(path);
    if (!store) ::_exit(4);
    const Result<std::vector<std::uint64_t>> indexes = store->stored_indexes();
    if (!indexes) ::_exit(5);
    const std::set<std::uint64_t> stored(indexes->begin(), indexes->end());
    for (std::uint64_t index = 0; index < kRuns; ++index) {
      if (stored.contains(index)) continue;
      const bool is_crash = index % 3 == 0;
      const RunRecord run = is_crash ? crash_of(index, 0, signature) : run_of(index, 1, Outcome::ok);
      const std::span<const Signature> signatures{&signature, is_crash ? 1U : 0U};
      if (most-- == 0) ::pause();
      if (!store->add_run(run, signatures)) ::_exit(6);
      tell(fd);
    }
    if (!store->set_state(CampaignState::complete, "done", nanoseconds(1))) ::_exit(7);
  }

  void expect_sound() const {
    sqlite3* handle = nullptr;
    ASSERT_EQ(sqlite3_open(path().c_str(), &handle), SQLITE_OK);
    std::string answer;
    const auto keep = [](void* text, int, char** values, char**) {
      static_cast<std::string*>(text)->append(values[0]);
      return 0;
    };
    sqlite3_exec(handle, "PRAGMA integrity_check", keep, &answer, nullptr);
    sqlite3_close(handle);
    EXPECT_EQ(answer, "ok");
  }
};

TEST_F(KilledHarness, HasStoredEveryRunThatItHadFinishedAndResumesToTheExactNumber) {
  { ASSERT_TRUE(succeeded(create())); }
  SplitMix64 random(fresh_seed());
  std::uint64_t stored_before = 0;
  int kills = 0;
  while (true) {
    Child harness([&](int fd) { store_missing_runs(path(), fd, 36); });
    // Where in the next transaction the signal arrives is left to the two processors.
    const std::uint64_t wanted = 1 + random.below(30);
    const bool has_finished = harness.wait_for(wanted) < wanted;
    const std::uint64_t told = harness.kill_and_reap();
    ++kills;

    const Result<Store> reader = Store::open_read_only(path());
    ASSERT_TRUE(succeeded(reader));
    const Result<Aggregate> aggregate = reader->aggregate();
    ASSERT_TRUE(succeeded(aggregate));
    const std::uint64_t stored = aggregate->summary.totals().all();
    EXPECT_GE(stored, stored_before + told) << "a finished run is lost";
    EXPECT_LE(stored, stored_before + told + 1) << "only the run in flight may be there as well";
    ASSERT_GT(stored, 0U);
    ASSERT_EQ(reader->stored_indexes()->size(), stored);
    EXPECT_EQ(reader->stored_indexes()->back() + 1, stored) << "runs were stored in order, none is missing";
    EXPECT_NE(aggregate->summary.state, CampaignState::running) << "nobody is at work";
    stored_before = stored;
    if (has_finished) break;
    // Killed behind its last run, it may have told its end already.
    if (stored < kRuns) {
      EXPECT_EQ(aggregate->summary.state, CampaignState::interrupted);
    }
  }
  EXPECT_EQ(stored_before, kRuns);
  EXPECT_GT(kills, 10);
  expect_sound();
  { ASSERT_TRUE(succeeded(Store::open_for_append(path()))); }
  EXPECT_THAT(files(), ElementsAre("c.repro")) << "what killed harnesses left beside it is gone";
}

TEST_F(KilledHarness, LeavesAWholeFileOrNoneWhenKilledWhileItCreatesOne) {
  const Clock& clock = system_clock();
  const nanoseconds started = clock.monotonic();
  { ASSERT_TRUE(succeeded(create())); }
  const nanoseconds usual = clock.monotonic() - started;
  SplitMix64 random(fresh_seed());
  for (int round = 0; round < 60; ++round) {
    std::filesystem::remove(path());
    Child harness([&](int fd) {
      tell(fd);
      const Result<Store> store = create();
      tell(fd);
      ::pause();
    });
    const bool is_let_finish = round % 5 == 0;
    harness.wait_for(is_let_finish ? 2 : 1);
    // The moment of the kill is any within twice the usual time; nothing depends on which.
    const nanoseconds moment = clock.monotonic() + nanoseconds(random.below(2 * usual.count()));
    while (!is_let_finish && clock.monotonic() < moment) {
    }
    harness.kill_and_reap();
    const bool is_there = std::filesystem::exists(path());
    EXPECT_TRUE(is_there || !is_let_finish);
    if (!is_there) continue;
    const Result<Store> store = Store::open_read_only(path());
    ASSERT_TRUE(succeeded(store));
    EXPECT_EQ(store->request().arms.size(), 2U);
    EXPECT_TRUE(succeeded(store->aggregate()));
  }
  std::filesystem::remove(path());
  { ASSERT_TRUE(succeeded(create())) << "leftovers do not stand in the way"; }
  EXPECT_THAT(files(), ElementsAre("c.repro"));
}

TEST_F(KilledHarness, LeavesNoLogThatANewCampaignOfTheSameNameWouldReplay) {
  { ASSERT_TRUE(succeeded(create())); }
  {
    Child harness([&](int fd) { store_missing_runs(path(), fd); });
    harness.wait_for(50);
  }
  ASSERT_TRUE(std::filesystem::exists(path() + "-wal"));
  std::filesystem::remove(path());
  const Result<Store> store = create();
  ASSERT_TRUE(succeeded(store));
  EXPECT_TRUE(store->stored_indexes()->empty());
}

TEST_F(KilledHarness, IsSeenAtWorkByAReaderWithoutBeingDisturbed) {
  { ASSERT_TRUE(succeeded(create())); }
  Child harness([&](int fd) { store_missing_runs(path(), fd); });
  std::uint64_t seen = 0;
  for (std::uint64_t step = 20; step < kRuns; step += 20) {
    const std::uint64_t told = harness.wait_for(step);
    ASSERT_EQ(told, step) << "the writer ended early";
    const Result<Store> reader = Store::open_read_only(path());
    ASSERT_TRUE(succeeded(reader));
    const Result<Aggregate> aggregate = reader->aggregate();
    ASSERT_TRUE(succeeded(aggregate));
    const std::uint64_t now = aggregate->summary.totals().all();
    EXPECT_GE(now, told);
    EXPECT_GE(now, seen);
    seen = now;
  }
  EXPECT_EQ(harness.wait_for(UINT64_MAX), kRuns);
  harness.kill_and_reap();
  EXPECT_EQ(Store::open_read_only(path())->aggregate()->summary.state, CampaignState::complete);
}

TEST_F(KilledHarness, HoldsOffAnotherHarnessOnlyWhileItLives) {
  { ASSERT_TRUE(succeeded(create())); }
  Child harness([&](int fd) {
    const Result<Store> store = Store::open_for_append(path());
    tell(fd);
    ::pause();
  });
  ASSERT_EQ(harness.wait_for(1), 1U);
  EXPECT_FALSE(Store::open_for_append(path()));
  EXPECT_EQ(Store::open_read_only(path())->aggregate()->summary.state, CampaignState::running);
  harness.kill_and_reap();
  EXPECT_EQ(Store::open_read_only(path())->aggregate()->summary.state, CampaignState::interrupted);
  EXPECT_TRUE(succeeded(Store::open_for_append(path())));
}

}  // namespace
}  // namespace repro::store
