#include "analyzer/rules/describe.h"

#include <utility>

namespace analyzer::rules {
namespace {

std::string describe_atom(const infer::Project& project, const infer::TypeAtom& atom) {
  const infer::ClassNode& node = project.node(atom.class_id);
  if (atom.side == rbs::Side::singleton) return (node.is_module ? "module " : "class ") + node.name;
  if (node.name == "NilClass") return "nil";
  if (node.name == "TrueClass") return "true";
  if (node.name == "FalseClass") return "false";
  return "an instance of " + node.name;
}

}  // namespace

std::string describe(const infer::Project& project, const infer::Type& type) {
  std::string text;
  for (const infer::TypeAtom& atom : type) {
    if (!text.empty()) text += " or ";
    text += describe_atom(project, atom);
  }
  return text;
}

Diagnostic at_call(const CallContext& call, std::string_view rule, std::string message) {
  const infer::Place& place = call.call.place;
  return {place.row + 1, place.column + 1, Severity::error, std::string(rule), std::move(message)};
}

}  // namespace analyzer::rules
