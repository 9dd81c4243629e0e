#pragma once

// All signatures, merged and frozen: what the analyzer knows about Ruby's core classes.
//
// Built once (rbs/loader.h), then read by any number of threads without a lock; nothing in it changes after
// build(). Per-worker memoisation of look-ups is in infer/cache_layer.h.

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "analyzer/rbs/ast.h"
#include "analyzer/rbs/parser.h"

namespace analyzer::rbs {

/// A method of one class, merged from all its declarations. `context` is the class whose nesting its type
/// names use.
struct MethodEntry {
  std::vector<MethodType> overloads;
  Visibility visibility = Visibility::public_;
  std::string_view context;
};

struct MixinEntry {
  MixinKind kind = MixinKind::include;
  std::string name;  ///< full name; empty when no signature declares it
};

struct ClassEntry {
  std::string name;
  DeclKind kind = DeclKind::class_;
  std::string superclass;  ///< full name; empty for modules and for the root
  std::vector<MixinEntry> mixins;
  std::unordered_map<std::string_view, MethodEntry> instance;
  std::unordered_map<std::string_view, MethodEntry> singleton;

  [[nodiscard]] const std::unordered_map<std::string_view, MethodEntry>& methods(Side side) const {
    return side == Side::instance ? instance : singleton;
  }
};

struct ReflectionCounts {
  std::size_t files = 0;
  std::size_t classes = 0;
  std::size_t methods = 0;
  Skips skips;
};

class Reflection {
 public:
  /// Takes the texts of signature files. Names are resolved once all are read, so their order does not
  /// matter.
  [[nodiscard]] static std::shared_ptr<const Reflection> build(std::vector<std::string> sources,
                                                               LocationSink* locations = nullptr);

  /// As build(), from files that another reader has read; their names view `texts`.
  [[nodiscard]] static std::shared_ptr<const Reflection> link(std::vector<File> files,
                                                              std::deque<std::string> texts);

  Reflection(const Reflection&) = delete;
  Reflection& operator=(const Reflection&) = delete;
  ~Reflection() = default;

  /// The class, module or interface of that full name, or null.
  [[nodiscard]] const ClassEntry* find(std::string_view full_name) const;
  /// The class that `name` means inside `context` (innermost nesting first), or null.
  [[nodiscard]] const ClassEntry* resolve(std::string_view name, std::string_view context) const;
  /// The type that an alias stands for, or null.
  [[nodiscard]] const Type* alias(std::string_view name, std::string_view context) const;
  /// The type of a constant of that full name, or null.
  [[nodiscard]] const Type* constant(std::string_view full_name) const;
  /// In the order of their first declaration.
  [[nodiscard]] const std::vector<std::unique_ptr<ClassEntry>>& classes() const { return classes_; }
  [[nodiscard]] const ReflectionCounts& counts() const { return counts_; }
  /// The texts that build() took, in their order; none after link().
  [[nodiscard]] const std::vector<std::string>& sources() const { return sources_; }

 private:
  Reflection() = default;
  void merge_files();
  void merge(const Declaration& decl);
  void apply_aliases(const Declaration& decl);
  void resolve_names();

  std::vector<std::string> sources_;  // never changed after build(): everything below views them
  std::deque<std::string> texts_;     // likewise, for link()
  std::vector<File> files_;
  std::vector<std::unique_ptr<ClassEntry>> classes_;
  std::unordered_map<std::string_view, ClassEntry*> by_name_;
  std::unordered_map<std::string_view, const Type*> aliases_;
  std::unordered_map<std::string_view, const Type*> constants_;
  ReflectionCounts counts_;
};

/// Calls `visit` with `context::name`, then with each outer nesting, then with `name` itself, until it
/// returns true.
template <class Visit>
bool for_each_nesting(std::string_view name, std::string_view context, Visit visit) {
  std::string full;
  for (;;) {
    if (context.empty()) return visit(name);
    full.assign(context);
    full += "::";
    full += name;
    if (visit(std::string_view(full))) return true;
    const std::size_t cut = context.rfind("::");
    context = cut == std::string_view::npos ? std::string_view() : context.substr(0, cut);
  }
}

}  // namespace analyzer::rbs
