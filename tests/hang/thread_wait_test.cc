// The line of /proc/PID/task/TID/syscall, read by the rules of glibc on x86-64.

#include "harness/hang/thread_wait.h"

#include <cstring>
#include <map>
#include <vector>

#include <gtest/gtest.h>

#if defined(__x86_64__)

namespace repro::hang {
namespace {

constexpr std::uint64_t kMutex = 0x7f0000000010;

/// Memory in which a mutex lies at kMutex.
ReadMemory mutex_memory(std::int32_t word, std::int32_t owner) {
  return [=](std::uint64_t address, std::span<std::byte> to) {
    const std::int32_t words[3] = {word, 0, owner};
    if (address != kMutex || to.size() != sizeof(words)) return false;
    std::memcpy(to.data(), words, sizeof(words));
    return true;
  };
}

ReadMemory no_memory() {
  return [](std::uint64_t, std::span<std::byte>) { return false; };
}

ThreadWait decoded(std::string_view line, const ReadMemory& memory = no_memory()) {
  return decode_wait(line, memory, [](pid_t tid) { return tid == 42; });
}

TEST(DecodeWait, TellsAMutexByItsValueAndReadsItsOwner) {
  const ThreadWait wait =
      decoded("202 0x7f0000000010 0x80 0x2 0x0 0x0 0x0 0x7ffd 0x7f01", mutex_memory(2, 43));
  EXPECT_EQ(wait.kind, WaitKind::mutex);
  EXPECT_EQ(wait.owner, 43) << "an owner that is gone is the point of an orphaned lock";
  EXPECT_EQ(wait.address, kMutex);
  EXPECT_FALSE(wait.is_timed);
}

TEST(DecodeWait, BelievesInNoMutexWhoseWordsAreNone) {
  const std::string_view line = "202 0x7f0000000010 0x80 0x2 0x0 0x0 0x0 0x7ffd 0x7f01";
  EXPECT_EQ(decoded(line, mutex_memory(1, 43)).kind, WaitKind::futex) << "nobody waits for it";
  EXPECT_EQ(decoded(line, mutex_memory(2, 0)).kind, WaitKind::futex) << "nobody holds it";
  EXPECT_EQ(decoded(line, mutex_memory(2, -7)).kind, WaitKind::futex);
  EXPECT_EQ(decoded(line).kind, WaitKind::futex) << "memory that cannot be read";
}

TEST(DecodeWait, TellsATimedLockOnlyByALivingOwner) {
  const std::string_view line = "202 0x7f0000000010 0x89 0x2 0x7ffd0000 0x0 0xffffffff 0x7ffd 0x7f01";
  EXPECT_EQ(decoded(line, mutex_memory(2, 42)).kind, WaitKind::mutex);
  EXPECT_TRUE(decoded(line, mutex_memory(2, 42)).is_timed);
  EXPECT_EQ(decoded(line, mutex_memory(2, 43)).kind, WaitKind::futex);
}

TEST(DecodeWait, TellsAJoinByTheThreadThatItWaitsFor) {
  const ThreadWait wait = decoded("202 0x7f0000000910 0x109 0x2a 0x0 0x0 0xffffffff 0x7ffd 0x7f01");
  EXPECT_EQ(wait.kind, WaitKind::join);
  EXPECT_EQ(wait.owner, 42);
  EXPECT_EQ(decoded("202 0x7f0000000910 0x109 0x2b 0x0 0x0 0xffffffff 0x7ffd 0x7f01").kind, WaitKind::futex)
      << "43 is no thread";
}

TEST(DecodeWait, KnowsWhichCallsHaveALimit) {
  EXPECT_FALSE(decoded("7 0x7ffd 0x1 0xffffffff 0x0 0x0 0x0 0x7ffd 0x7f01").is_timed);
  EXPECT_TRUE(decoded("7 0x7ffd 0x1 0x3e8 0x0 0x0 0x0 0x7ffd 0x7f01").is_timed);
  EXPECT_FALSE(decoded("271 0x7ffd 0x1 0x0 0x0 0x8 0x0 0x7ffd 0x7f01").is_timed);
  EXPECT_TRUE(decoded("271 0x7ffd 0x1 0x7ffc 0x0 0x8 0x0 0x7ffd 0x7f01").is_timed);
  EXPECT_TRUE(decoded("35 0x7ffd 0x0 0x0 0x0 0x0 0x0 0x7ffd 0x7f01").is_timed);
}

TEST(DecodeWait, NamesTheDescriptor) {
  const ThreadWait wait = decoded("0 0x5 0x7ffd 0x1 0x0 0x0 0x0 0x7ffd 0x7f01");
  EXPECT_EQ(wait.kind, WaitKind::descriptor);
  EXPECT_EQ(wait.descriptor, 5);
  EXPECT_EQ(wait.call, "read");
}

TEST(DecodeWait, MakesNothingOfWhatIsNoCall) {
  for (const std::string_view line :
       {"", "running", "-1 0x7ffd 0x7f01", "202 0x1", "nonsense 1 2 3 4 5 6 7"}) {
    EXPECT_EQ(decoded(line).kind, WaitKind::none) << line;
  }
  EXPECT_EQ(decoded("999 0x1 0x2 0x3 0x4 0x5 0x6 0x7 0x8").call, "system call 999");
}

}  // namespace
}  // namespace repro::hang

#endif
