#pragma once

// What one Ruby file says, cut down to what inference needs: declarations, values and calls.
//
// The analyzer works like a compiler and a linker. Reading a file (infer/lower.h) needs nothing but its text
// and gives a FileUnit; the units of all files are merged into a Project (infer/project.h); then each unit is
// checked against the project. So a unit depends on one file's bytes alone: it can be cached under their
// digest whatever else changes, and workers can read files in any order. The alternative, keeping syntax
// trees until the project is known, needs ten times the memory and has to parse everything again after any
// change.
//
// Types cannot be known while reading: `Foo.new.bar` depends on other files. A unit therefore holds *values*,
// a graph of "the result of this call", "this constant", "one of these two", "this, known to be not nil",
// built by following local variables through the control flow. Infer/evaluator.h turns a value into a type
// once the project is known. A call whose receiver cannot be followed is not recorded at all: the rules have
// nothing to say about it.

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace analyzer::infer {

/// Index into FileUnit::names.
using NameId = std::uint32_t;
/// Index into FileUnit::values; 0 is the unknown value.
using ValueId = std::uint32_t;
/// Index into FileUnit::scopes; 0 is the top of the file.
using ScopeId = std::uint32_t;
/// Index into FileUnit::calls.
using CallId = std::uint32_t;

inline constexpr ValueId kUnknownValue = 0;
inline constexpr std::uint32_t kNoIndex = 0xffffffff;

enum class ValueKind : std::uint8_t {
  unknown,
  nil,
  true_,
  false_,
  integer,         ///< first: 1 if the number is in `second` as a signed 32-bit number, else 0
  literal,         ///< first: name of its class (String, Float, ...)
  self_instance,   ///< first: scope whose instance it is
  self_singleton,  ///< first: scope whose class object it is
  constant,        ///< first: name path (`A::B`), second: scope it is read in
  call,            ///< first: CallId
  join,            ///< one of first and second
  truthy,          ///< first, when it is neither nil nor false
  falsy,           ///< first, when it is nil or false
  not_nil,         ///< first, when it is not nil
  is_a,            ///< first, when it is an instance of the class that the constant value second names
  is_not_a,        ///< first, when it is not
};

struct Value {
  std::uint32_t kind = 0;  ///< a ValueKind; 32 bits so that the struct has no padding
  std::uint32_t first = 0;
  std::uint32_t second = 0;

  [[nodiscard]] ValueKind value_kind() const { return static_cast<ValueKind>(kind); }
};

/// Zero-based place in the file.
struct Place {
  std::uint32_t row = 0;
  std::uint32_t column = 0;
};

enum CallFlag : std::uint32_t {
  kCallHasSplat = 1,         ///< the number of positional arguments is not known
  kCallHasBlock = 2,         ///< a block or `&argument`
  kCallHasKeywordSplat = 4,  ///< `**hash`: the keywords are not known
  kCallHasStringKeys = 8,    ///< a braceless hash with keys that are not symbols
  kCallIsImplicit = 16,      ///< no receiver is written
  kCallIsVariable = 32,      ///< a bare word: no receiver, no parentheses, no arguments
};

struct Call {
  ValueId receiver = kUnknownValue;
  NameId name = 0;
  std::uint32_t flags = 0;
  std::uint32_t arguments_begin = 0;  ///< into FileUnit::arguments; positional ones
  std::uint32_t arguments_count = 0;
  std::uint32_t keywords_begin = 0;  ///< into FileUnit::keywords
  std::uint32_t keywords_count = 0;
  ScopeId scope = 0;
  Place place;  ///< of the method's name
};

enum class ScopeKind : std::uint32_t { top, class_, module, singleton_class, reopened, opaque };

/// A nesting level for constants. `reopened`: the body of `A.class_eval do` or `class << A`, where `path`
/// names A. `opaque`: a body whose class is not known.
struct Scope {
  std::uint32_t kind = 0;  ///< a ScopeKind
  ScopeId parent = kNoIndex;
  NameId path = 0;  ///< as written after `class` or `module`: `A`, `A::B` or `::A`
  Place place;

  [[nodiscard]] ScopeKind scope_kind() const { return static_cast<ScopeKind>(kind); }
};

enum class SuperclassKind : std::uint32_t { none, path, unknown };

enum OpenFlag : std::uint32_t {
  kOpenInstance = 1,   ///< instances may have methods that no `def` shows
  kOpenSingleton = 2,  ///< so may the class object
};

/// One `class` or `module` body.
struct ClassDecl {
  ScopeId scope = 0;
  std::uint32_t superclass_kind = 0;  ///< a SuperclassKind
  NameId superclass = 0;
  std::uint32_t open = 0;  ///< OpenFlag
};

enum class MixinWay : std::uint32_t { include, extend, prepend };

struct Mixin {
  ScopeId into = 0;       ///< the class itself, or where `target` is read
  NameId target = 0;      ///< `A` in `A.include(B)`, or empty
  std::uint32_t way = 0;  ///< a MixinWay
  NameId path = 0;        ///< empty: the module itself (`extend self`)
};

enum MethodFlag : std::uint32_t {
  kMethodSingleton = 1,
  kMethodPrivate = 2,
  kMethodOpaque = 4,  ///< exists, but parameters and result are not known (alias, attr_writer, define_method)
  kMethodRest = 8,
  kMethodKeywordRest = 16,
  kMethodAnyArguments = 32,  ///< `...`
  kMethodNoKeywords = 64,    ///< `**nil`
};

struct MethodDecl {
  ScopeId scope = 0;
  NameId name = 0;
  std::uint32_t flags = 0;
  std::uint32_t required = 0;
  std::uint32_t optional = 0;
  std::uint32_t keywords_begin = 0;  ///< into FileUnit::parameters_keywords
  std::uint32_t keywords_count = 0;
  ValueId result = kUnknownValue;
  Place place;
};

struct Requirement {
  NameId name = 0;  ///< as `require` takes it; for `require_relative` behind "./"; empty if it is computed
  std::uint32_t is_conditional = 0;  ///< 1 in a method, a block, a condition or where its failure is caught
};

struct KeywordParameter {
  NameId name = 0;
  std::uint32_t required = 0;
};

struct ConstantDecl {
  ScopeId scope = 0;
  NameId path = 0;
  ValueId value = kUnknownValue;
};

/// A class named from outside its body in a way that changes its methods: `Foo.class_eval`,
/// `Foo.send(:include, M)`.
struct OpenedConstant {
  ScopeId scope = 0;
  NameId path = 0;
};

/// A method name or symbol, with its first place in the file: for plugins.
struct Mention {
  NameId name = 0;
  std::uint32_t is_call =
      0;        ///< 1 if it is mentioned as a call or bare word somewhere, 0 if as a symbol only
  Place place;  ///< of the first call, or of the first symbol where there is no call
};

struct ParseError {
  Place place;
  NameId missing = 0;  ///< what is missing, empty for unexpected text
};

static_assert(std::has_unique_object_representations_v<Call> &&
              std::has_unique_object_representations_v<MethodDecl>);

struct FileUnit {
  std::vector<std::string> names;  ///< names[0] is empty
  std::vector<Value> values;       ///< values[0] is unknown
  std::vector<Call> calls;
  std::vector<ValueId> arguments;
  std::vector<NameId> keywords;
  std::vector<Scope> scopes;
  std::vector<ClassDecl> classes;
  std::vector<Mixin> mixins;
  std::vector<MethodDecl> methods;
  std::vector<KeywordParameter> parameter_keywords;
  std::vector<ConstantDecl> constants;
  std::vector<OpenedConstant> opened;
  std::vector<NameId>
      loose_names;  ///< methods defined where their class cannot be told: never reported as missing
  std::vector<Requirement> requires_;
  std::vector<Mention> mentions;  ///< ordered by place
  std::vector<ParseError> errors;

  [[nodiscard]] std::string_view name(NameId id) const { return names[id]; }
};

/// Flat bytes for the cache and for pipes, and back. Decoding checks every index, so bytes that are not a
/// unit give false and never a crash.
[[nodiscard]] std::string encode(const FileUnit& unit);
[[nodiscard]] bool decode(std::string_view bytes, FileUnit& unit);

}  // namespace analyzer::infer
