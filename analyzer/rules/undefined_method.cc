#include "analyzer/rules/undefined_method.h"

#include <algorithm>

#include "analyzer/rules/core_extensions.h"
#include "analyzer/rules/describe.h"

namespace analyzer::rules {
namespace {

bool certainly_lacks(const CallContext& call, const infer::TypeAtom& atom, std::string_view name) {
  const infer::Project& project = call.file.project;
  const infer::ClassNode& node = project.node(atom.class_id);
  if (node.signatures != nullptr && project.sees_foreign_code(call.file.index)) return false;
  if (call.file.evaluator.find(atom, name).status != infer::LookupStatus::missing) return false;
  if (is_core_extension(project, atom, name)) return false;
  if (atom.is_exact) return true;
  // A subclass may have it. Of a class of the project there may be subclasses elsewhere.
  return node.signatures != nullptr && !node.has_open_descendant &&
         !project.is_overridden(atom.class_id, atom.side, name);
}

}  // namespace

void UndefinedMethod::check_call(const CallContext& call, std::vector<Diagnostic>& diagnostics) const {
  if ((call.call.flags & infer::kCallIsImplicit) != 0) return;
  const std::string_view name = call.file.unit.name(call.call.name);
  if (call.file.project.is_loose(name)) return;
  const bool is_missing =
      std::all_of(call.receiver.begin(), call.receiver.end(),
                  [&](const infer::TypeAtom& atom) { return certainly_lacks(call, atom, name); });
  if (!is_missing) return;
  diagnostics.push_back(at_call(
      call, id(),
      "undefined method '" + std::string(name) + "' for " + describe(call.file.project, call.receiver)));
}

}  // namespace analyzer::rules
