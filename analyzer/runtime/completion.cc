#include "analyzer/runtime/completion.h"

#include <string_view>

namespace analyzer::runtime {

std::string_view to_string(Raised kind) {
  switch (kind) {
    case Raised::argument_error:
      return "ArgumentError";
    case Raised::frozen_error:
      return "FrozenError";
    case Raised::isolation_error:
      return "IsolationError";
    case Raised::no_method_error:
      return "NoMethodError";
    case Raised::name_error:
      return "NameError";
    case Raised::stack_error:
      return "SystemStackError";
    case Raised::type_error:
      return "TypeError";
  }
  return "StandardError";
}

}  // namespace analyzer::runtime
