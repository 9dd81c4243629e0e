#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/hot-reload-promise/heap.h"

namespace hot_reload {

/// Characters inside the cell. As large as a Promise, so that both come from the same free list of the
/// allocator.
class Text final : public Cell {
 public:
  explicit Text(std::string_view text) {
    std::copy_n(text.begin(), std::min(text.size(), characters_.size() - 1), characters_.begin());
  }
  [[nodiscard]] const char* c_str() const { return characters_.data(); }

 private:
  void visit_children(Marker&) const override {}
  std::array<char, 23> characters_{};
};

enum class PromiseState : std::uint8_t { pending, fulfilled, rejected };

class Promise final : public Cell {
 public:
  [[nodiscard]] PromiseState state() const { return state_; }
  [[nodiscard]] const Text* reason() const { return reason_; }
  void fulfill() { state_ = PromiseState::fulfilled; }
  void reject(Text* reason) {
    state_ = PromiseState::rejected;
    reason_ = reason;
  }

 private:
  void visit_children(Marker& marker) const override { marker.mark(reason_); }
  Text* reason_ = nullptr;
  PromiseState state_ = PromiseState::pending;
};
static_assert(sizeof(Text) <= 40 && sizeof(Promise) <= 40, "malloc serves both from its 40 byte list");

/// An evaluated module: the literals of its source.
class Module final : public Cell {
 public:
  void add(Text* literal) { literals_.push_back(literal); }
  [[nodiscard]] const Text* literal(std::size_t index) const { return literals_[index % literals_.size()]; }

 private:
  void visit_children(Marker& marker) const override {
    for (Text* literal : literals_) marker.mark(literal);
  }
  std::vector<Text*> literals_;
};

}  // namespace hot_reload
