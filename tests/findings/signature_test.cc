#include "harness/findings/signature.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/findings/levels.h"
#include "harness/findings/normalize.h"

namespace repro::findings {
namespace {

TEST(NormalizeFunction, BringsEveryDialectToOneSpelling) {
  struct Row {
    std::string_view printed;
    std::string_view wanted;
  };
  for (const Row& row : {
           Row{"main", "main"},
           Row{"pool::Worker::run(pool::Task*)", "pool::Worker::run"},
           Row{"(anonymous namespace)::read_node((anonymous namespace)::Node*)", "read_node"},
           Row{"read_node", "read_node"},
           Row{"void pool::retire<pool::Task>(pool::Task*)", "pool::retire"},
           Row{"std::vector<int, std::allocator<int> >::push_back(int const&)", "std::vector::push_back"},
           Row{"unsigned long hash_of(char const*)", "hash_of"},
           Row{"Queue::size() const", "Queue::size"},
           Row{"Queue::operator()(int) const", "Queue::operator()"},
           Row{"operator()<long int>", "operator()"},
           Row{"(anonymous namespace)::f()::$_0::operator()() const", "operator()"},
           Row{"f(int)::'lambda'(auto)::operator()<long>(auto) const", "operator()"},
           Row{"f(int)::{lambda(int)#2}::operator()(int) const", "operator()"},
           Row{"operator delete(void*, unsigned long)", "operator delete"},
           Row{"operator new[](unsigned long)", "operator new[]"},
           Row{"bool operator< <char>(A<char> const&, A<char> const&)", "operator<"},
           Row{"std::ostream& operator<<(std::ostream&, Id const&)", "operator<<"},
           Row{"Handle::operator bool() const", "Handle::operator bool"},
           Row{"Handle::operator->() const", "Handle::operator->"},
           Row{"sweep.isra.0", "sweep"},
           Row{"sweep(Heap*) [clone .part.3]", "sweep"},
           Row{"sweep.cold", "sweep"},
           Row{"name[abi:cxx11](int)", "name"},
           Row{"~Base", "~Base"},
           Row{"_ZN4pool6Worker3runEv", "_ZN4pool6Worker3runEv"},
           Row{"memcpy@plt", "memcpy"},
       }) {
    EXPECT_EQ(normalize_function(row.printed), row.wanted) << row.printed;
  }
}

TEST(NormalizeFunction, ReadsDeeplyNestedNamesInLinearTimeWithoutRecursion) {
  std::string name = "f";
  for (int i = 0; i < 200'000; ++i) name += "<(";
  EXPECT_EQ(normalize_function(name), "f");
}

Finding use_after_free(int line, std::uint64_t offset, std::string_view user = "lookup") {
  Finding finding;
  finding.source = FindingSource::address_sanitizer;
  finding.kind = "heap-use-after-free";
  Stack use;
  use.role = StackRole::access;
  use.frames.push_back({std::string(user), "/home/a/callinfo.cc", line, 3, "/bin/prog", offset, ""});
  use.frames.push_back({"main", "/home/a/main.cc", 9, 3, "/bin/prog", offset + 9, ""});
  Stack freed;
  freed.role = StackRole::freed;
  freed.frames.push_back({"free", "", 0, 0, "/bin/prog", 7, ""});
  freed.frames.push_back({"sweep", "/home/a/gc.cc", line + 5, 3, "/bin/prog", offset + 20, ""});
  finding.stacks = {use, freed};
  return finding;
}

TEST(Signature, IgnoresLinesFoldersAndAddresses) {
  Finding moved = use_after_free(99, 0x5000);
  for (Stack& stack : moved.stacks) {
    for (Frame& frame : stack.frames) {
      if (!frame.file.empty()) frame.file.replace(0, 7, "/src/ci");
    }
  }
  EXPECT_EQ(sign(use_after_free(12, 0x1000)).id, sign(moved).id);
}

TEST(Signature, TellsUsesAndFreesApart) {
  EXPECT_NE(sign(use_after_free(1, 1)).id, sign(use_after_free(1, 1, "insert")).id);
  Finding other_free = use_after_free(1, 1);
  other_free.stacks[1].frames[1].function = "compact";
  EXPECT_NE(sign(use_after_free(1, 1)).id, sign(other_free).id);
}

TEST(Signature, IsTitledForPeople) {
  const Signature signature = sign(use_after_free(1, 1));
  EXPECT_EQ(signature.title, "heap-use-after-free in lookup (callinfo.cc)");
  EXPECT_FALSE(signature.is_unsymbolized);
}

// The id is a public name: bug trackers and suppressions hold it. A change of this value is a new version.
// The value was computed by a second implementation of the hash, from the parts that signature.h lists.
TEST(Signature, IsTheSameOnEveryMachine) { EXPECT_EQ(sign(use_after_free(1, 1)).id, "s2-050704f1e852"); }

TEST(Signature, DoesNotDependOnWhichThreadOfARaceCameFirst) {
  Finding race;
  race.source = FindingSource::thread_sanitizer;
  race.kind = "data-race";
  race.implies = Outcome::fail;
  Stack one;
  one.role = StackRole::access;
  one.access = "read";
  one.frames.push_back({"reader", "a.cc", 1, 1, "", 0, ""});
  Stack other;
  other.role = StackRole::previous_access;
  other.access = "write";
  other.frames.push_back({"writer", "a.cc", 2, 1, "", 0, ""});
  race.stacks = {one, other};
  Finding swapped = race;
  std::swap(swapped.stacks[0].frames, swapped.stacks[1].frames);
  std::swap(swapped.stacks[0].access, swapped.stacks[1].access);
  EXPECT_EQ(sign(race).id, sign(swapped).id);
  EXPECT_EQ(sign(race).title, "data-race: read in reader (a.cc) and write in writer (a.cc)");
}

TEST(Signature, NeverPutsReportsTogetherForWantOfNames) {
  Finding first = use_after_free(1, 0x10);
  Finding second = use_after_free(1, 0x20);
  for (Finding* finding : {&first, &second}) {
    for (Stack& stack : finding->stacks) {
      for (Frame& frame : stack.frames) frame.function = frame.file = "";
    }
  }
  EXPECT_NE(sign(first).id, sign(second).id);
  EXPECT_TRUE(sign(first).is_unsymbolized);
}

TEST(Signature, TellsReportsWithoutNamesAndModulesApartByWhereInAPageTheyWere) {
  Finding first = use_after_free(1, 0);
  for (Stack& stack : first.stacks) {
    for (Frame& frame : stack.frames) frame = Frame();
  }
  first.raw = "ERROR\n    #0 0x7f1200000abc  (<unknown module>)\n    #1 0x7f1200001def  (<unknown module>)\n";
  Finding moved = first;
  moved.raw = "ERROR\n    #0 0x7f9955555abc  (<unknown module>)\n    #1 0x7f9955556def  (<unknown module>)\n";
  Finding other = first;
  other.raw = "ERROR\n    #0 0x7f1200000abc  (<unknown module>)\n    #1 0x7f1200001de0  (<unknown module>)\n";
  EXPECT_EQ(sign(first).id, sign(moved).id) << "address space layout moves whole pages";
  EXPECT_NE(sign(first).id, sign(other).id);
  EXPECT_TRUE(sign(first).is_unsymbolized);
}

TEST(Signature, LeavesMainOutUnlessItIsAllThereIs) {
  Finding with_main = use_after_free(1, 1);
  Finding without = with_main;
  without.stacks[0].frames.pop_back();
  EXPECT_EQ(sign(with_main).id, sign(without).id);
  Finding only_main = with_main;
  only_main.stacks[0].frames.erase(only_main.stacks[0].frames.begin());
  EXPECT_EQ(sign(only_main).title, "heap-use-after-free in main (main.cc)");
}

TEST(Signature, LeavesALibrarysFramesOutOfTheFree) {
  Finding finding = use_after_free(1, 1);
  finding.stacks[1].frames = {{"free", "", 0, 0, "/bin/prog", 7, ""}};
  Finding other = finding;
  other.stacks[1].frames = {{"operator delete", "", 0, 0, "/bin/prog", 7, ""},
                            {"std::vector::~vector", "", 0, 0, "/bin/prog", 7, ""}};
  EXPECT_EQ(sign(finding).id, sign(other).id);
}

TEST(Signature, TellsRacesOfTheSameFunctionsOnDifferentMemoryApart) {
  const auto race_on = [](std::string location) {
    Finding race;
    race.source = FindingSource::thread_sanitizer;
    race.kind = "data-race";
    for (const StackRole role : {StackRole::access, StackRole::previous_access}) {
      race.stacks.emplace_back();
      race.stacks.back().role = role;
      race.stacks.back().frames.push_back({"add", "a.cc", 1, 1, "", 0, ""});
    }
    race.location = std::move(location);
    return sign(race).id;
  };
  const std::string global = race_on("Location is global 'counter' of size 4 at 0x55 (app+0x1)");
  EXPECT_EQ(global,
            race_on("Location is global '(anonymous namespace)::counter' of size 4 at 0x77 (app+0x2)"));
  EXPECT_NE(global, race_on("Location is global 'other' of size 4 at 0x55 (app+0x1)"));
  EXPECT_NE(global, race_on("Location is stack of main thread."));
}

TEST(ExactId, SeesDeeperThanASignatureAndNoLines) {
  Finding first = use_after_free(1, 1);
  for (const char* caller : {"resolve", "call", "step"})
    first.stacks[0].frames.insert(first.stacks[0].frames.end() - 1, Frame{caller, "/vm.cc", 4, 1, "", 0, ""});
  Finding other = first;
  other.stacks[0].frames[3].function = "interpret";
  EXPECT_EQ(sign(first).id, sign(other).id);
  EXPECT_NE(exact_id(first), exact_id(other));
  Finding moved = first;
  moved.stacks[0].frames[0].line += 50;
  EXPECT_EQ(exact_id(first), exact_id(moved));
  EXPECT_TRUE(exact_id(first).starts_with("e2-"));
}

TEST(Clusters, JoinStacksThatAreAlikeAndNeverOtherKindsOrNothing) {
  const auto with = [](std::vector<std::string> functions, std::string kind = "heap-use-after-free") {
    Finding finding;
    finding.source = FindingSource::address_sanitizer;
    finding.kind = std::move(kind);
    finding.stacks.emplace_back();
    for (std::string& function : functions)
      finding.stacks[0].frames.push_back({std::move(function), "a.cc", 1, 1, "", 0, ""});
    return finding;
  };
  const std::vector<Finding> findings{with({"a", "b", "c", "d"}),
                                      with({"x", "y", "z"}),
                                      with({"a", "b", "x", "d"}),
                                      with({"a", "b", "c", "d"}, "double-free"),
                                      with({}),
                                      with({})};
  EXPECT_THAT(clusters_of(findings), ::testing::ElementsAre(0, 1, 0, 2, 3, 4));
}

TEST(Signature, ReadsRecursionOfAnyDepthAsOneFrame) {
  Finding shallow = use_after_free(1, 1, "recurse");
  Finding deep = shallow;
  deep.stacks[0].frames.insert(deep.stacks[0].frames.begin(), 40, deep.stacks[0].frames[0]);
  EXPECT_EQ(sign(shallow).id, sign(deep).id);
}

TEST(Signature, LeavesNumbersOutOfExceptionMessages) {
  Finding thrown;
  thrown.source = FindingSource::cxx_runtime;
  thrown.kind = "uncaught-exception";
  thrown.message = "std::out_of_range: index 17 at 0x7ffe12";
  Finding other = thrown;
  other.message = "std::out_of_range: index 4 at 0x55aa01";
  EXPECT_EQ(sign(thrown).id, sign(other).id);
  other.message = "std::out_of_range: no such key";
  EXPECT_NE(sign(thrown).id, sign(other).id);
}

TEST(Signature, DoesNotDependOnWhoseCallStartedACollector) {
  const auto freed_in_collection_from = [](std::string_view caller) {
    Finding finding = use_after_free(1, 1, "rb_free_method_entry");
    std::vector<Frame>& frames = finding.stacks[0].frames;
    frames.insert(frames.begin() + 1, {"gc_sweep_page", "/src/gc.c", 5389, 13, "/bin/ruby", 9, ""});
    frames.back().function = caller;
    return sign(finding).id;
  };
  EXPECT_EQ(freed_in_collection_from("rb_str_new"), freed_in_collection_from("rb_class_new"));
}

TEST(Signature, FollowsTheFrameRulesThatItIsGiven) {
  FrameRules rules = default_frame_rules();
  rules.rules.insert(rules.rules.begin(), {FrameField::function, FrameMatch::equals, "lookup",
                                           FrameClass::library, "a helper of ours"});
  EXPECT_EQ(sign(use_after_free(1, 1), rules).title, "heap-use-after-free in main (main.cc)");
}

}  // namespace
}  // namespace repro::findings
