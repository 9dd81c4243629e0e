#include "scenarios/unwrap-in-loop/interpreter.h"

#include <stdexcept>
#include <utility>

namespace unwrap_in_loop {
namespace {

enum class Type : std::uint8_t { number, some, none };

struct Value {
  Type type = Type::none;
  std::int64_t number = 0;  ///< of a Some: its payload
};

class Machine {
 public:
  explicit Machine(const Function& function) : function_(function), values_(function.value_names.size()) {}

  std::optional<std::int64_t> run() {
    const Block* block = &function_.blocks.front();
    while (true) {
      for (const Instruction& instruction : block->instructions) {
        if (!execute(instruction)) return std::nullopt;
      }
      const End& end = block->end;
      switch (end.kind) {
        case EndKind::jump:
          block = &follow(end.first);
          break;
        case EndKind::nonzero:
          block = &follow(number(end.value) != 0 ? end.first : end.second);
          break;
        case EndKind::is_some:
          block = &follow(option(end.value).type == Type::some ? end.first : end.second);
          break;
        case EndKind::give:
          return number(end.value);
        case EndKind::panic:
          return std::nullopt;
      }
    }
  }

 private:
  Value& at(ValueId id) { return values_[static_cast<std::size_t>(id)]; }

  std::int64_t number(ValueId id) {
    if (at(id).type != Type::number) throw std::runtime_error("a number is wanted, not an option");
    return at(id).number;
  }

  Value option(ValueId id) {
    if (at(id).type == Type::number) throw std::runtime_error("an option is wanted, not a number");
    return at(id);
  }

  /// All arguments are read before the first parameter is written: they may be parameters of the same block.
  const Block& follow(const Edge& edge) {
    const Block& block = function_.blocks[static_cast<std::size_t>(edge.to)];
    std::vector<Value> arguments;
    arguments.reserve(edge.arguments.size());
    for (const ValueId id : edge.arguments) arguments.push_back(at(id));
    for (std::size_t i = 0; i < arguments.size(); ++i) at(block.parameters[i]) = arguments[i];
    return block;
  }

  /// Unsigned, so that a program that overflows wraps around and is no undefined behaviour of ours.
  static std::int64_t wrap(std::uint64_t bits) { return static_cast<std::int64_t>(bits); }

  std::pair<std::uint64_t, std::uint64_t> numbers(const Instruction& instruction) {
    return {static_cast<std::uint64_t>(number(instruction.operands[0])),
            static_cast<std::uint64_t>(number(instruction.operands[1]))};
  }

  /// False when the program panics.
  bool execute(const Instruction& instruction) {
    Value& result = at(instruction.result);
    switch (instruction.op) {
      case Op::number:
        result = {Type::number, instruction.number};
        return true;
      case Op::none:
        result = {Type::none, 0};
        return true;
      case Op::some:
        result = {Type::some, number(instruction.operands[0])};
        return true;
      case Op::payload:
        result = {Type::number, option(instruction.operands[0]).number};
        return true;
      case Op::less:
        result = {Type::number, number(instruction.operands[0]) < number(instruction.operands[1]) ? 1 : 0};
        return true;
      case Op::add: {
        const auto [left, right] = numbers(instruction);
        result = {Type::number, wrap(left + right)};
        return true;
      }
      case Op::multiply: {
        const auto [left, right] = numbers(instruction);
        result = {Type::number, wrap(left * right)};
        return true;
      }
      case Op::unwrap: {
        const Value subject = option(instruction.operands[0]);
        result = {Type::number, subject.number};
        return subject.type == Type::some;
      }
    }
    return false;
  }

  const Function& function_;
  std::vector<Value> values_;
};

}  // namespace

std::optional<std::int64_t> interpret(const Function& function) { return Machine(function).run(); }

}  // namespace unwrap_in_loop
