#include "analyzer/infer/unit_builder.h"

#include <algorithm>

namespace analyzer::infer {
namespace {

// A value that is deeper than this counts as unknown, so that evaluation, which is recursive, has a bounded
// stack. A chain of 60 calls is the longest in Ruby's library; generated code can have thousands of `+`.
constexpr std::uint32_t kMaxDepth = 200;

}  // namespace

UnitBuilder::UnitBuilder() {
  unit_.names.emplace_back();
  unit_.values.emplace_back();
  depths_.push_back(0);
  name_ids_.emplace(std::string_view(), 0);
}

NameId UnitBuilder::intern(std::string_view name) {
  const auto [found, is_new] = name_ids_.emplace(name, static_cast<NameId>(unit_.names.size()));
  if (is_new) unit_.names.emplace_back(name);
  return found->second;
}

ValueId UnitBuilder::add(Value value, std::uint32_t depth) {
  if (depth > kMaxDepth) return kUnknownValue;
  unit_.values.push_back(value);
  depths_.push_back(depth);
  return static_cast<ValueId>(unit_.values.size() - 1);
}

ValueId UnitBuilder::literal(std::string_view class_name) {
  return add({static_cast<std::uint32_t>(ValueKind::literal), intern(class_name), 0}, 0);
}

ValueId UnitBuilder::integer(bool is_known, std::int32_t number) {
  return add({static_cast<std::uint32_t>(ValueKind::integer), is_known ? 1U : 0U,
              static_cast<std::uint32_t>(is_known ? number : 0)},
             0);
}

ValueId UnitBuilder::constant(std::string_view path, ScopeId scope) {
  return add({static_cast<std::uint32_t>(ValueKind::constant), intern(path), scope}, 0);
}

ValueId UnitBuilder::join(ValueId a, ValueId b) {
  if (a == kUnknownValue || b == kUnknownValue) return kUnknownValue;
  if (a == b) return a;
  return add({static_cast<std::uint32_t>(ValueKind::join), a, b}, 1 + std::max(depths_[a], depths_[b]));
}

ValueId UnitBuilder::refine(ValueKind kind, ValueId of) {
  if (of == kUnknownValue) return kUnknownValue;
  return add({static_cast<std::uint32_t>(kind), of, 0}, 1 + depths_[of]);
}

ValueId UnitBuilder::refine_class(ValueKind kind, ValueId of, ValueId class_value) {
  if (class_value == kUnknownValue) return kUnknownValue;
  if (of == kUnknownValue && kind == ValueKind::is_not_a) return kUnknownValue;
  return add({static_cast<std::uint32_t>(kind), of, class_value},
             1 + std::max(depths_[of], depths_[class_value]));
}

ValueId UnitBuilder::call(const Call& call) {
  std::uint32_t depth = depths_[call.receiver];
  for (std::uint32_t i = 0; i < call.arguments_count; ++i) {
    depth = std::max(depth, depths_[unit_.arguments[call.arguments_begin + i]]);
  }
  unit_.calls.push_back(call);
  return add(
      {static_cast<std::uint32_t>(ValueKind::call), static_cast<std::uint32_t>(unit_.calls.size() - 1), 0},
      1 + depth);
}

}  // namespace analyzer::infer
