#include "analyzer/runtime/heap.h"

#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "analyzer/runtime/runtime.h"
#include "analyzer/runtime/values.h"

namespace analyzer::runtime {
namespace {

/// Typed data whose free function counts; one counter per test.
struct Counted {
  std::atomic<int>* freed;
};
void free_counted(void* data) {
  auto* counted = static_cast<Counted*>(data);
  counted->freed->fetch_add(1);
  delete counted;
}
constexpr DataType kCountedType{.name = "Counted", .free = &free_counted};

Value make_counted(Isolate& isolate, std::atomic<int>& freed) {
  Slot* slot = isolate.runtime().heap().allocate(isolate, kCountedType, nullptr);
  slot->data = new Counted{&freed};
  return Value::object(slot);
}

TEST(Heap, FreesWhatNothingRefersTo) {
  std::atomic<int> freed{0};
  Runtime runtime({});
  const Running running(runtime.main());
  (void)make_counted(runtime.main(), freed);
  runtime.heap().collect();
  EXPECT_EQ(freed, 1);
}

TEST(Heap, KeepsWhatAScopeHolds) {
  std::atomic<int> freed{0};
  Runtime runtime({});
  const Running running(runtime.main());
  {
    LocalScope scope(runtime.main());
    scope.keep(make_counted(runtime.main(), freed));
    runtime.heap().collect();
    EXPECT_EQ(freed, 0);
  }
  runtime.heap().collect();
  EXPECT_EQ(freed, 1);
}

TEST(Heap, KeepsWhatALivingObjectRefersTo) {
  std::atomic<int> freed{0};
  Runtime runtime({});
  Isolate& isolate = runtime.main();
  const Running running(isolate);
  LocalScope scope(isolate);
  Value& array = scope.keep(make_array(isolate));
  ASSERT_TRUE(array_push(array, make_counted(isolate, freed)));
  runtime.heap().collect();
  EXPECT_EQ(freed, 0);
  array = Value();
  runtime.heap().collect();
  EXPECT_EQ(freed, 1);
}

TEST(Heap, FreesCyclesAndEveryObjectOnce) {
  std::atomic<int> freed{0};
  Runtime runtime({});
  Isolate& isolate = runtime.main();
  const Running running(isolate);
  {
    LocalScope scope(isolate);
    const Value& a = scope.keep(make_array(isolate));
    const Value& b = scope.keep(make_array(isolate));
    ASSERT_TRUE(array_push(a, b));
    ASSERT_TRUE(array_push(b, a));
    ASSERT_TRUE(array_push(b, make_counted(isolate, freed)));
  }
  runtime.heap().collect();
  runtime.heap().collect();
  EXPECT_EQ(freed, 1);
}

TEST(Heap, FreesEverythingWithTheRuntime) {
  std::atomic<int> freed{0};
  {
    Runtime runtime({});
    const Running running(runtime.main());
    LocalScope scope(runtime.main());
    for (int i = 0; i < 1000; ++i) scope.keep(make_counted(runtime.main(), freed));
  }
  EXPECT_EQ(freed, 1000);
}

TEST(Heap, CollectsByItselfWhenEnoughWasAllocated) {
  std::atomic<int> freed{0};
  Runtime runtime({.collect_after_slots = 1000});
  const Running running(runtime.main());
  for (int i = 0; i < 100000; ++i) (void)make_counted(runtime.main(), freed);
  EXPECT_GT(runtime.heap().statistics().collections, 10U);
  EXPECT_GT(freed, 90000);
  EXPECT_LT(runtime.heap().statistics().pages, 20U) << "slots are not used again";
}

TEST(Heap, LazySweepFreesTheDeadOnlyAsSlotsAreNeeded) {
  std::atomic<int> freed{0};
  Runtime runtime({.sweep = Sweep::lazy});
  Isolate& isolate = runtime.main();
  const Running running(isolate);
  for (int i = 0; i < 2000; ++i) (void)make_counted(isolate, freed);
  runtime.heap().collect();
  EXPECT_EQ(freed, 0) << "the pause did more than mark";
  LocalScope scope(isolate);
  for (int i = 0; i < 2000; ++i) scope.keep(make_string(isolate, "new"));
  EXPECT_EQ(freed, 2000);
}

TEST(Heap, LazySweepSparesWhatIsAllocatedWhileItIsUnderWay) {
  std::atomic<int> freed{0};
  Runtime runtime({.sweep = Sweep::lazy});
  Isolate& isolate = runtime.main();
  const Running running(isolate);
  LocalScope scope(isolate);
  for (int i = 0; i < 2000; ++i) (void)make_string(isolate, "dead");
  runtime.heap().collect();
  for (int i = 0; i < 3000; ++i) scope.keep(make_counted(isolate, freed));
  runtime.heap().collect();
  for (int i = 0; i < 3000; ++i) (void)make_string(isolate, "more");
  EXPECT_EQ(freed, 0);
}

TEST(Heap, StopsEveryIsolateWhileItMarks) {
  // Each isolate builds lists and checks that they are whole; a collection that ran beside them would free
  // their tails.
  for (const Sweep sweep : {Sweep::stopped, Sweep::lazy}) {
    Runtime runtime({.sweep = sweep, .collect_after_slots = 512});
    std::vector<std::thread> threads;
    std::atomic<int> wrong{0};
    for (int worker = 0; worker < 4; ++worker) {
      threads.emplace_back([&runtime, &wrong] {
        Isolate& isolate = runtime.create_worker();
        const Running running(isolate);
        for (int round = 0; round < 100; ++round) {
          LocalScope scope(isolate);
          const Value& list = scope.keep(make_array(isolate));
          for (int i = 0; i < 100; ++i) (void)array_push(list, make_string(isolate, std::to_string(i)));
          for (int i = 0; i < 100; ++i) {
            if (string_of(array_of(list)[static_cast<std::size_t>(i)]) != std::to_string(i))
              wrong.fetch_add(1);
          }
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(wrong, 0);
    EXPECT_GT(runtime.heap().statistics().collections, 10U);
  }
}

TEST(Heap, DoesNotWaitForAnIsolateThatBlocksOutside) {
  Runtime runtime({});
  Isolate& worker = runtime.create_worker();
  const Running running_worker(worker);
  const Blocking blocked(worker);
  const Running running(runtime.main());
  runtime.heap().collect();  // would hang
  EXPECT_EQ(runtime.heap().statistics().collections, 1U);
}

}  // namespace
}  // namespace analyzer::runtime
