#include "harness/model/outcome.h"

namespace repro {
namespace {

template <class Counts>
auto& slot(Counts& counts, Outcome outcome) {
  switch (outcome) {
    case Outcome::infra:
      return counts.infra;
    case Outcome::crash:
      return counts.crash;
    case Outcome::hang:
      return counts.hang;
    case Outcome::fail:
      return counts.fail;
    case Outcome::ok:
      break;
  }
  return counts.ok;
}

}  // namespace

std::string_view to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::infra:
      return "infra";
    case Outcome::crash:
      return "crash";
    case Outcome::hang:
      return "hang";
    case Outcome::fail:
      return "fail";
    case Outcome::ok:
      return "ok";
  }
  return "ok";
}

std::optional<Outcome> parse_outcome(std::string_view text) {
  for (const Outcome outcome : kOutcomes) {
    if (to_string(outcome) == text) return outcome;
  }
  return std::nullopt;
}

std::uint64_t OutcomeCounts::of(Outcome outcome) const { return slot(*this, outcome); }

void OutcomeCounts::add(Outcome outcome, std::uint64_t times) { slot(*this, outcome) += times; }

}  // namespace repro
