#pragma once

#include <string_view>

#include "analyzer/rbs/ast.h"

namespace analyzer::rbs {

/// Hears the source range of every declaration, member, method type and type, as the parser leaves it. RBS
/// keeps such a location for each node; this reader needs none itself, so the caller decides whether and
/// where they live.
class LocationSink {
 public:
  LocationSink() = default;
  LocationSink(const LocationSink&) = delete;
  LocationSink& operator=(const LocationSink&) = delete;
  virtual ~LocationSink() = default;
  /// Bytes [begin, end) of the text being parsed. Called on the thread that parses.
  virtual void on_location(std::uint32_t begin, std::uint32_t end) = 0;
};

/// Reads one signature file. Never fails as a whole: a member that cannot be read is skipped up to the next
/// one and counted in File::skips. `source` must outlive the result; `locations` may be null.
[[nodiscard]] File parse(std::string_view source, LocationSink* locations = nullptr);

}  // namespace analyzer::rbs
