#include "analyzer/syntax/parser.h"

#include <limits>
#include <string>
#include <unordered_map>
#include <utility>

#include <tree_sitter/api.h>

extern "C" const TSLanguage* tree_sitter_ruby(void);

namespace analyzer::syntax {
namespace {

/// Numbers of the grammar to our enums; both tables are dense and small (about 300 symbols, 30 fields).
struct GrammarTables {
  std::vector<NodeKind> kinds;
  std::vector<Field> fields;
};

GrammarTables build_tables() {
  const TSLanguage* language = tree_sitter_ruby();
  static const std::unordered_map<std::string_view, NodeKind> kKinds = {
#define KIND(enumerator, name) {name, NodeKind::enumerator},
      ANALYZER_NODE_KINDS(KIND)
#undef KIND
  };
  static const std::unordered_map<std::string_view, Field> kFields = {
#define FIELD(enumerator, name) {name, Field::enumerator},
      ANALYZER_FIELDS(FIELD)
#undef FIELD
  };
  GrammarTables tables;
  const std::uint32_t symbols = ts_language_symbol_count(language);
  for (std::uint32_t symbol = 0; symbol < symbols; ++symbol) {
    const auto id = static_cast<TSSymbol>(symbol);
    if (ts_language_symbol_type(language, id) != TSSymbolTypeRegular) {
      tables.kinds.push_back(NodeKind::token);
      continue;
    }
    const auto found = kKinds.find(ts_language_symbol_name(language, id));
    tables.kinds.push_back(found == kKinds.end() ? NodeKind::other : found->second);
  }
  const std::uint32_t fields = ts_language_field_count(language);
  tables.fields.push_back(Field::none);
  for (std::uint32_t field = 1; field <= fields; ++field) {
    const auto found = kFields.find(ts_language_field_name_for_id(language, static_cast<TSFieldId>(field)));
    tables.fields.push_back(found == kFields.end() ? Field::none : found->second);
  }
  return tables;
}

const GrammarTables& tables() {
  static const GrammarTables kTables = build_tables();
  return kTables;
}

/// Copies one tree-sitter tree into an Ast, depth first, in one walk.
class Flattener {
 public:
  explicit Flattener(std::string_view source, TSNode root)
      : source_(source), cursor_(ts_tree_cursor_new(root)) {}
  Flattener(const Flattener&) = delete;
  Flattener& operator=(const Flattener&) = delete;
  ~Flattener() { ts_tree_cursor_delete(&cursor_); }

  Ast flatten() && {
    nodes_.reserve(source_.size() / 6 + 16);  // an estimate; too little only costs a copy
    open_.push_back({kNone, kNone});
    for (;;) {
      const NodeId id = visit();
      if (ts_tree_cursor_goto_first_child(&cursor_)) {
        open_.push_back({id, kNone});
        continue;
      }
      while (!ts_tree_cursor_goto_next_sibling(&cursor_)) {
        if (!ts_tree_cursor_goto_parent(&cursor_)) {
          return Ast(source_, std::move(nodes_), std::move(errors_));
        }
        open_.pop_back();
      }
    }
  }

 private:
  struct Level {
    NodeId parent;  ///< kNone below a node that was dropped
    NodeId last;    ///< last child kept so far
  };

  /// Adds the node under the cursor if a pass can want it. Returns its id, or kNone.
  NodeId visit() {
    const TSNode node = ts_tree_cursor_current_node(&cursor_);
    const TSSymbol symbol = ts_node_symbol(node);
    const GrammarTables& grammar = tables();
    const NodeKind kind = symbol < grammar.kinds.size() ? grammar.kinds[symbol] : NodeKind::error;
    const TSPoint start = ts_node_start_point(node);
    if (kind == NodeKind::error) {
      errors_.push_back({{start.row, start.column}, {}});
    } else if (ts_node_is_missing(node)) {
      errors_.push_back({{start.row, start.column}, ts_node_type(node)});
    }
    const Field field = grammar.fields[ts_tree_cursor_current_field_id(&cursor_)];
    if (kind == NodeKind::comment || (kind == NodeKind::token && field == Field::none)) return kNone;
    const auto id = static_cast<NodeId>(nodes_.size());
    nodes_.push_back({ts_node_start_byte(node),
                      ts_node_end_byte(node),
                      {start.row, start.column},
                      kNone,
                      kNone,
                      kind,
                      field});
    Level& level = open_.back();
    if (level.last != kNone) {
      nodes_[level.last].next = id;
    } else if (level.parent != kNone) {
      nodes_[level.parent].first_child = id;
    }
    level.last = id;
    return id;
  }

  std::string_view source_;
  TSTreeCursor cursor_;
  std::vector<Node> nodes_;
  std::vector<SyntaxError> errors_;
  std::vector<Level> open_;
};

}  // namespace

void Parser::ParserDeleter::operator()(TSParser* parser) const { ts_parser_delete(parser); }
void Parser::TreeDeleter::operator()(TSTree* tree) const { ts_tree_delete(tree); }

Parser::Parser() : parser_(ts_parser_new()) {
  ANALYZER_CHECK(parser_ != nullptr);
  // Fails only if the grammar was generated for another library version: a wrong build, not a wrong input.
  ANALYZER_CHECK(ts_parser_set_language(parser_.get(), tree_sitter_ruby()));
}

Result<std::unique_ptr<TSTree, Parser::TreeDeleter>> Parser::tree_of(std::string_view source) {
  if (source.size() > std::numeric_limits<std::uint32_t>::max()) {
    return fail(ErrorKind::io, "the file is larger than 4 GiB");
  }
  ts_parser_reset(parser_.get());
  std::unique_ptr<TSTree, TreeDeleter> tree(ts_parser_parse_string(
      parser_.get(), nullptr, source.data(), static_cast<std::uint32_t>(source.size())));
  if (tree == nullptr) return fail(ErrorKind::io, "the parser gave up");
  return tree;
}

Result<Ast> Parser::parse(std::string_view source) {
  ANALYZER_ASSIGN(const auto tree, tree_of(source));
  return Flattener(source, ts_tree_root_node(tree.get())).flatten();
}

Result<std::uint32_t> Parser::parse_only(std::string_view source) {
  ANALYZER_ASSIGN(const auto tree, tree_of(source));
  return ts_node_child_count(ts_tree_root_node(tree.get()));
}

}  // namespace analyzer::syntax
