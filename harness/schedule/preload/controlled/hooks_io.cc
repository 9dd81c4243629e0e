// Calls that may wait for something that is no thread of ours.
//
// For descriptors the wait is a condition like any other, asked for with poll() at each decision: a pipe
// between two threads stays under control, and a socket to another process is waited for only when nobody can
// run. Then the call is made, and does not wait any more. What cannot be asked for like that (connect,
// waitpid, a write larger than a pipe holds) runs outside, without the token.

#include <cerrno>
#include <climits>

#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/schedule/preload/controlled/hooks.h"
#include "harness/schedule/preload/controlled/raw.h"
#include "harness/schedule/preload/controlled/state.h"

REPRO_REAL(read)
REPRO_REAL(readv)
REPRO_REAL(write)
REPRO_REAL(writev)
REPRO_REAL(recv)
REPRO_REAL(recvfrom)
REPRO_REAL(recvmsg)
REPRO_REAL(send)
REPRO_REAL(sendto)
REPRO_REAL(sendmsg)
REPRO_REAL(accept)
REPRO_REAL(accept4)
REPRO_REAL(connect)
REPRO_REAL(poll)
REPRO_REAL(select)
REPRO_REAL(epoll_wait)
REPRO_REAL(waitpid)
REPRO_REAL(wait)
REPRO_REAL(waitid)
REPRO_REAL(system)
REPRO_REAL(pause)
REPRO_REAL(sigwait)

namespace repro::schedule::controlled {
namespace {

constexpr std::int64_t kMillisecond = 1'000'000;

bool is_nonblocking(int descriptor) {
  const long flags = raw::system_call(SYS_fcntl, descriptor, F_GETFL);
  return flags < 0 || (flags & O_NONBLOCK) != 0;
}

/// Pipes, sockets and terminals have no position.
bool is_stream(int descriptor) { return raw::system_call(SYS_lseek, descriptor, 0, SEEK_CUR) == -ESPIPE; }

/// Waits until one of `polled` is ready; false: the deadline came first.
bool wait_for(Thread& self, pollfd* polled, std::uint32_t count, std::uintptr_t site,
              std::int64_t deadline_ns) {
  self.polled = polled;
  self.polled_count = count;
  while (!wait_until(self, Operation::input_output, nullptr, site, Block::descriptor, deadline_ns)) {
    if (self.is_timed_out) return false;
    self.cancel_asked = false;
    pthread_testcancel();
    self.polled = polled;
  }
  return true;
}

/// Before a call that would wait for `events` on `descriptor`.
void before_transfer(int descriptor, short events, std::uintptr_t site) {
  Thread* const self = enter();
  if (self == nullptr || g.live <= 1 || !is_stream(descriptor) || is_nonblocking(descriptor)) return;
  pollfd polled{descriptor, events, 0};
  static_cast<void>(wait_for(*self, &polled, 1, site, 0));
}

/// A call that is made without the token.
template <typename Call>
auto outside(std::uintptr_t site, Call call) {
  Thread* const self = enter();
  if (self == nullptr || g.live <= 1) return call();
  leave(*self, Operation::input_output, site);
  const auto result = call();
  const int problem = errno;
  come_back(*self);
  errno = problem;
  return result;
}

/// A pipe takes at least so much at once when poll() says that it can be written to.
constexpr std::size_t kCertain = PIPE_BUF;

template <typename Call>
ssize_t write_to(int descriptor, std::size_t size, std::uintptr_t site, Call call) {
  if (size > kCertain && g.live > 1 && is_stream(descriptor) && !is_nonblocking(descriptor)) {
    return outside(site, call);
  }
  before_transfer(descriptor, POLLOUT, site);
  return call();
}

std::size_t total(const iovec* parts, int count) {
  std::size_t sum = 0;
  for (int i = 0; i < count; ++i) sum += parts[i].iov_len;
  return sum;
}

std::int64_t deadline_of(int timeout_ms) {
  return timeout_ms < 0 ? 0 : now_ns() + timeout_ms * kMillisecond + 1;
}

constexpr int kMostSelected = 256;

/// What select() asks for, as poll() asks for it; the count, or -1 where it is too much.
int as_polled(int limit, const fd_set* to_read, const fd_set* to_write, pollfd* polled) {
  int count = 0;
  for (int fd = 0; fd < limit; ++fd) {
    short events = 0;
    if (to_read != nullptr && FD_ISSET(fd, to_read)) events |= POLLIN;
    if (to_write != nullptr && FD_ISSET(fd, to_write)) events |= POLLOUT;
    if (events == 0) continue;
    if (count == kMostSelected) return -1;
    polled[count++] = {fd, events, 0};
  }
  return count;
}

}  // namespace
}  // namespace repro::schedule::controlled

using namespace repro::schedule::controlled;  // NOLINT(google-build-using-namespace): the hooks are outside

REPRO_HOOK(ssize_t, read, (int descriptor, void* buffer, std::size_t size)) {
  before_transfer(descriptor, POLLIN, REPRO_CALLER());
  return real_read()(descriptor, buffer, size);
}

REPRO_HOOK(ssize_t, readv, (int descriptor, const iovec* parts, int count)) {
  before_transfer(descriptor, POLLIN, REPRO_CALLER());
  return real_readv()(descriptor, parts, count);
}

REPRO_HOOK(ssize_t, write, (int descriptor, const void* buffer, std::size_t size)) {
  return write_to(descriptor, size, REPRO_CALLER(), [&] { return real_write()(descriptor, buffer, size); });
}

REPRO_HOOK(ssize_t, writev, (int descriptor, const iovec* parts, int count)) {
  return write_to(descriptor, total(parts, count), REPRO_CALLER(),
                  [&] { return real_writev()(descriptor, parts, count); });
}

REPRO_HOOK(ssize_t, recv, (int descriptor, void* buffer, std::size_t size, int flags)) {
  if ((flags & MSG_DONTWAIT) == 0) before_transfer(descriptor, POLLIN, REPRO_CALLER());
  return real_recv()(descriptor, buffer, size, flags);
}

REPRO_HOOK(ssize_t, recvfrom,
           (int descriptor, void* buffer, std::size_t size, int flags, sockaddr* address,
            socklen_t* length)) {
  if ((flags & MSG_DONTWAIT) == 0) before_transfer(descriptor, POLLIN, REPRO_CALLER());
  return real_recvfrom()(descriptor, buffer, size, flags, address, length);
}

REPRO_HOOK(ssize_t, recvmsg, (int descriptor, msghdr* message, int flags)) {
  if ((flags & MSG_DONTWAIT) == 0) before_transfer(descriptor, POLLIN, REPRO_CALLER());
  return real_recvmsg()(descriptor, message, flags);
}

REPRO_HOOK(ssize_t, send, (int descriptor, const void* buffer, std::size_t size, int flags)) {
  if ((flags & MSG_DONTWAIT) != 0) return real_send()(descriptor, buffer, size, flags);
  return write_to(descriptor, size, REPRO_CALLER(),
                  [&] { return real_send()(descriptor, buffer, size, flags); });
}

REPRO_HOOK(ssize_t, sendto,
           (int descriptor, const void* buffer, std::size_t size, int flags, const sockaddr* address,
            socklen_t length)) {
  if ((flags & MSG_DONTWAIT) != 0) return real_sendto()(descriptor, buffer, size, flags, address, length);
  return write_to(descriptor, size, REPRO_CALLER(),
                  [&] { return real_sendto()(descriptor, buffer, size, flags, address, length); });
}

REPRO_HOOK(ssize_t, sendmsg, (int descriptor, const msghdr* message, int flags)) {
  if ((flags & MSG_DONTWAIT) != 0) return real_sendmsg()(descriptor, message, flags);
  return write_to(descriptor, total(message->msg_iov, static_cast<int>(message->msg_iovlen)), REPRO_CALLER(),
                  [&] { return real_sendmsg()(descriptor, message, flags); });
}

REPRO_HOOK(int, accept, (int descriptor, sockaddr* address, socklen_t* length)) {
  before_transfer(descriptor, POLLIN, REPRO_CALLER());
  return real_accept()(descriptor, address, length);
}

REPRO_HOOK(int, accept4, (int descriptor, sockaddr* address, socklen_t* length, int flags)) {
  before_transfer(descriptor, POLLIN, REPRO_CALLER());
  return real_accept4()(descriptor, address, length, flags);
}

REPRO_HOOK(int, connect, (int descriptor, const sockaddr* address, socklen_t length)) {
  return outside(REPRO_CALLER(), [&] { return real_connect()(descriptor, address, length); });
}

REPRO_HOOK(int, poll, (pollfd * polled, nfds_t count, int timeout_ms)) {
  Thread* const self = enter();
  if (self == nullptr || g.live <= 1 || timeout_ms == 0) return real_poll()(polled, count, timeout_ms);
  static_cast<void>(
      wait_for(*self, polled, static_cast<std::uint32_t>(count), REPRO_CALLER(), deadline_of(timeout_ms)));
  return real_poll()(polled, count, 0);
}

REPRO_HOOK(int, select,
           (int limit, fd_set* to_read, fd_set* to_write, fd_set* exceptions, timeval* timeout)) {
  Thread* const self = enter();
  const bool is_at_once = timeout != nullptr && timeout->tv_sec == 0 && timeout->tv_usec == 0;
  if (self == nullptr || g.live <= 1 || is_at_once) {
    return real_select()(limit, to_read, to_write, exceptions, timeout);
  }
  pollfd polled[kMostSelected];
  const int count = as_polled(limit, to_read, to_write, polled);
  if (count < 0) {
    return outside(REPRO_CALLER(),
                   [&] { return real_select()(limit, to_read, to_write, exceptions, timeout); });
  }
  const std::int64_t deadline =
      timeout == nullptr ? 0 : now_ns() + timeout->tv_sec * 1000 * kMillisecond + timeout->tv_usec * 1000 + 1;
  static_cast<void>(wait_for(*self, polled, static_cast<std::uint32_t>(count), REPRO_CALLER(), deadline));
  timeval now{0, 0};
  return real_select()(limit, to_read, to_write, exceptions, &now);
}

REPRO_HOOK(int, epoll_wait, (int descriptor, epoll_event* events, int most, int timeout_ms)) {
  Thread* const self = enter();
  if (self == nullptr || g.live <= 1 || timeout_ms == 0)
    return real_epoll_wait()(descriptor, events, most, timeout_ms);
  pollfd polled{descriptor, POLLIN, 0};
  static_cast<void>(wait_for(*self, &polled, 1, REPRO_CALLER(), deadline_of(timeout_ms)));
  return real_epoll_wait()(descriptor, events, most, 0);
}

REPRO_HOOK(pid_t, waitpid, (pid_t pid, int* status, int options)) {
  if ((options & WNOHANG) != 0) return real_waitpid()(pid, status, options);
  return outside(REPRO_CALLER(), [&] { return real_waitpid()(pid, status, options); });
}

REPRO_HOOK(pid_t, wait, (int* status)) {
  return outside(REPRO_CALLER(), [&] { return real_wait()(status); });
}

REPRO_HOOK(int, waitid, (idtype_t type, id_t id, siginfo_t* info, int options)) {
  if ((options & WNOHANG) != 0) return real_waitid()(type, id, info, options);
  return outside(REPRO_CALLER(), [&] { return real_waitid()(type, id, info, options); });
}

REPRO_HOOK(int, system, (const char* command)) {
  return outside(REPRO_CALLER(), [&] { return real_system()(command); });
}

REPRO_HOOK(int, pause, ()) {
  return outside(REPRO_CALLER(), [&] { return real_pause()(); });
}

REPRO_HOOK(int, sigwait, (const sigset_t* set, int* signal)) {
  return outside(REPRO_CALLER(), [&] { return real_sigwait()(set, signal); });
}
