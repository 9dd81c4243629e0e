// repro-keeper: owns the process tree of one run at a time, for the harness that started it.
//
// Problem. A harness that repeats a buggy command thousands of times must own everything that the command
// starts: a descendant that ran away eats a processor and changes every later rate. Process groups and
// sessions are left by one system call, and a scan for descendants misses those that were handed to init.
//
// Model. The keeper is a child subreaper (PR_SET_CHILD_SUBREAPER), so every orphan below it becomes its
// child: nothing can leave the tree, and wait4() = ECHILD is the kernel's proof that it is empty. It is a
// process of its own, and not a thread of the harness, because
// - the tree of each job is separate, although several jobs run at once;
// - ru_maxrss of a child starts at the size of the process that spawned it: the keeper is small and static,
// so
//   a harness of 300 MB does not make /bin/true look big;
// - it lives on for a moment when the harness is killed, and takes its tree down.
// It is mechanism only: it spawns, waits, signals and reports. When to stop a run is the harness's decision
// (supervisor.cc), with two exceptions that need its eyes: descendants that outlive the direct child, and a
// sampled memory limit.
//
// One loop, one thread, all signals blocked except SIGCHLD while it waits: so what a subject may send to its
// parent does nothing, and only SIGKILL and SIGSTOP remain, with which the harness deals. A run that ends by
// itself costs the keeper one clone, one ppoll and two wait4; nothing is read from /proc.
//
// Rejected: a pid namespace (kills atomically, but the subject would see another world: pid 1, other /proc,
// no unprivileged use), RLIMIT_AS (breaks the sanitizers' shadow memory), a fork per run from the harness (21
// ms for a parent of 500 MB).

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/unique_fd.h"
#include "harness/process/keeper/cgroup.h"
#include "harness/process/keeper/protocol.h"
#include "harness/process/keeper/spawn.h"
#include "harness/process/keeper/tree.h"

namespace repro::process::keeper {
namespace {

constexpr std::int64_t kNever = INT64_MAX;
constexpr std::int64_t kMillisecond = 1'000'000;
constexpr std::int64_t kSampleInterval = 50 * kMillisecond;
/// Between two passes of a kill: what a killed process needs to go away, several times over.
constexpr std::int64_t kKillInterval = 5 * kMillisecond;
/// Passes after which single signals are held to be a race that a fork bomb wins.
constexpr int kPassesBeforeGroups = 2;
constexpr int kPassesBeforeCgroup = 6;

std::int64_t now_ns(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

std::int64_t microseconds(const timeval& time) {
  return std::int64_t{time.tv_sec} * 1'000'000 + time.tv_usec;
}

/// The largest size that this process ever had, from which ru_maxrss of its children starts.
std::uint64_t own_peak_kib() {
  const UniqueFd fd(::open("/proc/self/status", O_RDONLY | O_CLOEXEC));
  std::array<char, 4096> text{};
  if (!fd.is_open() || ::read(fd.get(), text.data(), text.size() - 1) <= 0) return 0;
  const char* line = std::strstr(text.data(), "VmHWM:");
  return line == nullptr ? 0 : std::strtoull(line + 6, nullptr, 10);
}

/// Writes everything or gives up: a harness that is gone is noticed in the loop.
void send_all(const void* data, std::size_t size) {
  const char* bytes = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t sent = ::send(kSocketFd, bytes, size, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return;
    bytes += sent;
    size -= static_cast<std::size_t>(sent);
  }
}

bool receive_all(void* data, std::size_t size) {
  char* bytes = static_cast<char*>(data);
  while (size > 0) {
    const ssize_t got = ::recv(kSocketFd, bytes, size, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    bytes += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

/// Receives a command's header and the descriptors that came with it. False at the end of the harness.
bool receive_command(Command& command, std::array<UniqueFd, 3>& streams) {
  alignas(cmsghdr) std::array<char, CMSG_SPACE(3 * sizeof(int))> control{};
  iovec part{&command, sizeof command};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  ssize_t got = 0;
  do {
    got = ::recvmsg(kSocketFd, &message, MSG_CMSG_CLOEXEC);
  } while (got < 0 && errno == EINTR);
  if (got <= 0) return false;
  const cmsghdr* header = CMSG_FIRSTHDR(&message);
  if (header != nullptr && header->cmsg_type == SCM_RIGHTS) {
    const std::size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count && i < streams.size(); ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(header) + i * sizeof fd, sizeof fd);
      streams[i].reset(fd);
    }
  }
  const std::size_t rest = sizeof command - static_cast<std::size_t>(got);
  return rest == 0 ||
         receive_all(reinterpret_cast<char*>(&command) + got, rest);  // NOLINT(*-reinterpret-cast)
}

/// The pointers into a spawn message that an exec wants.
struct SpawnRequest {
  SpawnHeader header;
  std::vector<const char*> paths;
  std::vector<const char*> arguments;
  std::vector<const char*> environment;
  const char* working_directory = nullptr;
};

/// Reads the message in `payload`, which must outlive the result. False when the harness did not write it.
bool parse_spawn(const std::vector<char>& payload, SpawnRequest& request) {
  if (payload.size() <= sizeof request.header || payload.back() != '\0') return false;
  std::memcpy(&request.header, payload.data(), sizeof request.header);
  const char* next = payload.data() + sizeof request.header;
  const char* const end = payload.data() + payload.size();
  const auto take = [&](std::uint32_t count, std::vector<const char*>& into) {
    for (; count > 0 && next < end; --count) {
      into.push_back(next);
      next += std::strlen(next) + 1;
    }
    return count == 0;
  };
  std::vector<const char*> directory;
  const bool complete = take(request.header.path_count, request.paths) &&
                        take(request.header.argument_count, request.arguments) &&
                        take(request.header.environment_count, request.environment) &&
                        take(request.header.has_working_directory, directory) && next == end;
  if (!complete || request.paths.empty()) return false;
  request.arguments.push_back(nullptr);
  request.environment.push_back(nullptr);
  if (!directory.empty()) request.working_directory = directory.front();
  return true;
}

class Keeper {
 public:
  Keeper(CgroupPlaces places, int harness_pidfd)
      : cgroups_(std::move(places)), harness_pidfd_(harness_pidfd) {}

  /// Serves until the harness is gone, then leaves nothing behind.
  void serve() {
    send_reply(Reply{});
    while (!harness_is_gone_) {
      wait_for_something();
      reap();
      act();
    }
    if (phase_ != Phase::idle) begin_kill();
    while (phase_ != Phase::idle) {
      wait_for_something();
      reap();
      act();
    }
  }

 private:
  enum class Phase {
    idle,
    running,
    leaving,  ///< the direct child is gone, its descendants have a short time left
    killing,
  };

  void wait_for_something();
  void handle_command();
  void start_run(const Command& command, std::array<UniqueFd, 3> streams);
  void send_tree();
  void reap();
  void act();
  void begin_kill();
  void kill_pass();
  void sample_memory();
  void finish_run();
  void send_reply(Reply reply) {
    reply.run = run_;
    send_all(&reply, sizeof reply);
  }
  [[nodiscard]] std::int64_t next_timer() const;

  Cgroups cgroups_;
  int harness_pidfd_;
  bool harness_is_gone_ = false;
  std::vector<char> payload_;
  std::size_t measured_payload_ = 0;
  std::uint64_t peak_kib_ = 0;

  Phase phase_ = Phase::idle;
  std::uint64_t run_ = 0;
  Reply result_;  ///< of the current run, filled as things become known
  bool child_is_gone_ = false;
  bool nothing_is_left_ = false;
  bool stop_was_asked_ = false;
  std::int64_t leftover_grace_ns_ = 0;
  std::int64_t leftovers_end_ = kNever;
  std::uint64_t sampled_limit_bytes_ = 0;
  std::int64_t next_sample_ = kNever;
  int kill_passes_ = 0;
  std::int64_t next_kill_pass_ = kNever;
};

std::int64_t Keeper::next_timer() const {
  std::int64_t next = kNever;
  if (phase_ == Phase::leaving) next = leftovers_end_;
  if (phase_ == Phase::killing) next = next_kill_pass_;
  if (phase_ == Phase::running || phase_ == Phase::leaving) next = std::min(next, next_sample_);
  return next;
}

void Keeper::wait_for_something() {
  std::array<pollfd, 2> sources{{{kSocketFd, POLLIN, 0}, {harness_pidfd_, POLLIN, 0}}};
  timespec timeout{};
  const std::int64_t timer = next_timer();
  if (timer != kNever) {
    const std::int64_t left = std::max<std::int64_t>(0, timer - now_ns(CLOCK_MONOTONIC));
    timeout = {left / 1'000'000'000, left % 1'000'000'000};
  }
  sigset_t all_but_child;
  ::sigfillset(&all_but_child);
  ::sigdelset(&all_but_child, SIGCHLD);
  // Without the harness the sockets have nothing more to say and would only keep the loop spinning.
  const nfds_t count = harness_is_gone_ ? 0 : sources.size();
  const int ready = ::ppoll(sources.data(), count, timer == kNever ? nullptr : &timeout, &all_but_child);
  if (ready <= 0) return;
  if (sources[1].revents != 0) harness_is_gone_ = true;
  if (sources[0].revents != 0 && !harness_is_gone_) handle_command();
}

void Keeper::handle_command() {
  Command command;
  std::array<UniqueFd, 3> streams;
  if (!receive_command(command, streams)) {
    harness_is_gone_ = true;
    return;
  }
  payload_.resize(command.payload_bytes);
  if (!receive_all(payload_.data(), payload_.size())) {
    harness_is_gone_ = true;
    return;
  }
  if (command.kind == CommandKind::spawn && phase_ == Phase::idle) {
    start_run(command, std::move(streams));
    return;
  }
  if (command.run != run_ || phase_ == Phase::idle) return;  // it crossed the end of its run
  switch (command.kind) {
    case CommandKind::spawn:
      break;  // one run at a time
    case CommandKind::list:
      send_tree();
      break;
    case CommandKind::terminate:
      stop_was_asked_ = true;
      leftovers_end_ = kNever;
      terminate_tree();
      break;
    case CommandKind::kill:
      stop_was_asked_ = true;
      begin_kill();
      break;
  }
}

void Keeper::start_run(const Command& command, std::array<UniqueFd, 3> streams) {
  run_ = command.run;
  result_ = Reply{};
  child_is_gone_ = nothing_is_left_ = stop_was_asked_ = false;
  SpawnRequest request;
  if (!parse_spawn(payload_, request)) {
    result_.kind = ReplyKind::failed;
    result_.os_errno = EPROTO;
    send_reply(result_);
    return;
  }
  Program program;
  program.paths = request.paths;
  program.arguments = request.arguments.data();
  program.environment = request.environment.data();
  program.working_directory = request.working_directory;
  for (std::size_t i = 0; i < streams.size(); ++i) program.streams[i] = streams[i].get();
  program.allow_core_dumps = request.header.allow_core_dumps != 0;
  program.fixed_addresses = request.header.fixed_addresses != 0;
  program.processors = request.header.processors;
  program.first_processor = request.header.first_processor;
  const std::uint64_t memory_limit = request.header.memory_limit_bytes;
  const UniqueFd memory_group = memory_limit > 0 ? cgroups_.open_memory_group(memory_limit) : UniqueFd();
  program.cgroup_processes_fd = memory_group.get();

  if (payload_.size() > measured_payload_) {  // only a larger message makes the keeper larger
    measured_payload_ = payload_.size();
    peak_kib_ = own_peak_kib();
  }
  const SpawnResult spawned = spawn(program);
  if (spawned.failure) {
    static_cast<void>(cgroups_.close_memory_group());
    result_.kind = ReplyKind::failed;
    result_.stage = spawned.failure->stage;
    result_.os_errno = spawned.failure->os_errno;
    send_reply(result_);
    return;
  }
  // The clone returns at the exec, when the child lets go of the keeper's memory.
  result_.exec_monotonic_ns = now_ns(CLOCK_MONOTONIC);
  result_.exec_unix_ns = now_ns(CLOCK_REALTIME);
  result_.child = spawned.pid;
  leftover_grace_ns_ = request.header.leftover_grace_ns;
  sampled_limit_bytes_ = memory_group.is_open() ? 0 : memory_limit;
  next_sample_ = sampled_limit_bytes_ > 0 ? result_.exec_monotonic_ns : kNever;
  phase_ = Phase::running;
}

void Keeper::send_tree() {
  std::vector<pid_t> pids;
  if (!child_is_gone_) pids.push_back(result_.child);
  for (const ProcessStat& process : living_descendants()) {
    if (process.pid != result_.child) pids.push_back(process.pid);
  }
  Reply reply = result_;
  reply.kind = ReplyKind::tree;
  reply.child_ended = child_is_gone_ ? 1 : 0;
  reply.pid_count = pids.size();
  send_reply(reply);
  send_all(pids.data(), pids.size() * sizeof(pid_t));
}

void Keeper::reap() {
  while (true) {
    int status = 0;
    rusage usage{};
    const pid_t pid = ::wait4(-1, &status, WNOHANG | __WALL, &usage);
    if (pid < 0 && errno == EINTR) continue;
    nothing_is_left_ = pid < 0;
    if (pid <= 0) return;
    result_.user_cpu_us += microseconds(usage.ru_utime);
    result_.system_cpu_us += microseconds(usage.ru_stime);
    result_.max_rss_kib = std::max(result_.max_rss_kib, static_cast<std::uint64_t>(usage.ru_maxrss));
    if (pid == result_.child && !child_is_gone_) {
      result_.end_monotonic_ns = now_ns(CLOCK_MONOTONIC);
      result_.wait_status = status;
      child_is_gone_ = true;
    }
  }
}

void Keeper::act() {
  if (phase_ == Phase::idle) return;
  if (child_is_gone_ && nothing_is_left_) {
    finish_run();
    return;
  }
  const std::int64_t now = now_ns(CLOCK_MONOTONIC);
  if (phase_ == Phase::running && child_is_gone_ && !stop_was_asked_) {
    phase_ = Phase::leaving;
    leftovers_end_ = now + leftover_grace_ns_;
  }
  // After a stop was asked for, what is left has the whole grace that the harness counts.
  if (phase_ == Phase::leaving && !stop_was_asked_ && now >= leftovers_end_) {
    // The scan misses a process that hands its place to a child within microseconds; wait4 does not.
    result_.leftover_processes = std::max(1U, static_cast<std::uint32_t>(living_descendants().size()));
    begin_kill();
  }
  if ((phase_ == Phase::running || phase_ == Phase::leaving) && now >= next_sample_) sample_memory();
  if (phase_ == Phase::killing && now >= next_kill_pass_) kill_pass();
}

void Keeper::begin_kill() {
  if (phase_ == Phase::killing) return;
  phase_ = Phase::killing;
  kill_passes_ = 0;
  kill_pass();
}

void Keeper::kill_pass() {
  ++kill_passes_;
  const bool done = kill_passes_ > kPassesBeforeCgroup && cgroups_.kill_all();
  if (!done) kill_tree(kill_passes_ > kPassesBeforeGroups);
  next_kill_pass_ = now_ns(CLOCK_MONOTONIC) + kKillInterval;
}

void Keeper::sample_memory() {
  const std::int64_t before = now_ns(CLOCK_MONOTONIC);
  if (tree_memory_bytes(sampled_limit_bytes_) > sampled_limit_bytes_) {
    result_.memory_limit_hit = 1;
    stop_was_asked_ = true;
    begin_kill();
    return;
  }
  // On a machine with very many processes a look is dear: it must not take more than a twentieth of the time.
  const std::int64_t now = now_ns(CLOCK_MONOTONIC);
  next_sample_ = now + std::max(kSampleInterval, 20 * (now - before));
}

void Keeper::finish_run() {
  phase_ = Phase::idle;
  if (cgroups_.close_memory_group()) result_.memory_limit_hit = result_.out_of_memory = 1;
  // The kernel's counters of memory are exact to some 100 KiB only; a floor is never above what was seen.
  peak_kib_ = std::min(peak_kib_, result_.max_rss_kib);
  result_.kind = ReplyKind::ended;
  result_.max_rss_floor_kib = peak_kib_;
  send_reply(result_);
}

void on_child(int /*signal*/) {}  // exists so that SIGCHLD interrupts ppoll

/// Blocks everything, so that the subject cannot end its keeper politely; see the top of the file.
void set_up_signals() {
  struct sigaction action {};
  action.sa_handler = on_child;
  ::sigaction(SIGCHLD, &action, nullptr);
  sigset_t all;
  ::sigfillset(&all);
  for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS})
    ::sigdelset(&all, fault);
  ::sigprocmask(SIG_SETMASK, &all, nullptr);
}

int keeper_main(int argc, char** argv) {
  if (argc != 5) {
    std::fputs("repro-keeper is started by repro and is of no use by itself\n", stderr);
    return 2;
  }
  set_up_signals();
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  const auto harness = static_cast<pid_t>(std::atoi(argv[1]));
  const int harness_pidfd = static_cast<int>(::syscall(SYS_pidfd_open, harness, 0));
  if (harness_pidfd < 0 || ::getppid() != harness) return 0;  // it is gone already
  ::fcntl(kSocketFd, F_SETFD, FD_CLOEXEC);
  ::fcntl(harness_pidfd, F_SETFD, FD_CLOEXEC);
  Keeper keeper({argv[2], argv[3], std::strcmp(argv[4], "v2") == 0}, harness_pidfd);
  keeper.serve();
  return 0;
}

}  // namespace
}  // namespace repro::process::keeper

int main(int argc, char** argv) { return repro::process::keeper::keeper_main(argc, argv); }
