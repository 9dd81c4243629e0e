// A thread is started, ends, and is neither joined nor detached: its stack and its exit status are kept for a
// join that never comes. A server that does this per request runs out of memory. Repaired: joined.
// ThreadSanitizer counts them at exit.

#include "scenarios/classics/classic.h"
#include <pthread.h>

namespace classics {
namespace {

void* say_nothing(void*) { return nullptr; }

}  // namespace

Verdict thread_leak(Code code) {
  constexpr int kRequests = 20;
  for (int i = 0; i < kRequests; ++i) {
    pthread_t thread{};
    if (pthread_create(&thread, nullptr, say_nothing, nullptr) != 0) return Verdict::wrong;
    if (code == Code::repaired) pthread_join(thread, nullptr);
  }
  return Verdict::right;
}

}  // namespace classics
