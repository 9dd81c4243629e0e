#include "harness/base/clock.h"

#include <ctime>

namespace repro {
namespace {

nanoseconds read_clock(clockid_t id) {
  timespec now{};
  clock_gettime(id, &now);
  return std::chrono::seconds(now.tv_sec) + nanoseconds(now.tv_nsec);
}

class SystemClock final : public Clock {
 public:
  [[nodiscard]] nanoseconds monotonic() const override { return read_clock(CLOCK_MONOTONIC); }
  [[nodiscard]] nanoseconds unix_time() const override { return read_clock(CLOCK_REALTIME); }
};

}  // namespace

const Clock& system_clock() {
  static const SystemClock clock;
  return clock;
}

}  // namespace repro
