// What a user can hand us instead of a campaign file, and what the machine can do to one.

#include <cerrno>
#include <csignal>
#include <fstream>
#include <optional>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/files.h"
#include "tests/store/campaign_fixture.h"

namespace repro::store {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class UnusableFile : public InFolder {
 protected:
  /// A campaign with `runs` crashes that carry logs, closed.
  void make_campaign(std::uint64_t runs) const {
    const Signature signature = signature_named("s1-000000000001");
    Result<Store> store = create();
    ASSERT_TRUE(succeeded(store));
    for (std::uint64_t index = 0; index < runs; ++index) {
      ASSERT_TRUE(succeeded(store->add_run(crash_of(index, 0, signature), {&signature, 1})));
    }
  }

  /// Both ways to open it give this kind and words, on one line, with the file's name.
  void expect_refused(ErrorKind kind, const std::string& words) const {
    for (const bool is_reading : {true, false}) {
      const Result<Store> store = is_reading ? Store::open_read_only(path()) : Store::open_for_append(path());
      ASSERT_FALSE(store) << "is_reading " << is_reading;
      EXPECT_EQ(store.error().kind, kind) << store.error().message;
      EXPECT_THAT(store.error().message, HasSubstr(words));
      EXPECT_THAT(store.error().message, HasSubstr("'" + path() + "'"));
      EXPECT_EQ(store.error().message.find('\n'), std::string::npos);
    }
  }

  void overwrite(std::streamoff offset, const std::string& bytes) const {
    std::fstream file(path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(offset);
    file << bytes;
    ASSERT_TRUE(file.good());
  }
};

void execute(const std::string& path, const std::string& sql) {
  sqlite3* handle = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &handle), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
      << sqlite3_errmsg(handle);
  sqlite3_close(handle);
}

/// Runs `body` in a child without root's rights (which ignore permissions) and gives whether it returned
/// true.
template <class Body>
bool holds_for_an_ordinary_user(Body body) {
  const pid_t child = ::fork();
  if (child == 0) {
    constexpr uid_t kNobody = 65534;
    if (::getuid() == 0 && (::setgid(kNobody) != 0 || ::setuid(kNobody) != 0)) ::_exit(2);
    ::_exit(body() ? 0 : 1);
  }
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST_F(UnusableFile, IsAUsageErrorWhenItIsNotThere) { expect_refused(ErrorKind::usage, "No such file"); }

TEST_F(UnusableFile, IsAUsageErrorWhenItIsAFolder) {
  std::filesystem::create_directory(path());
  expect_refused(ErrorKind::usage, "not a file");
}

TEST_F(UnusableFile, IsRefusedWhenEmpty) {
  const std::ofstream empty(path());
  expect_refused(ErrorKind::store, "is empty");
}

TEST_F(UnusableFile, IsRefusedWhenItIsText) {
  for (const std::size_t size : {1U, 99U, 100U, 5000U}) {
    std::ofstream(path(), std::ios::trunc) << std::string(size, 'x');
    expect_refused(ErrorKind::store, "is not a campaign file");
  }
}

TEST_F(UnusableFile, IsRefusedWhenItIsADatabaseOfAnotherProgram) {
  execute(path(), "CREATE TABLE t (x); PRAGMA application_id = 252006673");
  expect_refused(ErrorKind::store, "SQLite database of another program");
}

TEST_F(UnusableFile, IsRefusedWhenItsSchemaIsNewer) {
  make_campaign(1);
  const std::string known = std::to_string(kSchemaVersion);
  const std::string newer = std::to_string(kSchemaVersion + 1);
  execute(path(), "PRAGMA user_version = " + newer);
  expect_refused(ErrorKind::store,
                 "newer version of repro (schema " + newer + "; this version reads up to " + known + ")");
}

TEST_F(UnusableFile, IsRefusedWhenCutOffAnywhere) {
  make_campaign(20);
  const auto whole = std::filesystem::file_size(path());
  for (std::uintmax_t size = whole - 1; size > 0; size = size * 3 / 4) {
    std::filesystem::resize_file(path(), size);
    const Result<Store> store = Store::open_read_only(path());
    if (store) {
      // The last page alone can be short: SQLite counts it as there. Then reading it must say so.
      const Result<Aggregate> aggregate = store->aggregate();
      EXPECT_GT(size + 4096, whole) << "more than a page is missing";
      if (!aggregate) {
        EXPECT_EQ(aggregate.error().kind, ErrorKind::store);
      }
    } else {
      EXPECT_EQ(store.error().kind, ErrorKind::store) << store.error().message;
    }
  }
}

TEST_F(UnusableFile, NeverCrashesTheReaderWhenPagesAreOverwritten) {
  make_campaign(20);
  const Result<std::string> whole = read_file(path());
  ASSERT_TRUE(succeeded(whole));
  std::size_t refused = 0;
  for (std::size_t page = 0; page < whole->size() / 4096; ++page) {
    std::ofstream(path(), std::ios::binary | std::ios::trunc) << *whole;
    overwrite(static_cast<std::streamoff>(page * 4096 + (page == 0 ? 100 : 0)), std::string(3000, '\xa5'));
    const Result<Store> store = Store::open_read_only(path());
    Result<void> read;
    if (store) {
      if (const Result<Aggregate> aggregate = store->aggregate(); !aggregate) ++refused;
      for (std::uint64_t index = 0; index < 20; ++index) {
        const Result<RunDetails> run = store->run(index);
        if (!run) {
          EXPECT_THAT(run.error().message, HasSubstr(path()));
        }
      }
    } else {
      EXPECT_EQ(store.error().kind, ErrorKind::store);
      ++refused;
    }
  }
  EXPECT_GT(refused, 5U);
}

TEST_F(UnusableFile, SaysThatAStoredTextIsDamaged) {
  make_campaign(1);
  execute(path(),
          "DROP TRIGGER finding_texts_refuse_UPDATE; UPDATE finding_texts SET json_zstd = x'28b52ffd00'");
  const Result<Store> store = Store::open_read_only(path());
  ASSERT_TRUE(succeeded(store));
  const Result<RunDetails> run = store->run(0);
  ASSERT_FALSE(run);
  EXPECT_EQ(run.error().kind, ErrorKind::store);
  EXPECT_THAT(run.error().message, HasSubstr("is damaged: a stored text is damaged"));
}

TEST_F(UnusableFile, DoesNotBelieveATextThatClaimsToBeHuge) {
  make_campaign(1);
  // A zstd frame header that announces 2^40 bytes.
  execute(path(),
          "DROP TRIGGER finding_texts_refuse_UPDATE;"
          "UPDATE finding_texts SET json_zstd = x'28b52ffde00000000000010000010000'");
  const Result<RunDetails> run = Store::open_read_only(path())->run(0);
  ASSERT_FALSE(run);
  EXPECT_THAT(run.error().message, HasSubstr("claims to have 1099511627776 bytes"));
}

TEST_F(UnusableFile, IsNeverOverwrittenByANewCampaign) {
  std::ofstream(path()) << "precious";
  const Result<Store> store = create();
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().kind, ErrorKind::usage);
  EXPECT_THAT(store.error().message, HasSubstr("--resume or name another file with --out"));
  EXPECT_EQ(*read_file(path()), "precious");
  EXPECT_THAT(files(), ElementsAre("c.repro"));
}

TEST_F(UnusableFile, IsAUsageErrorInAFolderThatIsNotThere) {
  const Result<Store> store = Store::create(path("none/c.repro"), two_arms(), {}, nanoseconds(0));
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().kind, ErrorKind::usage);
  EXPECT_EQ(store.error().os_errno, ENOENT);
}

TEST_F(UnusableFile, HasASafeNameEvenWhenItLooksLikeAUri) {
  const std::string name = "file:x.repro?mode=memory#%41";
  {
    const Result<Store> store = Store::create(path(name), two_arms(), {}, nanoseconds(0));
    ASSERT_TRUE(succeeded(store));
  }
  EXPECT_THAT(files(), ElementsAre(name));
  ASSERT_EQ(::chdir(folder_.c_str()), 0);
  EXPECT_TRUE(succeeded(Store::open_read_only(name)));
  ASSERT_EQ(::chdir("/"), 0);
}

TEST_F(UnusableFile, CanBeReadByWhomMayOnlyRead) {
  make_campaign(3);
  ASSERT_EQ(::chmod(path().c_str(), 0444), 0);
  ASSERT_EQ(::chmod(folder_.c_str(), 0555), 0);
  EXPECT_TRUE(holds_for_an_ordinary_user([&] {
    const Result<Store> store = Store::open_read_only(path());
    return store && store->aggregate()->summary.arms[0].counts.crash == 3 && store->run(2)->logs.has_value();
  }));
  EXPECT_TRUE(holds_for_an_ordinary_user([&] {
    const Result<Store> store = Store::open_for_append(path());
    return !store && store.error().os_errno == EACCES;
  }));
  ASSERT_EQ(::chmod(folder_.c_str(), 0755), 0);
}

TEST_F(UnusableFile, CanBeReadInAReadOnlyFolderEvenWhenItWasLeftInWalMode) {
  make_campaign(3);
  // A reader was active when the harness closed it, so that the mode could not be changed.
  execute(path(), "PRAGMA journal_mode = WAL");
  ASSERT_EQ(::chmod(path().c_str(), 0444), 0);
  ASSERT_EQ(::chmod(folder_.c_str(), 0555), 0);
  EXPECT_TRUE(holds_for_an_ordinary_user([&] {
    const Result<Store> store = Store::open_read_only(path());
    return store && store->aggregate()->summary.arms[0].counts.crash == 3;
  }));
  ASSERT_EQ(::chmod(folder_.c_str(), 0755), 0);
}

TEST_F(UnusableFile, TellsAReaderOfAKilledCampaignWhatToDoInAReadOnlyFolder) {
  make_campaign(3);
  execute(path(), "PRAGMA journal_mode = WAL");
  std::ofstream(path() + "-wal") << "a log that somebody must replay";
  ASSERT_EQ(::chmod(path().c_str(), 0444), 0);
  ASSERT_EQ(::chmod(folder_.c_str(), 0555), 0);
  EXPECT_TRUE(holds_for_an_ordinary_user([&] {
    const Result<Store> store = Store::open_read_only(path());
    return !store && store.error().kind == ErrorKind::store &&
           store.error().message.find("copy it together with") != std::string::npos;
  }));
  ASSERT_EQ(::chmod(folder_.c_str(), 0755), 0);
}

TEST_F(UnusableFile, IsAnErrorForWhomMayNotReadIt) {
  make_campaign(1);
  ASSERT_EQ(::chmod(path().c_str(), 0), 0);
  ASSERT_EQ(::chmod(folder_.c_str(), 0777), 0);
  EXPECT_TRUE(holds_for_an_ordinary_user([&] {
    const Result<Store> store = Store::open_read_only(path());
    return !store && store.error().kind == ErrorKind::store &&
           store.error().message.find("check the permissions") != std::string::npos;
  }));
}

TEST_F(UnusableFile, IsRefusedForWritingWhileAnotherHarnessWrites) {
  Result<Store> first = create();
  ASSERT_TRUE(succeeded(first));
  const Result<Store> second = Store::open_for_append(path());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::store);
  EXPECT_THAT(second.error().message,
              HasSubstr("is being written by the harness with pid " + std::to_string(::getpid())));
  EXPECT_TRUE(succeeded(first->add_run(run_of(0, 0, Outcome::ok), {}))) << "the first one goes on";
}

TEST_F(UnusableFile, IsFreeAgainAfterTheFirstHarnessEnded) {
  { ASSERT_TRUE(succeeded(create())); }
  EXPECT_TRUE(succeeded(Store::open_for_append(path())));
}

/// The errors that writing runs meets, and what is there afterwards.
struct Filling {
  std::uint64_t stored = 0;
  std::optional<Error> error;
};

/// Adds crashes with logs until one is refused.
Filling fill(Store& store, std::uint64_t first) {
  const Signature signature = signature_named("s1-000000000001");
  Filling filling;
  for (std::uint64_t index = first; index < first + 10'000; ++index) {
    const Result<void> added = store.add_run(crash_of(index, 0, signature), {&signature, 1});
    if (!added) {
      filling.error = added.error();
      return filling;
    }
    ++filling.stored;
  }
  return filling;
}

TEST_F(UnusableFile, KeepsWhatItHasWhenItMayNotGrow) {
  // A limit of the file size, as a quota would be: write(2) stops half way. In a child, since it stays.
  ASSERT_EQ(::chmod(folder_.c_str(), 0777), 0);
  EXPECT_TRUE(holds_for_an_ordinary_user([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    Result<Store> store = create();
    const rlimit limit{256UL * 1024, 256UL * 1024};
    if (!store || ::setrlimit(RLIMIT_FSIZE, &limit) != 0) return false;
    const Filling filling = fill(*store, 0);
    return filling.stored > 5 && filling.error && filling.error->kind == ErrorKind::store &&
           store->stored_indexes()->size() == filling.stored;
  }));
  const Result<Store> store = Store::open_read_only(path());
  ASSERT_TRUE(succeeded(store));
  EXPECT_GT(store->stored_indexes()->size(), 5U);
}

/// A file system of our own at `folder`, in a mount namespace that ends with this process.
bool mount_small_disk(const std::string& folder) {
  const uid_t uid = ::getuid();
  if (uid == 0) {
    if (::unshare(CLONE_NEWNS) != 0) return false;
  } else {
    if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
    std::ofstream("/proc/self/uid_map") << "0 " << uid << " 1";
  }
  return ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         ::mount("disk", folder.c_str(), "tmpfs", 0, "size=1m") == 0;
}

constexpr int kCannotMount = 77;

/// 0, or the number of the first expectation that did not hold.
int fill_a_disk_then_go_on(const std::string& folder) {
  if (!mount_small_disk(folder)) return kCannotMount;
  const std::string path = folder + "/c.repro";
  Result<Store> store = Store::create(path, two_arms(), {}, nanoseconds(0));
  if (!store) return 1;
  const Filling full = fill(*store, 0);
  if (!full.error || full.error->kind != ErrorKind::store) return 2;
  if (full.error->message.find("no space left") == std::string::npos) return 3;
  if (full.stored < 5 || store->stored_indexes()->size() != full.stored) return 4;
  if (!Store::open_read_only(path) || !Store::open_read_only(path)->aggregate()) return 5;
  if (::mount("disk", folder.c_str(), "tmpfs", MS_REMOUNT, "size=64m") != 0) return 6;
  if (!store->add_run(run_of(full.stored, 0, Outcome::ok), {})) return 7;
  if (store->stored_indexes()->size() != full.stored + 1) return 8;
  return 0;
}

TEST_F(UnusableFile, KeepsWhatItHasWhenTheDiskIsFullAndGoesOnWhenThereIsSpace) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(fill_a_disk_then_go_on(folder_));
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  if (WEXITSTATUS(status) == kCannotMount)
    GTEST_SKIP() << "no right to mount a file system, not even in a namespace";
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace repro::store
