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

/// A stack of one compiler; `function:line`, all in one file.
Stack path(StackRole role, const std::vector<std::pair<std::string, int>>& steps, bool ends_in_main = true) {
  Stack made;
  made.role = role;
  for (const auto& [function, line] : steps) {
    made.frames.push_back({function, "/src/node.cc", line, 1, "/build/app", 16, ""});
  }
  if (ends_in_main) made.frames.push_back({"main", "/src/main.cc", 99, 1, "/build/app", 16, ""});
  return made;
}

Finding overflow(const std::vector<std::pair<std::string, int>>& steps) {
  return finding(FindingSource::address_sanitizer, "heap-buffer-overflow", Outcome::crash,
                 {path(StackRole::access, steps)});
}

TEST(Bugs, JoinACallThatOneCompilerInlinesWithTheOneThatAnotherShows) {
  const Finding shown = overflow({{"read_node", 34}, {"walk", 40}});
  EXPECT_THAT(Groups({shown, overflow({{"walk", 40}})}).bugs, SizeIs(1)) << "the line of the call";
  EXPECT_THAT(Groups({shown, overflow({{"walk", 34}})}).bugs, SizeIs(1)) << "the line of what was inlined";
  EXPECT_THAT(Groups({shown, overflow({{"walk", 41}})}).bugs, SizeIs(2)) << "another call";
  EXPECT_THAT(Groups({shown, overflow({{"run", 40}})}).bugs, SizeIs(2)) << "another caller";
}

TEST(Bugs, JoinACallOfAFunctionThatWasFoldedWithAnother) {
  const Finding as_written = overflow({{"second_free", 20}, {"walk", 40}});
  EXPECT_THAT(Groups({as_written, overflow({{"first_free", 10}, {"walk", 40}})}).bugs, SizeIs(1));
  EXPECT_THAT(Groups({as_written, overflow({{"first_free", 10}, {"walk", 41}})}).bugs, SizeIs(2));
  Finding other_kind = overflow({{"first_free", 10}, {"walk", 40}});
  other_kind.kind = "double-free";
  EXPECT_THAT(Groups({as_written, other_kind}).bugs, SizeIs(2));
}

TEST(Bugs, JoinACutStackOnlyWithTheOneBugThatBeginsLikeIt) {
  const auto leak = [](const std::vector<std::pair<std::string, int>>& steps, bool is_whole) {
    return finding(FindingSource::leak_sanitizer, "direct-leak", Outcome::fail,
                   {path(StackRole::allocated, steps, is_whole)});
  };
  const Finding cut = leak({{"make", 5}}, false);
  EXPECT_THAT(Groups({cut, leak({{"make", 5}, {"load", 20}}, true)}).bugs, SizeIs(1));
  EXPECT_THAT(Groups({cut, leak({{"make", 6}, {"load", 20}}, true)}).bugs, SizeIs(2));
  EXPECT_THAT(Groups({leak({{"make", 5}}, true), leak({{"make", 5}, {"load", 20}}, true)}).bugs, SizeIs(2))
      << "a stack that goes down to main is whole";
  EXPECT_THAT(
      Groups({cut, leak({{"make", 5}, {"load", 20}}, true), leak({{"make", 5}, {"save", 30}}, true)}).bugs,
      SizeIs(3));
}

Finding race_of(Stack one, Stack other, std::string location = "") {
  one.role = StackRole::access;
  other.role = StackRole::previous_access;
  Finding made = finding(FindingSource::thread_sanitizer, "data-race", Outcome::fail,
                         {std::move(one), std::move(other)});
  made.location = std::move(location);
  return made;
}

TEST(Bugs, TellClosuresOfOneFileApartByTheirLines) {
  const auto use = [](int line) {
    return finding(FindingSource::address_sanitizer, "heap-use-after-free", Outcome::crash,
                   {path(StackRole::access, {{"read_node", 3}, {"operator()", line}}, false)});
  };
  const Finding race = race_of(path(StackRole::access, {{"read_node", 3}, {"operator()", 40}}, false),
                               path(StackRole::access, {{"write_node", 4}, {"operator()", 41}}, false));
  EXPECT_THAT(Groups({race, use(40)}).bugs, SizeIs(1));
  EXPECT_THAT(Groups({race, use(50)}).bugs, SizeIs(2));
}

TEST(Bugs, JoinRacesWithOneDestruction) {
  const auto with = [](const std::string& user, int destroyed_at) {
    return race_of(path(StackRole::access, {{user, 1}, {"worker_" + user, 2}}, false),
                   path(StackRole::access, {{"Request::~Request", 9}, {"operator()", destroyed_at}}, false));
  };
  const Groups groups({with("serve", 42), with("log", 42)});
  ASSERT_THAT(groups.bugs, SizeIs(1));
  EXPECT_THAT(groups.bugs[0].links[0].reason, HasSubstr("destruction in Request::~Request"));
  EXPECT_THAT(Groups({with("serve", 42), with("log", 50)}).bugs, SizeIs(2)) << "another object";
}

TEST(Bugs, JoinTheRaceOnAPointerWithThatOnWhatItPointsTo) {
  const Stack maker = path(StackRole::access, {{"get", 27}, {"run", 53}}, false);
  Stack pointer_write = maker;
  pointer_write.access = "write";
  pointer_write.access_bytes = sizeof(void*);
  const Finding pointer = race_of(path(StackRole::access, {{"get", 25}, {"peek", 50}}, false), pointer_write,
                                  "Location is global 'instance' of size 8 at 0x1 (app+0x1)");
  const auto content = [&](int allocated_at) {
    Finding made = race_of(path(StackRole::access, {{"use", 60}, {"peek", 61}}, false),
                           path(StackRole::access, {{"fill", 70}, {"run", 71}}, false));
    made.stacks.push_back(path(StackRole::allocated, {{"get", allocated_at}, {"run", 53}}, false));
    return made;
  };
  const Groups groups({pointer, content(27)});
  ASSERT_THAT(groups.bugs, SizeIs(1));
  EXPECT_THAT(groups.bugs[0].links[0].reason, HasSubstr("writes the pointer to it"));
  EXPECT_THAT(Groups({pointer, content(28)}).bugs, SizeIs(2)) << "allocated elsewhere";
}

TEST(Bugs, KeepRacesOfTheSameFunctionsOnDifferentMemoryApart) {
  const Stack reader = path(StackRole::access, {{"read", 1}, {"load", 2}}, false);
  const Stack writer = path(StackRole::access, {{"write", 3}, {"store", 4}}, false);
  const Finding first = race_of(reader, writer, "Location is global 'a' of size 4 at 0x1 (app+0x1)");
  const Finding second = race_of(reader, writer, "Location is global 'b' of size 4 at 0x2 (app+0x2)");
  EXPECT_THAT(Groups({first, second}).bugs, SizeIs(2));
  EXPECT_THAT(Groups({first, race_of(reader, writer)}).bugs, SizeIs(1)) << "a report may not tell the memory";
}

TEST(Bugs, HaveNoneWithoutSignatures) { EXPECT_THAT(Groups({}).bugs, IsEmpty()); }

}  // namespace
}  // namespace repro::findings
