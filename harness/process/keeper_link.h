#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "harness/base/result.h"
#include "harness/base/unique_fd.h"
#include "harness/process/cgroup_discovery.h"
#include "harness/process/keeper/protocol.h"
#include "harness/process/runner.h"

namespace repro::process {

/// What the keeper said.
struct KeeperMessage {
  keeper::Reply reply;
  std::vector<pid_t> pids;  ///< of a `tree`
};

/// The file that a process executes, by device and inode, which survive the file's removal.
struct ExecutableId {
  dev_t device = 0;
  ino_t inode = 0;
  friend bool operator==(const ExecutableId&, const ExecutableId&) = default;
};

/// The harness's end of the line to one keeper. One thread.
class KeeperLink {
 public:
  /// Starts a keeper and hears its greeting. Errors: environment.
  [[nodiscard]] static Result<KeeperLink> start(const std::string& keeper_path, const UsableCgroups& cgroups);

  KeeperLink(KeeperLink&&) noexcept = default;
  KeeperLink& operator=(KeeperLink&&) = delete;
  /// Hangs up, which makes the keeper kill what it has and end, and reaps it. Waits for seconds at most.
  ~KeeperLink();

  /// For poll(2): readable when a message is there or the keeper is gone.
  [[nodiscard]] int fd() const { return socket_.get(); }

  /// Asks for a run. `streams` become its standard input, output and error. False when the keeper is gone.
  [[nodiscard]] bool send_spawn(std::uint64_t run, const RunSpec& spec, const std::array<int, 3>& streams);
  /// Sends a command without payload. A keeper that the subject has stopped (SIGSTOP) is woken first. False
  /// when it is gone.
  [[nodiscard]] bool send_command(keeper::CommandKind kind, std::uint64_t run);
  /// The next message; nothing when the keeper is gone. Blocks until it is complete.
  [[nodiscard]] std::optional<KeeperMessage> receive();

  /// For a keeper that died or does not answer: kills and reaps it, and then kills and reaps its tree, which
  /// the kernel has handed to the harness. Other keepers and processes in the harness's own session stay.
  void bury();

 private:
  KeeperLink(UniqueFd socket, pid_t pid, UniqueFd pidfd, UsableCgroups cgroups)
      : socket_(std::move(socket)), pidfd_(std::move(pidfd)), pid_(pid), cgroups_(std::move(cgroups)) {}

  void reap(int timeout_ms);

  UniqueFd socket_;
  UniqueFd pidfd_;  ///< open until the keeper was reaped
  pid_t pid_ = 0;
  std::optional<ExecutableId> keeper_file_;
  UsableCgroups cgroups_;
};

/// The bytes that describe `spec` to the keeper: SpawnHeader and strings. Pure.
[[nodiscard]] std::string encode_spawn(const RunSpec& spec);

/// The files that the command may be: argv[0] itself when it has a '/', else one for each folder of the PATH
/// in `spec.environment` (execvp's default when it has none). Pure.
[[nodiscard]] std::vector<std::string> candidate_paths(const RunSpec& spec);

}  // namespace repro::process
