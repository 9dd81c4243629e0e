#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analyzer/infer/file_index.h"
#include "tests/analyzer/analyze_text.h"

namespace analyzer {
namespace {

using test::analyze;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(UndefinedMethod, IsReportedForLiteralsOfEveryKind) {
  EXPECT_THAT(
      analyze("'s'.nope\n:s.nope\n1.nope\n1.5.nope\nnil.nope\ntrue.nope\n[].nope\n{}.nope\n(1..2).nope\n"
              "/x/.nope\n-> {}.nope\n2r.nope\n3i.nope\n"),
      ElementsAre("1: undefined method 'nope' for an instance of String [call.undefined-method]",
                  "2: undefined method 'nope' for an instance of Symbol [call.undefined-method]",
                  "3: undefined method 'nope' for an instance of Integer [call.undefined-method]",
                  "4: undefined method 'nope' for an instance of Float [call.undefined-method]",
                  "5: undefined method 'nope' for nil [call.undefined-method]",
                  "6: undefined method 'nope' for true [call.undefined-method]",
                  "7: undefined method 'nope' for an instance of Array [call.undefined-method]",
                  "8: undefined method 'nope' for an instance of Hash [call.undefined-method]",
                  "9: undefined method 'nope' for an instance of Range [call.undefined-method]",
                  "10: undefined method 'nope' for an instance of Regexp [call.undefined-method]",
                  "11: undefined method 'nope' for an instance of Proc [call.undefined-method]",
                  "12: undefined method 'nope' for an instance of Rational [call.undefined-method]",
                  "13: undefined method 'nope' for an instance of Complex [call.undefined-method]"));
}

TEST(UndefinedMethod, KnowsInheritedAndMixedInMethodsOfCoreClasses) {
  EXPECT_THAT(
      analyze("'s'.object_id\n[3].each_slice(2)\n1.clamp(0, 2)\n'a'.between?('a', 'b')\nFile.read('x')\n"
              "Math.sqrt(2)\nComparable.instance_methods\nString.name\n"),
      IsEmpty());
}

TEST(UndefinedMethod, FollowsReturnTypesOfSignatures) {
  EXPECT_THAT(analyze("'s'.upcase.strip.nope\n"),
              ElementsAre("1: undefined method 'nope' for an instance of String [call.undefined-method]"));
}

TEST(UndefinedMethod, FollowsReturnTypesOfProjectMethods) {
  EXPECT_THAT(analyze("class A\n def f; g; end\n def g\n return 'x' if rand > 1\n 'y'\n end\nend\n"
                      "A.new.g.nope\nA.new.f.upcase\n"),
              ElementsAre("8: undefined method 'nope' for an instance of String [call.undefined-method]"));
}

TEST(UndefinedMethod, SpeaksOnlyWhenEveryPossibilityLacksTheMethod) {
  EXPECT_THAT(
      analyze("x = rand > 1 ? 'a' : nil\nx.upcase\nx.nope\n"),
      ElementsAre("3: undefined method 'nope' for an instance of String or nil [call.undefined-method]"));
}

TEST(UndefinedMethod, IsSilentWhereTheReceiverIsUnknown) {
  EXPECT_THAT(analyze("def f(x)\n x.nope\n @y.nope\n $z.nope\n yield.nope\n super.nope\n Unknown.nope\n"
                      " Unknown.new.nope\nend\n"),
              IsEmpty());
}

TEST(UndefinedMethod, IsSilentAboutOpenClasses) {
  const char* const bodies[] = {
      "def method_missing(n, *a) = 1",
      "def respond_to_missing?(n, p) = true",
      "include Unknown",
      "prepend Unknown",
      "some_macro :x",
      "define_method(name) { }",
      "attr_reader(*NAMES)",
      "class_eval 'def nope; end'",
      "[1].each { |n| define_method(n) { } }",
      "def setup; extend Unknown; end",
      "def setup; instance_eval { }; end",
      "def setup; singleton_class.send(:define_method, :q) { }; end",
  };
  for (const char* body : bodies) {
    EXPECT_THAT(analyze("class A\n" + std::string(body) + "\nend\nA.new.nope\n"), IsEmpty()) << body;
  }
}

TEST(UndefinedMethod, IsSilentAboutClassesOpenedFromOutside) {
  for (const char* opening :
       {"A.class_eval 'def x; end'", "A.extend(Unknown)", "A.define_method(name) { }", "A.send(word, 1)",
        "A.include(Unknown)", "A.class_eval { some_macro }", "class << A; include Unknown; end"}) {
    EXPECT_THAT(analyze("class A\n def own; end\nend\n" + std::string(opening) + "\nA.nope\n"), IsEmpty())
        << opening;
  }
}

TEST(UndefinedMethod, FollowsWhatIsDefinedFromOutside) {
  for (const char* definition :
       {"A.class_eval { def f; end }", "A.send(:define_method, :f) { }", "A.include(M)",
        "A.send(:include, M)", "A.class_eval { attr_reader :f }", "A.send(:alias_method, :f, :to_s)",
        "A.prepend(M)", "A.send(:attr_reader, :f)"}) {
    EXPECT_THAT(analyze("module M\n def f; end\nend\nclass A\n def own; end\nend\n" +
                        std::string(definition) + "\nA.new.f\nA.new.nope\n"),
                testing::SizeIs(1))
        << definition;
  }
  EXPECT_THAT(analyze("class A\n def own; end\nend\nclass << A\n def f; end\nend\ndef A.g; "
                      "end\nA.instance_eval { def h; end }\n"
                      "A.f\nA.g\nA.h\nA.nope\n"),
              testing::SizeIs(1));
}

TEST(UndefinedMethod, IsSilentAboutClassesThatAreOnlyANameHere) {
  EXPECT_THAT(analyze("module Program\n class Part\n  def initialize; end\n end\nend\nProgram.run\n"),
              IsEmpty());
  EXPECT_THAT(
      analyze("require_relative 'missing'\nclass Patched\n def more; end\nend\nPatched.new.original\n"),
      IsEmpty());
  EXPECT_THAT(analyze("class Whole\n def more; end\nend\nWhole.new.original\n"), testing::SizeIs(1));
}

TEST(UndefinedMethod, KnowsWhatTheCoreSignaturesLeaveOut) {
  EXPECT_THAT(
      analyze("IO.pipe\nWarning[:x] = true\nDir.tmpdir\n's'.to_json\n's'.to_c\nEncoding::Converter.new('a', "
              "'b').primitive_errinfo\n[].pipe\n"),
      ElementsAre("7: undefined method 'pipe' for an instance of Array [call.undefined-method]"));
}

TEST(UndefinedMethod, AsksTheSubclassesOfAnInexactReceiver) {
  EXPECT_THAT(analyze("def f(x)\n x.to_f if x.is_a?(Numeric)\n x.nope if x.is_a?(Numeric)\nend\n"),
              ElementsAre("3: undefined method 'nope' for an instance of Numeric [call.undefined-method]"));
}

TEST(UndefinedMethod, SaysNothingOfNamesThatWereTakenAway) {
  EXPECT_THAT(analyze("class A\n undef dup\n def f; end\n remove_method :f\nend\nA.new.f\nA.new.dup\n"),
              IsEmpty());
}

TEST(UndefinedMethod, IsSilentAboutSubclassesOfTheUnknown) {
  EXPECT_THAT(
      analyze("class A < Unknown\nend\nclass B < Struct.new(:x)\nend\nclass C < B\nend\nS = Struct.new(:y)\n"
              "A.new.nope\nB.new.nope\nC.new.nope\nS.new.nope\n"),
      IsEmpty());
}

TEST(UndefinedMethod, IsSilentWhereAHookMayAddMethods) {
  EXPECT_THAT(
      analyze("module M\n def self.included(base)\n base.extend(K)\n end\nend\nclass A\n include M\nend\n"
              "class P\n def self.inherited(c); end\nend\nclass Q < P; end\nA.nope\nQ.nope\nQ.new.nope\n"),
      IsEmpty());
}

TEST(UndefinedMethod, IsSilentForNamesDefinedWhereTheClassCannotBeTold) {
  EXPECT_THAT(analyze("module R\n refine String do\n  def shout = upcase\n end\nend\nusing R\n'a'.shout\n"
                      "o = []\ndef o.special = 1\no.special\n[].special\n"
                      "Class.new do\n def hidden = 1\nend\n''.hidden\n"),
              IsEmpty());
}

TEST(UndefinedMethod, AddsPatchesOfCoreClassesToTheirMethods) {
  EXPECT_THAT(analyze("class String\n def shout = upcase\nend\n'a'.shout\n'a'.nope\n"),
              ElementsAre("5: undefined method 'nope' for an instance of String [call.undefined-method]"));
}

TEST(UndefinedMethod, IsSilentAboutCoreClassesNextToUnknownLibraries) {
  EXPECT_THAT(analyze("require 'active_support'\n'a'.pluralize\n"), IsEmpty());
  EXPECT_THAT(
      analyze({{"lib/a.rb", "require 'b'\n'a'.pluralize\n"}, {"lib/b.rb", "require 'active_support'\n"}}),
      IsEmpty());
  EXPECT_THAT(analyze("require 'json'\n'a'.pluralize\n'a'.to_json\n"), testing::SizeIs(1));
}

TEST(FileIndex, FindsFilesByTheEndOfTheirPathAndBesideAFile) {
  const infer::FileIndex files({"/a/./lib//x.rb", "../b/y.rb", "z.rb", "/a/lib/deep/x.rb"});
  using Indices = std::vector<std::uint32_t>;
  const auto found = [&](std::uint32_t from, std::string_view name) {
    const Indices* const indices = files.find(from, name);
    return indices == nullptr ? Indices() : *indices;
  };
  EXPECT_EQ(found(2, "x"), (Indices{0, 3}));
  EXPECT_EQ(found(2, "lib/x.rb"), Indices{0});
  EXPECT_EQ(found(0, "./deep/x"), Indices{3});
  EXPECT_EQ(found(3, "./../x"), Indices{0});
  EXPECT_EQ(found(3, "./../../../../a/lib/x"), Indices{0}) << "above the root is the root";
  EXPECT_EQ(found(2, "./z.so"), Indices{2});
  EXPECT_EQ(found(2, "./../b/y"), Indices{1});
  EXPECT_EQ(found(1, "./x"), Indices());
  EXPECT_TRUE(files.has("b/y"));
  EXPECT_FALSE(files.has("c/y"));
}

TEST(UndefinedMethod, LetsOnlyItsOwnFileBuildOnAnOptionalLibrary) {
  const std::string optional = "begin\n require 'fancy'\nrescue LoadError\nend\n''.fancy\n";
  EXPECT_THAT(analyze(optional), IsEmpty());
  EXPECT_THAT(analyze({{"lib/a.rb", "require 'b'\n''.fancy\n"}, {"lib/b.rb", optional}}),
              ElementsAre(testing::StartsWith("lib/a.rb:2: undefined method 'fancy'")));
}

TEST(UndefinedMethod, IsSilentAboutCoreClassesOnlyWhereAFileChangesThemInUnknownWays) {
  const std::string change = "class String\n fancy_macro :shout\nend\n";
  EXPECT_THAT(analyze(change + "''.nope\n"), IsEmpty());
  EXPECT_THAT(analyze({{"lib/a.rb", "require_relative 'b'\n''.nope\n"}, {"lib/b.rb", change}}), IsEmpty());
  EXPECT_THAT(analyze({{"lib/a.rb", "class A\n def f; end\nend\nA.new.nope\n"}, {"lib/b.rb", change}}),
              testing::SizeIs(1));
}

TEST(UndefinedMethod, TakesALibrarysClassesForWholeOnlyWhereTheLibraryIs) {
  const std::string patch =
      "module REXML\n class Document\n  def more; end\n end\nend\nREXML::Document.new.root\n";
  EXPECT_THAT(analyze(patch), IsEmpty());
  EXPECT_THAT(analyze({{"lib/rexml/rexml.rb", patch}, {"lib/x.rb", "require 'rexml/rexml'\n"}}),
              testing::SizeIs(1));
  EXPECT_THAT(analyze({{"ext/rexml/rexml.rb", patch}, {"lib/x.rb", "require 'rexml/document'\n"}}),
              IsEmpty());
}

TEST(UndefinedMethod, JoinsTheResultsOfAMethodThatIsDefinedTwice) {
  EXPECT_THAT(analyze("class A\n def f = 's'\n def f = 1\n def g = 's'\n def g = unknown\nend\n"
                      "A.new.f.nope\nA.new.f.upcase\nA.new.g.nope\n"),
              ElementsAre("7: undefined method 'nope' for an instance of String or an instance of Integer "
                          "[call.undefined-method]"));
}

TEST(UndefinedMethod, IsSilentOnSelfBecauseASubclassMayDefineIt) {
  EXPECT_THAT(analyze("class A\n def f = self.template\n def self.g = template\nend\n"), IsEmpty());
}

TEST(UndefinedMethod, SeesClassMethodsMixinsAndAttributes) {
  EXPECT_THAT(
      analyze(
          "module M\n def m = 1\nend\nmodule K\n def k = 1\nend\n"
          "class A\n include M\n extend K\n attr_accessor :x\n class << self\n def s = 1\n attr_reader :t\n"
          " end\n def self.u = 1\n alias v m\n alias_method :w, :m\nend\n"
          "a = A.new\na.m\na.x = 1\na.x\na.v\na.w\nA.k\nA.s\nA.t\nA.u\na.k\nA.m\n"),
      ElementsAre("29: undefined method 'k' for an instance of A [call.undefined-method]",
                  "30: undefined method 'm' for class A [call.undefined-method]"));
}

TEST(UndefinedMethod, FindsClassesOfOtherFilesThroughNestingAndInheritance) {
  EXPECT_THAT(
      analyze({{"a.rb", "module N\n class Base\n  class Inner; def i = 1; end\n end\nend\n"},
               {"b.rb", "class N::Sub < N::Base\n def f = Inner.new.i\n def g = Inner.new.nope\nend\n"}}),
      ElementsAre("b.rb:3: undefined method 'nope' for an instance of N::Base::Inner "
                  "[call.undefined-method]"));
}

TEST(Flow, ForgetsVariablesThatBlocksAndLoopsMayChange) {
  EXPECT_THAT(
      analyze(
          "x = 1\n[2].each { x = 's' }\nx.upcase\ny = nil\nwhile rand > 1\n y.upcase if y\n y = 's'\nend\n"
          "y.upcase\nz = 1\nbegin\n z = File.read('a')\n z = 's'\nrescue\n z.upcase\nend\n"
          "w = 1\ninstance_eval 'w = :s'\nw.upcase\n"),
      IsEmpty());
}

TEST(Flow, NarrowsByConditions) {
  EXPECT_THAT(
      analyze("x = rand > 1 ? 's' : nil\nif x\n x.upcase\nelse\n x.upcase\nend\nreturn unless x\nx.nil?.foo\n"
              "x.nope\n"),
      ElementsAre("5: undefined method 'upcase' for nil [call.undefined-method]",
                  "8: undefined method 'foo' for true or false [call.undefined-method]",
                  "9: undefined method 'nope' for an instance of String [call.undefined-method]"));
  EXPECT_THAT(analyze("def f(x)\n if x.is_a?(String)\n  x.nope\n end\n case x\n when Integer then x.nope2\n"
                      " when 'a' then x.nope3\n end\n x.nope4\nend\n"),
              ElementsAre("3: undefined method 'nope' for an instance of String [call.undefined-method]",
                          "6: undefined method 'nope2' for an instance of Integer [call.undefined-method]"));
}

TEST(Flow, SeesNothingBehindAPathThatLeaves) {
  EXPECT_THAT(analyze("def f\n x = nil\n raise 'no'\n x.nope\nend\ndef g(a)\n y = nil\n y = 's' if a\n"
                      " raise unless y\n y.upcase\nend\n"),
              IsEmpty());
}

TEST(WrongArity, ChecksConstructorsMethodsAndSignatures) {
  EXPECT_THAT(
      analyze("class A\n def initialize(a, b = 1); end\n def f(*r, z); end\n def self.s; end\nend\n"
              "A.new\nA.new(1, 2, 3)\na = A.new(1)\na.f\na.f(1, 2, 3)\nA.s(1)\n'x'.upcase(1, 2, 3, 4)\n"),
      ElementsAre("6: wrong number of arguments (given 0, expected 1..2) for 'new' of class A "
                  "[call.wrong-arity]",
                  "7: wrong number of arguments (given 3, expected 1..2) for 'new' of class A "
                  "[call.wrong-arity]",
                  "9: wrong number of arguments (given 0, expected 1+) for 'f' of an instance of A "
                  "[call.wrong-arity]",
                  "11: wrong number of arguments (given 1, expected 0) for 's' of class A [call.wrong-arity]",
                  "12: wrong number of arguments (given 4, expected 0..2) for 'upcase' of an instance of "
                  "String [call.wrong-arity]"));
}

TEST(WrongArity, ChecksKeywordsOfProjectMethods) {
  EXPECT_THAT(
      analyze("class A\n def f(a, k:, o: 1); end\n def g(h); end\n def r(**o); end\nend\na = A.new\n"
              "a.f(1)\na.f(1, k: 1, q: 2)\na.f(1, k: 2)\na.g(x: 1)\na.g('x' => 1)\na.r(z: 1)\na.f(1, **h)\n"
              "a.g(1, **h)\n"),
      ElementsAre("7: missing keyword: :k for 'f' of an instance of A [call.wrong-arity]",
                  "8: unknown keyword: :q for 'f' of an instance of A [call.wrong-arity]"));
}

TEST(WrongArity, ChecksCallsOnSelfUnlessASubclassDiffers) {
  EXPECT_THAT(
      analyze("class A\n def f(a); end\n def g; f; f(1, 2); end\n def h; k(1); end\n def k; end\nend\n"
              "class B < A\n def k(a); end\nend\n"),
      ElementsAre("3: wrong number of arguments (given 2, expected 1) for 'f' of an instance of A "
                  "[call.wrong-arity]"));
}

TEST(WrongArity, IsSilentForSplatsRepeatedDefinitionsAndAliases) {
  EXPECT_THAT(
      analyze("class A\n def f(a); end\n def f(a, b); end\n def g(...) = f(...)\n def h(a); end\n alias h g\n"
              " attr_reader :i\nend\na = A.new\na.f(1)\na.f(1, 2)\na.g(1, 2, "
              "3)\na.h\na.f(*x)\na.h(*x)\na.i(*x)\n"),
      IsEmpty());
}

TEST(WrongArity, ReportsACallThatIsWrongForEveryDefinition) {
  EXPECT_THAT(analyze("class A\n def f(a); end\n def f(a, b); end\nend\nA.new.f\n"), testing::SizeIs(1));
}

TEST(ZeroDivision, FollowsTheZeroThroughVariables) {
  EXPECT_THAT(
      analyze("z = 0\n1 / z\n10 % 0\n7.divmod(z)\n1.0 / z\n1 / 0.0\n1.fdiv(0)\nz = 1 if rand > 1\n1 / z\n"),
      ElementsAre("2: integer division by zero: the divisor is always 0 [flow.always-zero-division]",
                  "3: integer division by zero: the divisor is always 0 [flow.always-zero-division]",
                  "4: integer division by zero: the divisor is always 0 [flow.always-zero-division]"));
}

TEST(ZeroDivision, IsSilentForOtherReceiversAndPatchedIntegers) {
  EXPECT_THAT(analyze("def f(x) = x / 0\nclass M\n def /(o) = 1\nend\nM.new / 0\n"), IsEmpty());
  EXPECT_THAT(analyze("class Integer\n def /(o) = 1\nend\n1 / 0\n"), IsEmpty());
}

TEST(ParseError, NamesTheFirstPlaceAndStopsThere) {
  EXPECT_THAT(analyze("def f\n 'a'.nope\n"), ElementsAre(testing::EndsWith("[parse-error]")));
  EXPECT_THAT(analyze("x = )\n"), ElementsAre(testing::StartsWith("1: unexpected text")));
}

TEST(Inference, GivesUpOnCyclesAndDepthsWithoutFailing) {
  std::string deep = "x = 1\n";
  for (int i = 0; i < 3000; ++i) deep += "x = x + 1\n";
  std::string nested = std::string(3000, '(') + "1" + std::string(3000, ')') + ".nope\n";
  EXPECT_THAT(analyze(deep + "x.nope\n"), IsEmpty());
  EXPECT_THAT(analyze(nested), testing::SizeIs(testing::Le(1U)));
  EXPECT_THAT(
      analyze(
          "class A\n def f = g\n def g = f\nend\nA.new.f.nope\nclass B < C; end\nclass C < B; end\nB.new.x\n"
          "D = E\nE = D\nD.nope\n"),
      IsEmpty());
}

}  // namespace
}  // namespace analyzer
