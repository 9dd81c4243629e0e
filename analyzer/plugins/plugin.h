#pragma once

// Rules that a project switches on in its configuration, and how they cross from the main thread to the
// workers.
//
// A plugin instance is never shared. What crosses is its Blueprint, a name and a frozen configuration; every
// worker materialises its own instance from it, once. What an instance learns across files crosses back as
// bytes, and the main thread merges the bytes of all workers in a fresh instance. So the same plugin works
// with threads, with isolates and in forked children.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/base/result.h"
#include "analyzer/infer/unit.h"
#include "analyzer/report/diagnostic.h"

namespace analyzer::plugins {

/// Shareable: two strings, never changed after the configuration was read.
struct Blueprint {
  std::string name;
  std::string configuration;  ///< JSON text of the plugin's object in `.analyzer.json`
};

class Plugin {
 public:
  Plugin() = default;
  Plugin(const Plugin&) = delete;
  Plugin& operator=(const Plugin&) = delete;
  virtual ~Plugin() = default;

  /// Called once, before any file, with the blueprint's configuration. An Error (what is wrong with it)
  /// disables the plugin for the whole check and is reported once, however many workers there are.
  [[nodiscard]] virtual Result<void> prepare(std::string_view configuration) = 0;
  /// Looks at one file, whose place among the paths is `index`, and adds what it finds to `diagnostics`.
  virtual void inspect(std::uint32_t index, const infer::FileUnit& unit,
                       std::vector<Diagnostic>& diagnostics) = 0;
  /// What this instance learned, for another instance's merge(). Empty for a plugin that looks at single
  /// files only.
  [[nodiscard]] virtual std::string state() const { return {}; }
  /// Adds the state of another instance. The order of calls must not matter.
  virtual void merge(std::string_view state) { static_cast<void>(state); }
  /// Called once after all merging: what only the whole project shows, by file.
  [[nodiscard]] virtual std::vector<FileDiagnostics> conclude() { return {}; }
};

/// A fresh instance of a bundled plugin, not yet prepared; null for an unknown name.
[[nodiscard]] std::unique_ptr<Plugin> materialise(std::string_view name);
/// Sorted, for messages.
[[nodiscard]] std::vector<std::string_view> bundled_plugins();

}  // namespace analyzer::plugins
