// The managed reader must say of every signature file exactly what the plain reader says; the diagnostics of
// the isolates backend rest on it.

#include <filesystem>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "analyzer/base/files.h"
#include "analyzer/managed/signature_export.h"
#include "analyzer/managed/signature_loader.h"
#include "analyzer/rbs/loader.h"
#include "analyzer/runtime/values.h"

namespace analyzer::managed {
namespace {

using runtime::Completion;
using runtime::HeapOptions;
using runtime::LocalScope;
using runtime::Running;
using runtime::Runtime;
using runtime::Value;

void describe(std::ostream& out, const rbs::Type& type) {
  out << '<' << static_cast<int>(type.kind) << ' ' << type.name;
  for (const rbs::Type& argument : type.arguments) describe(out, argument);
  out << '>';
}

void describe(std::ostream& out, const rbs::MethodType& type) {
  out << "\n    " << type.required << ' ' << type.optional << ' ' << type.rest << type.untyped_parameters
      << type.keyword_rest << ' ' << static_cast<int>(type.block) << ' ';
  for (const rbs::Keyword& keyword : type.keywords) out << keyword.name << keyword.required << ' ';
  for (const rbs::Type& parameter : type.parameters) describe(out, parameter);
  describe(out, type.result);
}

std::string describe(const rbs::File& file) {
  std::ostringstream out;
  for (const rbs::Declaration& declaration : file.declarations) {
    out << static_cast<int>(declaration.kind) << ' ' << declaration.full_name << " < "
        << declaration.superclass;
    for (const std::string_view parameter : declaration.parameters) out << ' ' << parameter;
    for (const rbs::Method& method : declaration.methods) {
      out << "\n  " << method.name << ' ' << static_cast<int>(method.side)
          << static_cast<int>(method.visibility);
      for (const rbs::MethodType& overload : method.overloads) describe(out, overload);
    }
    for (const rbs::MethodAlias& alias : declaration.aliases) {
      out << "\n  " << alias.new_name << " = " << alias.old_name << ' ' << static_cast<int>(alias.side);
    }
    for (const rbs::Mixin& mixin : declaration.mixins) {
      out << "\n  " << static_cast<int>(mixin.kind) << ' ' << mixin.name;
    }
    out << '\n';
  }
  for (const rbs::TypeAlias& alias : file.aliases) {
    out << alias.full_name << " = ";
    describe(out, alias.type);
  }
  for (const rbs::NamedConstant& constant : file.constants) {
    out << constant.full_name << ": ";
    describe(out, constant.type);
  }
  return out.str();
}

std::string through_the_runtime(const std::string& source, HeapOptions options) {
  Runtime runtime(options);
  const NodeClasses classes(runtime);
  const Running running(runtime.main());
  LocalScope scope(runtime.main());
  SignatureLoader loader(runtime.main(), classes);
  const Completion<Value> tree = loader.load("test.rbs", source);
  if (!tree) return "raised: " + tree.error().message;
  std::deque<std::string> texts;
  SignatureExport reader(runtime.main(), classes, texts);
  const Completion<rbs::File> file = reader.read(scope.keep(*tree));
  return file ? describe(*file) : "raised: " + file.error().message;
}

TEST(ManagedSignatures, SayWhatThePlainReaderSaysOfEveryConstruct) {
  const std::string source = R"(
class Outer[T, out U] < Base[T]
  include Comparable
  extend _Each[String]
  prepend Other
  CONSTANT: Integer | nil
  type shape = [Integer, "text", :symbol, 1, true, false, nil, void, untyped, top, bot, self, instance, class]
  def map: [X] (T, ?Integer, *String, key: Integer, ?other: String?, **untyped) { (T) -> X } -> Array[X]
         | (?) -> singleton(Outer)
  def self.build: () -> instance
  private def hidden: () ?{ () -> void } -> bool
  alias collect map
  alias self.make self.build
  module Inner : BasicObject
    def each: () -> { name: String }
  end
end
interface _Each[A]
  def each: () { (A & Object) -> ^(Integer) -> void } -> self
end
)";
  const std::string expected = describe(rbs::parse(source));
  EXPECT_NE(expected.find("Outer::Inner"), std::string::npos) << "the reader dropped what this test is about";
  EXPECT_EQ(through_the_runtime(source, {.stress = true}), expected);
}

TEST(ManagedSignatures, SayWhatThePlainReaderSaysOfTheCoreLibrary) {
  const Result<std::string> directory = rbs::find_core_directory();
  ASSERT_TRUE(directory) << directory.error().message;
  int files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(*directory)) {
    if (entry.path().extension() != ".rbs") continue;
    const Result<std::string> source = read_file(entry.path());
    ASSERT_TRUE(source);
    EXPECT_EQ(through_the_runtime(*source, {.collect_after_slots = 256}), describe(rbs::parse(*source)))
        << entry.path();
    ++files;
  }
  EXPECT_GT(files, 50);
}

}  // namespace
}  // namespace analyzer::managed
