// Two transfers in opposite directions: each locks the account that it takes from, then the other one. When
// each holds its first, both wait for ever. Repaired: both locks are taken by std::scoped_lock, which backs
// off.

#include <mutex>

#include "scenarios/classics/classic.h"

namespace classics {
namespace {

struct Purse {
  std::mutex mutex;
  long coins = 0;
};

void transfer(Purse& from, Purse& to, Code code) {
  if (code == Code::repaired) {
    const std::scoped_lock both(from.mutex, to.mutex);
    --from.coins;
    ++to.coins;
    return;
  }
  const std::lock_guard first(from.mutex);
  const std::lock_guard second(to.mutex);
  --from.coins;
  ++to.coins;
}

}  // namespace

Verdict abba_deadlock(Code code) {
  constexpr int kTransfers = 20'000;
  Purse purses[2];
  run_together(2, [&](int who) {
    for (int i = 0; i < kTransfers; ++i) transfer(purses[who], purses[1 - who], code);
  });
  return purses[0].coins == 0 && purses[1].coins == 0 ? Verdict::right : Verdict::wrong;
}

}  // namespace classics
