#pragma once

#include <memory>
#include <string>

#include "analyzer/base/result.h"
#include "analyzer/rbs/reflection.h"

namespace analyzer::rbs {

/// The folder of core signatures that comes with the installed Ruby (`.../gems/rbs-*/core`), newest version
/// first. Error (usage) when none is installed, naming the option that says where they are.
[[nodiscard]] Result<std::string> find_core_directory();

/// Reads every `*.rbs` below `directory`, in the order of their paths. Error (usage) when there is none.
[[nodiscard]] Result<std::shared_ptr<const Reflection>> load_directory(const std::string& directory,
                                                                       LocationSink* locations = nullptr);

}  // namespace analyzer::rbs
