#include "analyzer/rbs/parser.h"

#include <array>
#include <utility>

#include "analyzer/rbs/scanner.h"
#include "analyzer/rbs/type_parser.h"

namespace analyzer::rbs {
namespace {

// Longest first, so that `[]=` is not read as `[]`.
constexpr std::array<std::string_view, 27> kOperators = {
    "[]=", "===", "<=>", "**", "[]", "==", "=~", "!~", "!=", "<=", "<<", ">=", ">>", "+@",
    "-@",  "<",   ">",   "*",  "+",  "-",  "/",  "%",  "&",  "|",  "^",  "~",  "!"};

class DeclarationParser {
 public:
  DeclarationParser(std::string_view source, LocationSink* locations)
      : scanner_(source), types_(scanner_, file_.skips, locations) {}

  File parse_file() && {
    while (!scanner_.at_end()) {
      if (!declaration("")) recover("unreadable declaration");
    }
    return std::move(file_);
  }

 private:
  static std::string join(const std::string& outer, std::string_view name) {
    return outer.empty() ? std::string(name) : outer + "::" + std::string(name);
  }

  /// Drops the rest of a line, so that the next member starts at a line start again.
  void recover(std::string_view construct) {
    types_.skipped(construct);
    scanner_.skip_line();
  }

  /// One declaration inside `outer` (empty at the top). False if none comes next or it cannot be read.
  bool declaration(const std::string& outer) {
    while (scanner_.take_annotation()) types_.skipped("annotation");
    const std::uint32_t begin = scanner_.position();
    const bool read = one_declaration(outer);
    if (read) types_.located(begin);
    return read;
  }

  bool one_declaration(const std::string& outer) {
    if (scanner_.take_word("class")) return body(DeclKind::class_, outer);
    if (scanner_.take_word("module")) return body(DeclKind::module, outer);
    if (scanner_.take_word("interface")) return body(DeclKind::interface, outer);
    if (scanner_.looking_at_word("type")) return alias(outer);
    if (scanner_.peek() == '$') return global();
    if (scanner_.looking_at("::")) return constant("");
    const char c = scanner_.peek();
    return c >= 'A' && c <= 'Z' && constant(outer);
  }

  bool alias(const std::string& outer) {
    scanner_.take_word("type");
    const std::string_view name = types_.name();
    const std::size_t variables = types_.variables().size();
    const auto parameters = types_.type_parameters();
    if (name.empty() || !parameters || !scanner_.take("=")) return false;
    types_.variables().insert(types_.variables().end(), parameters->begin(), parameters->end());
    std::optional<Type> type = types_.type();
    types_.variables().resize(variables);
    if (!type) return false;
    file_.aliases.push_back({join(outer, name), *std::move(type)});
    return true;
  }

  bool global() {
    scanner_.advance(2);  // the name has at least one character, which may be the colon itself: `$:`
    while (!scanner_.at_end() && scanner_.at(0) != ':' && scanner_.at(0) != ' ') scanner_.advance(1);
    types_.skipped("global variable");
    return scanner_.take(":") && types_.type().has_value();
  }

  bool constant(const std::string& outer) {
    const std::string_view name = types_.name();
    if (!scanner_.take(":")) return false;
    std::optional<Type> type = types_.type();
    if (!type) return false;
    file_.constants.push_back({join(outer, name), *std::move(type)});
    return true;
  }

  bool body(DeclKind kind, const std::string& outer) {
    const bool from_top = scanner_.looking_at("::");
    const std::string_view name = types_.name();
    if (name.empty()) return false;
    Declaration decl;
    decl.kind = kind;
    decl.full_name = from_top ? std::string(name) : join(outer, name);
    if (scanner_.take("=")) {
      types_.skipped("class alias");
      return !types_.name().empty();
    }
    const auto parameters = types_.type_parameters();
    if (!parameters) return false;
    decl.parameters = *parameters;
    const std::size_t variables = types_.variables().size();
    types_.variables().insert(types_.variables().end(), parameters->begin(), parameters->end());
    const bool read = header(decl) && members(decl);
    types_.variables().resize(variables);
    if (read) file_.declarations.push_back(std::move(decl));
    return read;
  }

  /// `< Superclass[T]` of a class, `: SelfType, ...` of a module.
  bool header(Declaration& decl) {
    if (decl.kind == DeclKind::class_ && scanner_.take("<")) {
      std::optional<Type> super = types_.type();
      if (!super || super->kind != TypeKind::instance) return false;
      decl.superclass = super->name;
    }
    if (decl.kind == DeclKind::module && scanner_.take(":")) {
      do {
        if (!types_.type()) return false;
        types_.skipped("self type of a module");
      } while (scanner_.take(","));
    }
    return true;
  }

  bool members(Declaration& decl) {
    Visibility visibility = Visibility::public_;
    while (!scanner_.take_word("end")) {
      if (scanner_.at_end()) return false;
      const std::uint32_t begin = scanner_.position();
      if (!member(decl, visibility)) {
        scanner_.rewind(begin);
        recover("unreadable member");
      }
    }
    return true;
  }

  bool member(Declaration& decl, Visibility& visibility) {
    while (scanner_.take_annotation()) types_.skipped("annotation");
    const std::uint32_t begin = scanner_.position();
    const bool read = one_member(decl, visibility);
    if (read) types_.located(begin);
    return read;
  }

  bool one_member(Declaration& decl, Visibility& visibility) {
    for (const auto& [word, which] :
         {std::pair{"public", Visibility::public_}, {"private", Visibility::private_}}) {
      if (!scanner_.take_word(word)) continue;
      if (scanner_.take_word("def")) return method(decl, which);
      if (scanner_.looking_at("attr_")) return attribute(decl, which);
      visibility = which;
      return true;
    }
    if (scanner_.take_word("def")) return method(decl, visibility);
    if (scanner_.looking_at("attr_")) return attribute(decl, visibility);
    for (const auto& [word, kind] : {std::pair{"include", MixinKind::include},
                                     {"extend", MixinKind::extend},
                                     {"prepend", MixinKind::prepend}}) {
      if (scanner_.take_word(word)) return mixin(decl, kind);
    }
    if (scanner_.take_word("alias")) return method_alias(decl);
    if (scanner_.looking_at("@") || scanner_.looking_at("self.@")) return instance_variable();
    return declaration(decl.full_name);
  }

  bool mixin(Declaration& decl, MixinKind kind) {
    std::optional<Type> type = types_.type();
    if (!type || type->kind != TypeKind::instance) return false;
    decl.mixins.push_back({kind, type->name});
    return true;
  }

  bool instance_variable() {
    types_.skipped("instance variable");
    scanner_.take("self.");
    while (scanner_.take("@")) {
    }
    scanner_.identifier();
    return scanner_.take(":") && types_.type().has_value();
  }

  /// `self.` or `self?.` before a name. Both sides hold for `self?.` (as for module_function).
  struct Receiver {
    bool singleton = false;
    bool instance = true;
  };
  Receiver receiver() {
    if (scanner_.take("self?.")) return {true, true};
    if (scanner_.take("self.")) return {true, false};
    return {};
  }

  /// A name as it may stand after `def`, keywords, operators and quoted names included; empty if there is
  /// none.
  std::string_view method_name() {
    if (scanner_.peek() == '`') {
      if (!is_word_char(scanner_.at(1))) {
        const std::uint32_t begin = scanner_.position();
        scanner_.advance(1);
        return scanner_.since(begin);
      }
      return scanner_.quoted('`');
    }
    for (const std::string_view op : kOperators) {
      const std::uint32_t begin = scanner_.position();
      if (scanner_.take(op)) return scanner_.since(begin);
    }
    scanner_.skip_space();
    const std::uint32_t begin = scanner_.position();
    if (scanner_.identifier().empty()) return {};
    const char c = scanner_.at(0);
    if (c == '?' || c == '!' || c == '=') scanner_.advance(1);
    return scanner_.since(begin);
  }

  bool method(Declaration& decl, Visibility visibility) {
    const Receiver of = receiver();
    Method method;
    method.visibility = visibility;
    method.name = method_name();
    if (method.name.empty() || !scanner_.take(":")) return false;
    do {
      while (scanner_.take_annotation()) types_.skipped("annotation");
      if (scanner_.take("...")) {
        types_.skipped("overload added to another file's");
        continue;
      }
      std::optional<MethodType> overload = types_.method_type();
      if (!overload) return false;
      method.overloads.push_back(*std::move(overload));
    } while (scanner_.take("|"));
    add(decl, std::move(method), of);
    return true;
  }

  static void add(Declaration& decl, Method method, Receiver of) {
    if (of.singleton) {
      method.side = Side::singleton;
      decl.methods.push_back(method);
    }
    if (of.instance) {
      // The instance half of `self?.` is what module_function makes: private.
      if (of.singleton) method.visibility = Visibility::private_;
      method.side = Side::instance;
      decl.methods.push_back(std::move(method));
    }
  }

  bool attribute(Declaration& decl, Visibility visibility) {
    const std::string_view word = scanner_.identifier();
    const Receiver of = receiver();
    const std::string_view name = method_name();
    if (name.empty()) return false;
    if (scanner_.take("(")) {
      while (scanner_.take("@")) {
      }
      scanner_.identifier();
      if (!scanner_.take(")")) return false;
    }
    if (!scanner_.take(":")) return false;
    const std::optional<Type> type = types_.type();
    if (!type) return false;
    if (word != "attr_writer") {
      MethodType reader;
      reader.result = *type;
      add(decl, {name, Side::instance, visibility, {reader}}, of);
    }
    if (word != "attr_reader") {
      MethodType writer;
      writer.required = 1;
      writer.parameters.push_back(*type);
      writer.result = *type;
      file_.made.push_back(std::string(name) + "=");
      add(decl, {file_.made.back(), Side::instance, visibility, {writer}}, of);
    }
    return true;
  }

  bool method_alias(Declaration& decl) {
    const Receiver of = receiver();
    const std::string_view new_name = method_name();
    receiver();
    const std::string_view old_name = method_name();
    if (new_name.empty() || old_name.empty()) return false;
    decl.aliases.push_back({new_name, old_name, of.singleton ? Side::singleton : Side::instance});
    return true;
  }

  File file_;
  Scanner scanner_;
  TypeParser types_;
};

}  // namespace

File parse(std::string_view source, LocationSink* locations) {
  return DeclarationParser(source, locations).parse_file();
}

}  // namespace analyzer::rbs
