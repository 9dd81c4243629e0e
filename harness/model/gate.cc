#include "harness/model/gate.h"

namespace repro {

std::string_view to_string(GateVerdict verdict) {
  switch (verdict) {
    case GateVerdict::passed:
      return "passed";
    case GateVerdict::failed:
      return "failed";
    case GateVerdict::inconclusive:
      break;
  }
  return "inconclusive";
}

std::string_view to_string(GateRule rule) {
  switch (rule) {
    case GateRule::fixed_sample:
      return "fixed";
    case GateRule::sequential:
      return "sequential";
    case GateRule::counted:
      break;
  }
  return "counted";
}

}  // namespace repro
