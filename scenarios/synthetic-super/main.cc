// Isolates that hammer `super` and nothing else, on the runtime with the defect of `ractor-pool-uaf`
// (Sweep::lazy).
//
// The obvious way to reproduce a crash in the look-up of `super` is to call `super` a lot. It does not work:
// the look-ups only read, what they find is alive, and as nothing is allocated nothing is ever swept. The
// crash needs the allocation churn of the signature parser. This program is the control that shows it, and
// says how many collections it had.

#include <array>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>

#include "analyzer/runtime/runtime.h"
#include "analyzer/runtime/values.h"

namespace {

using namespace analyzer::runtime;

/// `super` calls below one outer call.
constexpr std::int64_t kDepth = 8;

Completion<Value> bottom(Isolate&, const Call&) { return Value::integer(0); }

Completion<Value> one_more(Isolate& isolate, const Call& call) {
  ANALYZER_COMPLETE(const Value below, isolate.runtime().call_super(isolate, {call.arguments, {}}));
  return Value::integer(below.as_integer() + 1);
}

/// A class at the end of a chain in which every link answers `method` with one more than its superclass.
ManagedClass& define_chain(Runtime& runtime, const std::string& method) {
  ManagedClass* klass = &runtime.define_class("Bottom", runtime.object_class());
  klass->define_method({.name = runtime.symbol(method), .body = &bottom, .required = 1});
  for (std::int64_t i = 0; i < kDepth; ++i) {
    klass = &runtime.define_class("Link" + std::to_string(i), *klass);
    klass->define_method({.name = runtime.symbol(method), .body = &one_more, .required = 1});
  }
  return *klass;
}

/// Calls that did not answer kDepth.
std::uint64_t hammer(Runtime& runtime, ManagedClass& klass, const std::string& method, std::uint64_t calls) {
  Isolate& isolate = runtime.create_worker();
  const Running running(isolate);
  LocalScope scope(isolate);
  const Value& receiver = scope.keep(make_object(isolate, klass));
  const SymbolId name = runtime.symbol(method);
  std::uint64_t wrong = 0;
  for (std::uint64_t i = 0; i < calls; ++i) {
    const std::array arguments{Value::integer(static_cast<std::int64_t>(i))};
    const Completion<Value> result = runtime.call(isolate, receiver, name, {arguments, {}});
    if (!result || result->as_integer() != kDepth) ++wrong;
  }
  return wrong;
}

int run(bool shared_sites, std::uint32_t isolates, std::uint64_t calls) {
  Runtime runtime({.sweep = Sweep::lazy});
  std::vector<std::string> methods;
  std::vector<ManagedClass*> classes;
  for (std::uint32_t i = 0; i < isolates; ++i) {
    methods.push_back(shared_sites ? "visit" : "visit_" + std::to_string(i));
    classes.push_back(shared_sites && i > 0 ? classes.front() : &define_chain(runtime, methods.back()));
  }
  std::atomic<std::uint64_t> wrong{0};
  std::vector<std::thread> threads;
  for (std::uint32_t i = 0; i < isolates; ++i) {
    threads.emplace_back([&, i] { wrong += hammer(runtime, *classes[i], methods[i], calls); });
  }
  for (std::thread& thread : threads) thread.join();
  const unsigned long long supers = calls * isolates * static_cast<std::uint64_t>(kDepth);
  const Heap::Statistics heap = runtime.heap().statistics();
  std::printf("%s: %u isolates, %llu super calls, %llu wrong, %llu collections, %zu call infos\n",
              wrong == 0 ? "ok" : "wrong", isolates, supers, static_cast<unsigned long long>(wrong.load()),
              static_cast<unsigned long long>(heap.collections), runtime.call_infos().size());
  return wrong == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Isolates that do nothing but call super"};
  std::string sites = "shared";
  std::uint32_t isolates = 4;
  std::uint64_t calls = 20000;
  app.add_option("--sites", sites, "shared or isolate")->check(CLI::IsMember({"shared", "isolate"}));
  app.add_option("--isolates", isolates, "number of isolates, each on its own thread")
      ->check(CLI::Range(1, 64));
  app.add_option("--calls", calls, "outer calls of each isolate");
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    std::fprintf(stderr, "synthetic-super: %s\n", error.what());
    return 2;
  }
  return run(sites == "shared", isolates, calls);
}
