// Two hungry guests share one spoon. Whoever has it offers it to the other as long as the other is hungry
// too, and so neither ever eats: both are busy, nobody waits, nothing gets done. Repaired: a guest who was
// offered the spoon takes it.

#include <array>
#include <atomic>

#include "scenarios/classics/classic.h"

namespace classics {

Verdict polite_livelock(Code code) {
  std::atomic<int> owner{0};
  std::array<std::atomic<bool>, 2> is_hungry{true, true};
  run_together(2, [&](int guest) {
    const int other = 1 - guest;
    bool was_offered = false;
    while (is_hungry[static_cast<std::size_t>(guest)].load()) {
      if (owner.load() != guest) {
        was_offered = true;
        std::this_thread::yield();
        continue;
      }
      const bool may_eat = code == Code::repaired && was_offered;
      if (is_hungry[static_cast<std::size_t>(other)].load() && !may_eat) {
        owner.store(other);
        continue;
      }
      is_hungry[static_cast<std::size_t>(guest)].store(false);
      owner.store(other);
    }
  });
  return Verdict::right;
}

}  // namespace classics
