#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "harness/model/finding.h"

namespace repro::hang {

/// Where debugging information may come from, besides the file itself and the debug file that belongs to its
/// build id or debug link beside it, in `.debug` beside it, or below /usr/lib/debug.
struct DebugSources {
  std::vector<std::string> folders;  ///< searched likewise
  bool asks_servers = false;         ///< those of DEBUGINFOD_URLS
};

/// What the code at an offset of a file is: the same answers as read_stacks(), without a process. Remembers
/// what it has looked up, since a schedule names the same few places again and again. One thread at a time.
class CodeLookup {
 public:
  explicit CodeLookup(const DebugSources& sources = {});
  CodeLookup(const CodeLookup&) = delete;
  CodeLookup& operator=(const CodeLookup&) = delete;
  ~CodeLookup();

  /// Functions inlined at `offset` of the file `module` (address minus load base) and the one that holds it,
  /// innermost first. One frame that names module and offset only where nothing more is known, also when the
  /// file cannot be read. Asks a debuginfod server only where the sources say so.
  [[nodiscard]] const std::vector<Frame>& frames(const std::string& module, std::uint64_t offset);

 private:
  struct Files;
  [[nodiscard]] std::vector<Frame> look_up(const std::string& module, std::uint64_t offset);

  std::unique_ptr<Files> files_;
  std::map<std::pair<std::string, std::uint64_t>, std::vector<Frame>> known_;
};

/// The text of one line of a source file, without the blanks around it; empty when the file cannot be read or
/// has no such line.
[[nodiscard]] std::string source_line(const std::string& file, int line);

}  // namespace repro::hang
