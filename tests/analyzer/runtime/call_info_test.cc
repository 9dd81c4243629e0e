#include "analyzer/runtime/call_info.h"

#include <array>
#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "analyzer/runtime/runtime.h"

namespace analyzer::runtime {
namespace {

class CallInfoTest : public testing::Test {
 protected:
  const CallInfo* lookup(const CallShape& shape) {
    return runtime_.call_infos().lookup(runtime_.main(), shape);
  }

  Runtime runtime_{HeapOptions{}};
  Running running_{runtime_.main()};
  SymbolId map_ = runtime_.symbol("map");
  SymbolId each_ = runtime_.symbol("each");
};

TEST_F(CallInfoTest, OneShapeHasOneEntry) {
  const std::array keywords{map_, each_};
  const CallInfo* first = lookup({.method = map_, .argument_count = 2, .keywords = keywords});
  EXPECT_EQ(lookup({.method = map_, .argument_count = 2, .keywords = keywords}), first);
  EXPECT_EQ(runtime_.call_infos().size(), 1U);
  EXPECT_EQ(first->method, map_);
  EXPECT_EQ(first->argument_count, 2U);
  EXPECT_EQ(std::vector<SymbolId>(first->keywords().begin(), first->keywords().end()),
            (std::vector{map_, each_}));
}

TEST_F(CallInfoTest, EveryPartOfTheShapeCounts) {
  const std::array one{map_};
  const std::array other{each_};
  const std::vector<const CallInfo*> all{
      lookup({.method = map_}),
      lookup({.method = each_}),
      lookup({.method = map_, .flags = kCallSuper}),
      lookup({.method = map_, .argument_count = 1}),
      lookup({.method = map_, .keywords = one}),
      lookup({.method = map_, .keywords = other}),
  };
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) EXPECT_NE(all[i], all[j]) << i << " and " << j;
  }
  EXPECT_EQ(runtime_.call_infos().size(), all.size());
}

TEST_F(CallInfoTest, AnEntryDiesWithTheLastFrameThatUsesIt) {
  const CallInfo* info = lookup({.method = map_});
  ASSERT_TRUE(runtime_.main().push_frame({.info = info}));
  runtime_.heap().collect();
  EXPECT_EQ(lookup({.method = map_}), info);
  runtime_.main().pop_frame();
  runtime_.heap().collect();
  EXPECT_EQ(runtime_.call_infos().size(), 0U);
}

TEST_F(CallInfoTest, ADeadEntryIsNotHandedOutBeforeItsSweep) {
  Runtime lazy({.sweep = Sweep::lazy});
  const Running running(lazy.main());
  const SymbolId method = lazy.symbol("map");
  // A page full of other dead objects first: the next allocation sweeps that page and not the entry's.
  for (int i = 0; i < 600; ++i) (void)lazy.heap().allocate(lazy.main(), CallInfoTable::data_type(), nullptr);
  const CallInfo* dead = lazy.call_infos().lookup(lazy.main(), {.method = method});
  lazy.heap().collect();
  EXPECT_NE(lazy.call_infos().lookup(lazy.main(), {.method = method}), dead);
  EXPECT_EQ(lazy.call_infos().size(), 2U) << "swept already: this test says nothing";
}

TEST_F(CallInfoTest, LookupsAndSweepsOfSeveralIsolatesAgreeWhenTheSweepStopsTheWorld) {
  Runtime runtime({.sweep = Sweep::stopped, .collect_after_slots = 256});
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int worker = 0; worker < 4; ++worker) {
    threads.emplace_back([&runtime, &wrong] {
      Isolate& isolate = runtime.create_worker();
      const Running running(isolate);
      for (std::uint32_t i = 0; i < 20000; ++i) {
        const CallInfo* info = runtime.call_infos().lookup(isolate, {.argument_count = i % 100});
        if (info->argument_count != i % 100) wrong.fetch_add(1);
        if (!isolate.push_frame({.info = info})) wrong.fetch_add(1);
        (void)runtime.heap().allocate(isolate, CallInfoTable::data_type(), nullptr);
        if (isolate.top_frame().info->argument_count != i % 100) wrong.fetch_add(1);
        isolate.pop_frame();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_GT(runtime.heap().statistics().collections, 20U);
}

}  // namespace
}  // namespace analyzer::runtime
