#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "scenarios/hot-reload-promise/cells.h"

namespace hot_reload {

/// When a module counts as loaded.
enum class TopLevelAwait : std::uint8_t {
  none,
  first_reload,  ///< it waits until the runtime has begun a reload
};

/// Loads modules: a thread of its own cuts the source into tokens, then the module is evaluated and its
/// promise settled on the thread of the heap, in finish_loads().
///
/// load() returns a fresh promise. The loader refers to it while the load is under way. The moment it
/// settles, the loader lets go: the registry holds modules, not promises. From then on it is alive only if
/// whoever asked for it sees to that.
class ModuleLoader final : public RootOwner {
 public:
  explicit ModuleLoader(Heap& heap);
  ModuleLoader(const ModuleLoader&) = delete;
  ModuleLoader& operator=(const ModuleLoader&) = delete;
  ~ModuleLoader() override;

  Promise* load(std::string source, TopLevelAwait await);
  /// Settles what the other thread has finished. `has_reloaded` ends the top-level await.
  void finish_loads(bool has_reloaded);
  /// The module that was evaluated last; null before the first.
  [[nodiscard]] const Module* current() const { return current_; }

 private:
  struct Load {
    Promise* promise = nullptr;
    TopLevelAwait await = TopLevelAwait::none;
    std::string source;
    std::vector<std::string> tokens;
  };

  void visit_roots(Marker& marker) const override;
  void tokenize_all();
  void evaluate(const Load& load);

  Heap& heap_;
  std::vector<Promise*> in_flight_;
  Module* current_ = nullptr;
  std::deque<Load> evaluating_;  ///< tokenized; perhaps waiting at their top level

  std::mutex mutex_;
  std::condition_variable has_work_;
  std::deque<Load> requested_;  // guarded by mutex_
  std::deque<Load> tokenized_;  // guarded by mutex_
  bool is_closing_ = false;     // guarded by mutex_
  std::thread tokenizer_;
};

}  // namespace hot_reload
