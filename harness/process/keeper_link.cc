#include "harness/process/keeper_link.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/text.h"
#include "harness/process/process_tree.h"

namespace repro::process {
namespace {

using keeper::Command;
using keeper::CommandKind;
using keeper::ReplyKind;

constexpr int kGoodbyeMs = 5000;

/// posix_spawn with what a keeper needs: a session of its own, clean signals, the socket as descriptor 3 and
/// no other but standard error, for what a sanitizer has to say about the keeper itself.
int spawn_keeper(const std::string& path, const UsableCgroups& cgroups, int socket, pid_t& pid) {
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, socket, keeper::kSocketFd);
  ::posix_spawn_file_actions_addclosefrom_np(&actions, keeper::kSocketFd + 1);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  sigset_t none;
  sigset_t all;
  ::sigemptyset(&none);
  ::sigfillset(&all);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &all);
  ::posix_spawnattr_setflags(&attributes,
                             POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::array<std::string, 5> words{path, std::to_string(::getpid()), cgroups.kill_base, cgroups.memory_base,
                                   cgroups.memory_is_v2 ? "v2" : "v1"};
  std::array<char*, 6> argv{};
  std::ranges::transform(words, argv.begin(), [](std::string& word) { return word.data(); });
  const int error = ::posix_spawn(&pid, path.c_str(), &actions, &attributes, argv.data(), environ);
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  return error;
}

bool receive_all(int fd, void* data, std::size_t size) {
  char* bytes = static_cast<char*>(data);
  while (size > 0) {
    const ssize_t got = ::recv(fd, bytes, size, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    bytes += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

bool send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void append_bytes(std::string& message, const void* data, std::size_t size) {
  message.append(static_cast<const char*>(data), size);
}

void append_strings(std::string& message, std::span<const std::string> strings) {
  for (const std::string& text : strings) message.append(text.c_str(), text.size() + 1);
}

std::optional<ExecutableId> executable_of(pid_t pid) {
  struct stat file {};
  if (::stat(fmt::format("/proc/{}/exe", pid).c_str(), &file) != 0) return std::nullopt;
  return ExecutableId{file.st_dev, file.st_ino};
}

/// The children of this process that a killed keeper has left to it. Its tree lives in sessions that began
/// below the keeper; what the harness starts otherwise is in its own session, or executes the keeper's file.
std::vector<ProcessStat> find_orphans(const std::optional<ExecutableId>& keeper_file) {
  const pid_t own_session = ::getsid(0);
  std::vector<ProcessStat> orphans = read_all_processes();
  std::erase_if(orphans, [&](const ProcessStat& process) {
    return process.parent != ::getpid() || process.session == own_session ||
           (process.is_alive() && keeper_file && executable_of(process.pid) == keeper_file);
  });
  return orphans;
}

/// Kills and reaps until no orphan is left. One that looks like an orphan may be a keeper that another thread
/// is starting at this moment (it has its session already, but not yet its file), so it must look so twice.
void bury_orphans(const std::optional<ExecutableId>& keeper_file) {
  constexpr int kPasses = 500;  // 5 s
  std::vector<ProcessStat> before;
  for (int pass = 0; pass < kPasses; ++pass) {
    const std::vector<ProcessStat> orphans = find_orphans(keeper_file);
    if (orphans.empty()) return;
    for (const ProcessStat& orphan : orphans) {
      const auto is_same = [&](const ProcessStat& seen) {
        return seen.pid == orphan.pid && seen.start_ticks == orphan.start_ticks;
      };
      if (std::ranges::none_of(before, is_same)) continue;
      for (const ProcessStat& below : descendants_of(orphan.pid, read_all_processes())) {
        signal_process(below, SIGKILL);
      }
      signal_process(orphan, SIGKILL);
      ::waitpid(orphan.pid, nullptr, WNOHANG | __WALL);
    }
    before = orphans;
    const timespec pause{0, 10'000'000};
    ::nanosleep(&pause, nullptr);
  }
}

}  // namespace

std::vector<std::string> candidate_paths(const RunSpec& spec) {
  const std::string& name = spec.argv.front();
  if (name.find('/') != std::string::npos) return {name};
  std::string_view folders = "/bin:/usr/bin";
  for (const std::string_view entry : spec.environment) {
    if (entry.starts_with("PATH=")) folders = entry.substr(5);
  }
  std::vector<std::string> paths;
  for (const std::string_view folder : split(folders, ':')) {
    paths.push_back(folder.empty() ? "./" + name : fmt::format("{}/{}", folder, name));
  }
  return paths;
}

std::string encode_spawn(const RunSpec& spec) {
  const std::vector<std::string> paths = candidate_paths(spec);
  keeper::SpawnHeader header;
  header.path_count = static_cast<std::uint32_t>(paths.size());
  header.argument_count = static_cast<std::uint32_t>(spec.argv.size());
  header.environment_count = static_cast<std::uint32_t>(spec.environment.size());
  header.has_working_directory = spec.working_directory.empty() ? 0 : 1;
  header.memory_limit_bytes = spec.memory_limit_bytes.value_or(0);
  header.leftover_grace_ns = spec.leftover_grace.count();
  header.allow_core_dumps = spec.allow_core_dumps ? 1 : 0;
  header.fixed_addresses = spec.fixed_addresses ? 1 : 0;
  header.processors = spec.processors;
  header.first_processor = spec.first_processor;
  std::string message;
  append_bytes(message, &header, sizeof header);
  append_strings(message, paths);
  append_strings(message, spec.argv);
  append_strings(message, spec.environment);
  if (!spec.working_directory.empty()) append_strings(message, {&spec.working_directory, 1});
  return message;
}

Result<KeeperLink> KeeperLink::start(const std::string& keeper_path, const UsableCgroups& cgroups) {
  // So that the tree of a killed keeper comes to us and not to init.
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  std::array<int, 2> ends{-1, -1};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return fail_errno(ErrorKind::environment, "cannot create a socket for the keeper", errno);
  }
  UniqueFd ours(ends[0]);
  UniqueFd theirs(ends[1]);
  pid_t pid = 0;
  if (const int error = spawn_keeper(keeper_path, cgroups, theirs.get(), pid); error != 0) {
    return fail_errno(ErrorKind::environment, fmt::format("cannot start '{}'", keeper_path), error);
  }
  theirs.reset();
  KeeperLink link(std::move(ours), pid, UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))),
                  cgroups);
  const std::optional<KeeperMessage> greeting = link.receive();
  if (!greeting || greeting->reply.kind != ReplyKind::ready ||
      greeting->reply.version != keeper::kProtocolVersion) {
    return fail(
        ErrorKind::environment,
        fmt::format("'{}' does not answer as this version of repro expects; reinstall repro", keeper_path));
  }
  link.keeper_file_ = executable_of(pid);
  return link;
}

KeeperLink::~KeeperLink() {
  if (!socket_.is_open()) return;
  if (pidfd_.is_open()) ::syscall(SYS_pidfd_send_signal, pidfd_.get(), SIGCONT, nullptr, 0);
  socket_.reset();
  reap(kGoodbyeMs);
}

void KeeperLink::reap(int timeout_ms) {
  if (!pidfd_.is_open()) return;
  pollfd ended{pidfd_.get(), POLLIN, 0};
  int ready = 0;
  do {
    ready = ::poll(&ended, 1, timeout_ms);
  } while (ready < 0 && errno == EINTR);
  if (ready == 0) ::syscall(SYS_pidfd_send_signal, pidfd_.get(), SIGKILL, nullptr, 0);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  pidfd_.reset();
}

bool KeeperLink::send_spawn(std::uint64_t run, const RunSpec& spec, const std::array<int, 3>& streams) {
  const std::string payload = encode_spawn(spec);
  Command command{CommandKind::spawn, 0, run, payload.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof streams)> control{};
  std::array<iovec, 2> parts{{{&command, sizeof command},
                              {const_cast<char*>(payload.data()), payload.size()}}};  // NOLINT(*-const-cast)
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof streams);
  std::memcpy(CMSG_DATA(header), streams.data(), sizeof streams);
  ssize_t sent = 0;
  do {
    sent = ::sendmsg(socket_.get(), &message, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  if (sent < static_cast<ssize_t>(sizeof command)) return false;
  // A long message can be cut by a signal; the descriptors went with its first byte.
  return send_all(socket_.get(),
                  std::string_view(payload).substr(static_cast<std::size_t>(sent) - sizeof command));
}

bool KeeperLink::send_command(CommandKind kind, std::uint64_t run) {
  ::syscall(SYS_pidfd_send_signal, pidfd_.get(), SIGCONT, nullptr, 0);
  const Command command{kind, 0, run, 0};
  std::string message;
  append_bytes(message, &command, sizeof command);
  return send_all(socket_.get(), message);
}

std::optional<KeeperMessage> KeeperLink::receive() {
  KeeperMessage message;
  if (!receive_all(socket_.get(), &message.reply, sizeof message.reply)) return std::nullopt;
  if (message.reply.kind == ReplyKind::tree) {
    message.pids.resize(message.reply.pid_count);
    if (!receive_all(socket_.get(), message.pids.data(), message.pids.size() * sizeof(pid_t)))
      return std::nullopt;
  }
  return message;
}

void KeeperLink::bury() {
  socket_.reset();
  reap(0);
  bury_orphans(keeper_file_);
  if (!cgroups_.kill_base.empty()) ::rmdir(keeper::kill_group_path(cgroups_.kill_base, pid_).c_str());
  if (!cgroups_.memory_base.empty()) ::rmdir(keeper::memory_group_path(cgroups_.memory_base, pid_).c_str());
}

}  // namespace repro::process
