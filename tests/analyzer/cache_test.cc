#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "analyzer/base/files.h"
#include "analyzer/cache/store.h"
#include "tests/analyzer/analyze_text.h"
#include "tests/support/tool.h"

namespace analyzer::cache {
namespace {

using repro::test::TemporaryFolder;

std::shared_ptr<Store> open_store(const TemporaryFolder& folder) {
  return Store::open(folder.file("cache")).value();
}

/// The one entry below the cache, which the test has just written.
std::string only_entry(const std::string& directory) {
  std::string found;
  for (const auto& at : std::filesystem::recursive_directory_iterator(directory)) {
    if (at.is_regular_file() && at.path().filename().native().size() > 60) found = at.path().native();
  }
  return found;
}

TEST(CacheStore, FindsInAnotherProcessWhatWasSavedInThisOne) {
  const TemporaryFolder folder;
  const infer::UnitPtr unit = test::unit_of("class A; def f(x); x.y; end; end");
  const Digest key = digest_of("a");
  Counters counters;
  EXPECT_EQ(open_store(folder)->load(key, counters), nullptr);
  open_store(folder)->save(key, unit, counters);
  const infer::UnitPtr loaded = open_store(folder)->load(key, counters);  // a new store has an empty memo
  ASSERT_NE(loaded, nullptr);
  EXPECT_EQ(infer::encode(*loaded), infer::encode(*unit));
  EXPECT_EQ(counters.hits, 1U);
  EXPECT_EQ(counters.memo_hits, 0U);
  EXPECT_EQ(counters.misses, 1U);
  EXPECT_EQ(counters.writes, 1U);
}

TEST(CacheStore, RemembersInMemoryWhatItHasLoaded) {
  const TemporaryFolder folder;
  const auto store = open_store(folder);
  Counters counters;
  store->save(digest_of("a"), test::unit_of("1"), counters);
  std::filesystem::remove(only_entry(store->directory()));
  EXPECT_NE(store->load(digest_of("a"), counters), nullptr);
  EXPECT_EQ(counters.memo_hits, 1U);
}

TEST(CacheStore, TakesTornFlippedAndForeignEntriesForMisses) {
  const TemporaryFolder folder;
  Counters counters;
  open_store(folder)->save(digest_of("a"), test::unit_of("class A; end\nA.new.f(1)"), counters);
  const std::string entry = only_entry(folder.path());
  const std::string whole = read_file(entry).value();
  std::vector<std::string> damaged = {"", "x", "#!/bin/sh\n", std::string(whole.size(), '\0'), whole + "x"};
  for (std::size_t size = 0; size < whole.size(); size += 7) damaged.push_back(whole.substr(0, size));
  for (std::size_t at = 0; at < whole.size(); at += 3) {
    damaged.push_back(whole);
    damaged.back()[at] = static_cast<char>(damaged.back()[at] ^ 1);
  }
  for (const std::string& bytes : damaged) {
    std::ofstream(entry, std::ios::binary | std::ios::trunc) << bytes;
    Counters after;
    EXPECT_EQ(open_store(folder)->load(digest_of("a"), after), nullptr);
    EXPECT_EQ(after.misses, 1U);
    EXPECT_EQ(after.damaged, 1U);
  }
  Counters again;
  const auto store = open_store(folder);
  store->save(digest_of("a"), test::unit_of("2"), again);
  EXPECT_NE(open_store(folder)->load(digest_of("a"), again), nullptr) << "a damaged entry is written anew";
}

TEST(CacheStore, RefusesAFolderThatHoldsOtherFiles) {
  const TemporaryFolder folder;
  folder.write("cache/photo.jpg", "precious");
  const auto store = Store::open(folder.file("cache"));
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().kind, ErrorKind::usage);
  EXPECT_TRUE(std::filesystem::exists(folder.file("cache/photo.jpg")));
}

TEST(CacheStore, ClearsItsEntriesAndNothingElse) {
  const TemporaryFolder folder;
  const auto store = open_store(folder);
  Counters counters;
  store->save(digest_of("a"), test::unit_of("1"), counters);
  store->save(digest_of("b"), test::unit_of("2"), counters);
  folder.write("cache/notes.txt", "kept");
  EXPECT_EQ(store->disk_use().value().entries, 2U);
  EXPECT_EQ(store->clear().value().entries, 2U);
  EXPECT_EQ(store->disk_use().value().entries, 0U);
  EXPECT_EQ(store->load(digest_of("a"), counters), nullptr);
  EXPECT_TRUE(std::filesystem::exists(folder.file("cache/notes.txt")));
}

TEST(CacheStore, CountsAWriteThatFails) {
  const TemporaryFolder folder;
  const auto store = open_store(folder);
  folder.write("cache/v" + std::to_string(kEntryVersion), "a file where a folder is needed");
  Counters counters;
  store->save(digest_of("a"), test::unit_of("1"), counters);
  EXPECT_EQ(counters.failed_writes, 1U);
  EXPECT_EQ(counters.writes, 0U);
}

TEST(CacheStore, KeepsEntriesWholeWhileProcessesWriteAndClear) {
  const TemporaryFolder folder;
  constexpr int kProcesses = 6;
  constexpr int kRounds = 120;
  const auto text = [](int i) { return "class A" + std::to_string(i) + "; def f(a); a.b; end; end"; };
  std::vector<pid_t> children;
  for (int process = 0; process < kProcesses; ++process) {
    const pid_t pid = ::fork();
    ASSERT_GE(pid, 0);
    if (pid == 0) {
      std::uint64_t failures = 0;
      for (int round = 0; round < kRounds; ++round) {
        const auto opened = Store::open(folder.file("cache"));
        if (!opened) ::_exit(2);
        const auto& store = *opened;
        const int i = (round + process) % 5;
        Counters counters;
        if (round % 40 == 39 && process == 0) static_cast<void>(store->clear());
        if (store->load(digest_of(text(i)), counters) == nullptr) {
          store->save(digest_of(text(i)), test::unit_of(text(i)), counters);
        }
        failures += counters.damaged + counters.failed_writes;
      }
      ::_exit(failures == 0 ? 0 : 1);
    }
    children.push_back(pid);
  }
  for (const pid_t pid : children) {
    int status = 0;
    ASSERT_EQ(::waitpid(pid, &status, 0), pid);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0)
        << "a process could not open the store, could not write, or found half an entry: " << status;
  }
  EXPECT_LE(open_store(folder)->disk_use().value().entries, 5U) << "temporary files are left";
}

}  // namespace
}  // namespace analyzer::cache
