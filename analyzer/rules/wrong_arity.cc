#include "analyzer/rules/wrong_arity.h"

#include <algorithm>
#include <optional>
#include <string>

#include "analyzer/infer/arity.h"
#include "analyzer/rules/core_extensions.h"
#include "analyzer/rules/describe.h"

namespace analyzer::rules {
namespace {

using infer::Arity;

std::string expected(const Arity& arity) {
  if (arity.maximum == Arity::kNoLimit) return std::to_string(arity.minimum) + "+";
  if (arity.minimum == arity.maximum) return std::to_string(arity.minimum);
  return std::to_string(arity.minimum) + ".." + std::to_string(arity.maximum);
}

std::string wrong_number(std::uint32_t given, const Arity& arity) {
  return "wrong number of arguments (given " + std::to_string(given) + ", expected " + expected(arity) + ")";
}

/// What is wrong with the keywords of a call whose keywords are all written out, or nothing.
std::optional<std::string> keyword_problem(const CallContext& call, const infer::FileUnit& unit,
                                           const infer::MethodDecl& method) {
  const bool is_open = (call.call.flags & (infer::kCallHasKeywordSplat | infer::kCallHasStringKeys)) != 0;
  const auto first = unit.parameter_keywords.begin() + method.keywords_begin;
  const auto last = first + method.keywords_count;
  const auto given_first = call.file.unit.keywords.begin() + call.call.keywords_begin;
  const auto given_last = given_first + call.call.keywords_count;
  for (auto parameter = first; parameter != last && !is_open; ++parameter) {
    const std::string_view name = unit.name(parameter->name);
    const bool is_given = std::any_of(given_first, given_last,
                                      [&](infer::NameId id) { return call.file.unit.name(id) == name; });
    if (parameter->required != 0 && !is_given) return "missing keyword: :" + std::string(name);
  }
  if ((method.flags & infer::kMethodKeywordRest) != 0) return std::nullopt;
  for (auto given = given_first; given != given_last; ++given) {
    const std::string_view name = call.file.unit.name(*given);
    const bool is_known = std::any_of(first, last, [&](const infer::KeywordParameter& parameter) {
      return unit.name(parameter.name) == name;
    });
    if (!is_known) return "unknown keyword: :" + std::string(name);
  }
  return std::nullopt;
}

std::optional<std::string> project_problem(const CallContext& call, const infer::FileUnit& unit,
                                           const infer::MethodDecl& method) {
  if ((method.flags & (infer::kMethodOpaque | infer::kMethodAnyArguments)) != 0) return std::nullopt;
  const Arity arity = infer::arity_of(method);
  const bool takes_keywords = method.keywords_count > 0 || (method.flags & infer::kMethodKeywordRest) != 0;
  std::uint32_t given = call.call.arguments_count;
  const bool has_hash = infer::has_hash_arguments(call.call);
  // `**hash` may be empty, and then nothing is handed over at all.
  const bool may_be_nothing =
      call.call.keywords_count == 0 && (call.call.flags & infer::kCallHasKeywordSplat) != 0;
  if (has_hash && !takes_keywords && !(may_be_nothing && arity.accepts(given))) ++given;
  if (!arity.accepts(given)) return wrong_number(given, arity);
  return takes_keywords ? keyword_problem(call, unit, method) : std::nullopt;
}

std::optional<std::string> signature_problem(const CallContext& call, const rbs::MethodEntry& method) {
  if (method.overloads.empty()) return std::nullopt;
  const bool has_hash = infer::has_hash_arguments(call.call);
  const std::uint32_t given = call.call.arguments_count;
  Arity widest{Arity::kNoLimit, 0};
  for (const rbs::MethodType& overload : method.overloads) {
    const Arity arity = infer::arity_of(overload);
    if (arity.accepts(given) || (has_hash && arity.accepts(given + 1))) return std::nullopt;
    widest.minimum = std::min(widest.minimum, arity.minimum);
    widest.maximum = std::max(widest.maximum, arity.maximum);
  }
  if (widest.accepts(given)) return std::nullopt;
  return wrong_number(given, widest);
}

std::optional<std::string> problem_with(const CallContext& call, const infer::Lookup& found) {
  if (found.status != infer::LookupStatus::found) return std::nullopt;
  if (found.signature != nullptr) {
    const infer::Project& project = call.file.project;
    const std::string_view name = call.file.unit.name(call.call.name);
    if (has_narrow_signature(project.node(found.owner).name, name)) return std::nullopt;
    return signature_problem(call, *found.signature);
  }
  if (found.project == nullptr) return std::nullopt;
  // Defined more than once: which one runs cannot be told, so the call must be wrong for each.
  std::optional<std::string> last;
  for (const infer::MethodRef ref : *found.project) {
    const infer::FileUnit& unit = *call.file.project.unit(ref.unit);
    last = project_problem(call, unit, unit.methods[ref.method]);
    if (!last) break;
  }
  return last;
}

/// `C.new` hands its arguments to C#initialize, unless the class answers `new` itself.
std::optional<std::string> constructor_problem(const CallContext& call, const infer::TypeAtom& atom) {
  const infer::Project& project = call.file.project;
  if (project.node(atom.class_id).is_module) return std::nullopt;
  const infer::Lookup& initialize =
      call.file.evaluator.find({atom.class_id, rbs::Side::instance, atom.is_exact}, "initialize");
  const bool is_inherited_default =
      initialize.status == infer::LookupStatus::found &&
      (project.node(initialize.owner).name == "BasicObject" || initialize.owner == project.core().object);
  // A native class whose signatures show no `initialize` may take anything.
  if (is_inherited_default) return std::nullopt;
  return problem_with(call, initialize);
}

std::optional<std::string> problem(const CallContext& call, const infer::TypeAtom& atom,
                                   std::string_view name) {
  const infer::Project& project = call.file.project;
  const infer::Lookup& found = call.file.evaluator.find(atom, name);
  const bool is_plain_new = atom.side == rbs::Side::singleton && name == "new" &&
                            found.status == infer::LookupStatus::found &&
                            found.owner == project.core().class_;
  const std::string_view runs = is_plain_new ? std::string_view("initialize") : name;
  const rbs::Side side = is_plain_new ? rbs::Side::instance : atom.side;
  const bool may_differ = !atom.is_exact && (project.node(atom.class_id).has_open_descendant ||
                                             project.is_overridden(atom.class_id, side, runs));
  if (may_differ) return std::nullopt;
  return is_plain_new ? constructor_problem(call, atom) : problem_with(call, found);
}

}  // namespace

void WrongArity::check_call(const CallContext& call, std::vector<Diagnostic>& diagnostics) const {
  if ((call.call.flags & (infer::kCallHasSplat | infer::kCallIsVariable)) != 0) return;
  const std::string_view name = call.file.unit.name(call.call.name);
  if (call.file.project.is_loose(name)) return;
  std::optional<std::string> first;
  for (const infer::TypeAtom& atom : call.receiver) {
    std::optional<std::string> one = problem(call, atom, name);
    if (!one) return;
    if (!first) first = std::move(one);
  }
  if (!first) return;
  diagnostics.push_back(
      at_call(call, id(),
              *first + " for '" + std::string(name) + "' of " + describe(call.file.project, call.receiver)));
}

}  // namespace analyzer::rules
