#include <algorithm>
#include <atomic>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "analyzer/pool/backend.h"

namespace analyzer::pool {
namespace {

/// Threads of this process, each with its own session. Files are handed out in small runs from one counter:
/// their sizes differ a thousandfold, so a fixed division would leave a thread without work.
class ThreadsBackend : public Backend {
 public:
  explicit ThreadsBackend(std::uint32_t workers) : workers_(workers) {}

  PassResult read_all(const SessionInputs& inputs) override {
    PassResult result;
    result.units.resize(inputs.paths->size());
    run(inputs, result,
        [&](WorkerSession& session, std::uint32_t index) { result.units[index] = session.read(index); });
    return result;
  }

  PassResult analyze_all(const SessionInputs& inputs) override {
    PassResult result;
    result.diagnostics.resize(inputs.paths->size());
    run(inputs, result, [&](WorkerSession& session, std::uint32_t index) {
      result.diagnostics[index] = session.analyze(index);
    });
    return result;
  }

 private:
  // Small enough to keep all threads busy to the end, large enough that the counter is not fought over.
  static constexpr std::uint32_t kRun = 4;

  /// Calls `work` once for each index, every index from one thread only. The calling thread is one of the
  /// workers, so the check goes on even if no other thread can be started.
  template <class Work>
  void run(const SessionInputs& inputs, PassResult& result, Work work) {
    const auto count = static_cast<std::uint32_t>(inputs.paths->size());
    std::atomic<std::uint32_t> next{0};
    std::mutex reports_mutex;
    const auto worker = [&] {
      WorkerSession session(inputs);
      for (std::uint32_t begin = next.fetch_add(kRun); begin < count; begin = next.fetch_add(kRun)) {
        for (std::uint32_t index = begin; index < std::min(begin + kRun, count); ++index)
          work(session, index);
      }
      SessionReport report = session.drain();
      const std::lock_guard<std::mutex> lock(reports_mutex);
      result.reports.push_back(std::move(report));
    };
    std::vector<std::jthread> threads;
    for (std::uint32_t i = 1; i < std::min(workers_, (count + kRun - 1) / kRun); ++i) {
      try {
        threads.emplace_back(worker);
      } catch (const std::system_error& error) {
        result.warnings.push_back("pool-degraded: only " + std::to_string(threads.size() + 1) +
                                  " threads could be started: " + error.what());
        break;
      }
    }
    worker();
  }

  std::uint32_t workers_;
};

}  // namespace

std::unique_ptr<Backend> make_threads_backend(std::uint32_t workers) {
  return std::make_unique<ThreadsBackend>(workers);
}

}  // namespace analyzer::pool
