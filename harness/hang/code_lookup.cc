#include "harness/hang/code_lookup.h"

#include <cstdlib>
#include <fstream>
#include <mutex>
#include <utility>

#include <elfutils/libdwfl.h>

#include "harness/base/text.h"
#include "harness/hang/address_frames.h"

namespace repro::hang {
namespace {

struct CloseDwfl {
  void operator()(Dwfl* dwfl) const { ::dwfl_end(dwfl); }
};

}  // namespace

/// One session for each file, so that files need not share one space of addresses.
struct CodeLookup::Files {
  struct File {
    std::unique_ptr<Dwfl, CloseDwfl> session;
    Dwfl_Module* module = nullptr;  ///< null: cannot be read
    std::uint64_t bias = 0;         ///< address in the session minus offset
  };

  explicit Files(const DebugSources& sources) {
    for (const std::string& folder : sources.folders) debug_path += ":" + folder;
    debug_path_begin = debug_path.data();
    // libdwfl's standard search asks the servers of DEBUGINFOD_URLS as well, once they are set.
    const bool would_ask =
        std::getenv("DEBUGINFOD_URLS") != nullptr;  // NOLINT(concurrency-mt-unsafe): read only
    callbacks.find_debuginfo =
        would_ask && !sources.asks_servers ? ::dwfl_build_id_find_debuginfo : ::dwfl_standard_find_debuginfo;
  }

  // What the sessions point to must outlive them.
  std::string debug_path = ":.debug:/usr/lib/debug";
  char* debug_path_begin = debug_path.data();
  Dwfl_Callbacks callbacks{nullptr, nullptr, ::dwfl_offline_section_address, &debug_path_begin};
  std::map<std::string, File> by_path;

  File& open(const std::string& path) {
    const auto [found, is_new] = by_path.try_emplace(path);
    if (!is_new) return found->second;
    File& file = found->second;
    file.session.reset(::dwfl_begin(&callbacks));
    if (file.session == nullptr) return file;
    ::dwfl_report_begin(file.session.get());
    file.module = ::dwfl_report_offline(file.session.get(), path.c_str(), path.c_str(), -1);
    ::dwfl_report_end(file.session.get(), nullptr, nullptr);
    GElf_Addr bias = 0;
    if (file.module != nullptr && ::dwfl_module_getelf(file.module, &bias) != nullptr) file.bias = bias;
    return file;
  }
};

CodeLookup::CodeLookup(const DebugSources& sources) : files_(std::make_unique<Files>(sources)) {}

CodeLookup::~CodeLookup() {
  const std::lock_guard lock(libdwfl_mutex());
  files_.reset();
}

const std::vector<Frame>& CodeLookup::frames(const std::string& module, std::uint64_t offset) {
  const auto [found, is_new] = known_.try_emplace({module, offset});
  if (is_new) found->second = look_up(module, offset);
  return found->second;
}

std::vector<Frame> CodeLookup::look_up(const std::string& module, std::uint64_t offset) {
  const std::lock_guard lock(libdwfl_mutex());
  const Files::File& file = files_->open(module);
  if (file.module != nullptr) return frames_of_address(file.module, file.bias + offset);
  Frame frame;
  frame.module = module;
  frame.module_offset = offset;
  return {frame};
}

std::string source_line(const std::string& file, int line) {
  if (line <= 0) return {};
  std::ifstream in(file);
  std::string text;
  for (int number = 1; std::getline(in, text); ++number) {
    if (number == line) return std::string(trim(text));
  }
  return {};
}

}  // namespace repro::hang
