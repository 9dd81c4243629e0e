#include "harness/model/schedule.h"

#include <array>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "harness/base/check.h"
#include "harness/base/text.h"

namespace repro {
namespace {

constexpr std::array<ScheduleKind, 6> kKinds{ScheduleKind::os,  ScheduleKind::noise, ScheduleKind::random,
                                             ScheduleKind::pct, ScheduleKind::pos,   ScheduleKind::surw};
constexpr std::string_view kChoices =
    "os, os+load:N, os+affinity:N, noise[:PERCENT], random, pct[:DEPTH], pos or surw";
/// More change points than a bug has ever been seen to need (SCTBench: five) only make a schedule random.
constexpr std::uint32_t kMostDepth = 64;
constexpr std::uint32_t kMostLoad = 1024;
constexpr std::uint32_t kMostProcessors = 1024;
constexpr std::uint32_t kMostNoise = 90;

std::optional<ScheduleKind> parse_kind(std::string_view name) {
  for (const ScheduleKind kind : kKinds) {
    if (to_string(kind) == name) return kind;
  }
  return std::nullopt;
}

Unexpected unknown(std::string_view text) {
  std::vector<std::string> names;
  names.reserve(kKinds.size());
  for (const ScheduleKind kind : kKinds) names.emplace_back(to_string(kind));
  return fail(ErrorKind::usage, fmt::format("there is no schedule '{}'{}; the schedules are {}",
                                            printable(text), suggestion(text, names), kChoices));
}

/// The number behind the colon of `what`, from 1 to `most`.
Result<std::uint32_t> read_number(std::string_view what, std::string_view text, std::uint32_t most) {
  const Result<std::uint64_t> number = parse_unsigned(text);
  if (!number || *number == 0 || *number > most) {
    return fail(ErrorKind::usage, fmt::format("'{}' is not a number for {}: 1 to {} are possible",
                                              printable(text), what, most));
  }
  return static_cast<std::uint32_t>(*number);
}

Result<ScheduleSpec> read_pressure(std::string_view text, std::string_view pressure) {
  ScheduleSpec spec;
  const std::size_t colon = pressure.find(':');
  const std::string_view name = pressure.substr(0, colon);
  const std::string_view number = colon == std::string_view::npos ? "" : pressure.substr(colon + 1);
  if (name == "load") {
    REPRO_ASSIGN(spec.load, read_number("os+load", number, kMostLoad));
  } else if (name == "affinity") {
    REPRO_ASSIGN(spec.affinity, read_number("os+affinity", number, kMostProcessors));
  } else {
    return unknown(text);
  }
  return spec;
}

}  // namespace

std::string_view to_string(ScheduleKind kind) {
  switch (kind) {
    case ScheduleKind::os:
      return "os";
    case ScheduleKind::noise:
      return "noise";
    case ScheduleKind::random:
      return "random";
    case ScheduleKind::pct:
      return "pct";
    case ScheduleKind::pos:
      return "pos";
    case ScheduleKind::surw:
      return "surw";
  }
  REPRO_CHECK(false);
  return {};
}

Result<ScheduleSpec> parse_schedule(std::string_view text) {
  constexpr std::string_view kPressure = "os+";
  if (text.starts_with(kPressure)) return read_pressure(text, text.substr(kPressure.size()));
  if (text == "replay") {
    return fail(ErrorKind::usage, "'replay' follows one recorded run; use: repro replay FILE RUN");
  }
  const std::size_t colon = text.find(':');
  const std::optional<ScheduleKind> kind = parse_kind(text.substr(0, colon));
  if (!kind) return unknown(text);
  ScheduleSpec spec;
  spec.kind = *kind;
  if (colon == std::string_view::npos) return spec;
  const std::string_view number = text.substr(colon + 1);
  if (spec.kind == ScheduleKind::pct) {
    REPRO_ASSIGN(spec.depth, read_number("pct", number, kMostDepth));
  } else if (spec.kind == ScheduleKind::noise) {
    REPRO_ASSIGN(spec.noise_percent, read_number("noise", number, kMostNoise));
  } else {
    return fail(ErrorKind::usage, fmt::format("schedule '{}' takes no number", text.substr(0, colon)));
  }
  return spec;
}

std::string to_string(const ScheduleSpec& spec) {
  const ScheduleSpec usual;
  if (spec.load != 0) return fmt::format("os+load:{}", spec.load);
  if (spec.affinity != 0) return fmt::format("os+affinity:{}", spec.affinity);
  if (spec.kind == ScheduleKind::pct && spec.depth != usual.depth) return fmt::format("pct:{}", spec.depth);
  if (spec.kind == ScheduleKind::noise && spec.noise_percent != usual.noise_percent) {
    return fmt::format("noise:{}", spec.noise_percent);
  }
  return std::string(to_string(spec.kind));
}

}  // namespace repro
