#pragma once

// How the thread timing of an arm is treated, as it is asked for (`--schedule=pct:5`) and as it is stored.

#include <cstdint>
#include <string>
#include <string_view>

#include "harness/base/result.h"

namespace repro {

enum class ScheduleKind : std::uint8_t {
  os,      ///< left alone
  noise,   ///< a preloaded library delays threads at synchronisation calls
  random,  ///< controlled from here on: one thread at a time, a uniform choice at each point
  pct,     ///< random priorities with `depth` - 1 change points
  pos,     ///< random priorities of pending operations, redrawn where they race
  surw,    ///< uniform over the interleavings of one shared address
};

struct ScheduleSpec {
  ScheduleKind kind = ScheduleKind::os;
  std::uint32_t depth = 3;           ///< of pct
  std::uint32_t noise_percent = 25;  ///< most that noise takes of a thread's time
  // Pressure from outside; only with `os`, so that what a perturbation does is never mixed with another.
  std::uint32_t load = 0;      ///< busy threads of the harness beside the run
  std::uint32_t affinity = 0;  ///< processors that the run may use; 0: all

  /// Whether a scheduler of ours decides which thread runs.
  [[nodiscard]] bool is_controlled() const { return kind != ScheduleKind::os && kind != ScheduleKind::noise; }
  /// Whether a library must be preloaded into the subject.
  [[nodiscard]] bool needs_preload() const { return kind != ScheduleKind::os; }
  friend bool operator==(const ScheduleSpec&, const ScheduleSpec&) = default;
};

/// Reads `os`, `os+load:N`, `os+affinity:N`, `noise[:PERCENT]`, `random`, `pct[:DEPTH]`, `pos` and `surw`.
/// Errors: usage, with the choices, or the range of a number.
[[nodiscard]] Result<ScheduleSpec> parse_schedule(std::string_view text);

/// The text that parse_schedule reads back to the same: the name of the arm. Numbers that are the default are
/// left out, so that `pct` and `pct:3` are one arm.
[[nodiscard]] std::string to_string(const ScheduleSpec& spec);

/// The name of the kind alone: `pct`.
[[nodiscard]] std::string_view to_string(ScheduleKind kind);

}  // namespace repro
