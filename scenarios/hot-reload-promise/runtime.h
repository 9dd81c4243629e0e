#pragma once

#include <cstdint>
#include <string>

#include "scenarios/hot-reload-promise/cells.h"
#include "scenarios/hot-reload-promise/editor.h"
#include "scenarios/hot-reload-promise/module_loader.h"

namespace hot_reload {

/// How the promise of the last load is stored in the runtime's field.
enum class Store : std::uint8_t {
  bare,          ///< an assignment; only preload() protects, for as long as it waits
  setter,        ///< through set_pending(), which unprotects the old promise and protects the new one
  setter_twice,  ///< through set_pending(), but reload() still has its own unprotect from before there was a
                 ///< setter
};

/// Whether preload() protects the promise that it waits for, besides the field.
enum class LocalGuard : std::uint8_t { yes, no };

/// Counts what should never be so, and prints the first of its kind. Looks at counts only, never into a
/// promise.
class Invariants {
 public:
  explicit Invariants(bool is_checked) : is_checked_(is_checked) {}
  void expect(bool holds, const char* what, unsigned reloads);
  [[nodiscard]] unsigned violations() const { return violations_; }

 private:
  bool is_checked_;
  unsigned violations_ = 0;
};

/// A runtime for scripts with hot reload: loads a preload script and an entry module, then answers requests,
/// and loads the entry again whenever its file changes. All of it happens in tick(), on one thread.
class Runtime {
 public:
  Runtime(Heap& heap, ModuleLoader& loader, Editor& editor, Invariants& invariants, Store store,
          LocalGuard guard)
      : heap_(heap),
        loader_(loader),
        editor_(editor),
        invariants_(invariants),
        store_(store),
        guard_(guard) {}

  /// Loads the preload script and waits for it, by ticking.
  void preload();
  /// Loads the entry module.
  void start();
  void tick();
  /// Lets go of the last promise.
  void close();

  [[nodiscard]] unsigned reloads_settled() const { return reloads_settled_; }
  [[nodiscard]] unsigned errors_reported() const { return errors_reported_; }
  [[nodiscard]] unsigned answers() const { return answers_; }

 private:
  void store(Promise* promise);
  void set_pending(Promise* promise);
  void reload();
  void answer_request();
  void poll();
  void check_field();

  Heap& heap_;
  ModuleLoader& loader_;
  Editor& editor_;
  Invariants& invariants_;
  Store store_;
  LocalGuard guard_;

  /// The promise of the last load, as a plain pointer: the heap does not know of this field.
  Promise* pending_ = nullptr;
  const Promise* local_of_preload_ = nullptr;  ///< only compared: what preload() is waiting for
  const Promise* reported_ = nullptr;          ///< only compared
  bool is_entry_loading_ = false;
  bool is_reload_wanted_ = false;
  unsigned reloads_begun_ = 0;
  unsigned reloads_settled_ = 0;
  unsigned errors_reported_ = 0;
  unsigned answers_ = 0;
  unsigned answer_length_ = 0;
};

}  // namespace hot_reload
