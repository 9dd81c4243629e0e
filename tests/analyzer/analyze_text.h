#pragma once

// Checks Ruby text as the tool would, without files: for tests of the rules and of the inference.

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analyzer/infer/lower.h"
#include "analyzer/infer/project.h"
#include "analyzer/pool/worker_session.h"
#include "analyzer/rbs/loader.h"
#include "analyzer/syntax/parser.h"

namespace analyzer::test {

/// The core signatures of the installed Ruby, read once.
inline std::shared_ptr<const rbs::Reflection> core_signatures() {
  static const std::shared_ptr<const rbs::Reflection> kReflection =
      rbs::load_directory(rbs::find_core_directory().value()).value();
  return kReflection;
}

struct SourceFile {
  std::string path;
  std::string text;
};

inline infer::UnitPtr unit_of(std::string_view text) {
  syntax::Parser parser;
  const Result<syntax::Ast> ast = parser.parse(text);
  return std::make_shared<const infer::FileUnit>(infer::lower(ast.value()));
}

/// `line: message [rule]` of every diagnostic of all files, in order; with several files `path:` stands
/// before.
inline std::vector<std::string> analyze(const std::vector<SourceFile>& files) {
  std::vector<std::string> paths;
  std::vector<infer::UnitPtr> units;
  for (const SourceFile& file : files) {
    paths.push_back(file.path);
    units.push_back(unit_of(file.text));
  }
  pool::SessionInputs inputs;
  inputs.paths = std::make_shared<const std::vector<std::string>>(paths);
  inputs.reflection = core_signatures();
  inputs.project = infer::Project::build(inputs.reflection, paths, std::move(units));
  pool::WorkerSession session(inputs);
  std::vector<std::string> found;
  for (std::uint32_t index = 0; index < files.size(); ++index) {
    for (const Diagnostic& at : session.analyze(index).diagnostics) {
      const std::string prefix = files.size() > 1 ? files[index].path + ":" : std::string();
      found.push_back(prefix + std::to_string(at.line) + ": " + at.message + " [" + at.rule + "]");
    }
  }
  return found;
}

inline std::vector<std::string> analyze(std::string_view text) {
  return analyze({{"test.rb", std::string(text)}});
}

}  // namespace analyzer::test
