#pragma once

// How the files of a check are divided among workers. Each backend runs the same sessions
// (pool/worker_session.h) and puts results at the index of their path, so that nothing downstream can tell
// which one ran.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <sys/types.h>
#include <unistd.h>

#include "analyzer/pool/worker_session.h"

namespace analyzer::pool {

enum class BackendKind { sequential, threads, isolates, fork };

/// The word of `--pool`.
[[nodiscard]] const char* backend_name(BackendKind kind);

struct PassResult {
  std::vector<ReadFile> units;               ///< first pass: one for each path
  std::vector<FileDiagnostics> diagnostics;  ///< second pass: one for each path, in order
  std::vector<SessionReport> reports;        ///< one for each session that lived to the end
  std::vector<std::string> warnings;         ///< `pool-degraded` and `worker-died`, ready to print
};

class Backend {
 public:
  Backend() = default;
  Backend(const Backend&) = delete;
  Backend& operator=(const Backend&) = delete;
  virtual ~Backend() = default;

  /// First pass over all paths of `inputs`. Never fails as a whole: a file that cannot be read says so in its
  /// place.
  [[nodiscard]] virtual PassResult read_all(const SessionInputs& inputs) = 0;
  /// Second pass over all paths; `inputs.project` is set.
  [[nodiscard]] virtual PassResult analyze_all(const SessionInputs& inputs) = 0;
};

/// `workers` is at least 1; a backend starts no more than there is work for.
[[nodiscard]] std::unique_ptr<Backend> make_sequential_backend();
[[nodiscard]] std::unique_ptr<Backend> make_threads_backend(std::uint32_t workers);
/// fork(2), or what a test puts in its place.
using ForkFunction = std::function<pid_t()>;
[[nodiscard]] std::unique_ptr<Backend> make_fork_backend(std::uint32_t workers,
                                                         ForkFunction fork_process = ::fork);

}  // namespace analyzer::pool
