#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analyzer/rbs/parser.h"
#include "analyzer/rbs/reflection.h"
#include "tests/analyzer/analyze_text.h"

namespace analyzer::rbs {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

TEST(Rbs, ReadsEveryFileOfTheCoreSignatures) {
  const auto reflection = test::core_signatures();
  EXPECT_GT(reflection->counts().files, 50U);
  EXPECT_GT(reflection->counts().classes, 250U);
  EXPECT_GT(reflection->counts().methods, 2000U);
  // Everything that is dropped is dropped on purpose; nothing was unreadable.
  EXPECT_THAT(reflection->counts().skips,
              ElementsAre(Pair("annotation", testing::Gt(0U)), Pair("global variable", testing::Gt(0U)),
                          Pair("overload added to another file's", 1),
                          Pair("self type of a module", testing::Gt(0U))));
  for (const auto& entry : reflection->classes()) {
    EXPECT_TRUE(entry->superclass.empty() || reflection->find(entry->superclass) != nullptr) << entry->name;
  }
}

TEST(Rbs, ReadsAllFormsOfParameters) {
  const File file = parse(
      "class A[unchecked out T < Object]\n"
      "  def f: [X] (Integer a, ?String b, *Symbol c, T `class`, k: Integer, ?o: String?, **untyped) ?{ (X) "
      "-> "
      "void } -> X\n"
      "       | (?) -> nil\n"
      "  def self.g: () { () [self: A] -> void } -> self\n"
      "  def self?.h: (?:nfc | :nfd form, end: Integer) -> [Integer, ^(A) -> void]\n"
      "  def []=: ({ name: String, ?age: Integer, \"x\" => 1 } h, -1 n) -> (A | B & _C)?\n"
      "end\n");
  ASSERT_THAT(file.declarations, SizeIs(1));
  const Declaration& decl = file.declarations.front();
  EXPECT_THAT(file.skips, ElementsAre(Pair("bound of a type parameter", 1), Pair("self type of a block", 1)));
  ASSERT_THAT(decl.methods, SizeIs(5));
  const Method& f = decl.methods[0];
  ASSERT_THAT(f.overloads, SizeIs(2));
  EXPECT_EQ(f.overloads[0].required, 2);
  EXPECT_EQ(f.overloads[0].optional, 1);
  EXPECT_TRUE(f.overloads[0].rest);
  EXPECT_TRUE(f.overloads[0].keyword_rest);
  EXPECT_EQ(f.overloads[0].block, BlockUse::optional);
  ASSERT_THAT(f.overloads[0].keywords, SizeIs(2));
  EXPECT_TRUE(f.overloads[0].keywords[0].required);
  EXPECT_FALSE(f.overloads[0].keywords[1].required);
  EXPECT_EQ(f.overloads[0].result.kind, TypeKind::variable);
  EXPECT_TRUE(f.overloads[1].untyped_parameters);
  EXPECT_EQ(decl.methods[1].side, Side::singleton);
  EXPECT_EQ(decl.methods[1].overloads[0].block, BlockUse::required);
  EXPECT_EQ(decl.methods[2].side, Side::singleton);
  EXPECT_EQ(decl.methods[3].visibility, Visibility::private_);
  EXPECT_EQ(decl.methods[3].overloads[0].optional, 1);
  EXPECT_EQ(decl.methods[4].name, "[]=");
  EXPECT_EQ(decl.methods[4].overloads[0].result.kind, TypeKind::optional);
}

TEST(Rbs, ReadsMembersThatAreNotMethods) {
  const File file = parse(
      "module M : _Each\n  include Comparable\n  extend A::B[Integer]\n  prepend C\n  attr_accessor x (@y) : "
      "Integer\n"
      "  alias z x\n  alias self.p self.q\n  @i: Integer\n  VERSION: String\n  type t = Integer | String\n"
      "  class Inner < ::Outer\n  end\n  private\n  def hidden: () -> void\n  public def shown: () -> "
      "void\nend\n"
      "$g: Integer\n::TOP: Array[String]\ninterface _I\n  def each: () -> void\nend\n");
  ASSERT_THAT(file.declarations, SizeIs(3));
  const Declaration& inner = file.declarations[0];
  EXPECT_EQ(inner.full_name, "M::Inner");
  EXPECT_EQ(inner.superclass, "Outer");
  const Declaration& module = file.declarations[1];
  EXPECT_THAT(module.mixins, SizeIs(3));
  EXPECT_THAT(module.aliases, SizeIs(2));
  ASSERT_THAT(module.methods, SizeIs(4));
  EXPECT_EQ(module.methods[1].name, "x=");
  EXPECT_EQ(module.methods[2].visibility, Visibility::private_);
  EXPECT_EQ(module.methods[3].visibility, Visibility::public_);
  EXPECT_THAT(file.constants, SizeIs(2));
  EXPECT_THAT(file.aliases, SizeIs(1));
  EXPECT_THAT(file.skips, ElementsAre(Pair("global variable", 1), Pair("instance variable", 1),
                                      Pair("self type of a module", 1)));
}

TEST(Rbs, CountsWhatItCannotReadAndGoesOn) {
  const File file = parse(
      "class A\n  def ok: () -> Integer\n  def bad: (((\n  def fine: () -> String\nend\n%%%\n"
      "class B\nend\n");
  ASSERT_THAT(file.declarations, SizeIs(2));
  EXPECT_THAT(file.declarations[0].methods, SizeIs(2));
  EXPECT_THAT(file.skips, ElementsAre(Pair("unreadable declaration", 1), Pair("unreadable member", 1)));
}

TEST(Rbs, SurvivesEveryCutOfAFile) {
  const std::string text =
      "class A[T] < B[T]\n  def f: [X] (?T x, *Integer, k: \"s\") { (X) -> T } -> [T, X]? | () -> { a: T }\n"
      "  alias g f\nend\n%a{x} module M : _I\nend\n";
  for (std::size_t size = 0; size <= text.size(); ++size) {
    EXPECT_LE(parse(std::string_view(text).substr(0, size)).declarations.size(), 2U);
  }
}

TEST(Rbs, TellsALocationForEveryDeclarationMemberAndType) {
  struct Ranges : LocationSink {
    std::vector<std::string> texts;
    std::string source;
    void on_location(std::uint32_t begin, std::uint32_t end) override {
      texts.push_back(source.substr(begin, end - begin));
    }
  } ranges;
  ranges.source = "class A\n  def f: (Integer) -> String # why\nend";
  static_cast<void>(parse(ranges.source, &ranges));
  EXPECT_THAT(ranges.texts, ElementsAre("Integer", "String", "(Integer) -> String",
                                        "def f: (Integer) -> String", ranges.source));
}

TEST(Reflection, ResolvesNamesFromTheInsideOut) {
  const auto reflection =
      Reflection::build({"class A\n  class B\n  end\n  class C < B\n  end\nend\nclass B\nend\n",
                         "class A\n  def f: () -> B\n  alias g f\nend\n"});
  EXPECT_EQ(reflection->find("A::C")->superclass, "A::B");
  EXPECT_EQ(reflection->resolve("B", "A::C")->name, "A::B");
  EXPECT_EQ(reflection->resolve("B", "")->name, "B");
  EXPECT_EQ(reflection->resolve("Missing", "A"), nullptr);
  EXPECT_THAT(reflection->find("A")->instance.at("g").overloads, SizeIs(1));
}

}  // namespace
}  // namespace analyzer::rbs
