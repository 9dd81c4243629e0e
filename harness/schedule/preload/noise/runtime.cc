// One decision per hooked call:
//
//   in a starvation interval and this thread is a victim     sleep until its end
//   the site has backed off, or the draw says no             go on
//   otherwise                                                yield, spin or sleep, log-uniform in length
//
// and each delay is paid from the thread's budget. A thread begins with kAllowance to spend, since a test
// that ends within a millisecond would have no budget at all otherwise.
//
// A seed fixes the decisions of a thread as a function of its own hooks and its path of creation; it does not
// fix the interleaving, because the processor's timing goes on as it likes. Measured on a prototype: the same
// seed 50 times gave 18 to 42 failures. Controlled schedules are for that.

#include "harness/schedule/preload/noise/runtime.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <ctime>

#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/schedule/preload/noise/random.h"
#include "harness/schedule/preload/noise/report.h"

namespace repro::schedule::noise {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::uint64_t kMicrosecond = 1000;
/// What a thread may spend before its share of the time allows anything.
constexpr std::uint64_t kAllowance = 20'000'000;
/// Below it a sleep is mostly the cost of the timer: spin instead.
constexpr std::uint64_t kShortestSleep = 20 * kMicrosecond;
constexpr std::uint32_t kSites = 4096;

struct Thread {
  std::uint64_t random = 0;
  std::uint64_t children = 0;
  std::uint64_t path = 0;
  std::uint64_t started_ns = 0;
  std::uint64_t delayed_ns = 0;
  bool is_known = false;
  bool is_victim = false;
  bool is_busy = false;
};

// The one state of the library: it belongs to the process that it is loaded into.
Plan plan;
NoiseReport* report = nullptr;  // null: inert
std::uint64_t process_started_ns = 0;
std::array<std::atomic<std::uint32_t>, kSites> hits;
__attribute__((tls_model("initial-exec"))) thread_local Thread self;

std::uint64_t now_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * kSecond + static_cast<std::uint64_t>(now.tv_nsec);
}

void count(std::uint64_t& counter, std::uint64_t by) { __atomic_fetch_add(&counter, by, __ATOMIC_RELAXED); }

void know_thread(std::uint64_t path, bool is_main) {
  self.path = path;
  self.random = mix(path);
  // One in ten, the first thread of a process three in ten: the shares of rr's chaos mode.
  self.is_victim = next_random(self.random) % 10 < (is_main ? 3U : 1U);
  self.started_ns = now_ns();
  self.is_known = true;
  count(report->threads, 1);
}

/// A thread that was not made by pthread_create, or before this library was ready.
void know_stranger() { know_thread(mix(plan.seed ^ static_cast<std::uint64_t>(::gettid())), false); }

/// Until a point in time. For a length it would never end where signals come faster than the timer's slack,
/// as each of them starts the rest of the sleep anew.
void sleep_for(std::uint64_t length) {
  const std::uint64_t end = now_ns() + length;
  const timespec until{static_cast<time_t>(end / kSecond), static_cast<long>(end % kSecond)};
  while (::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr) == EINTR) {
  }
}

void spin_for(std::uint64_t length) {
  const std::uint64_t end = now_ns() + length;
  while (now_ns() < end) {
  }
}

/// What the thread may still spend.
std::uint64_t budget(std::uint64_t now) {
  const std::uint64_t earned = (now - self.started_ns) / 100 * plan.percent + kAllowance;
  return earned > self.delayed_ns ? earned - self.delayed_ns : 0;
}

void delay(std::uint64_t length, std::uint64_t now) {
  const std::uint64_t left = budget(now);
  if (left < kMicrosecond) return;
  if (length > left) length = left;
  if (length < 2 * kMicrosecond) {
    ::sched_yield();
  } else if (length < kShortestSleep) {
    spin_for(length);
  } else {
    sleep_for(length);
  }
  const std::uint64_t took = now_ns() - now;
  self.delayed_ns += took;
  count(report->delays, 1);
  count(report->delayed_ns, took);
}

std::uint32_t visit(Point point, const void* object, const void* site) {
  const std::uint64_t key = mix(reinterpret_cast<std::uintptr_t>(site)) ^
                            mix(reinterpret_cast<std::uintptr_t>(object) + static_cast<std::uint32_t>(point));
  return hits[key % kSites].fetch_add(1, std::memory_order_relaxed) + 1;
}

/// Whether the thread starts or ends here: moments that come once, so the draw favours them.
bool is_edge(Point point) {
  return point == Point::thread_start || point == Point::thread_exit || point == Point::create;
}

void decide(Point point, const void* object, const void* site) {
  count(report->points, 1);
  const std::uint64_t now = now_ns();
  if (self.is_victim) {
    const std::uint64_t left = starvation_left(plan, now - process_started_ns);
    // Every thread of a process in which all are victims would sleep in step; the budget breaks that.
    if (left > 0) return delay(left, now);
  }
  const std::uint64_t draw = next_random(self.random);
  if (!may_delay(visit(point, object, site))) return;
  if (draw % (is_edge(point) ? 2 : plan.one_in) != 0) return;
  delay(delay_length(next_random(self.random), plan.longest_ns), now);
}

NoiseReport* map_report(const char* path) {
  const int fd = ::open(path, O_RDWR | O_CLOEXEC);
  if (fd < 0) return nullptr;
  struct stat file {};
  void* mapped = MAP_FAILED;
  if (::fstat(fd, &file) == 0 && file.st_size >= static_cast<off_t>(sizeof(NoiseReport))) {
    mapped = ::mmap(nullptr, sizeof(NoiseReport), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  }
  ::close(fd);
  if (mapped == MAP_FAILED) return nullptr;
  auto* found = static_cast<NoiseReport*>(mapped);
  return found->magic == kReportMagic ? found : nullptr;
}

__attribute__((constructor)) void start() {
  const char* percent = std::getenv(kPercentVariable);
  const char* seed = std::getenv(kSeedVariable);
  const char* path = std::getenv(kReportVariable);
  if (percent == nullptr || seed == nullptr || path == nullptr) return;
  NoiseReport* mapped = map_report(path);
  if (mapped == nullptr) return;
  plan = make_plan(std::strtoull(seed, nullptr, 10),
                   static_cast<std::uint32_t>(std::strtoul(percent, nullptr, 10)));
  process_started_ns = now_ns();
  report = mapped;
  count(report->processes, 1);
  know_thread(mix(plan.seed), true);
}

}  // namespace

void pause_at(Point point, const void* object, const void* site) {
  if (report == nullptr || self.is_busy) return;
  self.is_busy = true;
  const int saved = errno;
  if (!self.is_known) know_stranger();
  decide(point, object, site);
  errno = saved;
  self.is_busy = false;
}

std::uint64_t path_of_next_child() {
  if (report == nullptr) return 0;
  if (!self.is_known) know_stranger();
  return child_path(self.path, self.children++);
}

void begin_thread(std::uint64_t path) { know_thread(path, false); }

}  // namespace repro::schedule::noise
