#include <array>

#include <gtest/gtest.h>

#include "analyzer/runtime/runtime.h"
#include "analyzer/runtime/values.h"

namespace analyzer::runtime {
namespace {

Completion<Value> answer_one(Isolate&, const Call&) { return Value::integer(1); }

Completion<Value> super_plus_one(Isolate& isolate, const Call& call) {
  ANALYZER_COMPLETE(const Value above, isolate.runtime().call_super(isolate, {call.arguments, {}}));
  return Value::integer(above.as_integer() + 1);
}

Completion<Value> call_again(Isolate& isolate, const Call& call) {
  return isolate.runtime().call(isolate, call.self, call.info->method, {});
}

Completion<Value> difference(Isolate& isolate, const Call& call) {
  const SymbolId minus = isolate.runtime().symbol("minus");
  return Value::integer(call.positional(0).as_integer() - call.keyword(minus).as_integer());
}

class DispatchTest : public testing::Test {
 protected:
  Value instance(ManagedClass& klass) { return scope_.keep(make_object(runtime_.main(), klass)); }
  Completion<Value> call(Value receiver, std::string_view method, const CallArguments& arguments = {}) {
    return runtime_.call(runtime_.main(), receiver, runtime_.symbol(method), arguments);
  }

  Runtime runtime_{HeapOptions{.stress = true}};
  Running running_{runtime_.main()};
  LocalScope scope_{runtime_.main()};
  ManagedClass& base_ = runtime_.define_class("Base", runtime_.object_class());
  ManagedClass& derived_ = runtime_.define_class("Derived", base_);
  ManagedClass& leaf_ = runtime_.define_class("Leaf", derived_);
};

TEST_F(DispatchTest, SuperReachesTheNextClassThatDefinesTheMethod) {
  base_.define_method({.name = runtime_.symbol("depth"), .body = &answer_one});
  leaf_.define_method({.name = runtime_.symbol("depth"), .body = &super_plus_one});
  const Completion<Value> result = call(instance(leaf_), "depth");
  ASSERT_TRUE(result);
  EXPECT_EQ(result->as_integer(), 2);
}

TEST_F(DispatchTest, SuperGoesOnFromTheClassOfTheMethodAndNotOfTheReceiver) {
  for (ManagedClass* klass : {&derived_, &leaf_}) {
    klass->define_method({.name = runtime_.symbol("depth"), .body = &super_plus_one});
  }
  base_.define_method({.name = runtime_.symbol("depth"), .body = &answer_one});
  const Completion<Value> result = call(instance(leaf_), "depth");
  ASSERT_TRUE(result);
  EXPECT_EQ(result->as_integer(), 3);
}

TEST_F(DispatchTest, AMissingMethodRaises) {
  const Completion<Value> result = call(instance(leaf_), "absent");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, Raised::no_method_error);
  EXPECT_EQ(result.error().message, "undefined method 'absent'");
}

TEST_F(DispatchTest, AMissingSuperMethodRaises) {
  leaf_.define_method({.name = runtime_.symbol("depth"), .body = &super_plus_one});
  const Completion<Value> result = call(instance(leaf_), "depth");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "super: no superclass method 'depth'");
  EXPECT_FALSE(runtime_.main().has_frame()) << "a frame was left behind";
}

TEST_F(DispatchTest, ArgumentsAreCountedBeforeTheBodyRuns) {
  leaf_.define_method({.name = runtime_.symbol("one"), .body = &answer_one, .required = 1, .optional = 1});
  const std::array<Value, 3> three{};
  const Completion<Value> result = call(instance(leaf_), "one", {three, {}});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, Raised::argument_error);
  EXPECT_EQ(result.error().message, "wrong number of arguments (given 3, expected 1..2)");
}

TEST_F(DispatchTest, KeywordsAreBoundByNameAndUnknownOnesRaise) {
  const SymbolId minus = runtime_.symbol("minus");
  leaf_.define_method(
      {.name = runtime_.symbol("difference"), .body = &difference, .required = 1, .keywords = {minus}});
  const Value receiver = instance(leaf_);
  const std::array values{Value::integer(9), Value::integer(4)};
  const Completion<Value> result = call(receiver, "difference", {values, std::array{minus}});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->as_integer(), 5);

  const Completion<Value> unknown =
      call(receiver, "difference", {values, std::array{runtime_.symbol("plus")}});
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().message, "unknown keyword: :plus");
}

TEST_F(DispatchTest, EndlessRecursionRaisesInsteadOfOverflowing) {
  Runtime runtime({});
  const Running running(runtime.main());
  LocalScope scope(runtime.main());
  ManagedClass& klass = runtime.define_class("Loop", runtime.object_class());
  klass.define_method({.name = runtime.symbol("again"), .body = &call_again});
  const Value& object = scope.keep(make_object(runtime.main(), klass));
  const Completion<Value> result = runtime.call(runtime.main(), object, runtime.symbol("again"), {});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, Raised::stack_error);
  EXPECT_FALSE(runtime.main().has_frame());
}

}  // namespace
}  // namespace analyzer::runtime
