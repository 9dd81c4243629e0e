#include <utility>

#include "analyzer/base/words.h"
#include "analyzer/infer/lowerer.h"

namespace analyzer::infer {

using syntax::Field;
using syntax::kNone;
using syntax::NodeKind;

namespace {

// A block given to one of these runs with the self of the method it stands in: iteration, scope and Kernel
// words.
constexpr std::string_view kIterations =
    "all? any? catch chunk_while collect count cycle delete_if detect downto each each_byte each_char "
    "each_cons each_entry each_index each_key each_line each_pair each_slice each_value each_with_index "
    "each_with_object fetch filter filter_map find find_index flat_map group_by gsub gsub! index inject "
    "keep_if lambda loop map map! max_by min_by none? open partition proc reduce reject reject! "
    "reverse_each scan select select! sort sort_by step sub sum synchronize tap then times uniq upto";

// Words that are often called in a class body and add no instance or class method that is not written there.
constexpr std::string_view kHarmlessMacros =
    "Array Float Integer Pathname Rational String __FILE__ __LINE__ __dir__ __method__ abort allocate "
    "ancestors "
    "autoload binding block_given? catch class_variables "
    "class_variable_defined? class_variable_get class_variable_set const_defined? const_get const_set "
    "const_source_location constants deprecate_constant fail format freeze hash inspect instance_method "
    "instance_methods instance_variable_defined? instance_variable_get instance_variable_set "
    "instance_variables lambda loop "
    "method_defined? methods name new nil? object_id p print printf private_class_method private_constant "
    "private_instance_methods "
    "private_method_defined? proc protected_method_defined? public_class_method public_constant "
    "public_instance_method public_method_defined? puts raise rand remove_const require require_relative "
    "respond_to? ruby2_keywords singleton_methods sleep sprintf srand throw trap using warn";

// Called on a class (or any object), these may give it methods that no `def` in its body shows.
constexpr std::string_view kClassChangers =
    "__send__ alias_method append_features attr attr_accessor attr_reader attr_writer class_eval "
    "class_exec def_delegator def_delegators def_instance_delegator def_instance_delegators define_method "
    "define_singleton_method delegate eval extend extend_object include instance_delegate instance_eval "
    "instance_exec module_eval module_exec module_function prepend prepend_features public_send refine "
    "remove_method send singleton_class undef_method";

}  // namespace

bool is_iteration(std::string_view name) {
  static const WordSet kWords(kIterations);
  return kWords.contains(name);
}

bool is_harmless_macro(std::string_view name) {
  static const WordSet kWords(kHarmlessMacros);
  return kWords.contains(name);
}

bool is_class_changer(std::string_view name) {
  static const WordSet kWords(kClassChangers);
  return kWords.contains(name);
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

void Lowerer::requires_library(std::string_view name, NodeId arguments) {
  const NodeId first = ast_.first(arguments);
  std::string path;
  if (first != kNone && ast_.kind(first) == NodeKind::string) path = literal_name(first);
  if (!path.empty() && name == "require_relative") path.insert(0, "./");
  made_names_.push_back(std::move(path));
  const std::uint32_t is_conditional = depth_ == frame_->statement_depth ? 0 : 1;
  unit().requires_.push_back({builder_.intern(made_names_.back()), is_conditional});
}

/// What is named by a literal from `first` on may be defined by the call: also as an attribute writer or a
/// question.
void Lowerer::loosen_symbols(NodeId first) {
  for (NodeId at = first; at != kNone; at = ast_.next(at)) {
    if (!is_literal_name(at)) continue;
    loose(literal_name(at));
    for (const char suffix : {'=', '?', '!'}) {
      made_names_.push_back(std::string(literal_name(at)) + suffix);
      loose(made_names_.back());
    }
  }
}

/// A call without a receiver (or on self) in a class body. What is not understood opens the class.
void Lowerer::class_level_call(std::string_view name, NodeId arguments) {
  if (name == "require" || name == "require_relative") requires_library(name, arguments);
  if (is_harmless_macro(name) || visibility(name, arguments) || mixin(name, arguments) ||
      attributes(name, arguments) || defining(name, arguments)) {
    return;
  }
  loosen_symbols(ast_.first(arguments));
  const bool is_singleton = frame_->target.is_singleton;
  open_scope(frame_->target.scope, is_singleton ? kOpenSingleton : kOpenInstance | kOpenSingleton);
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
    } else if (ast_.text(ast_.child(at, Field::method)) == "define_method" &&
               is_literal_name(ast_.first(ast_.child(at, Field::arguments)))) {
      add_opaque_method(literal_name(ast_.first(ast_.child(at, Field::arguments))), true, at);
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
    Mixin mixin{frame_->target.scope, 0, static_cast<std::uint32_t>(way), 0};
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

bool Lowerer::defining(std::string_view name, NodeId arguments) {
  const NodeId first = ast_.first(arguments);
  if (name == "remove_method" || name == "undef_method") {
    // The names are gone from here, and a class below or above may still have them: nothing is said about
    // them.
    loosen_symbols(first);
    return is_literal_list(first);
  }
  const bool is_alias = name == "alias_method";
  const bool is_define = name == "define_method" || name == "define_singleton_method";
  if ((!is_alias && !is_define) || !is_literal_name(first)) return false;
  add_opaque_method(literal_name(first), name == "define_singleton_method", first);
  const NodeId second = ast_.next(first);
  if (is_alias && second != kNone) add_opaque_method(literal_name(second), false, first);
  return true;
}

bool Lowerer::is_literal_name(NodeId id) const {
  const NodeKind kind = ast_.kind(id);
  return (kind == NodeKind::simple_symbol || kind == NodeKind::string) && !literal_name(id).empty();
}

/// Are all arguments from `first` on literal names (or a block)?
bool Lowerer::is_literal_list(NodeId first) const {
  for (NodeId at = first; at != kNone; at = ast_.next(at)) {
    if (!is_literal_name(at) && ast_.kind(at) != NodeKind::block_argument) return false;
  }
  return true;
}

/// A call that may give its receiver new methods. `receiver` is kNone for an implicit self.
void Lowerer::mutate(std::string_view name, NodeId receiver, NodeId arguments) {
  if (!is_class_changer(name)) return;
  NodeId first = ast_.first(arguments);
  const bool is_constant = receiver != kNone && is_constant_path(receiver);
  if (name == "send" || name == "__send__" || name == "public_send") {
    if (!is_literal_name(first)) {
      if (is_constant) open_from_outside(receiver);
      return;
    }
    name = literal_name(first);
    first = ast_.next(first);
    if (!is_class_changer(name)) return;
  }
  loosen_symbols(first);
  const std::string_view text = ast_.text(receiver);
  if (receiver == kNone || text == "self" || text == "self.class" || text == "singleton_class" ||
      text == "class") {
    // At the top of a file this is the main object alone, and no value stands for that.
    if (frame_->target.scope != 0) open_scope(frame_->target.scope, kOpenInstance | kOpenSingleton);
  } else if (is_constant) {
    mutate_constant(name, receiver, first);
  } else if (ast_.kind(receiver) == NodeKind::identifier) {
    const std::uint32_t slot = locals().find(text);
    if (slot != kNoIndex) locals().refine(slot, kUnknownValue);
  }
}

void Lowerer::open_from_outside(NodeId constant) {
  unit().opened.push_back({frame_->scope, builder_.intern(ast_.text(constant))});
}

/// `A.include(B)` is as good as `include B` in A's body, and literal names are loose by now; the rest opens
/// A.
void Lowerer::mutate_constant(std::string_view name, NodeId constant, NodeId first) {
  if (first != kNone && is_literal_list(first) && name != "class_eval" && name != "module_eval" &&
      name != "instance_eval" && name != "delegate" && name != "eval") {
    return;
  }
  const bool is_mixin = name == "include" || name == "extend" || name == "prepend";
  for (NodeId at = first; at != kNone && is_mixin; at = ast_.next(at)) {
    if (!is_constant_path(at)) {
      open_from_outside(constant);
      return;
    }
    const MixinWay way = name == "include"  ? MixinWay::include
                         : name == "extend" ? MixinWay::extend
                                            : MixinWay::prepend;
    unit().mixins.push_back({frame_->scope, builder_.intern(ast_.text(constant)),
                             static_cast<std::uint32_t>(way), builder_.intern(ast_.text(at))});
  }
  if (!is_mixin || first == kNone) open_from_outside(constant);
}

}  // namespace analyzer::infer
