#include "analyzer/pool/worker_session.h"

#include <algorithm>
#include <exception>
#include <tuple>
#include <utility>

#include "analyzer/base/digest.h"
#include "analyzer/base/files.h"
#include "analyzer/infer/lower.h"
#include "analyzer/rules/internal_error.h"

namespace analyzer::pool {

WorkerSession::WorkerSession(SessionInputs inputs) : inputs_(std::move(inputs)) {
  if (inputs_.project == nullptr) return;
  evaluator_ = std::make_unique<infer::Evaluator>(*inputs_.project);
  rules_ = rules::make_rules();
  prepare_plugins();
}

void WorkerSession::prepare_plugins() {
  for (const plugins::Blueprint& blueprint : inputs_.blueprints) {
    std::unique_ptr<plugins::Plugin> plugin = plugins::materialise(blueprint.name);
    Result<void> prepared = plugin == nullptr
                                ? Result<void>(fail(ErrorKind::usage, "there is no such plugin"))
                                : plugin->prepare(blueprint.configuration);
    if (!prepared) {
      report_.plugin_errors.push_back({blueprint.name, prepared.error().message});
      plugin = nullptr;
    }
    plugins_.push_back(std::move(plugin));
  }
}

ReadFile WorkerSession::read(std::uint32_t index) {
  try {
    return read_or_throw((*inputs_.paths)[index]);
  } catch (const std::exception& exception) {
    return {nullptr, exception.what()};
  }
}

ReadFile WorkerSession::read_or_throw(const std::string& path) {
  Result<std::string> text = read_file(path);
  if (!text) return {nullptr, text.error().message};
  Digest key;
  if (inputs_.store != nullptr) {
    key = digest_of(*text);
    if (infer::UnitPtr unit = inputs_.store->load(key, report_.cache)) return {std::move(unit), {}};
  }
  Result<syntax::Ast> ast = parser_.parse(*text);
  if (!ast) return {nullptr, ast.error().message};
  infer::UnitPtr unit = std::make_shared<const infer::FileUnit>(infer::lower(*ast));
  if (inputs_.store != nullptr) inputs_.store->save(key, unit, report_.cache);
  return {std::move(unit), {}};
}

FileDiagnostics WorkerSession::analyze(std::uint32_t index) {
  FileDiagnostics found{index, {}};
  const infer::FileUnit* unit = inputs_.project->unit(index);
  if (unit == nullptr) return found;  // why it could not be read was said in the first pass
  try {
    analyze_unit(index, *unit, found.diagnostics);
  } catch (const std::exception& exception) {
    found.diagnostics = {rules::internal_error(exception.what())};
  }
  std::stable_sort(found.diagnostics.begin(), found.diagnostics.end(),
                   [](const Diagnostic& a, const Diagnostic& b) {
                     return std::tie(a.line, a.column, a.rule) < std::tie(b.line, b.column, b.rule);
                   });
  return found;
}

void WorkerSession::analyze_unit(std::uint32_t index, const infer::FileUnit& unit,
                                 std::vector<Diagnostic>& diagnostics) {
  const rules::FileContext file{*inputs_.project, *evaluator_, unit, index};
  for (const auto& rule : rules_) rule->check_file(file, diagnostics);
  for (const infer::Call& call : unit.calls) {
    const infer::Type receiver = evaluator_->type_of(index, call.receiver);
    if (!receiver.is_known()) continue;
    for (const auto& rule : rules_) rule->check_call({file, call, receiver}, diagnostics);
  }
  for (const auto& plugin : plugins_) {
    if (plugin != nullptr) plugin->inspect(index, unit, diagnostics);
  }
}

SessionReport WorkerSession::drain() {
  for (const auto& plugin : plugins_) {
    report_.plugin_states.push_back(plugin == nullptr ? std::string() : plugin->state());
  }
  return std::exchange(report_, {});
}

}  // namespace analyzer::pool
