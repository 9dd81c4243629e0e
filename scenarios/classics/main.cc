// A catalogue of classic concurrency bugs, each with its repaired twin. README.md lists them; each file
// explains one.

#include <array>
#include <cstdio>
#include <string>
#include <string_view>

#include "scenarios/classics/classic.h"

namespace classics {
namespace {

constexpr std::array<Classic, 22> kCatalogue{{
    {"lost-update", "two threads add to a number without a lock", lost_update, 50},
    {"check-then-act", "the question and the act are under the lock, one after the other", check_then_act,
     50},
    {"abba-deadlock", "two locks, taken in two orders", abba_deadlock, 30},
    {"self-deadlock", "a function that holds the lock calls one that takes it", self_deadlock, 1},
    {"lost-wakeup", "the condition is asked for outside of the lock", lost_wakeup, 5},
    {"missed-signal", "one condition variable for two conditions, and notify_one", missed_signal, 1},
    {"double-checked-locking", "a pointer read without lock or atomic", double_checked_locking, 1},
    {"use-after-free", "the worker touches the request after it has said that it is done", use_after_free,
     20},
    {"destructor-against-worker", "the base class's destructor stops the thread of the derived class",
     destructor_against_worker, 1},
    {"iterator-against-erase", "a walk that unlocks between its steps", iterator_against_erase, 10},
    {"thread-leak", "threads that nobody joins", thread_leak, 1},
    {"signal-handler-deadlock", "a handler takes the lock of the thread that it interrupts",
     signal_handler_deadlock, 1},
    {"fork-in-threads", "the child inherits a lock whose owner it does not have", fork_in_threads, 1},
    {"aba-stack", "compare-and-swap finds the same node, but not the same stack", aba_stack, 10},
    {"order-violation-3", "3 threads use what is set up after they were started", order_violation_3, 1},
    {"order-violation-100", "100 threads use what is set up after they were started", order_violation_100, 1},
    {"two-stage-access", "an update in two locked stages, seen in between", two_stage_access, 30},
    {"work-stealing", "the owner believes to be alone one element too early", work_stealing, 20},
    {"barrier-misuse", "a barrier without rounds is used again", barrier_misuse, 1},
    {"polite-livelock", "two threads give way to each other for ever", polite_livelock, 1},
    {"reader-writer-starvation", "a lock that prefers readers, who never all leave at once",
     reader_writer_starvation, 1},
    {"priority-inversion", "the important thread waits for the unimportant, which gets no processor",
     priority_inversion, 1},
}};

constexpr int kWrong = 1;
constexpr int kUsage = 2;

int run(const std::string& name, Code code) {
  for (const Classic& classic : kCatalogue) {
    if (classic.name != name) continue;
    bool is_right = true;
    for (int round = 0; round < classic.rounds && is_right; ++round) {
      is_right = classic.run(code) == Verdict::right;
    }
    std::puts(is_right ? "right" : "wrong");
    return is_right ? 0 : kWrong;
  }
  std::fprintf(stderr, "classics: unknown bug '%s'; see --help\n", name.c_str());
  return kUsage;
}

void print_usage() {
  std::printf("classics NAME [--repaired]\n\n");
  for (const Classic& classic : kCatalogue) {
    std::printf("  %-26s %s\n", classic.name.data(), classic.summary.data());
  }
}

}  // namespace
}  // namespace classics

int main(int argc, char** argv) {
  using namespace classics;
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() == 1 && arguments[0] == "--help") {
    print_usage();
    return 0;
  }
  const bool is_repaired = arguments.size() == 2 && arguments[1] == "--repaired";
  if (arguments.size() != 1 && !is_repaired) {
    std::fprintf(stderr, "classics: one NAME is wanted, and perhaps --repaired; see --help\n");
    return kUsage;
  }
  return run(arguments[0], is_repaired ? Code::repaired : Code::broken);
}
