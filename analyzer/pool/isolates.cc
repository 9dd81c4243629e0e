#include "analyzer/pool/isolates.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "analyzer/managed/configuration.h"
#include "analyzer/managed/node_classes.h"
#include "analyzer/managed/registry.h"
#include "analyzer/rules/internal_error.h"

namespace analyzer::pool {
namespace {

using managed::ConstantState;
using runtime::Completion;
using runtime::Isolate;
using runtime::ManagedError;

constexpr std::array kRuntimes{
    std::pair{IsolateRuntime::safepoint, std::string_view("safepoint")},
    std::pair{IsolateRuntime::pre_fix, std::string_view("pre-fix")},
    std::pair{IsolateRuntime::prewarm, std::string_view("prewarm")},
    std::pair{IsolateRuntime::unshared_constants, std::string_view("unshared-constants")}};

runtime::HeapOptions heap_options(IsolateRuntime runtime) {
  switch (runtime) {
    case IsolateRuntime::safepoint:
    case IsolateRuntime::unshared_constants:
      return {.sweep = runtime::Sweep::stopped};
    case IsolateRuntime::pre_fix:
    case IsolateRuntime::prewarm:
      return {.sweep = runtime::Sweep::lazy};
  }
  return {};
}

std::string text_of(const ManagedError& error) {
  return std::string(to_string(error.kind)) + ": " + error.message;
}

class IsolatesBackend : public Backend {
 public:
  IsolatesBackend(std::uint32_t workers, IsolateRuntime runtime)
      : workers_(workers),
        mode_(runtime),
        runtime_(heap_options(runtime)),
        node_classes_(runtime_),
        analyzer_class_(runtime_.define_class("Analyzer", runtime_.object_class())) {}

  PassResult read_all(const SessionInputs& inputs) override {
    PassResult result;
    result.units.resize(inputs.paths->size());
    publish(inputs);
    if (!run(inputs, result, [&](Worker& worker, std::uint32_t index) {
          result.units[index] =
              worker.session ? worker.session->read(index) : ReadFile{nullptr, worker.failure};
        })) {
      return degraded(make_sequential_backend()->read_all(inputs));
    }
    return result;
  }

  PassResult analyze_all(const SessionInputs& inputs) override {
    PassResult result;
    result.diagnostics.resize(inputs.paths->size());
    publish(inputs);
    if (mode_ == IsolateRuntime::prewarm) prewarm(inputs);
    if (!run(inputs, result, [&](Worker& worker, std::uint32_t index) {
          result.diagnostics[index] = worker.session
                                          ? worker.session->analyze(index)
                                          : FileDiagnostics{index, {rules::internal_error(worker.failure)}};
        })) {
      return degraded(make_sequential_backend()->analyze_all(inputs));
    }
    return result;
  }

 private:
  /// A worker whose start raised has no session and fails every file it takes.
  struct Worker {
    std::unique_ptr<WorkerSession> session;
    std::string failure;
  };

  // As in the threads backend.
  static constexpr std::uint32_t kRun = 4;

  static PassResult degraded(PassResult result) {
    result.warnings.emplace_back("pool-degraded: no isolate could be started; ran sequentially");
    return result;
  }

  void publish(const SessionInputs& inputs) {
    const runtime::Running running(runtime_.main());
    managed::publish_configuration(
        runtime_, analyzer_class_, {*inputs.paths, inputs.blueprints},
        mode_ == IsolateRuntime::unshared_constants ? ConstantState::as_made : ConstantState::deeply_frozen);
  }

  /// Everything that a worker's start will look up, looked up once before. What it raises a worker would
  /// raise too.
  void prewarm(const SessionInputs& inputs) {
    const runtime::Running running(runtime_.main());
    (void)managed::build_registry(runtime_.main(), node_classes_, *inputs.reflection);
  }

  Completion<SessionInputs> own_inputs(Isolate& isolate, const SessionInputs& shared) {
    const runtime::Running running(isolate);
    ANALYZER_COMPLETE(managed::Configuration configuration,
                      managed::read_configuration(isolate, analyzer_class_));
    SessionInputs own;
    own.paths = std::make_shared<const std::vector<std::string>>(std::move(configuration.paths));
    own.blueprints = std::move(configuration.blueprints);
    own.store = shared.store;
    own.reflection = shared.reflection;
    if (shared.project == nullptr) return own;
    ANALYZER_COMPLETE(own.reflection, managed::build_registry(isolate, node_classes_, *shared.reflection));
    const runtime::Blocking native(isolate);
    own.project = infer::Project::build(own.reflection, *own.paths, shared.project->units());
    return own;
  }

  Worker start(const SessionInputs& shared) {
    Completion<SessionInputs> inputs = own_inputs(runtime_.create_worker(), shared);
    Worker worker;
    if (inputs) {
      worker.session = std::make_unique<WorkerSession>(*std::move(inputs));
    } else {
      worker.failure = text_of(inputs.error());
    }
    return worker;
  }

  /// Calls `work` once for each index, every index from one isolate only. False, and nothing done, when no
  /// thread starts.
  template <class Work>
  bool run(const SessionInputs& inputs, PassResult& result, Work work) {
    const auto count = static_cast<std::uint32_t>(inputs.paths->size());
    std::atomic<std::uint32_t> next{0};
    std::mutex reports_mutex;
    const auto body = [&] {
      Worker worker = start(inputs);
      for (std::uint32_t begin = next.fetch_add(kRun); begin < count; begin = next.fetch_add(kRun)) {
        for (std::uint32_t index = begin; index < std::min(begin + kRun, count); ++index) work(worker, index);
      }
      if (worker.session == nullptr) return;
      SessionReport report = worker.session->drain();
      const std::lock_guard lock(reports_mutex);
      result.reports.push_back(std::move(report));
    };
    std::vector<std::jthread> threads;
    for (std::uint32_t i = 0; i < workers_; ++i) {
      try {
        threads.emplace_back(body);
      } catch (const std::system_error& error) {
        if (threads.empty()) return false;
        result.warnings.push_back("pool-degraded: only " + std::to_string(threads.size()) +
                                  " isolates could be started: " + error.what());
        break;
      }
    }
    return true;
  }

  std::uint32_t workers_;
  IsolateRuntime mode_;
  runtime::Runtime runtime_;
  managed::NodeClasses node_classes_;
  runtime::ManagedClass& analyzer_class_;
};

}  // namespace

std::string_view runtime_name(IsolateRuntime runtime) {
  const auto found =
      std::ranges::find(kRuntimes, runtime, &std::pair<IsolateRuntime, std::string_view>::first);
  return found->second;
}

std::optional<IsolateRuntime> parse_runtime(std::string_view word) {
  const auto found = std::ranges::find(kRuntimes, word, &std::pair<IsolateRuntime, std::string_view>::second);
  if (found == kRuntimes.end()) return std::nullopt;
  return found->first;
}

std::unique_ptr<Backend> make_isolates_backend(std::uint32_t workers, IsolateRuntime runtime) {
  return std::make_unique<IsolatesBackend>(workers, runtime);
}

}  // namespace analyzer::pool
