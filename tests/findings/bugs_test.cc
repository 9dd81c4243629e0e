#include "harness/findings/bugs.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/findings/signature.h"

namespace repro::findings {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

Stack stack(StackRole role, const std::vector<std::string>& functions, int line = 7) {
  Stack made;
  made.role = role;
  for (const std::string& function : functions) {
    made.frames.push_back({function, "/src/" + function + ".cc", line, 1, "/build/app", 16, ""});
  }
  return made;
}

Finding finding(FindingSource source, std::string kind, Outcome implies, std::vector<Stack> stacks) {
  Finding made;
  made.source = source;
  made.kind = std::move(kind);
  made.implies = implies;
  made.stacks = std::move(stacks);
  return made;
}

Finding use_after_free(const std::vector<std::string>& use, const std::vector<std::string>& freed) {
  return finding(FindingSource::address_sanitizer, "heap-use-after-free", Outcome::crash,
                 {stack(StackRole::access, use), stack(StackRole::freed, freed)});
}

Finding race(const std::vector<std::string>& one, const std::vector<std::string>& other,
             std::string location = "") {
  Finding made = finding(FindingSource::thread_sanitizer, "data-race", Outcome::fail,
                         {stack(StackRole::access, one), stack(StackRole::previous_access, other)});
  made.location = std::move(location);
  return made;
}

Finding segv(const std::vector<std::string>& functions, int line = 7) {
  return finding(FindingSource::signal, "SIGSEGV", Outcome::crash,
                 {stack(StackRole::access, functions, line)});
}

Finding heap_check(std::string kind) {
  return finding(FindingSource::glibc, std::move(kind), Outcome::crash, {});
}

/// Groups findings, all of them seen in the variant `broken` unless `contexts` says otherwise.
class Groups {
 public:
  explicit Groups(std::vector<Finding> findings, std::vector<std::string> contexts = {},
                  const SeenTogether& together = {})
      : findings_(std::move(findings)) {
    for (const Finding& one : findings_) signatures_.push_back(sign(one));
    std::vector<BugCandidate> candidates;
    for (std::size_t at = 0; at < findings_.size(); ++at) {
      candidates.push_back(
          {&signatures_[at], &findings_[at], 1, {contexts.empty() ? std::string("broken") : contexts[at]}});
    }
    bugs = group_bugs(candidates, together);
  }
  [[nodiscard]] std::string id(std::size_t at) const { return signatures_[at].id; }

  std::vector<Bug> bugs;

 private:
  std::vector<Finding> findings_;
  std::vector<Signature> signatures_;
};

TEST(Bugs, JoinARaceAUseAfterFreeAndASignalOfTheSameSites) {
  const Groups groups({segv({"lookup", "resolve", "main"}),
                       race({"lookup", "resolve", "worker"}, {"sweep", "collect", "main"}),
                       use_after_free({"lookup", "resolve", "worker"}, {"sweep", "collect"})});
  ASSERT_THAT(groups.bugs, SizeIs(1));
  const Bug& bug = groups.bugs[0];
  EXPECT_THAT(bug.signatures, ElementsAre(groups.id(2), groups.id(1), groups.id(0)));
  EXPECT_EQ(bug.title, "heap-use-after-free in lookup (lookup.cc)");
  ASSERT_THAT(bug.links, SizeIs(2));
  EXPECT_THAT(
      bug.links,
      UnorderedElementsAre(
          BugLink{groups.id(1), groups.id(2),
                  "the race's sides are the access in lookup (lookup.cc) and the free in sweep (sweep.cc)"},
          BugLink{groups.id(0), groups.id(2), "both in lookup (lookup.cc)"}));
}

TEST(Bugs, LeaveASignalAloneWhoseSiteIsThatOfTwoBugs) {
  const Groups groups({segv({"lookup", "resolve"}),
                       use_after_free({"lookup", "resolve"}, {"sweep", "collect"}),
                       use_after_free({"lookup", "resolve"}, {"compact", "shrink"})});
  ASSERT_THAT(groups.bugs, SizeIs(3));
  const auto alone = std::find_if(groups.bugs.begin(), groups.bugs.end(),
                                  [&](const Bug& bug) { return bug.signatures.front() == groups.id(0); });
  ASSERT_NE(alone, groups.bugs.end());
  ASSERT_THAT(alone->notes, SizeIs(1));
  EXPECT_THAT(alone->notes[0], HasSubstr("several bugs"));
}

TEST(Bugs, JoinRacesOnOneGlobalButNotOnOneKindOfBlock) {
  const std::string global = "Location is global 'counter' of size 4 at 0x55 (app+0x1)";
  EXPECT_THAT(Groups({race({"a", "m"}, {"b", "m"}, global), race({"c", "m"}, {"d", "m"}, global)}).bugs,
              SizeIs(1));
  EXPECT_THAT(Groups({race({"a", "m"}, {"b", "m"}), race({"c", "m"}, {"d", "m"})}).bugs, SizeIs(2));
  Finding first = race({"a", "m"}, {"b", "m"});
  Finding second = race({"c", "m"}, {"d", "m"});
  for (Finding* one : {&first, &second}) one->stacks.push_back(stack(StackRole::allocated, {"make", "init"}));
  EXPECT_THAT(Groups({first, second}).bugs, SizeIs(2)) << "a block has many fields";
}

TEST(Bugs, NeverJoinByFramesOfTheAllocatorOrARuntime) {
  Finding first = segv({"malloc"});
  Finding second = use_after_free({"malloc"}, {"free"});
  for (Finding* one : {&first, &second}) {
    for (Stack& each : one->stacks) {
      for (Frame& frame : each.frames) frame.file.clear();
    }
  }
  second.stacks[0].frames[0].function = "memcpy";
  EXPECT_THAT(Groups({first, second}, {"one", "other"}).bugs, SizeIs(2));
}

TEST(Bugs, WantTheSameLineWhereASiteHasASingleFrame) {
  EXPECT_THAT(Groups({segv({"worker"}, 7), use_after_free({"worker"}, {"main"})}).bugs, SizeIs(1));
  EXPECT_THAT(Groups({segv({"worker"}, 8), use_after_free({"worker"}, {"main"})}).bugs, SizeIs(2));
}

TEST(Bugs, PutABrokenHeapToTheOnlyMemoryErrorOfItsVariant) {
  const Groups groups({heap_check("double-free"), heap_check("heap-corruption"),
                       use_after_free({"lookup", "resolve"}, {"sweep", "collect"})});
  ASSERT_THAT(groups.bugs, SizeIs(1));
  EXPECT_EQ(groups.bugs[0].signatures.front(), groups.id(2));
  EXPECT_THAT(groups.bugs[0].links[0].reason, HasSubstr("the only memory error"));
}

TEST(Bugs, PutABrokenHeapToNoneOfTwoMemoryErrorsUnlessOneWasInTheSameRun) {
  const std::vector<Finding> findings{heap_check("double-free"),
                                      use_after_free({"lookup", "resolve"}, {"sweep", "collect"}),
                                      use_after_free({"insert", "grow"}, {"erase", "shrink"})};
  EXPECT_THAT(Groups(findings).bugs, SizeIs(3));
  const SeenTogether together = [](std::size_t a, std::size_t b) { return a + b == 2 && a != b ? 1U : 0U; };
  const Groups groups(findings, {}, together);
  ASSERT_THAT(groups.bugs, SizeIs(2));
  EXPECT_THAT(groups.bugs[0].signatures, ElementsAre(groups.id(2), groups.id(0)));
}

TEST(Bugs, KeepHeapChecksOfOneVariantTogetherForWantOfAReport) {
  EXPECT_THAT(Groups({heap_check("double-free"), heap_check("invalid-free")}).bugs, SizeIs(1));
  EXPECT_THAT(Groups({heap_check("double-free"), heap_check("invalid-free")}, {"old", "new"}).bugs,
              SizeIs(2));
}

TEST(Bugs, DoNotDependOnTheOrderOfTheSignatures) {
  const std::vector<Finding> findings{segv({"lookup", "resolve", "main"}),
                                      race({"lookup", "resolve", "worker"}, {"sweep", "collect", "main"}),
                                      use_after_free({"lookup", "resolve", "worker"}, {"sweep", "collect"}),
                                      heap_check("double-free")};
  const std::vector<Finding> reversed(findings.rbegin(), findings.rend());
  const auto ids = [](const Groups& groups) {
    std::vector<std::vector<std::string>> all;
    for (const Bug& bug : groups.bugs) all.push_back(bug.signatures);
    return all;
  };
  EXPECT_EQ(ids(Groups(findings)), ids(Groups(reversed)));
}

TEST(Bugs, HaveNoneWithoutSignatures) { EXPECT_THAT(Groups({}).bugs, IsEmpty()); }

}  // namespace
}  // namespace repro::findings
