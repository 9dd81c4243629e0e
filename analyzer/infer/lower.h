#pragma once

#include "analyzer/infer/unit.h"
#include "analyzer/syntax/ast.h"

namespace analyzer::infer {

/// Reads declarations, values and calls off one syntax tree. Pure: equal trees give equal units. A tree with
/// syntax errors gives a unit that holds the errors and nothing else, because what surrounds an error is
/// guesswork.
[[nodiscard]] FileUnit lower(const syntax::Ast& ast);

}  // namespace analyzer::infer
