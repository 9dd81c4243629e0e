// The fork backend: copy-on-write children, results over pipes.
//
// The parent holds everything that is shared (signatures, paths, in the second pass the project), so a child
// starts with all of it for the price of its page tables. Which file a child takes next is decided by one
// counter in shared memory. A child sends each result as it has it; when its pipe closes without the closing
// message it has died, and what it had taken is worked out in the parent. So a crash of the analyzer on one
// file costs the files in flight, not the check: the parent may then die of the same file, and that is meant:
// a file that cannot be analysed must not pass unseen.

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <new>
#include <optional>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "analyzer/base/unique_fd.h"
#include "analyzer/pool/backend.h"
#include "analyzer/pool/messages.h"

namespace analyzer::pool {
namespace {

// Results of several files fit, so that a child seldom waits for the parent; refusal (a limit) does no harm.
constexpr int kPipeBytes = 1 << 20;
constexpr std::uint32_t kRun = 4;
// Pseudo index of the closing message.
constexpr std::uint32_t kReportIndex = 0xffffffff;

struct MessageHeader {
  std::uint32_t index = 0;
  std::uint32_t size = 0;
};

/// A counter that parent and children see.
class SharedCounter {
 public:
  SharedCounter()
      : memory_(::mmap(nullptr, sizeof(std::atomic<std::uint32_t>), PROT_READ | PROT_WRITE,
                       MAP_SHARED | MAP_ANONYMOUS, -1, 0)) {
    if (is_usable()) new (memory_) std::atomic<std::uint32_t>(0);
  }
  SharedCounter(const SharedCounter&) = delete;
  SharedCounter& operator=(const SharedCounter&) = delete;
  ~SharedCounter() {
    if (is_usable()) ::munmap(memory_, sizeof(std::atomic<std::uint32_t>));
  }
  [[nodiscard]] bool is_usable() const { return memory_ != MAP_FAILED; }
  [[nodiscard]] std::uint32_t take(std::uint32_t count) {
    return static_cast<std::atomic<std::uint32_t>*>(memory_)->fetch_add(count);
  }

 private:
  static_assert(std::atomic<std::uint32_t>::is_always_lock_free, "it is shared between processes");
  void* memory_;
};

/// False when the parent is gone.
bool send(int pipe, std::uint32_t index, std::string_view payload) {
  const MessageHeader header{index, static_cast<std::uint32_t>(payload.size())};
  std::string message(reinterpret_cast<const char*>(&header), sizeof(header));
  message += payload;
  std::string_view rest = message;
  while (!rest.empty()) {
    const ssize_t written = ::write(pipe, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

struct Child {
  pid_t pid = -1;
  UniqueFd pipe;
  std::string received;                  ///< bytes of a message that is not whole yet
  std::vector<std::uint32_t> delivered;  ///< files whose results came
  bool has_reported = false;
};

class ForkBackend : public Backend {
 public:
  ForkBackend(std::uint32_t workers, ForkFunction fork_process)
      : workers_(workers), fork_process_(std::move(fork_process)) {}

  PassResult read_all(const SessionInputs& inputs) override {
    PassResult result;
    result.units.resize(inputs.paths->size());
    run(
        inputs, result,
        [](WorkerSession& session, std::uint32_t index) { return encode_read_file(session.read(index)); },
        [&](std::uint32_t index, std::string_view payload) {
          std::optional<ReadFile> file = decode_read_file(payload);
          if (!file) return false;
          result.units[index] = *std::move(file);
          return true;
        });
    return result;
  }

  PassResult analyze_all(const SessionInputs& inputs) override {
    PassResult result;
    result.diagnostics.resize(inputs.paths->size());
    run(
        inputs, result,
        [](WorkerSession& session, std::uint32_t index) {
          return encode_diagnostics(session.analyze(index));
        },
        [&](std::uint32_t index, std::string_view payload) {
          std::optional<FileDiagnostics> file = decode_diagnostics(payload);
          if (!file) return false;
          result.diagnostics[index] = *std::move(file);
          return true;
        });
    return result;
  }

 private:
  template <class Work, class Accept>
  void run(const SessionInputs& inputs, PassResult& result, Work work, Accept accept) {
    const auto count = static_cast<std::uint32_t>(inputs.paths->size());
    SharedCounter next;
    std::vector<Child> children;
    if (next.is_usable()) children = start(inputs, next, count, work);
    const std::uint32_t wanted = std::min(workers_, (count + kRun - 1) / kRun);
    if (children.size() < wanted) {
      result.warnings.push_back("pool-degraded: only " + std::to_string(children.size()) + " of " +
                                std::to_string(wanted) + " workers could be forked");
    }
    std::vector<bool> done(count, false);
    const auto accept_once = [&](std::uint32_t index, std::string_view payload) {
      if (index < count && !done[index]) done[index] = accept(index, payload);
    };
    collect(children, result, accept_once);
    reap(children, result, done);
    finish(inputs, result, done, work, accept_once);
  }

  template <class Work>
  std::vector<Child> start(const SessionInputs& inputs, SharedCounter& next, std::uint32_t count, Work work) {
    std::vector<Child> children;
    const std::uint32_t wanted = std::min(workers_, (count + kRun - 1) / kRun);
    while (children.size() < wanted) {
      int ends[2];
      if (::pipe2(ends, O_CLOEXEC) != 0) break;
      UniqueFd read_end(ends[0]);
      UniqueFd write_end(ends[1]);
      ::fcntl(write_end.get(), F_SETPIPE_SZ, kPipeBytes);
      const pid_t parent = ::getpid();
      const pid_t pid = fork_process_();
      if (pid < 0) break;
      if (pid == 0) {
        // A child must not outlive the check; the second look closes the gap before prctl().
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (::getppid() != parent) ::_exit(1);
        children.clear();  // closes the read ends of elder siblings
        read_end.reset();
        ::_exit(child_main(inputs, next, count, work, write_end.get()));
      }
      children.push_back({pid, std::move(read_end), {}, {}, false});
    }
    return children;
  }

  template <class Work>
  static int child_main(const SessionInputs& inputs, SharedCounter& next, std::uint32_t count, Work work,
                        int pipe) {
    WorkerSession session(inputs);
    for (std::uint32_t begin = next.take(kRun); begin < count; begin = next.take(kRun)) {
      for (std::uint32_t index = begin; index < std::min(begin + kRun, count); ++index) {
        if (!send(pipe, index, work(session, index))) return 1;
      }
    }
    return send(pipe, kReportIndex, encode_report(session.drain())) ? 0 : 1;
  }

  /// Reads from all children until every pipe is closed.
  template <class Accept>
  static void collect(std::vector<Child>& children, PassResult& result, Accept accept) {
    std::string buffer(kPipeBytes, '\0');
    for (;;) {
      std::vector<pollfd> waiting;
      std::vector<Child*> of;
      for (Child& child : children) {
        if (!child.pipe.is_open()) continue;
        waiting.push_back({child.pipe.get(), POLLIN, 0});
        of.push_back(&child);
      }
      if (waiting.empty()) return;
      if (::poll(waiting.data(), waiting.size(), -1) < 0) continue;  // EINTR: nothing else can happen here
      for (std::size_t i = 0; i < waiting.size(); ++i) {
        if (waiting[i].revents == 0) continue;
        const ssize_t got = ::read(of[i]->pipe.get(), buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) {
          of[i]->pipe.reset();
          continue;
        }
        of[i]->received.append(buffer.data(), static_cast<std::size_t>(got));
        take_messages(*of[i], result, accept);
      }
    }
  }

  template <class Accept>
  static void take_messages(Child& child, PassResult& result, Accept accept) {
    std::size_t used = 0;
    while (child.received.size() - used >= sizeof(MessageHeader)) {
      MessageHeader header;
      std::memcpy(&header, child.received.data() + used, sizeof(header));
      if (child.received.size() - used - sizeof(header) < header.size) break;
      const std::string_view payload(child.received.data() + used + sizeof(header), header.size);
      if (header.index == kReportIndex) {
        if (std::optional<SessionReport> report = decode_report(payload)) {
          result.reports.push_back(*std::move(report));
          child.has_reported = true;
        }
      } else {
        accept(header.index, payload);
        child.delivered.push_back(header.index);
      }
      used += sizeof(header) + header.size;
    }
    child.received.erase(0, used);
  }

  /// A child that died before its closing message has lost its counters and what its plugins learned, so all
  /// of its files are worked out again, those that it delivered too.
  static void reap(std::vector<Child>& children, PassResult& result, std::vector<bool>& done) {
    for (Child& child : children) {
      int status = 0;
      while (::waitpid(child.pid, &status, 0) < 0 && errno == EINTR) {
      }
      if (child.has_reported) continue;
      const std::string how = WIFSIGNALED(status) ? "was killed by signal " + std::to_string(WTERMSIG(status))
                                                  : "exited with " + std::to_string(WEXITSTATUS(status));
      result.warnings.push_back("worker-died: a forked worker " + how +
                                "; its files were worked out again without it");
      for (const std::uint32_t index : child.delivered) {
        if (index < done.size()) done[index] = false;
      }
    }
  }

  /// Works out in this process what no living child delivered.
  template <class Work, class Accept>
  static void finish(const SessionInputs& inputs, PassResult& result, const std::vector<bool>& done,
                     Work work, Accept accept) {
    if (std::find(done.begin(), done.end(), false) == done.end()) return;
    WorkerSession session(inputs);
    for (std::uint32_t index = 0; index < done.size(); ++index) {
      if (!done[index]) accept(index, work(session, index));
    }
    result.reports.push_back(session.drain());
  }

  std::uint32_t workers_;
  ForkFunction fork_process_;
};

}  // namespace

std::unique_ptr<Backend> make_fork_backend(std::uint32_t workers, ForkFunction fork_process) {
  return std::make_unique<ForkBackend>(workers, std::move(fork_process));
}

}  // namespace analyzer::pool
