#pragma once

// The isolates backend: the Ractor model. Kernel threads that share one managed heap, and may touch only
// shareable objects of it, each with its own session.
//
// Unlike a thread, an isolate shares no environment: each reads the configuration from a constant, builds the
// built-in registry from the signature texts inside the managed program, and links its own Project. That
// start is what the scenarios watch: four isolates at once parse signatures, allocate location objects, call
// `super` and collect. The analysis of files after it is native code and leaves the managed program alone.

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "analyzer/pool/backend.h"

namespace analyzer::pool {

/// Which runtime the isolates get: the sound one, or one of its historical states
/// (scenarios/ractor-pool-uaf/README.md).
enum class IsolateRuntime {
  safepoint,  ///< the sweep is part of the pause; constants are shareable
  pre_fix,    ///< the sweep runs beside the other isolates
  prewarm,    ///< as pre_fix, and the main isolate builds a registry first, so that the call-info table is
              ///< filled
  unshared_constants,  ///< sound, but the configuration is a constant that nobody made shareable
};

/// The word of `--runtime`, and back; nothing for an unknown word.
[[nodiscard]] std::string_view runtime_name(IsolateRuntime runtime);
[[nodiscard]] std::optional<IsolateRuntime> parse_runtime(std::string_view word);

/// `workers` is at least 1. Falls back to the sequential backend, with a `pool-degraded` warning, when not
/// even one thread can be started.
[[nodiscard]] std::unique_ptr<Backend> make_isolates_backend(std::uint32_t workers, IsolateRuntime runtime);

}  // namespace analyzer::pool
