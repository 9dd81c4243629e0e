#pragma once

#include <cstdint>
#include <deque>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/runtime/call_info.h"
#include "analyzer/runtime/completion.h"
#include "analyzer/runtime/heap.h"
#include "analyzer/runtime/isolate.h"
#include "analyzer/runtime/managed_class.h"
#include "analyzer/runtime/safepoint.h"
#include "analyzer/runtime/symbol_table.h"

namespace analyzer::runtime {

/// The arguments of a call that native code makes: positional ones, then one per keyword. Rooted by the
/// caller.
struct CallArguments {
  std::span<const Value> values;
  std::span<const SymbolId> keywords;
};

/// One managed program: heap, symbols, classes, call-info table, isolates. One per process in the analyzer;
/// tests make many. Classes, methods and constants are defined on the main isolate before the first worker is
/// created; after that they are read without locks.
class Runtime final : private RootSource {
 public:
  explicit Runtime(HeapOptions options);
  /// No isolate may be running.
  ~Runtime() = default;
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  [[nodiscard]] Heap& heap() { return heap_; }
  [[nodiscard]] Safepoint& safepoint() { return safepoint_; }
  [[nodiscard]] SymbolTable& symbols() { return symbols_; }
  [[nodiscard]] CallInfoTable& call_infos() { return call_infos_; }
  [[nodiscard]] SymbolId symbol(std::string_view name) { return symbols_.intern(name); }

  /// The root of the hierarchy; answers `initialize` without arguments.
  [[nodiscard]] ManagedClass& object_class() { return classes_.front(); }
  ManagedClass& define_class(std::string name, const ManagedClass& superclass);

  [[nodiscard]] Isolate& main() { return *isolates_.front(); }
  /// Owned by the runtime and alive as long as it. Any thread.
  Isolate& create_worker();

  /// `receiver.method(arguments)`. NoMethodError, ArgumentError, SystemStackError, or whatever the method
  /// raises.
  [[nodiscard]] Completion<Value> call(Isolate& isolate, Value receiver, SymbolId method,
                                       const CallArguments& arguments);
  /// `super(arguments)` from the innermost frame of the isolate.
  [[nodiscard]] Completion<Value> call_super(Isolate& isolate, const CallArguments& arguments);
  /// `klass.new(arguments)`.
  [[nodiscard]] Completion<Value> construct(Isolate& isolate, ManagedClass& klass,
                                            const CallArguments& arguments);

  /// The value of a constant. NameError when undefined; IsolationError when a worker reads one that is not
  /// shareable: the value belongs to the main isolate, which may be changing it.
  [[nodiscard]] Completion<Value> read_constant(Isolate& isolate, const ManagedClass& klass, SymbolId name);

 private:
  void visit_roots(ReferenceVisitor& visitor) override;
  void surrender_free_slots() override;
  Completion<Value> dispatch(Isolate& isolate, const ManagedClass* start, Value receiver,
                             const CallInfo& info, std::span<const Value> arguments);

  SymbolTable symbols_;
  Safepoint safepoint_;
  Heap heap_;
  CallInfoTable call_infos_;
  std::deque<ManagedClass> classes_;
  std::mutex isolates_mutex_;
  std::vector<std::unique_ptr<Isolate>> isolates_;
  SymbolId initialize_;
};

}  // namespace analyzer::runtime
