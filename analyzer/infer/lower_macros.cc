#include <algorithm>
#include <array>
#include <utility>

#include "analyzer/infer/lowerer.h"

namespace analyzer::infer {

using syntax::Field;
using syntax::kNone;
using syntax::NodeKind;

namespace {

template <std::size_t N>
bool contains_word(const std::array<std::string_view, N>& sorted, std::string_view name) {
  return std::binary_search(sorted.begin(), sorted.end(), name);
}

// A block given to one of these runs with the self of the method it stands in: iteration, scope and Kernel
// words.
constexpr std::array<std::string_view, 63> kIterations = {"all?",
                                                          "any?",
                                                          "catch",
                                                          "chunk_while",
                                                          "collect",
                                                          "count",
                                                          "cycle",
                                                          "delete_if",
                                                          "detect",
                                                          "downto",
                                                          "each",
                                                          "each_byte",
                                                          "each_char",
                                                          "each_cons",
                                                          "each_entry",
                                                          "each_index",
                                                          "each_key",
                                                          "each_line",
                                                          "each_pair",
                                                          "each_slice",
                                                          "each_value",
                                                          "each_with_index",
                                                          "each_with_object",
                                                          "fetch",
                                                          "filter",
                                                          "filter_map",
                                                          "find",
                                                          "find_index",
                                                          "flat_map",
                                                          "group_by",
                                                          "gsub",
                                                          "gsub!",
                                                          "index",
                                                          "inject",
                                                          "keep_if",
                                                          "lambda",
                                                          "loop",
                                                          "map",
                                                          "map!",
                                                          "max_by",
                                                          "min_by",
                                                          "none?",
                                                          "open",
                                                          "partition",
                                                          "proc",
                                                          "reduce",
                                                          "reject",
                                                          "reject!",
                                                          "reverse_each",
                                                          "scan",
                                                          "select",
                                                          "select!",
                                                          "sort",
                                                          "sort_by",
                                                          "step",
                                                          "sub",
                                                          "sum",
                                                          "synchronize",
                                                          "tap",
                                                          "then",
                                                          "times",
                                                          "uniq",
                                                          "upto"};

// Words that are often called in a class body and add no instance or class method that is not written there.
constexpr std::array<std::string_view, 36> kHarmlessMacros = {"Array",
                                                              "Float",
                                                              "Integer",
                                                              "Rational",
                                                              "String",
                                                              "abort",
                                                              "autoload",
                                                              "block_given?",
                                                              "catch",
                                                              "fail",
                                                              "format",
                                                              "freeze",
                                                              "lambda",
                                                              "loop",
                                                              "p",
                                                              "print",
                                                              "private_class_method",
                                                              "private_constant",
                                                              "proc",
                                                              "public_class_method",
                                                              "public_constant",
                                                              "puts",
                                                              "raise",
                                                              "rand",
                                                              "require",
                                                              "require_relative",
                                                              "ruby2_keywords",
                                                              "sleep",
                                                              "sprintf",
                                                              "srand",
                                                              "throw",
                                                              "trap",
                                                              "using",
                                                              "warn",
                                                              "deprecate_constant",
                                                              "printf"};

// Called on a class (or any object), these may give it methods that no `def` in its body shows.
constexpr std::array<std::string_view, 35> kClassChangers = {"alias_method",
                                                             "attr",
                                                             "attr_accessor",
                                                             "attr_reader",
                                                             "attr_writer",
                                                             "class_eval",
                                                             "class_exec",
                                                             "def_delegator",
                                                             "def_delegators",
                                                             "def_instance_delegator",
                                                             "def_instance_delegators",
                                                             "define_method",
                                                             "define_singleton_method",
                                                             "delegate",
                                                             "extend",
                                                             "extend_object",
                                                             "include",
                                                             "instance_delegate",
                                                             "instance_eval",
                                                             "instance_exec",
                                                             "module_eval",
                                                             "module_exec",
                                                             "module_function",
                                                             "prepend",
                                                             "refine",
                                                             "remove_method",
                                                             "singleton_class",
                                                             "undef_method",
                                                             "append_features",
                                                             "instance_variable_set",
                                                             "__send__",
                                                             "send",
                                                             "public_send",
                                                             "eval",
                                                             "prepend_features"};

template <std::size_t N>
std::array<std::string_view, N> sorted(std::array<std::string_view, N> words) {
  std::sort(words.begin(), words.end());
  return words;
}

}  // namespace

bool is_iteration(std::string_view name) {
  static const auto kWords = sorted(kIterations);
  return contains_word(kWords, name);
}

bool is_harmless_macro(std::string_view name) {
  static const auto kWords = sorted(kHarmlessMacros);
  return contains_word(kWords, name);
}

bool is_class_changer(std::string_view name) {
  static const auto kWords = sorted(kClassChangers);
  return contains_word(kWords, name);
}

/// The name in a literal symbol, string or identifier, or empty when it is computed.
std::string_view Lowerer::literal_name(NodeId id) const {
  const std::string_view text = ast_.text(id);
  switch (ast_.kind(id)) {
    case NodeKind::simple_symbol:
      return text.substr(1);
    case NodeKind::string:
    case NodeKind::delimited_symbol:
    case NodeKind::bare_symbol:
    case NodeKind::bare_string: {
      const NodeId content = ast_.first(id);
      const bool is_plain =
          content != kNone && ast_.kind(content) == NodeKind::string_content && ast_.next(content) == kNone;
      return is_plain ? ast_.text(content) : std::string_view();
    }
    default:
      return text;
  }
}

void Lowerer::requires_library(NodeId arguments) {
  const NodeId first = ast_.first(arguments);
  if (ast_.kind(first) == NodeKind::string) unit().requires_.push_back(builder_.intern(literal_name(first)));
}

void Lowerer::loosen_symbols(NodeId arguments) {
  for (NodeId at = ast_.first(arguments); at != kNone; at = ast_.next(at)) {
    const NodeKind kind = ast_.kind(at);
    if (kind == NodeKind::simple_symbol || kind == NodeKind::string) loose(literal_name(at));
  }
}

/// A call without a receiver (or on self) in a class body. What is not understood opens the class.
void Lowerer::class_level_call(std::string_view name, NodeId call, NodeId arguments) {
  if (name == "require") requires_library(arguments);
  if (is_harmless_macro(name) || visibility(name, arguments) || mixin(name, arguments) ||
      attributes(name, arguments) || defining(name, call, arguments)) {
    return;
  }
  loosen_symbols(arguments);
  open_scope(frame_->target.scope, kOpenInstance | kOpenSingleton);
}

bool Lowerer::visibility(std::string_view name, NodeId arguments) {
  if (name == "module_function") {
    if (arguments == kNone) {
      frame_->target.is_module_function = true;
    } else {
      make_module_functions(arguments);
    }
    return true;
  }
  if (name != "private" && name != "public" && name != "protected") return false;
  if (arguments == kNone) {
    frame_->target.is_private = name == "private";
    frame_->target.is_module_function = false;
    return true;
  }
  for (NodeId at = ast_.first(arguments); at != kNone && name == "private"; at = ast_.next(at)) {
    const std::string_view own =
        ast_.kind(at) == NodeKind::method ? ast_.text(ast_.child(at, Field::name)) : literal_name(at);
    const NameId id = builder_.intern(own);
    for (MethodDecl& method : unit().methods) {
      if (method.name == id && method.scope == frame_->target.scope) method.flags |= kMethodPrivate;
    }
  }
  return true;
}

void Lowerer::make_module_functions(NodeId arguments) {
  for (NodeId at = ast_.first(arguments); at != kNone; at = ast_.next(at)) {
    const NodeKind kind = ast_.kind(at);
    if (kind == NodeKind::simple_symbol || kind == NodeKind::string) {
      add_opaque_method(literal_name(at), true, at);
    } else if (kind == NodeKind::method) {
      add_opaque_method(ast_.text(ast_.child(at, Field::name)), true, at);
    } else {
      open_scope(frame_->target.scope, kOpenSingleton);
    }
  }
}

bool Lowerer::mixin(std::string_view name, NodeId arguments) {
  MixinWay way = MixinWay::include;
  if (name == "extend") {
    way = MixinWay::extend;
  } else if (name == "prepend") {
    way = MixinWay::prepend;
  } else if (name != "include") {
    return false;
  }
  if (frame_->target.is_singleton && way != MixinWay::include) return false;
  if (frame_->target.is_singleton) way = MixinWay::extend;
  for (NodeId at = ast_.first(arguments); at != kNone; at = ast_.next(at)) {
    Mixin mixin{frame_->target.scope, static_cast<std::uint32_t>(way), 0};
    if (is_constant_path(at)) {
      mixin.path = builder_.intern(ast_.text(at));
    } else if (ast_.kind(at) != NodeKind::self) {
      open_scope(frame_->target.scope, kOpenInstance | kOpenSingleton);
      continue;
    }
    unit().mixins.push_back(mixin);
  }
  return true;
}

bool Lowerer::attributes(std::string_view name, NodeId arguments) {
  if (name != "attr_reader" && name != "attr_writer" && name != "attr_accessor" && name != "attr")
    return false;
  for (NodeId at = ast_.first(arguments); at != kNone; at = ast_.next(at)) {
    const NodeKind kind = ast_.kind(at);
    if (kind != NodeKind::simple_symbol && kind != NodeKind::string) {
      open_scope(frame_->target.scope, kOpenInstance | kOpenSingleton);
      continue;
    }
    const std::string_view own = literal_name(at);
    if (name != "attr_writer") add_opaque_method(own, false, at);
    if (name == "attr_reader") continue;
    std::string setter(own);
    setter += '=';
    made_names_.push_back(std::move(setter));
    add_opaque_method(made_names_.back(), false, at);
  }
  return true;
}

bool Lowerer::defining(std::string_view name, NodeId call, NodeId arguments) {
  const bool is_alias = name == "alias_method";
  const bool is_define = name == "define_method" || name == "define_singleton_method";
  if (!is_alias && !is_define) return false;
  const NodeId first = ast_.first(arguments);
  const NodeKind kind = ast_.kind(first);
  if (kind != NodeKind::simple_symbol && kind != NodeKind::string) return false;
  add_opaque_method(literal_name(first), name == "define_singleton_method", call);
  if (is_alias) {
    const NodeId second = ast_.next(first);
    if (second != kNone) add_opaque_method(literal_name(second), false, call);
  }
  return true;
}

/// A call that may give its receiver new methods. `receiver` is kNone for an implicit self.
void Lowerer::mutate(std::string_view name, NodeId receiver, NodeId arguments) {
  if (!is_class_changer(name) || name == "instance_variable_set") return;
  if (name == "send" || name == "__send__" || name == "public_send") {
    const NodeId first = ast_.first(arguments);
    const bool is_literal =
        ast_.kind(first) == NodeKind::simple_symbol || ast_.kind(first) == NodeKind::string;
    if (is_literal && !is_class_changer(literal_name(first))) return;
    if (!is_literal && receiver != kNone && !is_constant_path(receiver)) return;
    if (!is_literal && receiver == kNone) return;
  }
  loosen_symbols(arguments);
  const std::string_view text = ast_.text(receiver);
  if (receiver == kNone || text == "self" || text == "self.class" || text == "singleton_class" ||
      text == "class") {
    // At the top of a file this is the main object alone, and no value stands for that.
    if (frame_->target.scope != 0) open_scope(frame_->target.scope, kOpenInstance | kOpenSingleton);
  } else if (is_constant_path(receiver)) {
    unit().opened.push_back({frame_->scope, builder_.intern(ast_.text(receiver))});
  } else if (ast_.kind(receiver) == NodeKind::identifier) {
    const std::uint32_t slot = locals().find(ast_.text(receiver));
    if (slot != kNoIndex) locals().refine(slot, kUnknownValue);
  }
}

}  // namespace analyzer::infer
