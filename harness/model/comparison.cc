#include "harness/model/comparison.h"

namespace repro {

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::fixed:
      return "fixed";
    case Verdict::better:
      return "better";
    case Verdict::traded:
      return "traded";
    case Verdict::changed:
      return "changed";
    case Verdict::worse:
      return "worse";
    case Verdict::no_evidence:
      break;
  }
  return "no evidence of change";
}

std::optional<Verdict> parse_verdict(std::string_view text) {
  if (text == "no-evidence") return Verdict::no_evidence;
  for (const Verdict verdict : kVerdicts) {
    if (to_string(verdict) == text) return verdict;
  }
  return std::nullopt;
}

std::string_view to_string(EvidenceRule rule) {
  switch (rule) {
    case EvidenceRule::fixed_sample:
      return "fixed";
    case EvidenceRule::sequential:
      break;
  }
  return "sequential";
}

}  // namespace repro
