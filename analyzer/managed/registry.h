#pragma once

#include <memory>

#include "analyzer/managed/node_classes.h"
#include "analyzer/rbs/reflection.h"
#include "analyzer/runtime/runtime.h"

namespace analyzer::managed {

/// A worker's own built-in registry: every signature text of `signatures` read again inside the isolate, as
/// objects of the managed program, and linked from what those objects answer. Equal to `signatures` as long
/// as the runtime is sound. The isolate must be running. Whatever the managed program raises is passed on.
[[nodiscard]] runtime::Completion<std::shared_ptr<const rbs::Reflection>> build_registry(
    runtime::Isolate& isolate, const NodeClasses& classes, const rbs::Reflection& signatures);

}  // namespace analyzer::managed
