#pragma once

// Result<T>: a value or an Error, for the failures that we expect (missing file, full disk, unfit machine).
//
// The interface is a subset of std::expected (C++23), which libstdc++ 12 does not offer in C++20 mode. What
// the subject of a run does is never an Error: it is data (model/outcome.h). A broken invariant of ours is
// REPRO_CHECK.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace repro {

/// What kind of failure this is; decides the exit code of the command line (cli/exit_codes.h).
enum class ErrorKind {
  usage,        ///< the request is wrong: unknown name, bad value, command that cannot be executed
  environment,  ///< this machine cannot do it: no symbolizer, no shadow memory, no clang
  store,        ///< the campaign file is unreadable, foreign, newer, locked or the disk is full
  internal,     ///< a system call failed that should not have
};

/// One failure. `message` is a lower-case fragment that reads after "failed to ..." or after a name and a
/// colon, and says what to do where something can be done. Each layer may prepend what it was doing with
/// `with_context`.
struct Error {
  ErrorKind kind = ErrorKind::internal;
  std::string message;
  int os_errno = 0;  ///< errno of the system call, 0 when none was involved

  [[nodiscard]] Error with_context(std::string_view doing) && {
    message = std::string(doing) + ": " + message;
    return std::move(*this);
  }
};

/// Wraps an Error on its way into a Result<T>, as std::unexpected does.
class Unexpected {
 public:
  explicit Unexpected(Error error) : error_(std::move(error)) {}
  [[nodiscard]] Error&& take() && { return std::move(error_); }

 private:
  Error error_;
};

[[nodiscard]] inline Unexpected fail(ErrorKind kind, std::string message, int os_errno = 0) {
  return Unexpected(Error{kind, std::move(message), os_errno});
}

/// As `fail`, with the text of `os_errno` appended to the message.
[[nodiscard]] Unexpected fail_errno(ErrorKind kind, std::string_view doing, int os_errno);

template <class T>
class [[nodiscard]] Result {
 public:
  using value_type = T;

  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT(*-explicit-*)
  Result(Unexpected unexpected) : state_(std::in_place_index<1>, std::move(unexpected).take()) {}  // NOLINT

  [[nodiscard]] bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  [[nodiscard]] T& value() & { return std::get<0>(state_); }
  [[nodiscard]] const T& value() const& { return std::get<0>(state_); }
  [[nodiscard]] T&& value() && { return std::get<0>(std::move(state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  [[nodiscard]] const Error& error() const& { return std::get<1>(state_); }
  [[nodiscard]] Error&& error() && { return std::get<1>(std::move(state_)); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Unexpected unexpected) : error_(std::move(unexpected).take()) {}  // NOLINT(*-explicit-*)

  [[nodiscard]] bool has_value() const { return !error_.has_value(); }
  explicit operator bool() const { return has_value(); }

  [[nodiscard]] const Error& error() const& { return *error_; }
  [[nodiscard]] Error&& error() && { return *std::move(error_); }

 private:
  std::optional<Error> error_;
};

}  // namespace repro

/// Returns the Error of `expression` from the enclosing function, else goes on.
#define REPRO_TRY(expression)                                          \
  do {                                                                 \
    if (auto repro_try_result = (expression); !repro_try_result) {     \
      return ::repro::Unexpected(std::move(repro_try_result).error()); \
    }                                                                  \
  } while (false)

/// Declares or assigns `target` from the value of `expression`, or returns its Error.
#define REPRO_ASSIGN(target, expression) \
  REPRO_ASSIGN_(target, expression, REPRO_CONCAT_(repro_result_, __LINE__))
// NOLINTBEGIN(bugprone-macro-parentheses): `target` may be a declaration
#define REPRO_ASSIGN_(target, expression, temporary)                        \
  auto temporary = (expression);                                            \
  if (!temporary) return ::repro::Unexpected(std::move(temporary).error()); \
  target = std::move(temporary).value()
// NOLINTEND(bugprone-macro-parentheses)
#define REPRO_CONCAT_(a, b) REPRO_CONCAT_2_(a, b)
#define REPRO_CONCAT_2_(a, b) a##b
