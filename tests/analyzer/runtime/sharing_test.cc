#include "analyzer/runtime/sharing.h"

#include <functional>
#include <map>
#include <string_view>

#include <gtest/gtest.h>

#include "analyzer/runtime/runtime.h"
#include "analyzer/runtime/values.h"

namespace analyzer::runtime {
namespace {

class SharingTest : public testing::Test {
 protected:
  Isolate& isolate() { return runtime_.main(); }

  Runtime runtime_{HeapOptions{.stress = true}};
  Running running_{runtime_.main()};
  LocalScope scope_{runtime_.main()};
};

TEST_F(SharingTest, ImmediatesAreShareable) {
  EXPECT_TRUE(is_shareable({}));
  EXPECT_TRUE(is_shareable(Value::boolean(true)));
  EXPECT_TRUE(is_shareable(Value::boolean(false)));
  EXPECT_TRUE(is_shareable(Value::integer(-1)));
  EXPECT_TRUE(is_shareable(Value::symbol(runtime_.symbol("a"))));
}

/// One example of each heap value type, with a part inside that is itself not frozen, and what is to be true
/// of it.
struct Audited {
  std::function<Value(Isolate&, Value part)> make;
  bool shareable_as_made;
  bool shareable_when_frozen;
};

TEST_F(SharingTest, AuditOfEveryValueType) {
  ManagedClass& point = runtime_.define_class("Point", runtime_.object_class());
  point.define_field(runtime_.symbol("x"));
  const std::map<const DataType*, Audited> audit{
      {&kStringType, {[](Isolate& i, Value) { return make_string(i, "text"); }, false, true}},
      {&kFloatType, {[](Isolate& i, Value) { return make_float(i, 1.5); }, true, true}},
      {&kArrayType,
       {[](Isolate& i, Value part) {
          const Value array = make_array(i);
          EXPECT_TRUE(array_push(array, part));
          return array;
        },
        false, true}},
      {&kHashType,
       {[](Isolate& i, Value part) {
          const Value hash = make_hash(i);
          EXPECT_TRUE(hash_store(hash, Value::integer(1), part));
          return hash;
        },
        false, true}},
      {&kRangeType, {[](Isolate& i, Value part) { return make_range(i, part, part); }, false, true}},
      {&kObjectType,
       {[&point](Isolate& i, Value part) {
          const Value object = make_object(i, point);
          EXPECT_TRUE(set_field(object, 0, part));
          return object;
        },
        false, true}},
      {&kClassType, {[&point](Isolate& i, Value) { return make_class_reference(i, point); }, true, true}},
      {&kProcType,
       {[](Isolate& i, Value part) {
          return make_proc(i, {nullptr, {part}});
        },
        false, false}},
  };
  for (const DataType* type : heap_value_types()) {
    ASSERT_TRUE(audit.contains(type)) << type->name << " is not audited";
    const Audited& entry = audit.at(type);
    const Value& part = scope_.keep(make_string(isolate(), "part"));
    const Value& value = scope_.keep(entry.make(isolate(), part));
    ASSERT_TRUE(is_a(value, *type)) << type->name;
    EXPECT_EQ(is_shareable(value), entry.shareable_as_made) << type->name;

    // Freezing the shell alone must not be enough for what holds references.
    value.slot()->frozen = true;
    if (type->visit_references != nullptr && type->sharing == Sharing::when_deeply_frozen) {
      EXPECT_FALSE(is_shareable(value)) << type->name << " hides an unfrozen part";
    }
    const std::optional<std::string> obstacle = deep_freeze(value);
    EXPECT_EQ(is_shareable(value), entry.shareable_when_frozen) << type->name;
    EXPECT_EQ(obstacle.has_value(), !entry.shareable_when_frozen) << type->name;
  }
}

TEST_F(SharingTest, DeepFreezeFollowsCycles) {
  const Value& a = scope_.keep(make_array(isolate()));
  const Value& b = scope_.keep(make_array(isolate()));
  ASSERT_TRUE(array_push(a, b));
  ASSERT_TRUE(array_push(b, a));
  EXPECT_EQ(deep_freeze(a), std::nullopt);
  EXPECT_TRUE(is_shareable(b));
}

TEST_F(SharingTest, DeepFreezeNamesWhatCannotBeShared) {
  const Value& array = scope_.keep(make_array(isolate()));
  ASSERT_TRUE(array_push(array, make_proc(isolate(), {})));
  EXPECT_EQ(deep_freeze(array), "Proc");
  EXPECT_FALSE(is_shareable(array));
}

TEST_F(SharingTest, FrozenObjectsRefuseEveryChange) {
  ManagedClass& point = runtime_.define_class("Point", runtime_.object_class());
  point.define_field(runtime_.symbol("x"));
  const Value& string = scope_.keep(make_string(isolate(), "text"));
  const Value& array = scope_.keep(make_array(isolate()));
  const Value& hash = scope_.keep(make_hash(isolate()));
  const Value& object = scope_.keep(make_object(isolate(), point));
  for (const Value value : {string, array, hash, object}) (void)deep_freeze(value);
  for (const Completion<Value>& result : {string_append(string, "x"), array_push(array, {}),
                                          hash_store(hash, {}, {}), set_field(object, 0, {})}) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, Raised::frozen_error);
  }
  EXPECT_EQ(string_of(string), "text");
}

class ConstantTest : public SharingTest {
 protected:
  Completion<Value> read(Isolate& isolate) {
    return runtime_.read_constant(isolate, klass_, runtime_.symbol("RULES"));
  }

  ManagedClass& klass_ = runtime_.define_class("Analyzer", runtime_.object_class());
};

TEST_F(ConstantTest, AWorkerMayNotReadAConstantThatIsNotShareable) {
  klass_.define_constant(runtime_.symbol("RULES"), scope_.keep(make_array(isolate())));
  EXPECT_TRUE(read(isolate())) << "the main isolate may";
  const Completion<Value> result = read(runtime_.create_worker());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, Raised::isolation_error);
  EXPECT_EQ(result.error().message,
            "can not access non-shareable objects in constant Analyzer::RULES by non-main isolate");
}

TEST_F(ConstantTest, AFrozenConstantWithAnUnfrozenPartIsNotShareable) {
  const Value& array = scope_.keep(make_array(isolate()));
  ASSERT_TRUE(array_push(array, make_string(isolate(), "part")));
  array.slot()->frozen = true;
  klass_.define_constant(runtime_.symbol("RULES"), array);
  EXPECT_FALSE(read(runtime_.create_worker()));
}

TEST_F(ConstantTest, AWorkerReadsAShareableConstant) {
  const Value& array = scope_.keep(make_array(isolate()));
  ASSERT_TRUE(array_push(array, make_string(isolate(), "part")));
  ASSERT_EQ(deep_freeze(array), std::nullopt);
  klass_.define_constant(runtime_.symbol("RULES"), array);
  EXPECT_TRUE(read(runtime_.create_worker()));
}

TEST_F(ConstantTest, AnUnknownConstantRaises) {
  const Completion<Value> result = read(isolate());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, Raised::name_error);
}

TEST_F(ConstantTest, ConstantsSurviveCollections) {
  klass_.define_constant(runtime_.symbol("RULES"), make_string(isolate(), "kept"));
  runtime_.heap().collect();
  const Completion<Value> result = read(isolate());
  ASSERT_TRUE(result);
  EXPECT_EQ(string_of(*result), "kept");
}

}  // namespace
}  // namespace analyzer::runtime
