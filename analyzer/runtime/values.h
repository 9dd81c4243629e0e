#pragma once

// The value types of the managed program that live on the heap. Every one is typed data with its own visit
// and free functions. All constructors are safepoints: their Value arguments must be rooted by the caller,
// and the result must be kept before the next safepoint.

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analyzer/runtime/completion.h"
#include "analyzer/runtime/isolate.h"
#include "analyzer/runtime/slot.h"

namespace analyzer::runtime {

extern const DataType kStringType;
extern const DataType kFloatType;
extern const DataType kArrayType;
extern const DataType kHashType;
extern const DataType kRangeType;
extern const DataType kObjectType;
extern const DataType kClassType;
extern const DataType kProcType;

/// Every heap value type, for the audit that none was forgotten when sharing was thought about.
[[nodiscard]] std::span<const DataType* const> heap_value_types();

using HashPairs = std::vector<std::pair<Value, Value>>;

/// A block with the locals it captured; belongs to the isolate that made it.
struct ProcData {
  Completion<Value> (*body)(Isolate&, std::span<const Value> captured) = nullptr;
  std::vector<Value> captured;
};

[[nodiscard]] Value make_string(Isolate& isolate, std::string_view text);
[[nodiscard]] Value make_float(Isolate& isolate, double number);
[[nodiscard]] Value make_array(Isolate& isolate);
[[nodiscard]] Value make_hash(Isolate& isolate);
[[nodiscard]] Value make_range(Isolate& isolate, Value first, Value last);
[[nodiscard]] Value make_proc(Isolate& isolate, ProcData data);
/// An instance with every field nil; `initialize` is not called (see Runtime::construct).
[[nodiscard]] Value make_object(Isolate& isolate, ManagedClass& klass);
[[nodiscard]] Value make_class_reference(Isolate& isolate, ManagedClass& klass);

[[nodiscard]] bool is_a(Value value, const DataType& type);

// Readers: the value must be of that type (an invariant of native code).
[[nodiscard]] const std::string& string_of(Value value);
[[nodiscard]] double float_of(Value value);
[[nodiscard]] const std::vector<Value>& array_of(Value value);
[[nodiscard]] const HashPairs& hash_of(Value value);
[[nodiscard]] const std::pair<Value, Value>& range_of(Value value);
[[nodiscard]] const ProcData& proc_of(Value value);
[[nodiscard]] Value field_of(Value object, std::size_t field);
/// The value stored under a symbol or an equal string key; nil when absent.
[[nodiscard]] Value hash_fetch(Value hash, Value key);

// Writers: FrozenError when the object is frozen. Not safepoints.
[[nodiscard]] Completion<Value> array_push(Value array, Value element);
[[nodiscard]] Completion<Value> hash_store(Value hash, Value key, Value value);
[[nodiscard]] Completion<Value> string_append(Value string, std::string_view text);
[[nodiscard]] Completion<Value> set_field(Value object, std::size_t field, Value value);

}  // namespace analyzer::runtime
