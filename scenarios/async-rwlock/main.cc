// Readers and writers visit one ledger under an asynchronous reader-writer lock, in rounds. README.md tells
// the story; read async_rwlock.h first.

#include <array>
#include <cinttypes>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "scenarios/actor-runtime/command_line.h"
#include "scenarios/actor-runtime/runtime.h"
#include "scenarios/async-rwlock/async_rwlock.h"
#include "scenarios/async-rwlock/visitor.h"

namespace async_rwlock {
namespace {

using actor_runtime::Runtime;
using Mode = AsyncRwLock::Mode;

constexpr std::array<actor_runtime::NumberOption, 4> kOptions{{
    {"--workers", 1, 64, 2, "threads that run tasks"},
    {"--readers", 1, 1000, 4, "tasks of a round that read once"},
    {"--writers", 1, 1000, 2, "tasks of a round that write once"},
    {"--rounds", 1, 100000, 200, "rounds, each begun when the one before is over"},
}};

/// The stage: one lock, one ledger, and the tasks that visit it.
class Library {
 public:
  Library(AsyncRwLock::Release release, unsigned workers)
      : runtime_(workers), lock_(runtime_.run_queue(), release) {
    runtime_.know(lock_.queue(Mode::shared));
    runtime_.know(lock_.queue(Mode::exclusive));
    runtime_.dump_on_sigterm();
    runtime_.start();
  }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
  ~Library() { runtime_.stop(); }  // before the lock goes

  /// Readers first: they are inside together when the writers come. All are made before the first comes, or
  /// he would be gone before the last is made.
  void play_round(unsigned readers, unsigned writers, unsigned number) {
    Round round(readers + writers);
    std::vector<std::unique_ptr<Visitor>> visitors;
    for (unsigned i = 0; i < readers; ++i) visitors.push_back(make("reader", Mode::shared, i, number, round));
    for (unsigned i = 0; i < writers; ++i)
      visitors.push_back(make("writer", Mode::exclusive, i, number, round));
    for (std::unique_ptr<Visitor>& visitor : visitors) runtime_.spawn(std::move(visitor));
    runtime_.note_wait("the visitors of round " + std::to_string(number));
    round.done.wait();
    torn_readings_ += round.torn_readings.load(std::memory_order_relaxed);
  }

  /// After the last round.
  [[nodiscard]] const Ledger& ledger() const { return ledger_; }
  [[nodiscard]] unsigned torn_readings() const { return torn_readings_; }

 private:
  std::unique_ptr<Visitor> make(const char* kind, Mode mode, unsigned index, unsigned number, Round& round) {
    const std::string name = kind + (" " + std::to_string(index)) + " of round " + std::to_string(number);
    return std::make_unique<Visitor>(name, mode, lock_, ledger_, round);
  }

  Ledger ledger_;
  unsigned torn_readings_ = 0;
  Runtime runtime_;
  AsyncRwLock lock_;
};

int run(AsyncRwLock::Release release, const actor_runtime::Arguments& arguments) {
  const unsigned rounds = arguments.numbers.at("--rounds");
  const unsigned writers = arguments.numbers.at("--writers");
  Library library(release, arguments.numbers.at("--workers"));
  for (unsigned i = 0; i < rounds; ++i) library.play_round(arguments.numbers.at("--readers"), writers, i);

  const std::uint64_t writes = std::uint64_t{writers} * rounds;
  const std::uint64_t found = library.ledger().words.front();
  const bool is_right = found == writes && library.torn_readings() == 0;
  std::printf("%s: %" PRIu64 " writes, %" PRIu64 " in the ledger; %u torn readings\n",
              is_right ? "ok" : "fail", writes, found, library.torn_readings());
  return is_right ? 0 : 1;
}

}  // namespace
}  // namespace async_rwlock

int main(int argc, char** argv) {
  using namespace async_rwlock;
  const actor_runtime::CommandLine line{"async-rwlock", {"one-section", "split-release"}, kOptions};
  const actor_runtime::Arguments arguments = actor_runtime::read_command_line(line, argc, argv);
  const bool is_split = arguments.variant == "split-release";
  return run(is_split ? AsyncRwLock::Release::two_sections : AsyncRwLock::Release::one_section, arguments);
}
