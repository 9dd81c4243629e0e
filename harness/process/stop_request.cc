#include "harness/process/stop_request.h"

#include <algorithm>
#include <cerrno>
#include <cstdint>

#include <sys/eventfd.h>
#include <unistd.h>

namespace repro::process {

Result<std::unique_ptr<StopRequest>> StopRequest::create() {
  UniqueFd first(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  UniqueFd second(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!first.is_open() || !second.is_open()) {
    return fail_errno(ErrorKind::environment, "cannot create an event descriptor", errno);
  }
  return std::unique_ptr<StopRequest>(new StopRequest(std::move(first), std::move(second)));
}

void StopRequest::request() noexcept {
  const int saved_errno = errno;  // a signal handler must not disturb the code that it interrupted
  const int before = requests_.fetch_add(1, std::memory_order_relaxed);
  const std::uint64_t one = 1;
  // Can only fail when the counter is full, and then the descriptor is readable already.
  if (before <= 1) {
    const ssize_t ignored = ::write(before == 0 ? first_.get() : second_.get(), &one, sizeof one);
    static_cast<void>(ignored);
  }
  errno = saved_errno;
}

int StopRequest::level() const noexcept { return std::min(requests_.load(std::memory_order_relaxed), 2); }

}  // namespace repro::process
