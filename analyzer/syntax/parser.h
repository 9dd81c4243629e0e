#pragma once

#include <memory>
#include <string_view>

#include "analyzer/base/result.h"
#include "analyzer/syntax/ast.h"

struct TSParser;
struct TSTree;

namespace analyzer::syntax {

/// Parses Ruby with tree-sitter. One Parser per thread; it may be used for any number of files.
class Parser {
 public:
  Parser();

  /// The tree of `source`, which must outlive it. Text that is not Ruby is in Ast::errors, not an Error.
  /// Errors: kind io when the file is larger than 4 GiB or the parser gave up (out of memory).
  [[nodiscard]] Result<Ast> parse(std::string_view source);

  /// Only what tree-sitter does, for the benchmark that compares the whole check with it: the number of
  /// nodes.
  [[nodiscard]] Result<std::uint32_t> parse_only(std::string_view source);

 private:
  struct ParserDeleter {
    void operator()(TSParser* parser) const;
  };
  struct TreeDeleter {
    void operator()(TSTree* tree) const;
  };
  [[nodiscard]] Result<std::unique_ptr<TSTree, TreeDeleter>> tree_of(std::string_view source);

  std::unique_ptr<TSParser, ParserDeleter> parser_;
};

}  // namespace analyzer::syntax
