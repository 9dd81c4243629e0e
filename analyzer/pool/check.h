#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "analyzer/pool/backend.h"
#include "analyzer/pool/isolates.h"

namespace analyzer::pool {

struct CheckRequest {
  std::vector<std::string> paths;  ///< files, in the order of the output
  std::shared_ptr<const rbs::Reflection> reflection;
  std::shared_ptr<cache::Store> store;  ///< null with --no-cache
  std::vector<plugins::Blueprint> blueprints;
  BackendKind backend = BackendKind::sequential;
  std::uint32_t workers = 0;  ///< 0: sequential, whatever the backend
  ForkFunction fork_process = ::fork;
  IsolateRuntime runtime = IsolateRuntime::safepoint;
};

struct CheckResult {
  std::vector<std::string> paths;
  std::vector<FileDiagnostics> files;  ///< one for each path, in order
  std::vector<std::string>
      warnings;  ///< about the check itself: `pool-degraded`, `plugin-error`, `worker-died`
  cache::Counters cache;
  std::uint64_t calls = 0;  ///< calls with a receiver that could be followed

  [[nodiscard]] std::size_t diagnostic_count() const;
  [[nodiscard]] std::map<std::string, std::uint64_t> by_rule() const;
};

/// Runs a whole check: reads all files, links them, analyses them. Never fails as a whole.
[[nodiscard]] CheckResult check(const CheckRequest& request);

/// The backend that will run, and a `pool-degraded` warning where it is not the one that was asked for.
[[nodiscard]] std::unique_ptr<Backend> choose_backend(const CheckRequest& request,
                                                      std::vector<std::string>& warnings);

}  // namespace analyzer::pool
