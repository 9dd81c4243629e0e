#pragma once

// Function names as compilers and runtimes print them, brought to one spelling.

#include <string>
#include <string_view>

namespace repro::findings {

/// `ns::Class::method`: without template arguments, parameters, return type, qualifiers, ABI tags and the
/// suffixes of clones and parts (`.isra.0`, `.cold`, ` [clone .part.3]`). Lambdas are `{lambda}`, anonymous
/// namespaces `{anonymous}`, in every dialect. `text` is as a symbolizer prints it; a name that is still
/// mangled only loses its suffixes (demangling untrusted text can cost unbounded memory). Linear time.
[[nodiscard]] std::string qualified_function(std::string_view text);

/// The name that is signed: as above, but only its last part when an anonymous namespace, a lambda or another
/// function encloses it, because g++'s symbolizer prints such names without what encloses them.
[[nodiscard]] std::string normalize_function(std::string_view text);

/// The last part of a path.
[[nodiscard]] std::string_view file_name(std::string_view path);

}  // namespace repro::findings
