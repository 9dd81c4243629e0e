#include "analyzer/runtime/sharing.h"

#include <unordered_set>
#include <vector>

#include "analyzer/runtime/slot.h"

namespace analyzer::runtime {
namespace {

/// Walks an object graph once per object; cycles are legal in Ruby.
class Walk final : public ReferenceVisitor {
 public:
  void visit(Value value) override {
    if (value.is_object() && seen_.insert(value.slot()).second) pending_.push_back(value.slot());
  }

  [[nodiscard]] Slot* next() {
    if (pending_.empty()) return nullptr;
    Slot* slot = pending_.back();
    pending_.pop_back();
    return slot;
  }

  void into(const Slot& slot) {
    if (slot.type->visit_references != nullptr && slot.data != nullptr)
      slot.type->visit_references(slot.data, *this);
  }

 private:
  std::unordered_set<const Slot*> seen_;
  std::vector<Slot*> pending_;
};

}  // namespace

bool is_shareable(Value value) {
  Walk walk;
  walk.visit(value);
  while (const Slot* slot = walk.next()) {
    switch (slot->type->sharing) {
      case Sharing::always:
        break;  // a class is shareable although its constants may not be
      case Sharing::never:
        return false;
      case Sharing::when_deeply_frozen:
        if (!slot->frozen) return false;
        walk.into(*slot);
        break;
    }
  }
  return true;
}

std::optional<std::string> deep_freeze(Value value) {
  std::optional<std::string> obstacle;
  Walk walk;
  walk.visit(value);
  while (Slot* slot = walk.next()) {
    switch (slot->type->sharing) {
      case Sharing::always:
        break;
      case Sharing::never:
        obstacle = slot->type->name;
        break;
      case Sharing::when_deeply_frozen:
        slot->frozen = true;
        walk.into(*slot);
        break;
    }
  }
  return obstacle;
}

}  // namespace analyzer::runtime
