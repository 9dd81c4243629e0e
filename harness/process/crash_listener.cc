// A socket in the abstract namespace: no file to make and remove for every run, and reachable whatever the
// subject does to its folders. Anybody on the machine can connect to it; the kernel tells who did.

#include "harness/process/crash_listener.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "harness/base/clock.h"
#include "harness/base/files.h"
#include "harness/process/crash_handler/notice.h"

namespace repro::process {
namespace {

/// The handler sends as soon as it is connected.
constexpr int kSendTimeMs = 1000;
constexpr int kBacklog = 16;
constexpr std::string_view kPreload = "LD_PRELOAD=";

std::string unique_name() {
  static std::atomic<unsigned> made{0};
  return fmt::format("repro-crash-{}-{}-{:x}", ::getpid(), made.fetch_add(1),
                     system_clock().unix_time().count());
}

/// The process at the other end, when it is one of this user.
std::optional<pid_t> peer_of(int connection) {
  ucred peer{};
  socklen_t length = sizeof(peer);
  if (::getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0) return std::nullopt;
  if (peer.uid != ::geteuid() || peer.pid <= 0) return std::nullopt;
  return peer.pid;
}

}  // namespace

Result<CrashListener> CrashListener::create() {
  UniqueFd socket(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const std::string name = unique_name();
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(&address.sun_path[1], name.data(), name.size());
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  if (!socket.is_open() ||
      ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), length) != 0 ||  // NOLINT(*-cast)
      ::listen(socket.get(), kBacklog) != 0) {
    return fail_errno(ErrorKind::environment, "cannot listen for crashes", errno);
  }
  return CrashListener(std::move(socket), name, library_directory() + "/librepro-crash.so");
}

std::vector<std::string> CrashListener::prepare(std::vector<std::string> environment) const {
  const auto preload = std::find_if(environment.begin(), environment.end(),
                                    [](const std::string& entry) { return entry.starts_with(kPreload); });
  if (preload == environment.end()) {
    environment.push_back(fmt::format("{}{}", kPreload, handler_));
  } else {
    *preload += fmt::format("{}{}", preload->size() == kPreload.size() ? "" : ":", handler_);
  }
  environment.push_back(fmt::format("{}={}", kCrashSocketVariable, name_));
  return environment;
}

std::optional<CrashEvidence> CrashListener::take(const CrashHook& hook) const {
  const UniqueFd connection(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  if (!connection.is_open()) return std::nullopt;
  const std::optional<pid_t> pid = peer_of(connection.get());
  pollfd wait{connection.get(), POLLIN, 0};
  CrashMessage message;
  if (!pid || ::poll(&wait, 1, kSendTimeMs) != 1 ||
      ::recv(connection.get(), &message, sizeof(message), 0) != static_cast<ssize_t>(sizeof(message))) {
    return std::nullopt;
  }
  CrashNotice notice{*pid, message.tid, message.signal, message.code, std::nullopt};
  if (message.is_fault != 0) notice.address = message.address;
  return hook(notice);
}

}  // namespace repro::process
