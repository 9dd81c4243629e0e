#include "harness/model/triage.h"

namespace repro {

std::string_view to_string(RateChange change) {
  switch (change) {
    case RateChange::appeared:
      return "new";
    case RateChange::gone:
      return "gone";
    case RateChange::more:
      return "more";
    case RateChange::less:
      return "less";
    case RateChange::none:
      return "no evidence of change";
  }
  return "";
}

}  // namespace repro
