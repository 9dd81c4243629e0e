// Reading, adding and writing are three steps. Two threads that read the same value write the same sum, and
// one of the two additions is lost. Repaired: the steps are one, under a lock.

#include <mutex>

#include "scenarios/classics/classic.h"

namespace classics {
namespace {

struct Account {
  long balance = 0;
  std::mutex mutex;
};

// Not inlined: the compiler must not turn the loop around it into one addition.
__attribute__((noinline)) void deposit(Account& account, Code code) {
  if (code == Code::broken) {
    account.balance = account.balance + 1;
    return;
  }
  const std::lock_guard lock(account.mutex);
  account.balance = account.balance + 1;
}

}  // namespace

Verdict lost_update(Code code) {
  constexpr long kDeposits = 20'000;
  Account account;
  run_together(2, [&](int) {
    for (long i = 0; i < kDeposits; ++i) deposit(account, code);
  });
  return account.balance == 2 * kDeposits ? Verdict::right : Verdict::wrong;
}

}  // namespace classics
