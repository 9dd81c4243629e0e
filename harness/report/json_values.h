#pragma once

#include <optional>

#include <nlohmann/json.hpp>

namespace repro::report {

/// The value, or null where there is none: no data is not 0.
template <class T>
nlohmann::ordered_json or_null(const std::optional<T>& value) {
  return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json();
}

}  // namespace repro::report
