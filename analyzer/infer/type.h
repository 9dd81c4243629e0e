#pragma once

#include <array>
#include <cstdint>

#include "analyzer/infer/project.h"

namespace analyzer::infer {

/// An instance of a class, or the class object itself. `is_exact`: not of a subclass.
struct TypeAtom {
  ClassId class_id = kNoClass;
  rbs::Side side = rbs::Side::instance;
  bool is_exact = true;
  friend bool operator==(const TypeAtom&, const TypeAtom&) = default;
};

/// What a value may be: one of up to kMaxAtoms atoms, or unknown. More than that is unknown too: a rule
/// speaks only when every atom agrees, and nothing is true of seven classes at once.
class Type {
 public:
  static constexpr std::size_t kMaxAtoms = 6;

  [[nodiscard]] static Type unknown() { return {}; }
  [[nodiscard]] static Type of(TypeAtom atom) {
    Type type;
    type.atoms_[0] = atom;
    type.count_ = 1;
    return type;
  }
  [[nodiscard]] static Type integer(ClassId integer_class, std::int32_t number) {
    Type type = of({integer_class, rbs::Side::instance, true});
    type.has_number_ = true;
    type.number_ = number;
    return type;
  }

  [[nodiscard]] bool is_known() const { return count_ > 0; }
  [[nodiscard]] const TypeAtom* begin() const { return atoms_.data(); }
  [[nodiscard]] const TypeAtom* end() const { return atoms_.data() + count_; }
  [[nodiscard]] std::size_t size() const { return count_; }
  /// The one integer that it is, or null.
  [[nodiscard]] const std::int32_t* number() const { return has_number_ ? &number_ : nullptr; }

  /// Adds the possibilities of `other`; unknown if either is. An empty type must not be joined: start with
  /// `of`.
  void join(const Type& other) {
    if (!is_known() || !other.is_known()) {
      *this = unknown();
      return;
    }
    has_number_ = has_number_ && other.has_number_ && number_ == other.number_;
    for (const TypeAtom& atom : other) {
      if (contains(atom)) continue;
      if (count_ == kMaxAtoms) {
        *this = unknown();
        return;
      }
      atoms_[count_++] = atom;
    }
  }
  /// Keeps the atoms for which `keep` holds; unknown if none is left.
  template <class Keep>
  [[nodiscard]] Type filtered(Keep keep) const {
    Type left;
    for (const TypeAtom& atom : *this) {
      if (keep(atom)) left.atoms_[left.count_++] = atom;
    }
    left.has_number_ = has_number_ && left.count_ == count_;
    left.number_ = number_;
    return left;
  }

 private:
  [[nodiscard]] bool contains(const TypeAtom& atom) const {
    for (const TypeAtom& own : *this) {
      if (own == atom) return true;
    }
    return false;
  }

  std::array<TypeAtom, kMaxAtoms> atoms_{};
  std::uint8_t count_ = 0;
  bool has_number_ = false;
  std::int32_t number_ = 0;
};

}  // namespace analyzer::infer
