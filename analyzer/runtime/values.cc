#include "analyzer/runtime/values.h"

#include <memory>

#include "analyzer/base/result.h"
#include "analyzer/runtime/heap.h"
#include "analyzer/runtime/managed_class.h"
#include "analyzer/runtime/runtime.h"

namespace analyzer::runtime {
namespace {

using Range = std::pair<Value, Value>;
using Fields = std::vector<Value>;

template <class T>
void delete_as(void* data) {
  delete static_cast<T*>(data);  // NOLINT(*-owning-memory): the slot owned it
}

void visit_values(const void* data, ReferenceVisitor& visitor) {
  for (const Value value : *static_cast<const std::vector<Value>*>(data)) visitor.visit(value);
}

void visit_pairs(const void* data, ReferenceVisitor& visitor) {
  for (const auto& [key, value] : *static_cast<const HashPairs*>(data)) {
    visitor.visit(key);
    visitor.visit(value);
  }
}

void visit_range(const void* data, ReferenceVisitor& visitor) {
  const auto& range = *static_cast<const Range*>(data);
  visitor.visit(range.first);
  visitor.visit(range.second);
}

void visit_captured(const void* data, ReferenceVisitor& visitor) {
  for (const Value value : static_cast<const ProcData*>(data)->captured) visitor.visit(value);
}

void visit_constants(const void* data, ReferenceVisitor& visitor) {
  for (const auto& [name, value] : static_cast<const ManagedClass*>(data)->constants()) visitor.visit(value);
}

/// The slot first: its data must not exist, unowned, while the allocation collects or fails.
template <class T, class... Arguments>
Value make(Isolate& isolate, const DataType& type, ManagedClass* klass, Arguments&&... arguments) {
  Slot* slot = isolate.runtime().heap().allocate(isolate, type, klass);
  slot->data = std::make_unique<T>(std::forward<Arguments>(arguments)...).release();
  return Value::object(slot);
}

template <class T>
T& data_of(Value value, const DataType& type) {
  ANALYZER_CHECK(is_a(value, type));
  return *static_cast<T*>(value.slot()->data);
}

template <class T>
Completion<T*> writable(Value value, const DataType& type) {
  T& data = data_of<T>(value, type);
  if (value.slot()->frozen) {
    return ManagedError{Raised::frozen_error, "can't modify frozen " + std::string(type.name)};
  }
  return &data;
}

bool same_key(Value a, Value b) {
  if (a == b) return true;
  return is_a(a, kStringType) && is_a(b, kStringType) && string_of(a) == string_of(b);
}

}  // namespace

const DataType kStringType{
    .name = "String", .sharing = Sharing::when_deeply_frozen, .free = &delete_as<std::string>};
const DataType kFloatType{.name = "Float", .sharing = Sharing::always, .free = &delete_as<double>};
const DataType kArrayType{.name = "Array",
                          .sharing = Sharing::when_deeply_frozen,
                          .visit_references = &visit_values,
                          .free = &delete_as<std::vector<Value>>};
const DataType kHashType{.name = "Hash",
                         .sharing = Sharing::when_deeply_frozen,
                         .visit_references = &visit_pairs,
                         .free = &delete_as<HashPairs>};
const DataType kRangeType{.name = "Range",
                          .sharing = Sharing::when_deeply_frozen,
                          .visit_references = &visit_range,
                          .free = &delete_as<Range>};
const DataType kObjectType{.name = "Object",
                           .sharing = Sharing::when_deeply_frozen,
                           .visit_references = &visit_values,
                           .free = &delete_as<Fields>};
// The class itself belongs to the Runtime; the slot only names it.
const DataType kClassType{.name = "Class", .sharing = Sharing::always, .visit_references = &visit_constants};
const DataType kProcType{.name = "Proc",
                         .sharing = Sharing::never,
                         .visit_references = &visit_captured,
                         .free = &delete_as<ProcData>};

std::span<const DataType* const> heap_value_types() {
  static constexpr std::array kTypes{&kStringType, &kFloatType,  &kArrayType, &kHashType,
                                     &kRangeType,  &kObjectType, &kClassType, &kProcType};
  return kTypes;
}

Value make_string(Isolate& isolate, std::string_view text) {
  return make<std::string>(isolate, kStringType, nullptr, text);
}
Value make_float(Isolate& isolate, double number) {
  return make<double>(isolate, kFloatType, nullptr, number);
}
Value make_array(Isolate& isolate) { return make<std::vector<Value>>(isolate, kArrayType, nullptr); }
Value make_hash(Isolate& isolate) { return make<HashPairs>(isolate, kHashType, nullptr); }
Value make_range(Isolate& isolate, Value first, Value last) {
  return make<Range>(isolate, kRangeType, nullptr, first, last);
}
Value make_proc(Isolate& isolate, ProcData data) {
  return make<ProcData>(isolate, kProcType, nullptr, std::move(data));
}
Value make_object(Isolate& isolate, ManagedClass& klass) {
  return make<Fields>(isolate, kObjectType, &klass, klass.field_count());
}
Value make_class_reference(Isolate& isolate, ManagedClass& klass) {
  Slot* slot = isolate.runtime().heap().allocate(isolate, kClassType, nullptr);
  slot->data = &klass;
  return Value::object(slot);
}

bool is_a(Value value, const DataType& type) { return value.is_object() && value.slot()->type == &type; }

const std::string& string_of(Value value) { return data_of<std::string>(value, kStringType); }
double float_of(Value value) { return data_of<double>(value, kFloatType); }
const std::vector<Value>& array_of(Value value) { return data_of<std::vector<Value>>(value, kArrayType); }
const HashPairs& hash_of(Value value) { return data_of<HashPairs>(value, kHashType); }
const std::pair<Value, Value>& range_of(Value value) { return data_of<Range>(value, kRangeType); }
const ProcData& proc_of(Value value) { return data_of<ProcData>(value, kProcType); }
Value field_of(Value object, std::size_t field) { return data_of<Fields>(object, kObjectType)[field]; }

Value hash_fetch(Value hash, Value key) {
  for (const auto& [candidate, value] : hash_of(hash)) {
    if (same_key(candidate, key)) return value;
  }
  return {};
}

Completion<Value> array_push(Value array, Value element) {
  ANALYZER_COMPLETE(std::vector<Value> * elements, writable<std::vector<Value>>(array, kArrayType));
  elements->push_back(element);
  return array;
}

Completion<Value> hash_store(Value hash, Value key, Value value) {
  ANALYZER_COMPLETE(HashPairs * pairs, writable<HashPairs>(hash, kHashType));
  for (auto& [candidate, stored] : *pairs) {
    if (same_key(candidate, key)) {
      stored = value;
      return value;
    }
  }
  pairs->emplace_back(key, value);
  return value;
}

Completion<Value> string_append(Value string, std::string_view text) {
  ANALYZER_COMPLETE(std::string * bytes, writable<std::string>(string, kStringType));
  bytes->append(text);
  return string;
}

Completion<Value> set_field(Value object, std::size_t field, Value value) {
  ANALYZER_COMPLETE(Fields * fields, writable<Fields>(object, kObjectType));
  (*fields)[field] = value;
  return value;
}

}  // namespace analyzer::runtime
