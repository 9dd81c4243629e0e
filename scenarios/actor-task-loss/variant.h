#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "scenarios/actor-runtime/runtime.h"

namespace actor_task_loss {

struct Variant {
  std::string_view name;
  actor_runtime::WakePolicy policy;
};

[[nodiscard]] std::span<const Variant> all_variants();
[[nodiscard]] std::optional<Variant> find_variant(std::string_view name);

}  // namespace actor_task_loss
