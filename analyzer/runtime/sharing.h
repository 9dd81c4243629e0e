#pragma once

#include <optional>
#include <string>

#include "analyzer/runtime/value.h"

namespace analyzer::runtime {

/// May several isolates hold this value? Immediates always; an object as its type says (Sharing), through
/// every reference. Not a safepoint, does not cache: an unshared object may only be asked about by its own
/// isolate.
[[nodiscard]] bool is_shareable(Value value);

/// Freezes the object and everything it refers to. What is of a type that is never shareable is left as it is
/// and named in the answer ("Proc"); nothing is answered when the whole became shareable.
std::optional<std::string> deep_freeze(Value value);

}  // namespace analyzer::runtime
