#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "scenarios/actor-runtime/actor.h"

namespace actor_task_loss {

using Document = std::vector<std::uint64_t>;

/// `words` words of which each depends on the one before, and their checksum at the end.
[[nodiscard]] Document make_document(std::uint64_t seed, std::size_t words);
/// The same with one bit turned.
[[nodiscard]] Document make_corrupt_document(std::uint64_t seed, std::size_t words);

/// The actor of this program: checks the documents that it is sent and adds their checksums up. A document
/// whose checksum is wrong is its crash.
class Ledger : public actor_runtime::Actor {
 public:
  using Actor::Actor;

 protected:
  void start() override { total_ = 0; }
  void serve(const Document& document) override;

 private:
  std::uint64_t total_ = 0;
};

}  // namespace actor_task_loss
