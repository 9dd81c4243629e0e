#pragma once

// What one RBS file says, as plain data. Names are views of the file's text, which the Reflection keeps
// alive.
//
// The reader knows the whole declaration language of RBS 2 (the version in Debian 12) and keeps what the
// inference can use. What it reads and drops is counted by construct (Skips), so that `--stats` can say how
// much of the signatures stands behind a result.

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace analyzer::rbs {

enum class TypeKind : std::uint8_t {
  instance,   ///< a class, module or interface by name, or an alias or type variable until the names are
              ///< resolved
  singleton,  ///< `singleton(Name)`
  variable,   ///< a type parameter of the method or class
  union_,
  intersection,
  optional,  ///< arguments[0] or nil
  tuple,
  record,
  proc,
  string_literal,
  symbol_literal,
  integer_literal,
  true_literal,
  false_literal,
  self,       ///< the receiver's own class
  instance_,  ///< an instance of the class that the member stands in
  class_,
  bool_,
  nil,
  void_,
  untyped,
  top,
  bottom,
};

struct Type {
  TypeKind kind = TypeKind::untyped;
  std::string_view name;        ///< instance, singleton, variable; the text of a literal
  std::vector<Type> arguments;  ///< type arguments, members of a union, elements of a tuple
};

enum class BlockUse : std::uint8_t { none, optional, required };

struct Keyword {
  std::string_view name;
  bool required = true;
};

/// One overload. Counts are of positional parameters; required ones before and after the rest are added up.
struct MethodType {
  std::uint16_t required = 0;
  std::uint16_t optional = 0;
  bool rest = false;
  bool untyped_parameters = false;  ///< `(?)`: nothing is known about the parameters
  bool keyword_rest = false;
  BlockUse block = BlockUse::none;
  std::vector<Keyword> keywords;
  std::vector<Type> parameters;  ///< types of the positional parameters, in order, without the rest
  Type result;
};

enum class Side : std::uint8_t { instance, singleton };
enum class Visibility : std::uint8_t { public_, private_ };

struct Method {
  std::string_view name;
  Side side = Side::instance;
  Visibility visibility = Visibility::public_;
  std::vector<MethodType> overloads;
};

struct MethodAlias {
  std::string_view new_name;
  std::string_view old_name;
  Side side = Side::instance;
};

enum class MixinKind : std::uint8_t { include, extend, prepend };

struct Mixin {
  MixinKind kind = MixinKind::include;
  std::string_view name;
};

struct ConstantDecl {
  std::string_view name;
  Type type;
};

enum class DeclKind : std::uint8_t { class_, module, interface };

struct Declaration {
  DeclKind kind = DeclKind::class_;
  std::string full_name;  ///< with the enclosing names, without a leading `::`
  std::string_view superclass;
  std::vector<std::string_view> parameters;
  std::vector<Method> methods;
  std::vector<MethodAlias> aliases;
  std::vector<Mixin> mixins;
};

struct TypeAlias {
  std::string full_name;
  Type type;
};

struct NamedConstant {
  std::string full_name;
  Type type;
};

/// How often each construct was read and dropped; ordered by name, so output is stable.
using Skips = std::map<std::string, std::uint32_t, std::less<>>;

/// Moves without moving its texts: the views point into the source and into `made`.
struct File {
  std::deque<std::string> made;  ///< names that stand nowhere in the source: the `name=` of an attribute
  std::vector<Declaration> declarations;  ///< nested ones are listed beside their parents
  std::vector<TypeAlias> aliases;
  std::vector<NamedConstant> constants;
  Skips skips;
};

}  // namespace analyzer::rbs
