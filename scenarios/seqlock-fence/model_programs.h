#pragma once

// The seqlock as programs of the model: one writer stores one document of two words, one reader makes one
// attempt.

#include <cstdint>

#include "scenarios/seqlock-fence/model.h"

namespace seqlock_fence {

enum class Ordering : std::uint8_t {
  fences,           ///< a release fence of the writer, an acquire fence of the reader
  no_writer_fence,  ///< the bug
  no_reader_fence,  ///< its mirror image
  ordered_words,  ///< no fences: the writer's stores release, the reader's loads acquire, as in shm-spinlock
};

[[nodiscard]] Program writer_program(Ordering ordering);
[[nodiscard]] Program reader_program(Ordering ordering);

/// Whether the reader takes the entry for whole although its words are of different documents.
[[nodiscard]] bool is_torn_and_believed(const Observation& seen);

}  // namespace seqlock_fence
