#pragma once

// Result<T>: a value or an Error, for the failures that the analyzer expects (missing file, bad option, full
// disk).
//
// What is wrong with the analysed program is never an Error: it is a diagnostic (report/diagnostic.h).

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace analyzer {

/// `usage` ends the program with exit code 2 and the message; `io` is a file or system call that failed.
enum class ErrorKind { usage, io };

/// One failure; `message` is a lower-case fragment that names the thing and says what to do about it.
struct Error {
  ErrorKind kind = ErrorKind::io;
  std::string message;
};

/// Wraps an Error on its way into a Result<T>.
class Unexpected {
 public:
  explicit Unexpected(Error error) : error_(std::move(error)) {}
  [[nodiscard]] Error&& take() && { return std::move(error_); }

 private:
  Error error_;
};

[[nodiscard]] inline Unexpected fail(ErrorKind kind, std::string message) {
  return Unexpected(Error{kind, std::move(message)});
}

/// `doing` followed by the text of `os_errno`, of kind io.
[[nodiscard]] Unexpected fail_errno(std::string_view doing, int os_errno);

template <class T>
class [[nodiscard]] Result {
 public:
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

/// Prints the broken condition with its place to stderr and aborts.
[[noreturn]] void check_failed(const char* condition, const char* file, int line);

}  // namespace analyzer

/// A broken invariant of ours; kept on in release builds.
#define ANALYZER_CHECK(condition) \
  ((condition) ? static_cast<void>(0) : ::analyzer::check_failed(#condition, __FILE__, __LINE__))

/// Returns the Error of `expression` from the enclosing function, else goes on.
#define ANALYZER_TRY(expression)                                             \
  do {                                                                       \
    if (auto analyzer_try_result = (expression); !analyzer_try_result) {     \
      return ::analyzer::Unexpected(std::move(analyzer_try_result).error()); \
    }                                                                        \
  } while (false)

/// Declares or assigns `target` from the value of `expression`, or returns its Error.
#define ANALYZER_ASSIGN(target, expression) \
  ANALYZER_ASSIGN_(target, expression, ANALYZER_CONCAT_(analyzer_result_, __LINE__))
// NOLINTBEGIN(bugprone-macro-parentheses): `target` may be a declaration
#define ANALYZER_ASSIGN_(target, expression, temporary)                        \
  auto temporary = (expression);                                               \
  if (!temporary) return ::analyzer::Unexpected(std::move(temporary).error()); \
  target = std::move(temporary).value()
// NOLINTEND(bugprone-macro-parentheses)
#define ANALYZER_CONCAT_(a, b) ANALYZER_CONCAT_2_(a, b)
#define ANALYZER_CONCAT_2_(a, b) a##b
