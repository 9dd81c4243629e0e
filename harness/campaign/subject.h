#pragma once

#include <optional>
#include <string>

#include "harness/base/result.h"
#include "harness/model/campaign.h"
#include "harness/model/sanitizer.h"

namespace repro::campaign {

/// What the file of a program tells about itself.
struct SubjectFacts {
  std::string path;                    ///< absolute
  bool is_elf = false;                 ///< else a script: nothing below is known
  std::string build_id;                ///< hex; empty when the linker wrote none
  std::string compiler;                ///< first compiler named in .comment; empty when stripped
  std::optional<Sanitizer> sanitizer;  ///< the runtime that its symbol tables name; plain when they name none
};

/// Finds `program` as execvp(3) would, with `search_path` in place of PATH; relative names with a slash are
/// resolved against `working_directory` ("" for the current one). The answer is absolute, so that a run
/// cannot start another program than the one that was checked. Errors: usage; says whether nothing has that
/// name, or it may not be executed, or it is a folder.
[[nodiscard]] Result<std::string> find_program(const std::string& program, const std::string& search_path,
                                               const std::string& working_directory);

/// Reads the facts with libelf; never executes the file. Errors: usage when it cannot be read.
[[nodiscard]] Result<SubjectFacts> inspect_subject(const std::string& path);

}  // namespace repro::campaign
