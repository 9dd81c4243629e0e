#include "analyzer/runtime/runtime.h"

#include <algorithm>

#include "analyzer/runtime/sharing.h"
#include "analyzer/runtime/values.h"

namespace analyzer::runtime {
namespace {

Completion<Value> initialize_nothing(Isolate&, const Call& call) { return call.self; }

const ManagedClass* class_of(Value value, const ManagedClass& fallback) {
  if (value.is_object() && value.slot()->klass != nullptr) return value.slot()->klass;
  return &fallback;
}

std::string wrong_number(const CallInfo& info, const Method& method) {
  std::string expected = std::to_string(method.required);
  if (method.optional > 0) expected += ".." + std::to_string(method.required + method.optional);
  return "wrong number of arguments (given " + std::to_string(info.argument_count) + ", expected " +
         expected + ")";
}

/// What Ruby checks before it runs a body.
std::optional<std::string> binding_problem(const CallInfo& info, const Method& method,
                                           const SymbolTable& symbols) {
  if (info.argument_count < method.required || info.argument_count > method.required + method.optional) {
    return wrong_number(info, method);
  }
  if (method.takes_any_keyword) return std::nullopt;
  for (const SymbolId keyword : info.keywords()) {
    if (std::ranges::find(method.keywords, keyword) == method.keywords.end()) {
      return "unknown keyword: :" + std::string(symbols.name(keyword));
    }
  }
  return std::nullopt;
}

}  // namespace

Runtime::Runtime(HeapOptions options)
    : heap_(options, safepoint_, *this), call_infos_(heap_), initialize_(symbols_.intern("initialize")) {
  isolates_.push_back(std::make_unique<Isolate>(*this, Isolate::Role::main, 0));
  ManagedClass& object = classes_.emplace_back("Object", nullptr);
  object.define_method({.name = initialize_, .body = &initialize_nothing});
}

ManagedClass& Runtime::define_class(std::string name, const ManagedClass& superclass) {
  return classes_.emplace_back(std::move(name), &superclass);
}

Isolate& Runtime::create_worker() {
  const std::lock_guard lock(isolates_mutex_);
  const auto number = static_cast<std::uint32_t>(isolates_.size());
  return *isolates_.emplace_back(std::make_unique<Isolate>(*this, Isolate::Role::worker, number));
}

Completion<Value> Runtime::call(Isolate& isolate, Value receiver, SymbolId method,
                                const CallArguments& arguments) {
  const CallShape shape{
      .method = method,
      .flags = kCallOrdinary,
      .argument_count = static_cast<std::uint32_t>(arguments.values.size() - arguments.keywords.size()),
      .keywords = arguments.keywords};
  const CallInfo* info = call_infos_.lookup(isolate, shape);
  return dispatch(isolate, class_of(receiver, object_class()), receiver, *info, arguments.values);
}

Completion<Value> Runtime::call_super(Isolate& isolate, const CallArguments& arguments) {
  const Frame& frame = isolate.top_frame();
  const CallShape shape{
      .method = frame.method->name,
      .flags = kCallSuper,
      .argument_count = static_cast<std::uint32_t>(arguments.values.size() - arguments.keywords.size()),
      .keywords = arguments.keywords};
  const CallInfo* info = call_infos_.lookup(isolate, shape);
  return dispatch(isolate, frame.method->owner->superclass(), frame.self, *info, arguments.values);
}

Completion<Value> Runtime::dispatch(Isolate& isolate, const ManagedClass* start, Value receiver,
                                    const CallInfo& info, std::span<const Value> arguments) {
  const Method* method = start == nullptr ? nullptr : start->find_method(info.method);
  if (method == nullptr) {
    const std::string_view kind =
        info.flags == kCallSuper ? "super: no superclass method '" : "undefined method '";
    return ManagedError{Raised::no_method_error,
                        std::string(kind) + std::string(symbols_.name(info.method)) + "'"};
  }
  if (std::optional<std::string> problem = binding_problem(info, *method, symbols_)) {
    return ManagedError{Raised::argument_error, *std::move(problem)};
  }
  if (!isolate.push_frame({.method = method, .self = receiver, .info = &info})) {
    return ManagedError{Raised::stack_error, "stack level too deep"};
  }
  safepoint_.poll();
  Completion<Value> result = method->body(isolate, {.self = receiver, .arguments = arguments, .info = &info});
  isolate.pop_frame();
  return result;
}

Completion<Value> Runtime::construct(Isolate& isolate, ManagedClass& klass, const CallArguments& arguments) {
  LocalScope scope(isolate);
  const Value& object = scope.keep(make_object(isolate, klass));
  ANALYZER_COMPLETE([[maybe_unused]] const Value ignored, call(isolate, object, initialize_, arguments));
  return object;
}

Completion<Value> Runtime::read_constant(Isolate& isolate, const ManagedClass& klass, SymbolId name) {
  const auto found = klass.constants().find(name);
  const std::string path = klass.name() + "::" + std::string(symbols_.name(name));
  if (found == klass.constants().end()) {
    return ManagedError{Raised::name_error, "uninitialized constant " + path};
  }
  if (!isolate.is_main() && !is_shareable(found->second)) {
    return ManagedError{Raised::isolation_error,
                        "can not access non-shareable objects in constant " + path + " by non-main isolate"};
  }
  return found->second;
}

void Runtime::visit_roots(ReferenceVisitor& visitor) {
  for (const ManagedClass& klass : classes_) {
    for (const auto& [name, value] : klass.constants()) visitor.visit(value);
  }
  const std::lock_guard lock(isolates_mutex_);
  for (const std::unique_ptr<Isolate>& isolate : isolates_) isolate->visit_roots(visitor);
}

void Runtime::surrender_free_slots() {
  const std::lock_guard lock(isolates_mutex_);
  for (const std::unique_ptr<Isolate>& isolate : isolates_) isolate->drop_free_slots();
}

}  // namespace analyzer::runtime
