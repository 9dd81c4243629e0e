#include "analyzer/pool/backend.h"

namespace analyzer::pool {
namespace {

class SequentialBackend : public Backend {
 public:
  PassResult read_all(const SessionInputs& inputs) override {
    PassResult result;
    WorkerSession session(inputs);
    for (std::uint32_t index = 0; index < inputs.paths->size(); ++index)
      result.units.push_back(session.read(index));
    result.reports.push_back(session.drain());
    return result;
  }

  PassResult analyze_all(const SessionInputs& inputs) override {
    PassResult result;
    WorkerSession session(inputs);
    for (std::uint32_t index = 0; index < inputs.paths->size(); ++index) {
      result.diagnostics.push_back(session.analyze(index));
    }
    result.reports.push_back(session.drain());
    return result;
  }
};

}  // namespace

const char* backend_name(BackendKind kind) {
  switch (kind) {
    case BackendKind::sequential:
      return "sequential";
    case BackendKind::threads:
      return "threads";
    case BackendKind::isolates:
      return "isolates";
    case BackendKind::fork:
      return "fork";
  }
  return "";
}

std::unique_ptr<Backend> make_sequential_backend() { return std::make_unique<SequentialBackend>(); }

}  // namespace analyzer::pool
