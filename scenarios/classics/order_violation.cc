// The threads use what the program sets up after it has started them. With few threads the set-up may win,
// with many it loses. Repaired: set up first.

#include <array>
#include <atomic>

#include "scenarios/classics/classic.h"

namespace classics {
namespace {

struct Settings {
  int answer = 42;
};

Verdict order_violation(Code code, int threads) {
  constexpr int kRounds = 5;
  std::atomic<int> wrong{0};
  for (int round = 0; round < kRounds; ++round) {
    const Settings settings;
    std::atomic<const Settings*> current{nullptr};
    std::vector<std::thread> all;
    all.reserve(static_cast<std::size_t>(threads));
    if (code == Code::repaired) current.store(&settings);
    for (int i = 0; i < threads; ++i) {
      all.emplace_back([&] {
        if (current.load()->answer != 42) wrong.fetch_add(1);  // a null pointer, if we are early
      });
    }
    if (code == Code::broken) current.store(&settings);
    for (std::thread& thread : all) thread.join();
  }
  return wrong.load() == 0 ? Verdict::right : Verdict::wrong;
}

}  // namespace

Verdict order_violation_3(Code code) { return order_violation(code, 3); }
Verdict order_violation_100(Code code) { return order_violation(code, 100); }

}  // namespace classics
