#pragma once

#include <cstdint>
#include <vector>

namespace actor_runtime {

class StopReply;

/// What actors are sent: a document to work on, or the order to stop.
struct Message {
  std::vector<std::uint64_t> document;
  /// Set: stop, and answer here. Belongs to whoever waits for the answer.
  StopReply* stop = nullptr;
};

}  // namespace actor_runtime
