// Crashes in the way that its argument names.
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <string_view>
#include <thread>

#include <unistd.h>

namespace {

struct Node {
  int value;
  Node* next;
};

/// What a dangling pointer leads to: an address where nothing is.
Node* volatile stray = reinterpret_cast<Node*>(0x1230);

__attribute__((noinline)) int follow(const Node* node) { return node->value + 1; }
__attribute__((noinline)) void crash() {
  volatile int value = follow(stray);
  static_cast<void>(value);
}

void exit_politely(int /*signal*/) { _exit(7); }

struct sigaction before {};

/// As CRuby's handler does: it calls the one that was there before, which must not return, and gives up.
void call_the_one_before(int signal, siginfo_t* info, void* context) {
  if ((before.sa_flags & SA_SIGINFO) != 0) before.sa_sigaction(signal, info, context);
  std::abort();
}

void crash_under_a_chain() {
  struct sigaction ours {};
  ours.sa_sigaction = call_the_one_before;
  ours.sa_flags = SA_SIGINFO;
  sigaction(SIGSEGV, &ours, &before);
  crash();
}

void crash_together() {
  std::atomic<int> arrived{0};
  const auto meet = [&] {
    ++arrived;
    while (arrived < 2) std::this_thread::yield();
    crash();
  };
  std::thread one(meet);
  std::thread two(meet);
  one.join();
  two.join();
}

}  // namespace

int main(int, char** arguments) {
  const std::string_view how = arguments[1];
  if (how == "fault") crash();
  if (how == "thread") std::thread(crash).join();
  if (how == "together") crash_together();
  if (how == "chain") crash_under_a_chain();
  if (how == "abort") std::abort();
  if (how == "handled") {
    std::signal(SIGSEGV, exit_politely);
    crash();
  }
  return 3;
}
