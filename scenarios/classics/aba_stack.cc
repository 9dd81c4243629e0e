// A stack without locks: pop reads the top node and its successor, then swaps the top if it is still the
// same. "The same" is not "unchanged": meanwhile others popped it, popped its successor, and pushed it back;
// the swap then makes a node the top that somebody else owns. Repaired: the top carries a count that every
// change increases.

#include <array>
#include <atomic>

#include "scenarios/classics/classic.h"

namespace classics {
namespace {

constexpr std::uint32_t kNodes = 4;
constexpr std::uint32_t kNone = kNodes;

/// A pool of nodes by number. The upper half of `top_` is the count.
class Pool {
 public:
  explicit Pool(Code code) : code_(code) {
    for (std::uint32_t node = 0; node < kNodes; ++node) push(node);
  }

  std::uint32_t pop() {
    std::uint64_t top = top_.load();
    while (node_of(top) != kNone) {
      const std::uint32_t next = next_[node_of(top)].load();
      if (top_.compare_exchange_weak(top, after(top, next))) return node_of(top);
    }
    return kNone;
  }

  void push(std::uint32_t node) {
    std::uint64_t top = top_.load();
    do {
      next_[node].store(node_of(top));
    } while (!top_.compare_exchange_weak(top, after(top, node)));
  }

 private:
  static std::uint32_t node_of(std::uint64_t top) { return static_cast<std::uint32_t>(top); }
  [[nodiscard]] std::uint64_t after(std::uint64_t top, std::uint32_t node) const {
    const std::uint64_t count = code_ == Code::repaired ? (top >> 32U) + 1 : 0;
    return count << 32U | node;
  }
  Code code_;
  std::atomic<std::uint64_t> top_{kNone};
  std::array<std::atomic<std::uint32_t>, kNodes> next_{};
};

}  // namespace

/// Whoever has popped a node owns it: nobody else may find it taken.
Verdict aba_stack(Code code) {
  constexpr int kRounds = 50'000;
  Pool pool(code);
  std::array<std::atomic<int>, kNodes> owners{};
  std::atomic<int> shared{0};
  run_together(3, [&](int) {
    for (int round = 0; round < kRounds; ++round) {
      const std::uint32_t first = pool.pop();
      const std::uint32_t second = pool.pop();
      for (const std::uint32_t node : {first, second}) {
        if (node != kNone && owners[node].fetch_add(1) != 0) shared.fetch_add(1);
      }
      for (const std::uint32_t node : {first, second}) {
        if (node != kNone) owners[node].fetch_sub(1);
      }
      if (first != kNone) pool.push(first);
      if (second != kNone) pool.push(second);
      if (shared.load() != 0) return;
    }
  });
  return shared.load() == 0 ? Verdict::right : Verdict::wrong;
}

}  // namespace classics
