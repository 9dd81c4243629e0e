#include "harness/base/result.h"

#include <cerrno>

#include <gtest/gtest.h>

namespace repro {
namespace {

Result<int> half(int number) {
  if (number % 2 != 0) return fail(ErrorKind::usage, "odd number");
  return number / 2;
}

Result<int> quarter(int number) {
  REPRO_ASSIGN(const int once, half(number));
  REPRO_ASSIGN(const int twice, half(once));
  return twice;
}

TEST(Result, CarriesAValueThroughAssign) {
  const Result<int> result = quarter(12);
  ASSERT_TRUE(result);
  EXPECT_EQ(*result, 3);
}

TEST(Result, ReturnsTheFirstErrorThroughAssign) {
  const Result<int> result = quarter(6);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "odd number");
  EXPECT_EQ(result.error().kind, ErrorKind::usage);
}

TEST(Result, ContextStandsBeforeTheMessage) {
  Error error{ErrorKind::store, "disk full", ENOSPC};
  EXPECT_EQ(std::move(error).with_context("cannot store run 3").message, "cannot store run 3: disk full");
}

TEST(Result, ErrnoIsKeptBesideItsText) {
  const Result<void> result = fail_errno(ErrorKind::usage, "cannot read 'x'", ENOENT);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().os_errno, ENOENT);
  EXPECT_EQ(result.error().message, "cannot read 'x': No such file or directory");
}

}  // namespace
}  // namespace repro
