#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "harness/hang/code_lookup.h"
#include "harness/model/finding.h"

namespace repro::campaign {

/// Which files may be taken for the modules that a report names.
enum class Trust : std::uint8_t {
  paths,      ///< whatever lies at the path: the report is of a program that has just run here
  build_ids,  ///< only a file whose build id the report prints: the report is of another machine or day
};

struct SymbolizerOptions {
  Trust trust = Trust::paths;
  /// Where modules are looked for that are not at their path: as FOLDER/NAME, FOLDER/PATH or by build id. A
  /// file found there is trusted unless a build id speaks against it.
  std::vector<std::string> folders;
  bool asks_servers = false;  ///< debuginfod, of DEBUGINFOD_URLS
};

/// Gives frames that a report prints without a name (`module+0x1234`, `<null>`) their functions, files and
/// lines, inlined functions as frames of their own. Nothing is guessed: a file with another build id than the
/// report prints is not used. One thread at a time.
class Symbolizer {
 public:
  explicit Symbolizer(SymbolizerOptions options);

  /// Replaces what it can name in all stacks of `finding`. Frames that stay unknown keep module and offset.
  void complete(Finding& finding);

  /// Frames so far that got a name, and that had module and offset and got none.
  [[nodiscard]] std::uint64_t named() const { return named_; }
  [[nodiscard]] std::uint64_t left() const { return left_; }
  /// Modules for which only files with another build id were found.
  [[nodiscard]] std::vector<std::string> mismatched() const;

 private:
  struct Module {
    std::string path;  ///< "" when none may be used
    bool is_mismatched = false;
  };
  [[nodiscard]] std::vector<Frame> frames_for(const Frame& frame);
  [[nodiscard]] const Module& find_module(const Frame& frame);
  /// Whether the file may be taken for the module of `frame`.
  [[nodiscard]] bool fits(const std::string& path, const Frame& frame, bool is_named_by_user, bool& is_other);

  SymbolizerOptions options_;
  hang::CodeLookup lookup_;
  std::map<std::pair<std::string, std::string>, Module> modules_;  ///< by module and build id as printed
  std::uint64_t named_ = 0;
  std::uint64_t left_ = 0;
};

}  // namespace repro::campaign
