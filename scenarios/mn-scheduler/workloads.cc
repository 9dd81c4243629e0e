#include "scenarios/mn-scheduler/workloads.h"

#include <array>
#include <atomic>
#include <cstdio>
#include <mutex>
#include <stdexcept>
#include <string>

#include "scenarios/mn-scheduler/scheduler.h"

#include "analyzer/runtime/runtime.h"
#include "analyzer/runtime/values.h"

namespace mn {
namespace {

using namespace analyzer::runtime;

constexpr int kRounds = 200;

int unprotected_counter = 0;

/// Fills part of the stack, throws from below it, and lets the caller catch: every frame between is unwound.
int sum_or_throw(int depth) {
  std::array<int, 32> values{};
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = depth + static_cast<int>(i);
  if (depth == 0) throw std::runtime_error("bottom");
  int sum = sum_or_throw(depth - 1);
  for (const int value : values) sum += value;
  return sum;
}

Completion<Value> initialize_part(Isolate& isolate, const Call& call) {
  ANALYZER_COMPLETE([[maybe_unused]] const Value ignored, isolate.runtime().call_super(isolate, {}));
  return set_field(call.self, 0, call.positional(0));
}

Completion<Value> initialize_whole(Isolate& isolate, const Call& call) {
  const std::vector<SymbolId> names(call.info->keywords().begin(), call.info->keywords().end());
  ANALYZER_COMPLETE([[maybe_unused]] const Value ignored,
                    isolate.runtime().call_super(isolate, {call.arguments, names}));
  return call.self;
}

/// Makes objects with a keyword that changes from one to the next, as the signature parser's locations do.
/// Wrong answers.
int churn(Isolate& isolate, ManagedClass& whole, int round) {
  const Running running(isolate);
  int wrong = 0;
  for (int i = 0; i < 100; ++i) {
    LocalScope scope(isolate);
    const std::array keywords{isolate.runtime().symbol("part_" + std::to_string((round * 100 + i) % 500))};
    const std::array values{Value::integer(i), Value::integer(round)};
    const Completion<Value> made = isolate.runtime().construct(isolate, whole, {values, keywords});
    if (!made || field_of(*made, 0) != Value::integer(i)) ++wrong;
  }
  return wrong;
}

}  // namespace

int run_canary(Annotation annotation, std::uint32_t workers) {
  Scheduler scheduler(annotation);
  for (int fibre = 0; fibre < 2; ++fibre) {
    scheduler.add([](Fibre& self) {
      for (int i = 0; i < kRounds; ++i) {
        ++unprotected_counter;
        self.yield();
      }
    });
  }
  scheduler.run(workers);
  std::printf("ok: two fibres raced on %u kernel threads\n", workers);
  return 0;
}

int run_locked(Annotation annotation, std::uint32_t workers) {
  std::mutex mutex;
  int counter = 0;
  Scheduler scheduler(annotation);
  for (int fibre = 0; fibre < 8; ++fibre) {
    scheduler.add([&](Fibre& self) {
      for (int i = 0; i < kRounds; ++i) {
        {
          const std::lock_guard lock(mutex);
          ++counter;
        }
        self.yield();
      }
    });
  }
  scheduler.run(workers);
  const bool right = counter == 8 * kRounds;
  std::printf("%s: eight fibres with a lock on %u kernel threads\n", right ? "ok" : "wrong", workers);
  return right ? 0 : 1;
}

int run_exceptions(Annotation annotation, std::uint32_t workers) {
  std::atomic<int> caught{0};
  Scheduler scheduler(annotation);
  for (int fibre = 0; fibre < 8; ++fibre) {
    scheduler.add([&caught](Fibre& self) {
      for (int i = 0; i < kRounds; ++i) {
        try {
          (void)sum_or_throw(20);
        } catch (const std::runtime_error&) {
          caught.fetch_add(1);
        }
        self.yield();
      }
    });
  }
  scheduler.run(workers);
  const bool right = caught == 8 * kRounds;
  std::printf("%s: %d exceptions on %u kernel threads\n", right ? "ok" : "wrong", caught.load(), workers);
  return right ? 0 : 1;
}

int run_isolates(Annotation annotation, std::uint32_t workers, bool defective) {
  Runtime runtime({.sweep = defective ? Sweep::lazy : Sweep::stopped, .collect_after_slots = 1024});
  ManagedClass& part = runtime.define_class("Part", runtime.object_class());
  part.define_field(runtime.symbol("number"));
  part.define_method({.name = runtime.symbol("initialize"),
                      .body = &initialize_part,
                      .required = 1,
                      .takes_any_keyword = true});
  ManagedClass& whole = runtime.define_class("Whole", part);
  whole.define_method({.name = runtime.symbol("initialize"),
                       .body = &initialize_whole,
                       .required = 1,
                       .takes_any_keyword = true});
  std::atomic<int> wrong{0};
  Scheduler scheduler(annotation);
  for (int fibre = 0; fibre < 8; ++fibre) {
    Isolate& isolate = runtime.create_worker();
    scheduler.add([&](Fibre& self) {
      // The isolate leaves the managed program at each yield: a switched-out fibre must not hold up the
      // collector.
      for (int round = 0; round < kRounds; ++round) {
        wrong += churn(isolate, whole, round);
        self.yield();
      }
    });
  }
  scheduler.run(workers);
  std::printf("%s: eight isolates on %u kernel threads, %llu collections\n", wrong == 0 ? "ok" : "wrong",
              workers, static_cast<unsigned long long>(runtime.heap().statistics().collections));
  return wrong == 0 ? 0 : 1;
}

}  // namespace mn
