// Two linked actors on a small runtime. One crashes, restarts, serves two documents; then both are stopped.
// Sometimes the restarted one has vanished. README.md tells the story; read scenarios/actor-runtime/poller.h
// first.

#include <array>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

#include "scenarios/actor-runtime/command_line.h"
#include "scenarios/actor-runtime/runtime.h"
#include "scenarios/actor-task-loss/ledger.h"
#include "scenarios/actor-task-loss/variant.h"

namespace actor_task_loss {
namespace {

using actor_runtime::ActorReport;
using actor_runtime::Runtime;
using actor_runtime::StopReply;

constexpr unsigned kDocumentsPerCycle = 2;

constexpr std::array<actor_runtime::NumberOption, 3> kOptions{{
    {"--workers", 1, 64, 2, "threads that run actors"},
    {"--words", 1, 1000000, 40000, "length of each document, which main makes between two messages"},
    {"--cycles", 1, 100000, 1, "crashes, each followed by two documents"},
}};

actor_runtime::CommandLine command_line() {
  actor_runtime::CommandLine line{"actor-task-loss", {}, kOptions};
  for (const Variant& variant : all_variants()) line.variants.push_back(variant.name);
  return line;
}

Ledger& spawn_ledger(Runtime& runtime, const std::string& name) {
  auto ledger = std::make_unique<Ledger>(name, runtime.make_channel());
  Ledger& spawned = *ledger;
  runtime.spawn(std::move(ledger));
  return spawned;
}

ActorReport stop(Runtime& runtime, Ledger& ledger) {
  StopReply reply;
  ledger.mailbox().send({.document = {}, .stop = &reply});
  runtime.note_wait("the reply of '" + ledger.name() + "' to stop");
  const ActorReport report = reply.wait();
  runtime.note_wait("nothing");
  return report;
}

/// Nothing orders the making of the next document against the life of the actor: main works for a while, as
/// a client does, and the actor meanwhile finds its mailbox empty.
void send_cycle(Ledger& ledger, std::uint64_t seed, std::size_t words) {
  ledger.mailbox().send({make_corrupt_document(seed, words)});
  for (unsigned i = 1; i <= kDocumentsPerCycle; ++i) ledger.mailbox().send({make_document(seed + i, words)});
}

int run(const Variant& variant, unsigned workers, std::size_t words, unsigned cycles) {
  Runtime runtime(workers, variant.policy);
  runtime.dump_on_sigterm();
  Ledger& restarted = spawn_ledger(runtime, "restarted");
  Ledger& peer = spawn_ledger(runtime, "peer");
  link(restarted, peer);
  runtime.start();

  for (unsigned cycle = 0; cycle < cycles; ++cycle) send_cycle(restarted, std::uint64_t{cycle} * 10, words);
  std::puts("all documents are sent; stopping both");
  std::fflush(stdout);  // what follows may never end
  const ActorReport of_restarted = stop(runtime, restarted);
  const ActorReport of_peer = stop(runtime, peer);

  const bool is_right = of_restarted.served == kDocumentsPerCycle && of_restarted.restarts == cycles &&
                        of_peer.served == 0 && of_peer.restarts == 0 && of_peer.peer_crashes == cycles;
  std::printf(
      "%s: 'restarted' crashed %u times and served %u documents since; 'peer' was told of %u crashes\n",
      is_right ? "ok" : "fail", of_restarted.restarts, of_restarted.served, of_peer.peer_crashes);
  return is_right ? 0 : 1;
}

}  // namespace
}  // namespace actor_task_loss

int main(int argc, char** argv) {
  using namespace actor_task_loss;
  const actor_runtime::Arguments arguments = actor_runtime::read_command_line(command_line(), argc, argv);
  return run(*find_variant(arguments.variant), arguments.numbers.at("--workers"),
             arguments.numbers.at("--words"), arguments.numbers.at("--cycles"));
}
