#include "harness/model/sanitizer.h"

namespace repro {

std::string_view to_string(Sanitizer sanitizer) {
  switch (sanitizer) {
    case Sanitizer::plain:
      return "plain";
    case Sanitizer::address:
      return "address";
    case Sanitizer::thread:
      return "thread";
    case Sanitizer::undefined:
      return "undefined";
    case Sanitizer::memory:
      return "memory";
    case Sanitizer::valgrind:
      return "valgrind";
  }
  return "plain";
}

std::optional<Sanitizer> parse_sanitizer(std::string_view text) {
  for (const Sanitizer sanitizer : kSanitizers) {
    if (to_string(sanitizer) == text) return sanitizer;
  }
  return std::nullopt;
}

}  // namespace repro
