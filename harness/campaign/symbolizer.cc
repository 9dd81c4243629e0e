// Sanitizers print names when their runtime finds a symbolizer, and offsets when it does not (clang 19 of
// Debian has none of its own). Two dialects of offset exist, LLVM's and GCC's, and both print the address
// before the return address minus one, relative to where the module was loaded: what libdwfl calls the
// address in the file.
//
// A wrong file gives wrong names, and wrong names are worse than none. So a log from elsewhere is completed
// only by files whose build id it prints, or by folders that the user names.

#include "harness/campaign/symbolizer.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace repro::campaign {
namespace {

namespace fs = std::filesystem;

/// Where an unqualified name of a module may be: libraries of the system.
constexpr std::string_view kSystemFolders[] = {"/lib/x86_64-linux-gnu",
                                               "/usr/lib/x86_64-linux-gnu",
                                               "/lib/aarch64-linux-gnu",
                                               "/usr/lib/aarch64-linux-gnu",
                                               "/lib64",
                                               "/usr/lib64"};

/// A log may name anything: opening a pipe or a device would wait or do harm.
bool is_plain_file(const std::string& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

std::string by_build_id(const std::string& folder, const std::string& build_id) {
  if (build_id.size() < 3) return {};
  return folder + "/.build-id/" + build_id.substr(0, 2) + "/" + build_id.substr(2) + ".debug";
}

}  // namespace

Symbolizer::Symbolizer(SymbolizerOptions options)
    : options_(std::move(options)), lookup_({options_.folders, options_.asks_servers}) {}

void Symbolizer::complete(Finding& finding) {
  for (Stack& stack : finding.stacks) {
    const bool is_whole = std::all_of(stack.frames.begin(), stack.frames.end(),
                                      [](const Frame& frame) { return frame.is_symbolized(); });
    if (is_whole) continue;
    std::vector<Frame> frames;
    for (Frame& frame : stack.frames) {
      std::vector<Frame> named = frames_for(frame);
      if (named.empty()) {
        frames.push_back(std::move(frame));
      } else {
        frames.insert(frames.end(), std::make_move_iterator(named.begin()),
                      std::make_move_iterator(named.end()));
      }
    }
    stack.frames = std::move(frames);
  }
}

std::vector<Frame> Symbolizer::frames_for(const Frame& frame) {
  if (frame.is_symbolized() || frame.module.empty() || frame.module_offset == 0) return {};
  const Module& module = find_module(frame);
  std::vector<Frame> found;
  if (!module.path.empty()) found = lookup_.frames(module.path, frame.module_offset);
  if (found.empty() || !found.front().is_symbolized()) {
    ++left_;
    return {};
  }
  ++named_;
  // The module stays as the report names it: frame rules look at it, and the file may have come from
  // elsewhere.
  for (Frame& one : found) one.module = frame.module;
  return found;
}

bool Symbolizer::fits(const std::string& path, const Frame& frame, bool is_named_by_user, bool& is_other) {
  if (!is_plain_file(path)) return false;
  const std::vector<Frame>& frames = lookup_.frames(path, frame.module_offset);
  const std::string& build_id = frames.front().build_id;
  if (!frame.build_id.empty() && !build_id.empty()) {
    is_other = is_other || build_id != frame.build_id;
    return build_id == frame.build_id;
  }
  return options_.trust == Trust::paths || is_named_by_user;
}

const Symbolizer::Module& Symbolizer::find_module(const Frame& frame) {
  const auto [known, is_new] = modules_.try_emplace({frame.module, frame.build_id});
  Module& module = known->second;
  if (!is_new) return module;
  const std::string name = fs::path(frame.module).filename().string();
  bool is_other = false;
  const auto try_path = [&](const std::string& path, bool is_named_by_user) {
    if (module.path.empty() && fits(path, frame, is_named_by_user, is_other)) module.path = path;
  };
  for (const std::string& folder : options_.folders) {
    if (const std::string debug = by_build_id(folder, frame.build_id); !debug.empty()) try_path(debug, true);
    try_path(fmt::format("{}/{}", folder, frame.module), true);
    try_path(fmt::format("{}/{}", folder, name), true);
    try_path(fmt::format("{}/{}.debug", folder, name), true);
  }
  if (frame.module.starts_with('/')) try_path(frame.module, false);
  if (frame.module.find('/') == std::string::npos) {
    for (const std::string_view folder : kSystemFolders) try_path(std::string(folder) + "/" + name, false);
  }
  if (module.path.empty()) try_path(by_build_id("/usr/lib/debug", frame.build_id), false);
  module.is_mismatched = module.path.empty() && is_other;
  return module;
}

std::vector<std::string> Symbolizer::mismatched() const {
  std::vector<std::string> names;
  for (const auto& [printed, module] : modules_) {
    if (module.is_mismatched) names.push_back(printed.first);
  }
  return names;
}

}  // namespace repro::campaign
