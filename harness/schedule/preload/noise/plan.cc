// What a seed means. Everything that noise does follows from these few draws, so that a campaign visits
// kinds of noise and not only moments of one kind: some bugs need one thread to be away for a long time,
// others a short delay at the right call, and a mixture tuned to one of them misses the other.
//
// Starvation is what rr's chaos mode does (R. O'Callahan, "Deeper into chaos", 2016): intervals of one length
// for a process, in which some threads do not run at all; the length is drawn from 1, 2, 4, ... 2048 ms so
// that each order of magnitude is equally likely, and one interval comes every five lengths, so that at most
// a fifth of the time is spent so. rr begins a quarter of the processes inside an interval; here only those
// with intervals up to 64 ms, because a test that takes a millisecond would otherwise wait two seconds for
// nothing.
//
// Sites back off as in LLVM's adaptive delays: a site that was delayed at its 1st, 2nd and 4th visit and
// showed nothing is unlikely to show it at its 5th.

#include "harness/schedule/preload/noise/noise.h"
#include "harness/schedule/preload/noise/random.h"

namespace repro::schedule::noise {
namespace {

constexpr std::uint64_t kMicrosecond = 1000;
constexpr std::uint64_t kMillisecond = 1'000'000;
constexpr std::uint64_t kLongestEarlyInterval = 64 * kMillisecond;

}  // namespace

Plan make_plan(std::uint64_t seed, std::uint32_t percent) {
  // The longest delay and the share of hooks: measured on four small bugs, a third of the hooks with delays
  // up to 1 ms raised most of them and no single pair was best for all.
  constexpr std::uint64_t kLongest[] = {100 * kMicrosecond, kMillisecond, kMillisecond, 4 * kMillisecond};
  constexpr std::uint32_t kOneIn[] = {1, 2, 3, 8};
  Plan plan;
  plan.seed = seed;
  plan.percent = percent;
  std::uint64_t state = mix(seed);
  plan.longest_ns = kLongest[next_random(state) % 4];
  plan.one_in = kOneIn[next_random(state) % 4];
  plan.starve_ns = kMillisecond << (next_random(state) % 12);
  plan.starve_period_ns = 5 * plan.starve_ns;
  const bool starts_inside = next_random(state) % 4 == 0 && plan.starve_ns <= kLongestEarlyInterval;
  plan.starve_start_ns = starts_inside ? 0 : plan.starve_ns + next_random(state) % (3 * plan.starve_ns);
  return plan;
}

bool may_delay(std::uint32_t hits) {
  constexpr std::uint32_t kRarest = 64;
  if (hits >= kRarest) return hits % kRarest == 0;
  return hits != 0 && (hits & (hits - 1)) == 0;
}

std::uint64_t delay_length(std::uint64_t random, std::uint64_t longest_ns) {
  if (longest_ns <= kMicrosecond) return longest_ns;
  // Without floating point, which a hook in a signal handler should not need: a power of two times a
  // microsecond, then a uniform place up to the next one.
  std::uint32_t powers = 0;
  while ((kMicrosecond << (powers + 1)) <= longest_ns) ++powers;
  const std::uint64_t base = kMicrosecond << (random % (powers + 1));
  const std::uint64_t length = base + (random >> 32U) % base;
  return length < longest_ns ? length : longest_ns;
}

std::uint64_t starvation_left(const Plan& plan, std::uint64_t now_ns) {
  if (plan.starve_ns == 0 || now_ns < plan.starve_start_ns) return 0;
  const std::uint64_t into = (now_ns - plan.starve_start_ns) % plan.starve_period_ns;
  return into < plan.starve_ns ? plan.starve_ns - into : 0;
}

std::uint64_t child_path(std::uint64_t parent, std::uint64_t child) { return mix(parent ^ mix(child + 1)); }

}  // namespace repro::schedule::noise
