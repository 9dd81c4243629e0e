#pragma once

#include <cstdint>

namespace analyzer::runtime {

struct Slot;

/// Number of an interned name; see SymbolTable.
enum class SymbolId : std::uint32_t {};

/// One managed value in a machine word: nil, true, false, a 62-bit integer and a symbol are immediates,
/// everything else is a pointer to a heap slot. Copying is free and says nothing about ownership: a Value
/// that must live across an allocation has to be kept in a LocalScope.
class Value {
 public:
  constexpr Value() = default;  ///< nil
  static constexpr Value boolean(bool truth) { return Value(truth ? kTrue : kFalse); }
  static constexpr Value integer(std::int64_t number) {
    return Value((static_cast<std::uint64_t>(number) << kTagBits) | kIntegerTag);
  }
  static constexpr Value symbol(SymbolId id) {
    return Value((static_cast<std::uint64_t>(id) << kTagBits) | kSymbolTag);
  }
  static Value object(Slot* slot) {
    return Value(reinterpret_cast<std::uint64_t>(slot));  // NOLINT(*-reinterpret-cast): a tagged word
  }

  [[nodiscard]] constexpr bool is_nil() const { return bits_ == kNil; }
  [[nodiscard]] constexpr bool is_boolean() const { return bits_ == kTrue || bits_ == kFalse; }
  [[nodiscard]] constexpr bool is_integer() const { return (bits_ & kTagMask) == kIntegerTag; }
  [[nodiscard]] constexpr bool is_symbol() const { return (bits_ & kTagMask) == kSymbolTag; }
  [[nodiscard]] constexpr bool is_object() const {
    return bits_ != kNil && (bits_ & kTagMask) == kPointerTag;
  }
  [[nodiscard]] constexpr bool truthy() const { return bits_ != kNil && bits_ != kFalse; }

  /// Each of these is meaningful only when the matching question above answers yes.
  [[nodiscard]] constexpr std::int64_t as_integer() const {
    return static_cast<std::int64_t>(bits_) >> kTagBits;
  }
  [[nodiscard]] constexpr SymbolId as_symbol() const { return static_cast<SymbolId>(bits_ >> kTagBits); }
  [[nodiscard]] Slot* slot() const {
    return reinterpret_cast<Slot*>(bits_);  // NOLINT(*-reinterpret-cast, *-int-to-ptr): a tagged word
  }

  friend constexpr bool operator==(Value, Value) = default;

 private:
  // Slots are 8-byte aligned, so a pointer's two low bits are zero.
  static constexpr int kTagBits = 2;
  static constexpr std::uint64_t kTagMask = 3;
  static constexpr std::uint64_t kPointerTag = 0;
  static constexpr std::uint64_t kIntegerTag = 1;
  static constexpr std::uint64_t kSymbolTag = 2;
  static constexpr std::uint64_t kNil = 0;
  static constexpr std::uint64_t kFalse = 3;
  static constexpr std::uint64_t kTrue = 7;

  constexpr explicit Value(std::uint64_t bits) : bits_(bits) {}

  std::uint64_t bits_ = kNil;
};

}  // namespace analyzer::runtime
