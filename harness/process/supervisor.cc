// One run, step by step: the policy to the keeper's mechanism.
//
//   running ──deadline──> asking ──tree──> (hook) terminating ──grace──> killing
//      └────────────stop request──────────────^                            ^
//                   second stop request ────────────────────────────────────┘
//
// and from each of them to the end when the keeper says that nothing is left of the tree.
//
// A run that ends by itself needs one message in each direction: the keeper says nothing at the exec, because
// the wake-up would cost every run and only the few that reach their deadline need the exact start. The timer
// therefore starts when the command is sent, and when it fires the keeper is asked for the tree; its answer
// carries the time of the exec, from which the deadline is counted.
//
// Pipes are fresh in every run, so bytes of one run can never be taken for those of the next. They are read
// until both ends are closed; when the tree is gone and one is still open, somebody outside holds it (it was
// passed on through a socket), and reading is given up after `pipe_grace`.

#include "harness/process/supervisor.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/check.h"
#include "harness/base/clock.h"
#include "harness/base/files.h"
#include "harness/process/capture.h"
#include "harness/process/crash_listener.h"
#include "harness/process/keeper_link.h"

namespace repro::process {
namespace {

using keeper::CommandKind;
using keeper::Reply;
using keeper::ReplyKind;
using keeper::SpawnStage;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr nanoseconds kNever = nanoseconds::max();
/// A keeper answers within microseconds; one that was stopped by the subject was woken before it was asked.
constexpr nanoseconds kAnswerTime = seconds(5);
/// A process that survives SIGKILL sleeps in the kernel and may do so for ever (a dead network disk).
constexpr nanoseconds kKillTime = seconds(60);
/// The first is the cause; a tree whose every process crashes need not be kept whole.
constexpr std::size_t kMostCrashes = 4;
constexpr std::size_t kScratchBytes = 256U << 10U;
/// A pipe that was full once gets room for more, so that a flood costs fewer wake-ups; 1 MiB is what an
/// unprivileged process may ask for (/proc/sys/fs/pipe-max-size).
constexpr std::size_t kDefaultPipeBytes = 64U << 10U;
constexpr int kLargePipeBytes = 1 << 20;

struct Pipe {
  UniqueFd read_end;
  UniqueFd write_end;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    return fail_errno(ErrorKind::environment, "cannot create a pipe", errno);
  }
  // Only the reading end: the flag belongs to the open file, and the subject must find an ordinary pipe.
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  return Pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

Result<UniqueFd> open_input(const std::string& path) {
  // Non-blocking, or a FIFO without a writer would hold up the harness; the subject gets it blocking.
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd.is_open()) {
    const bool is_exhausted = errno == EMFILE || errno == ENFILE || errno == ENOMEM;
    return fail_errno(is_exhausted ? ErrorKind::environment : ErrorKind::usage,
                      fmt::format("cannot read the input file '{}'", path), errno);
  }
  ::fcntl(fd.get(), F_SETFL, 0);
  return fd;
}

bool has_nul(std::span<const std::string> strings) {
  return std::ranges::any_of(strings,
                             [](const std::string& text) { return text.find('\0') != std::string::npos; });
}

Result<void> check_spec(const RunSpec& spec) {
  if (spec.argv.empty() || spec.argv.front().empty()) return fail(ErrorKind::usage, "the command is empty");
  if (has_nul(spec.argv) || has_nul(spec.environment) ||
      spec.working_directory.find('\0') != std::string::npos) {
    return fail(ErrorKind::usage, "the command, its environment or its folder holds a NUL byte");
  }
  return {};
}

bool is_exhaustion(int os_errno) {
  return os_errno == EAGAIN || os_errno == ENOMEM || os_errno == EMFILE || os_errno == ENFILE;
}

Unexpected spawn_error(const Reply& reply, const RunSpec& spec) {
  const int error = reply.os_errno;
  if (is_exhaustion(error)) {
    return fail_errno(ErrorKind::environment, fmt::format("cannot start '{}'", spec.argv.front()), error);
  }
  switch (reply.stage) {
    case SpawnStage::process:
      return fail_errno(ErrorKind::internal, "cannot create a process", error);
    case SpawnStage::working_directory:
      return fail_errno(ErrorKind::usage, fmt::format("cannot enter the folder '{}'", spec.working_directory),
                        error);
    case SpawnStage::exec:
      break;
  }
  const std::string doing = fmt::format("cannot execute '{}'", spec.argv.front());
  if (error == ENOEXEC) {
    return fail(ErrorKind::usage, doing + ": not a program; does a script lack its '#!' line?", error);
  }
  return fail_errno(ErrorKind::usage, doing, error);
}

Termination termination_of(int wait_status) {
  if (WIFSIGNALED(wait_status)) return Signaled{WTERMSIG(wait_status), WCOREDUMP(wait_status) != 0};
  return Exited{WEXITSTATUS(wait_status)};
}

nanoseconds now() { return system_clock().monotonic(); }

nanoseconds after(nanoseconds start, nanoseconds duration) {
  return duration >= kNever - start ? kNever : start + duration;
}

/// One stream of the subject: its pipe while it is open, and what was kept of it.
struct Stream {
  UniqueFd fd;
  StreamCapture capture;
  bool was_widened = false;

  void read_once(std::string& scratch) {
    const std::uint64_t before = capture.total_bytes();
    if (read_stream(fd.get(), scratch, capture, ::read) != ReadState::open) fd.reset();
    if (!was_widened && capture.total_bytes() - before >= kDefaultPipeBytes) {
      was_widened = true;
      ::fcntl(fd.get(), F_SETPIPE_SZ, kLargePipeBytes);
    }
  }
};

/// The state of one run. Made for it and thrown away after it.
class Run {
 public:
  /// `crashes` is null where fatal signals are left alone.
  Run(KeeperLink& keeper, StopRequest* stop, const CrashListener* crashes, std::uint64_t number,
      const RunSpec& spec, std::string& scratch)
      : keeper_(keeper),
        stop_(stop),
        crashes_(crashes),
        number_(number),
        spec_(spec),
        scratch_(scratch),
        streams_{{{{}, {spec.head_limit_bytes, spec.tail_limit_bytes}},
                  {{}, {spec.head_limit_bytes, spec.tail_limit_bytes}}}} {}

  [[nodiscard]] Result<void> start(int default_input);
  /// Until the tree is gone and the pipes are read.
  [[nodiscard]] Result<void> watch();
  [[nodiscard]] bool keeper_is_lost() const { return keeper_is_lost_; }
  [[nodiscard]] ProcessResult take_result();

 private:
  enum class Step { running, asking, terminating, killing, over };

  void wait_for_something();
  void on_stop_request();
  void on_crash();
  [[nodiscard]] Result<void> on_message();
  [[nodiscard]] Result<void> on_timer();
  void on_tree(const KeeperMessage& message);
  void on_ended(const Reply& reply);
  void terminate(StopReason reason);
  void kill(StopReason reason);
  void lose_keeper();
  void command(CommandKind kind) {
    if (!keeper_.send_command(kind, number_)) lose_keeper();
  }
  [[nodiscard]] bool is_finished() const {
    return step_ == Step::over && !streams_[0].fd.is_open() && !streams_[1].fd.is_open();
  }

  KeeperLink& keeper_;
  StopRequest* stop_;
  const CrashListener* crashes_;
  std::uint64_t number_;
  const RunSpec& spec_;
  std::string& scratch_;
  std::array<Stream, 2> streams_;

  Step step_ = Step::running;
  nanoseconds timer_ = kNever;
  nanoseconds started_{0};
  nanoseconds terminated_at_ = kNever;
  bool keeper_is_lost_ = false;
  bool has_message_ = false;
  ProcessResult result_;
};

Result<void> Run::start(int default_input) {
  UniqueFd input;
  if (!spec_.stdin_file.empty()) {
    REPRO_ASSIGN(input, open_input(spec_.stdin_file));
  }
  REPRO_ASSIGN(Pipe output, make_pipe());
  REPRO_ASSIGN(Pipe error, make_pipe());
  started_ = now();
  result_.started_at = system_clock().unix_time();
  if (spec_.timeout > nanoseconds::zero()) timer_ = after(started_, spec_.timeout);
  const std::array<int, 3> given{input.is_open() ? input.get() : default_input, output.write_end.get(),
                                 error.write_end.get()};
  if (!keeper_.send_spawn(number_, spec_, given)) lose_keeper();
  streams_[0].fd = std::move(output.read_end);
  streams_[1].fd = std::move(error.read_end);
  return {};
}

Result<void> Run::watch() {
  while (!is_finished()) {
    wait_for_something();
    if (has_message_) REPRO_TRY(on_message());
    if (stop_ != nullptr) on_stop_request();
    if (now() >= timer_) {
      if (step_ == Step::over) {
        result_.pipes_held_open = true;
        break;
      }
      REPRO_TRY(on_timer());
    }
  }
  return {};
}

void Run::wait_for_something() {
  const int stop_fd = stop_ == nullptr || step_ == Step::over || step_ == Step::killing ? -1
                      : step_ == Step::terminating                                      ? stop_->second_fd()
                                                                                        : stop_->first_fd();
  std::array<pollfd, 5> sources{{{streams_[0].fd.get(), POLLIN, 0},
                                 {streams_[1].fd.get(), POLLIN, 0},
                                 {step_ == Step::over ? -1 : keeper_.fd(), POLLIN, 0},
                                 {stop_fd, POLLIN, 0},
                                 {crashes_ == nullptr ? -1 : crashes_->fd(), POLLIN, 0}}};
  timespec timeout{};
  if (timer_ != kNever) {
    const nanoseconds left = std::max(timer_ - now(), nanoseconds::zero());
    timeout.tv_sec = std::chrono::duration_cast<seconds>(left).count();
    timeout.tv_nsec = (left % seconds(1)).count();
  }
  has_message_ = false;
  if (::ppoll(sources.data(), sources.size(), timer_ == kNever ? nullptr : &timeout, nullptr) <= 0) return;
  for (std::size_t i = 0; i < streams_.size(); ++i) {
    if (sources[i].revents != 0) streams_[i].read_once(scratch_);
  }
  has_message_ = sources[2].revents != 0;
  if (sources[4].revents != 0) on_crash();
}

void Run::on_crash() {
  std::optional<CrashEvidence> evidence = crashes_->take(spec_.crash_hook);
  if (evidence && result_.crashes.size() < kMostCrashes) result_.crashes.push_back(*std::move(evidence));
}

void Run::on_stop_request() {
  const int level = stop_->level();
  if (level >= 1 && (step_ == Step::running || step_ == Step::asking)) terminate(StopReason::interrupted);
  if (level >= 2 && step_ == Step::terminating) kill(StopReason::interrupted);
}

Result<void> Run::on_message() {
  const std::optional<KeeperMessage> message = keeper_.receive();
  if (!message) {
    lose_keeper();
    return {};
  }
  if (message->reply.run != number_) return {};
  switch (message->reply.kind) {
    case ReplyKind::ready:
      break;
    case ReplyKind::failed:
      return spawn_error(message->reply, spec_);
    case ReplyKind::tree:
      on_tree(*message);
      break;
    case ReplyKind::ended:
      on_ended(message->reply);
      break;
  }
  return {};
}

Result<void> Run::on_timer() {
  switch (step_) {
    case Step::running:
      step_ = Step::asking;
      timer_ = after(now(), kAnswerTime);
      command(CommandKind::list);
      break;
    case Step::asking:
      lose_keeper();
      break;
    case Step::terminating:
      kill(result_.stop_reason);
      break;
    case Step::killing:
      keeper_is_lost_ = true;
      return fail(
          ErrorKind::environment,
          fmt::format("a process of '{}' survives SIGKILL; it sleeps in the kernel", spec_.argv.front()));
    case Step::over:
      break;
  }
  return {};
}

void Run::on_tree(const KeeperMessage& message) {
  if (step_ != Step::asking) return;  // a stop request came first
  const nanoseconds deadline = after(nanoseconds(message.reply.exec_monotonic_ns), spec_.timeout);
  step_ = Step::running;
  if (message.reply.child_ended != 0) {
    timer_ = kNever;  // it ended in time; the keeper sees to the rest in bounded time
  } else if (now() < deadline) {
    timer_ = deadline;
  } else {
    if (spec_.deadline_hook) result_.hang = spec_.deadline_hook(message.pids);
    terminate(StopReason::deadline);
  }
}

void Run::on_ended(const Reply& reply) {
  result_.pid = reply.child;
  result_.termination = termination_of(reply.wait_status);
  result_.started_at = nanoseconds(reply.exec_unix_ns);
  result_.wall = nanoseconds(reply.end_monotonic_ns - reply.exec_monotonic_ns);
  result_.usage.user_cpu = std::chrono::microseconds(reply.user_cpu_us);
  result_.usage.system_cpu = std::chrono::microseconds(reply.system_cpu_us);
  result_.usage.max_rss_bytes = reply.max_rss_kib << 10U;
  result_.usage.max_rss_floor_bytes = reply.max_rss_floor_kib << 10U;
  result_.leftover_processes = reply.leftover_processes;
  // A tree that ended by itself while the hook looked at it needed no signal.
  if (nanoseconds(reply.end_monotonic_ns) < terminated_at_) result_.stop_step = StopStep::none;
  result_.out_of_memory = reply.out_of_memory != 0;
  if (result_.stop_reason == StopReason::none && reply.memory_limit_hit != 0) {
    result_.stop_reason = StopReason::memory_limit;
    result_.stop_step = StopStep::kill;
  }
  step_ = Step::over;
  timer_ = after(now(), spec_.pipe_grace);
}

void Run::terminate(StopReason reason) {
  result_.stop_reason = reason;
  result_.stop_step = StopStep::terminate;
  step_ = Step::terminating;
  terminated_at_ = now();
  timer_ = after(terminated_at_, spec_.grace);
  command(CommandKind::terminate);
}

void Run::kill(StopReason reason) {
  result_.stop_reason = reason;
  result_.stop_step = StopStep::kill;
  step_ = Step::killing;
  timer_ = after(now(), kKillTime);
  command(CommandKind::kill);
}

void Run::lose_keeper() {
  if (keeper_is_lost_) return;
  keeper_is_lost_ = true;
  keeper_.bury();
  result_.stop_reason = StopReason::lost;
  result_.stop_step = StopStep::kill;
  result_.termination = Signaled{SIGKILL, false};
  result_.wall = now() - started_;
  step_ = Step::over;
  timer_ = after(now(), spec_.pipe_grace);
}

ProcessResult Run::take_result() {
  result_.standard_output = streams_[0].capture.take();
  result_.standard_error = streams_[1].capture.take();
  return std::move(result_);
}

}  // namespace

std::string_view to_string(MemoryLimitMethod method) {
  switch (method) {
    case MemoryLimitMethod::cgroup_v2:
      return "cgroup v2";
    case MemoryLimitMethod::cgroup_v1:
      return "cgroup v1";
    case MemoryLimitMethod::sampling:
      return "sampling";
  }
  REPRO_CHECK(false);
  return {};
}

class Supervisor::Impl {
 public:
  explicit Impl(SupervisorOptions options) : options_(std::move(options)), scratch_(kScratchBytes, '\0') {
    if (options_.keeper_path.empty()) options_.keeper_path = library_directory() + "/repro-keeper";
    if (options_.use_cgroups) cgroups_ = discover_cgroups();
  }

  [[nodiscard]] Result<void> prepare() {
    if (!null_input_.is_open()) {
      REPRO_ASSIGN(null_input_, open_input("/dev/null"));
    }
    if (keeper_) return {};
    REPRO_ASSIGN(KeeperLink link, KeeperLink::start(options_.keeper_path, cgroups_));
    keeper_.emplace(std::move(link));
    return {};
  }

  [[nodiscard]] Result<ProcessResult> run(const RunSpec& spec) {
    REPRO_TRY(check_spec(spec));
    if (options_.stop != nullptr && options_.stop->level() > 0) {
      return fail(ErrorKind::internal, "a stop was requested before the run started", ECANCELED);
    }
    REPRO_TRY(prepare());
    if (spec.crash_hook) return run_watching_crashes(spec);
    return run_once(spec, nullptr);
  }

  [[nodiscard]] const UsableCgroups& cgroups() const { return cgroups_; }

 private:
  Result<ProcessResult> run_watching_crashes(const RunSpec& spec) {
    if (!crashes_) {
      REPRO_ASSIGN(CrashListener listener, CrashListener::create());
      crashes_.emplace(std::move(listener));
    }
    RunSpec prepared = spec;
    prepared.environment = crashes_->prepare(std::move(prepared.environment));
    return run_once(prepared, &*crashes_);
  }

  Result<ProcessResult> run_once(const RunSpec& spec, const CrashListener* crashes) {
    Run run(*keeper_, options_.stop, crashes, ++runs_, spec, scratch_);
    REPRO_TRY(run.start(null_input_.get()));
    Result<void> watched = run.watch();
    if (run.keeper_is_lost()) keeper_.reset();
    if (!watched) return Unexpected(std::move(watched).error());
    return run.take_result();
  }

  SupervisorOptions options_;
  UsableCgroups cgroups_;
  UniqueFd null_input_;
  std::optional<KeeperLink> keeper_;
  std::optional<CrashListener> crashes_;
  std::string scratch_;
  std::uint64_t runs_ = 0;
};

Supervisor::Supervisor(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Supervisor::~Supervisor() = default;

Result<std::unique_ptr<Supervisor>> Supervisor::create(SupervisorOptions options) {
  auto impl = std::make_unique<Impl>(std::move(options));
  REPRO_TRY(impl->prepare());
  return std::unique_ptr<Supervisor>(new Supervisor(std::move(impl)));
}

Result<ProcessResult> Supervisor::run(const RunSpec& spec) { return impl_->run(spec); }

MemoryLimitMethod Supervisor::memory_limit_method() const {
  if (impl_->cgroups().memory_base.empty()) return MemoryLimitMethod::sampling;
  return impl_->cgroups().memory_is_v2 ? MemoryLimitMethod::cgroup_v2 : MemoryLimitMethod::cgroup_v1;
}

}  // namespace repro::process
