// Each step of the walk takes the lock, so no two threads touch the list at once. But between two steps the
// element that the iterator points to may be erased. Repaired: the lock is held for the whole walk.

#include <list>
#include <mutex>

#include "scenarios/classics/classic.h"

namespace classics {
namespace {

struct Sessions {
  std::mutex mutex;
  std::list<int> ids;
};

long sum_stepwise(Sessions& sessions) {
  std::unique_lock lock(sessions.mutex);
  long sum = 0;
  auto at = sessions.ids.begin();
  while (at != sessions.ids.end()) {
    sum += *at;
    lock.unlock();
    std::this_thread::yield();  // a callback of the user's, who must not be called with the lock held
    lock.lock();
    ++at;
  }
  return sum;
}

long sum_at_once(Sessions& sessions) {
  const std::lock_guard lock(sessions.mutex);
  long sum = 0;
  for (const int id : sessions.ids) sum += id;
  return sum;
}

}  // namespace

Verdict iterator_against_erase(Code code) {
  constexpr int kRounds = 20'000;
  constexpr int kWalks = 200;
  constexpr int kSessions = 20;
  Sessions sessions;
  sessions.ids.assign(kSessions, 1);
  long sum = 0;
  run_together(2, [&](int who) {
    if (who == 1) {
      for (int walk = 0; walk < kWalks; ++walk) {
        sum += code == Code::broken ? sum_stepwise(sessions) : sum_at_once(sessions);
      }
      return;
    }
    for (int round = 0; round < kRounds; ++round) {  // the oldest session ends, a new one begins
      const std::lock_guard lock(sessions.mutex);
      sessions.ids.pop_front();
      sessions.ids.push_back(1);
    }
  });
  return sum == long{kWalks} * kSessions ? Verdict::right : Verdict::wrong;
}

}  // namespace classics
