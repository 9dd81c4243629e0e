// A seqlock whose writer has lost its release fence: on this machine, and in a model of one that would show
// it. README.md tells what either can and cannot prove.

#include <algorithm>
#include <array>
#include <atomic>
#include <barrier>
#include <cstdio>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "scenarios/seqlock-fence/entry.h"
#include "scenarios/seqlock-fence/model_programs.h"
#include <sched.h>

namespace seqlock_fence {
namespace {

constexpr int kTorn = 1;
constexpr int kUsage = 2;

/// Documents that the reader must see, each another than the one before: only then has the writer been at
/// work beside it. Some tenths of a second.
constexpr int kDocuments = 50'000;
/// Where the two share one processor the reader finds the same document again and again; then this is enough.
constexpr int kReads = 3'000'000;

/// What a writer does between two documents: without a pause the sequence would be odd nearly always, and
/// readers would get through only where the writer is set aside. A generator of Marsaglia's (2003), a few
/// tenths of a microsecond.
std::uint64_t prepare_document(std::uint64_t state) {
  for (int step = 0; step < 200; ++step) {
    state ^= state << 13U;
    state ^= state >> 7U;
    state ^= state << 17U;
  }
  return state;
}

enum class Side : std::uint8_t { writer, reader };

/// Reader and writer on different processors, as far as there are two: left alone, both stay for long on the
/// one that started them, and a reader that never runs beside the writer sees nothing of it.
void take_place(Side side) {
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
  int first = CPU_SETSIZE;
  int last = 0;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (!CPU_ISSET(static_cast<unsigned>(cpu), &allowed)) continue;
    first = std::min(first, cpu);
    last = cpu;
  }
  cpu_set_t place;
  CPU_ZERO(&place);
  CPU_SET(static_cast<unsigned>(side == Side::writer ? first : last), &place);
  sched_setaffinity(0, sizeof place, &place);
}

bool is_torn(const Copy& copy) {
  return std::any_of(copy.begin(), copy.end(), [&](std::uint64_t word) { return word != copy.front(); });
}

int run_native(Writer writer) {
  Entry entry;
  std::atomic<bool> is_over{false};
  std::barrier start(2);
  int believed = 0;
  int documents = 0;
  bool found_torn = false;
  std::thread reader([&] {
    Copy copy{};
    take_place(Side::reader);
    start.arrive_and_wait();
    std::uint64_t last = 0;
    while (documents < kDocuments && believed < kReads && !found_torn) {
      if (!read_entry(entry, copy)) continue;
      ++believed;
      if (copy.front() != last) ++documents;
      last = copy.front();
      found_torn = is_torn(copy);
    }
    is_over.store(true);
  });
  take_place(Side::writer);
  start.arrive_and_wait();
  std::uint64_t written = 0;
  std::uint64_t document = 1;
  while (!is_over.load()) {
    document = prepare_document(document);
    write_entry(entry, document, writer);
    ++written;
  }
  reader.join();
  std::printf("%s: %llu documents written, %d reads believed, of %d documents%s\n",
              found_torn ? "fail" : "ok", static_cast<unsigned long long>(written), believed, documents,
              found_torn ? ", the last of them torn" : "");
  return found_torn ? kTorn : 0;
}

int run_model(Ordering ordering, Machine machine) {
  const Exploration all =
      explore(writer_program(ordering), reader_program(ordering), machine, is_torn_and_believed);
  std::printf("%s: %llu of %llu executions of the model end in a torn entry that is believed\n",
              all.bad == 0 ? "ok" : "fail", static_cast<unsigned long long>(all.bad),
              static_cast<unsigned long long>(all.executions));
  for (const std::string& line : all.witness) std::printf("  %s\n", line.c_str());
  return all.bad == 0 ? 0 : kTorn;
}

struct Variant {
  std::string_view name;
  int (*run)();
};

constexpr std::array<Variant, 9> kVariants{{
    {"fence", [] { return run_native(Writer::fence); }},
    {"no-fence", [] { return run_native(Writer::no_fence); }},
    {"plain-words", [] { return run_native(Writer::plain_words); }},
    {"model-x86-no-fence", [] { return run_model(Ordering::no_writer_fence, Machine::x86); }},
    {"model-x86-no-reader-fence", [] { return run_model(Ordering::no_reader_fence, Machine::x86); }},
    {"model-weak-no-fence", [] { return run_model(Ordering::no_writer_fence, Machine::weak); }},
    {"model-weak-no-reader-fence", [] { return run_model(Ordering::no_reader_fence, Machine::weak); }},
    {"model-weak-fence", [] { return run_model(Ordering::fences, Machine::weak); }},
    {"model-weak-ordered-words", [] { return run_model(Ordering::ordered_words, Machine::weak); }},
}};

}  // namespace
}  // namespace seqlock_fence

int main(int argc, char** argv) {
  using namespace seqlock_fence;
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() == 1 && arguments[0] == "--help") {
    std::puts("usage: seqlock-fence --variant=NAME\nvariants:");
    for (const Variant& variant : kVariants) std::printf("  %s\n", variant.name.data());
    std::puts("exit codes: 0 no torn entry was believed, 1 one was, 2 usage");
    return 0;
  }
  for (const Variant& variant : kVariants) {
    if (arguments == std::vector<std::string>{"--variant=" + std::string(variant.name)}) return variant.run();
  }
  std::fprintf(stderr, "seqlock-fence: one --variant=NAME is wanted; see --help\n");
  return kUsage;
}
