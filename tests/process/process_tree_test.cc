#include "harness/process/process_tree.h"

#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace repro::process {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* kRest =
    " 34816 77 4194304 1 2 3 4 5 6 7 8 20 0 3 0 123456 9990144 412 18446744073709551615 1 1";

TEST(ProcessStat, ReadsTheFieldsThatMatter) {
  const auto stat = parse_process_stat(std::string("77 (cat) S 1 70 60") + kRest);
  ASSERT_TRUE(stat.has_value());
  EXPECT_EQ(stat->pid, 77);
  EXPECT_EQ(stat->parent, 1);
  EXPECT_EQ(stat->group, 70);
  EXPECT_EQ(stat->session, 60);
  EXPECT_EQ(stat->state, 'S');
  EXPECT_EQ(stat->threads, 3U);
  EXPECT_EQ(stat->start_ticks, 123456U);
  EXPECT_EQ(stat->rss_pages, 412U);
}

TEST(ProcessStat, IsNotFooledByANameThatLooksLikeFields) {
  const auto stat = parse_process_stat(std::string("77 (a) R 9 9 (b c) Z 5 70 60") + kRest);
  ASSERT_TRUE(stat.has_value());
  EXPECT_EQ(stat->state, 'Z');
  EXPECT_EQ(stat->parent, 5);
}

TEST(ProcessStat, RefusesTextThatIsCutOff) {
  const std::string whole = std::string("77 (cat) S 1 70 60") + kRest;
  const std::size_t last_field_needed = whole.find(" 412") + 2;
  for (std::size_t length = 0; length < last_field_needed; ++length) {
    EXPECT_FALSE(parse_process_stat(whole.substr(0, length)).has_value()) << length;
  }
}

TEST(ProcessStat, TakesAZombieLeaderWithThreadsForAlive) {
  ProcessStat stat;
  stat.state = 'Z';
  stat.threads = 1;
  EXPECT_FALSE(stat.is_alive());
  stat.threads = 2;
  EXPECT_TRUE(stat.is_alive());
}

ProcessStat process(pid_t pid, pid_t parent) {
  ProcessStat stat;
  stat.pid = pid;
  stat.parent = parent;
  return stat;
}

std::vector<pid_t> pids(const std::vector<ProcessStat>& processes) {
  std::vector<pid_t> result;
  result.reserve(processes.size());
  for (const ProcessStat& one : processes) result.push_back(one.pid);
  return result;
}

TEST(ProcessTree, FindsDescendantsParentsFirst) {
  const std::vector<ProcessStat> all{process(9, 7), process(1, 0), process(5, 1), process(7, 5),
                                     process(6, 1)};
  EXPECT_THAT(pids(descendants_of(5, all)), ElementsAre(7, 9));
  EXPECT_THAT(pids(descendants_of(1, all)), ElementsAre(5, 6, 7, 9));
  EXPECT_THAT(pids(descendants_of(9, all)), IsEmpty());
}

TEST(ProcessTree, EndsEvenWhenAScanSawACircle) {
  const std::vector<ProcessStat> all{process(5, 6), process(6, 5), process(7, 1)};
  EXPECT_LE(descendants_of(5, all).size(), 2 * all.size());
}

TEST(ProcessTree, SeesItself) {
  const auto own = read_process_stat(getpid());
  ASSERT_TRUE(own.has_value());
  EXPECT_EQ(own->parent, getppid());
  EXPECT_EQ(own->session, getsid(0));
  EXPECT_GT(own->rss_pages, 0U);
}

TEST(ProcessTree, DoesNotSignalAnotherProcessOfTheSamePid) {
  ProcessStat own = *read_process_stat(getpid());
  EXPECT_TRUE(signal_process(own, 0));
  own.start_ticks -= 1;  // the pid as an earlier process had it
  EXPECT_FALSE(signal_process(own, SIGKILL));
}

}  // namespace
}  // namespace repro::process
