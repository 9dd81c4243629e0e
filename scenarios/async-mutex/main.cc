// Tellers deposit into one account under an asynchronous mutex, in rounds. README.md tells the story; read
// async_mutex.h first.

#include <array>
#include <cinttypes>
#include <cstdio>
#include <memory>
#include <string>

#include "scenarios/actor-runtime/command_line.h"
#include "scenarios/actor-runtime/countdown.h"
#include "scenarios/actor-runtime/runtime.h"
#include "scenarios/async-mutex/async_mutex.h"
#include "scenarios/async-mutex/teller.h"

namespace async_mutex {
namespace {

using actor_runtime::Countdown;
using actor_runtime::Runtime;

/// Some microseconds of counting. The numbers of coins go through all values below it, in an order in which
/// neighbours differ.
constexpr unsigned kMostCoins = 4096;

constexpr std::array<actor_runtime::NumberOption, 3> kOptions{{
    {"--workers", 1, 64, 2, "threads that run tasks"},
    {"--tellers", 1, 1000, 3, "tasks of a round, each of which deposits once"},
    {"--rounds", 1, 100000, 200, "rounds, each begun when the one before is over"},
}};

void play_round(Runtime& runtime, AsyncMutex& mutex, Account& account, unsigned tellers, unsigned round) {
  Countdown done(tellers);
  for (unsigned i = 0; i < tellers; ++i) {
    const std::string name = "teller " + std::to_string(i) + " of round " + std::to_string(round);
    const unsigned coins = (round * tellers + i) * 7919U % kMostCoins;
    runtime.spawn(std::make_unique<Teller>(name, coins, mutex, account, done));
  }
  runtime.note_wait("the tellers of round " + std::to_string(round));
  done.wait();
}

int run(AsyncMutex::Park park, unsigned workers, unsigned tellers, unsigned rounds) {
  Account account;
  Runtime runtime(workers);
  AsyncMutex mutex(runtime.run_queue(), park);
  runtime.know(mutex);
  runtime.dump_on_sigterm();
  runtime.start();
  for (unsigned round = 0; round < rounds; ++round) play_round(runtime, mutex, account, tellers, round);
  runtime.stop();  // before the mutex goes

  const std::uint64_t deposits = std::uint64_t{tellers} * rounds;
  std::printf("%s: %" PRIu64 " deposits, balance %" PRIu64 "\n", account.balance == deposits ? "ok" : "fail",
              deposits, account.balance);
  return account.balance == deposits ? 0 : 1;
}

}  // namespace
}  // namespace async_mutex

int main(int argc, char** argv) {
  using namespace async_mutex;
  const actor_runtime::CommandLine line{"async-mutex", {"checked-park", "split-park"}, kOptions};
  const actor_runtime::Arguments arguments = actor_runtime::read_command_line(line, argc, argv);
  const auto park =
      arguments.variant == "split-park" ? AsyncMutex::Park::unchecked : AsyncMutex::Park::checked;
  return run(park, arguments.numbers.at("--workers"), arguments.numbers.at("--tellers"),
             arguments.numbers.at("--rounds"));
}
