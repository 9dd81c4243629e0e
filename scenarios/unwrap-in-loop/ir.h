#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace unwrap_in_loop {

/// The intermediate form: blocks with parameters instead of phi nodes, and values that are written once.
using ValueId = int;
using BlockId = int;

enum class Op : std::uint8_t { number, none, some, add, multiply, less, payload, unwrap };

struct Instruction {
  Op op = Op::number;
  ValueId result = 0;
  std::vector<ValueId> operands;
  std::int64_t number = 0;
  int line = 0;  ///< of the statement it was lowered from; 0: hoisted to the function's entry
};

struct Edge {
  BlockId to = 0;
  std::vector<ValueId> arguments;  ///< one for each parameter of the block
};

enum class EndKind : std::uint8_t {
  jump,     ///< to first
  nonzero,  ///< to first if value is not 0, else to second
  is_some,  ///< to first if value is a Some, else to second
  give,     ///< returns value
  panic,
};

struct End {
  EndKind kind = EndKind::panic;
  ValueId value = 0;
  Edge first;
  Edge second;
  int line = 0;
};

struct Block {
  std::string label;
  std::vector<ValueId> parameters;
  std::vector<Instruction> instructions;
  End end;
  int line = 0;
};

struct Function {
  std::vector<Block> blocks;  ///< the first is the entry
  std::vector<std::string> value_names;
};

}  // namespace unwrap_in_loop
