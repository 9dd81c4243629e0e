// Sleeps, yields and clocks. The subject's time is virtual: it stands still while threads run, moves a little
// with every look at a clock, and jumps when everybody waits for it. A loop until a deadline ends at once,
// and a test that sleeps for seconds takes microseconds.

#include <cerrno>
#include <ctime>

#include <sched.h>
#include <sys/time.h>
#include <unistd.h>

#include "harness/schedule/preload/controlled/hooks.h"
#include "harness/schedule/preload/controlled/raw.h"
#include "harness/schedule/preload/controlled/state.h"
#include "harness/schedule/preload/controlled/times.h"

REPRO_REAL(nanosleep)
REPRO_REAL(clock_nanosleep)
REPRO_REAL(usleep)
REPRO_REAL(sleep)
REPRO_REAL(sched_yield)
REPRO_REAL(clock_gettime)
REPRO_REAL(gettimeofday)

namespace repro::schedule::controlled {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
/// A look at a clock takes this long; more after many in a row, so that loops on a deadline end.
constexpr std::int64_t kLookNs = 100;
constexpr std::uint64_t kLooksPerDoubling = 64;
constexpr std::uint64_t kMostDoublings = 16;

void sleep_for(Thread& self, std::int64_t duration_ns, std::uintptr_t site) {
  self.clock_reads = 0;
  const std::int64_t deadline = now_ns() + (duration_ns < 1 ? 1 : duration_ns);
  while (!wait_until(self, Operation::sleep, nullptr, site, Block::time, deadline)) {
    if (self.is_timed_out) return;
    self.cancel_asked = false;
    pthread_testcancel();
  }
}

bool is_virtual(clockid_t clock) {
  return clock == CLOCK_REALTIME || clock == CLOCK_MONOTONIC || clock == CLOCK_REALTIME_COARSE ||
         clock == CLOCK_MONOTONIC_COARSE || clock == CLOCK_MONOTONIC_RAW || clock == CLOCK_BOOTTIME;
}

/// Reads the virtual clock.
std::int64_t look(Thread& self, clockid_t clock) {
  const std::uint64_t doublings = self.clock_reads++ / kLooksPerDoubling;
  g.virtual_offset_ns += kLookNs << (doublings < kMostDoublings ? doublings : kMostDoublings);
  const bool is_wall = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
  return now_ns() + (is_wall ? realtime_offset_ns() : 0);
}

// ASan's allocator reads the clock, also when dlsym() itself has just called it: nothing may be looked up
// then. So the real clocks are looked up by the library's constructor, and until then the kernel is asked.

int read_clock(clockid_t clock, timespec* time) {
  if (const auto known = slot_clock_gettime.get_if_known(); known != nullptr) return known(clock, time);
  const long result = raw::system_call(SYS_clock_gettime, clock, raw::address(time));
  if (result >= 0) return 0;
  errno = static_cast<int>(-result);
  return -1;
}

timespec as_timespec(std::int64_t ns) {
  return {static_cast<time_t>(ns / kSecond), static_cast<long>(ns % kSecond)};
}

}  // namespace

void find_clocks() {
  real_clock_gettime();
  real_gettimeofday();
}

}  // namespace repro::schedule::controlled

using namespace repro::schedule::controlled;  // NOLINT(google-build-using-namespace): the hooks are outside
using repro::schedule::Operation;
namespace raw = repro::schedule::raw;

REPRO_HOOK(int, nanosleep, (const timespec* duration, timespec* rest)) {
  Thread* const self = enter();
  if (self == nullptr || !is_valid(*duration)) return real_nanosleep()(duration, rest);
  sleep_for(*self, nanoseconds(*duration), REPRO_CALLER());
  return 0;
}

REPRO_HOOK(int, clock_nanosleep, (clockid_t clock, int flags, const timespec* time, timespec* rest)) {
  Thread* const self = enter();
  if (self == nullptr || !is_virtual(clock) || !is_valid(*time))
    return real_clock_nanosleep()(clock, flags, time, rest);
  const bool is_absolute = (flags & TIMER_ABSTIME) != 0;
  sleep_for(*self, is_absolute ? virtual_deadline(clock, *time) - now_ns() : nanoseconds(*time),
            REPRO_CALLER());
  return 0;
}

REPRO_HOOK(int, usleep, (useconds_t duration)) {
  Thread* const self = enter();
  if (self == nullptr) return real_usleep()(duration);
  sleep_for(*self, std::int64_t{duration} * 1000, REPRO_CALLER());
  return 0;
}

REPRO_HOOK(unsigned, sleep, (unsigned duration)) {
  Thread* const self = enter();
  if (self == nullptr) return real_sleep()(duration);
  sleep_for(*self, std::int64_t{duration} * kSecond, REPRO_CALLER());
  return 0;
}

REPRO_HOOK(int, sched_yield, ()) {
  Thread* const self = enter();
  if (self == nullptr) return real_sched_yield()();
  point(*self, Operation::yield, nullptr, REPRO_CALLER());
  return 0;
}

REPRO_HOOK(int, clock_gettime, (clockid_t clock, timespec* time)) {
  Thread* const self = current_thread();
  if (self == nullptr || time == nullptr || !is_virtual(clock)) return read_clock(clock, time);
  *time = as_timespec(look(*self, clock));
  return 0;
}

REPRO_HOOK(int, gettimeofday, (timeval * time, void* zone)) {
  Thread* const self = current_thread();
  if (self == nullptr || time == nullptr) {
    if (const auto known = slot_gettimeofday.get_if_known(); known != nullptr) return known(time, zone);
    return static_cast<int>(raw::system_call(SYS_gettimeofday, raw::address(time), raw::address(zone)));
  }
  const timespec now = as_timespec(look(*self, CLOCK_REALTIME));
  *time = {now.tv_sec, now.tv_nsec / 1000};
  return 0;
}

REPRO_HOOK(time_t, time, (time_t * result)) {
  Thread* const self = current_thread();
  timespec real{};
  if (self == nullptr) read_clock(CLOCK_REALTIME_COARSE, &real);
  const time_t now = self == nullptr ? real.tv_sec : as_timespec(look(*self, CLOCK_REALTIME)).tv_sec;
  if (result != nullptr) *result = now;
  return now;
}
