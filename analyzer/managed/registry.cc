#include "analyzer/managed/registry.h"

#include <deque>
#include <string>
#include <vector>

#include "analyzer/managed/signature_export.h"
#include "analyzer/managed/signature_loader.h"

namespace analyzer::managed {

using runtime::Completion;
using runtime::LocalScope;
using runtime::Value;

Completion<std::shared_ptr<const rbs::Reflection>> build_registry(runtime::Isolate& isolate,
                                                                  const NodeClasses& classes,
                                                                  const rbs::Reflection& signatures) {
  std::vector<rbs::File> files;
  std::deque<std::string> texts;
  SignatureLoader loader(isolate, classes);
  SignatureExport reader(isolate, classes, texts);
  for (const std::string& source : signatures.sources()) {
    LocalScope scope(isolate);
    ANALYZER_COMPLETE(const Value tree, loader.load("core/" + std::to_string(files.size()), source));
    ANALYZER_COMPLETE(rbs::File file, reader.read(scope.keep(tree)));
    files.push_back(std::move(file));
  }
  return rbs::Reflection::link(std::move(files), std::move(texts));
}

}  // namespace analyzer::managed
