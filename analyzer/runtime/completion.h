#pragma once

#include <string>
#include <utility>
#include <variant>

#include "analyzer/runtime/value.h"

namespace analyzer::runtime {

/// The exception classes that the runtime itself raises.
enum class Raised {
  argument_error,
  frozen_error,
  isolation_error,
  no_method_error,
  name_error,
  stack_error,
  type_error
};

/// Name as a Ruby programmer knows it: "IsolationError".
[[nodiscard]] std::string_view to_string(Raised kind);

/// A raised managed exception on its way up.
struct ManagedError {
  Raised kind = Raised::argument_error;
  std::string message;
};

/// How a managed operation ended: with a T, or with an exception raised inside the managed program. This is
/// data of the managed program, not a failure of ours.
template <class T>
class [[nodiscard]] Completion {
 public:
  Completion(T value) : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT(*-explicit-*)
  Completion(ManagedError error)
      : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(*-explicit-*)

  [[nodiscard]] bool returned() const { return state_.index() == 0; }
  explicit operator bool() const { return returned(); }
  [[nodiscard]] T& operator*() & { return std::get<0>(state_); }
  [[nodiscard]] const T& operator*() const& { return std::get<0>(state_); }
  [[nodiscard]] T&& operator*() && { return std::get<0>(std::move(state_)); }
  [[nodiscard]] const T* operator->() const { return &std::get<0>(state_); }
  [[nodiscard]] const ManagedError& error() const& { return std::get<1>(state_); }
  [[nodiscard]] ManagedError&& error() && { return std::get<1>(std::move(state_)); }

 private:
  std::variant<T, ManagedError> state_;
};

}  // namespace analyzer::runtime

/// Declares or assigns `target` from a Completion, or passes its exception on to the caller.
#define ANALYZER_COMPLETE(target, expression) \
  ANALYZER_COMPLETE_(target, expression, ANALYZER_JOIN_(analyzer_completion_, __LINE__))
// NOLINTBEGIN(bugprone-macro-parentheses): `target` may be a declaration
#define ANALYZER_COMPLETE_(target, expression, temporary) \
  auto temporary = (expression);                          \
  if (!temporary) return std::move(temporary).error();    \
  target = *std::move(temporary)
// NOLINTEND(bugprone-macro-parentheses)
#define ANALYZER_JOIN_(a, b) ANALYZER_JOIN_2_(a, b)
#define ANALYZER_JOIN_2_(a, b) a##b
