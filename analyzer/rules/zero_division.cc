#include "analyzer/rules/zero_division.h"

#include <algorithm>
#include <array>

#include "analyzer/rules/describe.h"

namespace analyzer::rules {
namespace {

constexpr std::array<std::string_view, 5> kDivisions = {"/", "%", "div", "modulo", "divmod"};

}  // namespace

void ZeroDivision::check_call(const CallContext& call, std::vector<Diagnostic>& diagnostics) const {
  const infer::Project& project = call.file.project;
  const std::string_view name = call.file.unit.name(call.call.name);
  if (call.call.arguments_count != 1 || (call.call.flags & infer::kCallHasSplat) != 0) return;
  if (std::find(kDivisions.begin(), kDivisions.end(), name) == kDivisions.end()) return;
  const bool is_integer =
      std::all_of(call.receiver.begin(), call.receiver.end(), [&](const infer::TypeAtom& atom) {
        return atom.side == rbs::Side::instance && atom.class_id == project.core().integer;
      });
  if (!is_integer) return;
  // A project that defines the operator on Integer again decides itself what division by zero is.
  for (const infer::TypeAtom& atom : call.receiver) {
    if (call.file.evaluator.find(atom, name).signature == nullptr) return;
  }
  const infer::ValueId divisor = call.file.unit.arguments[call.call.arguments_begin];
  const infer::Type type = call.file.evaluator.type_of(call.file.index, divisor);
  if (type.number() == nullptr || *type.number() != 0) return;
  diagnostics.push_back(at_call(call, id(), "integer division by zero: the divisor is always 0"));
}

}  // namespace analyzer::rules
