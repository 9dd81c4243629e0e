#include "harness/findings/sites.h"

#include <algorithm>

#include <fmt/format.h>

#include "harness/findings/normalize.h"
#include "harness/findings/report_lines.h"

namespace repro::findings {
namespace {

/// How much of an allocation's stack names a heap block: one function allocates for many callers.
constexpr std::size_t kAllocationDepth = 2;

Site named_site(const Stack& stack, std::size_t depth, const FrameRules& rules) {
  std::vector<CodeStep> path = code_path(stack, rules);
  // Under everything, and left out by a tail call in one build and not in the other: main says something only
  // where it is all there is.
  const auto is_start = [](const CodeStep& step) { return step.is_start; };
  if (!std::all_of(path.begin(), path.end(), is_start)) std::erase_if(path, is_start);
  Site site;
  if (path.empty()) return site;
  site.basis = Site::Basis::named;
  site.title = path.front().title;
  if (path.size() > depth) path.resize(depth);
  for (CodeStep& step : path) site.frames.push_back(std::move(step.text));
  return site;
}

/// Without names: offsets within the subject's own modules, which are the same in every run of a build.
Site offset_site(const Stack& stack, std::size_t depth, const FrameRules& rules) {
  Site site;
  for (const Frame& frame : stack.frames) {
    if (classify(frame, rules) == FrameClass::boundary) break;
    if (frame.module.empty() || frame.module_offset == 0 || !is_of_subject(classify(frame, rules))) continue;
    site.frames.push_back(fmt::format("{}+{:#x}{}{}", file_name(frame.module), frame.module_offset,
                                      frame.build_id.empty() ? "" : " ", frame.build_id));
    if (site.frames.size() == 1) site.title = site.frames.front();
    if (site.frames.size() == depth) break;
  }
  if (!site.frames.empty()) site.basis = Site::Basis::offsets;
  return site;
}

/// The global that a race is on; "" when it is none or has no name.
std::string_view global_name(const Finding& finding) {
  const std::string_view global = between(finding.location, "global '", "'");
  return global == "??" || global == "<null>" ? std::string_view() : global;
}

/// A report inside a library alone (no frame of the subject) stands on the library's own frames.
Site library_site(const Stack& stack, std::size_t depth) {
  Site site;
  for (const Frame& frame : stack.frames) {
    if (!frame.is_symbolized()) continue;
    if (site.frames.empty()) site.title = title_of(frame);
    site.frames.push_back(normalize_function(frame.function));
    if (site.frames.size() == depth) break;
  }
  if (!site.frames.empty()) site.basis = Site::Basis::library;
  return site;
}

}  // namespace

/// Where a program has line tables, a frame without a file is a wrapper of the runtime (`close`, `write`)
/// that one compiler shows and another hides.
std::vector<CodeStep> code_path(const Stack& stack, const FrameRules& rules) {
  const auto is_named = [&](const Frame& frame) {
    return frame.is_symbolized() && is_of_subject(classify(frame, rules));
  };
  const bool has_files = std::any_of(stack.frames.begin(), stack.frames.end(), [&](const Frame& frame) {
    return !frame.file.empty() && is_named(frame);
  });
  std::vector<CodeStep> path;
  for (const Frame& frame : stack.frames) {
    const FrameClass frame_class = classify(frame, rules);
    if (frame_class == FrameClass::boundary) break;
    if (!is_named(frame) || (has_files && frame.file.empty())) continue;
    std::string text = signed_frame(frame);
    // Recursion: how deep it went says nothing about which bug it is.
    if (!path.empty() && path.back().text == text) continue;
    const std::string function = normalize_function(frame.function);
    path.push_back({std::move(text), title_of(frame), std::string(file_name(frame.file)), frame.line,
                    function == "operator()" || function == "{lambda}", frame_class == FrameClass::start});
  }
  return path;
}

Site site_of(const Stack& stack, std::size_t depth, const FrameRules& rules) {
  if (Site site = named_site(stack, depth, rules); !site.frames.empty()) return site;
  if (Site site = offset_site(stack, depth, rules); !site.frames.empty()) return site;
  return library_site(stack, depth);
}

Site outer_site(const Stack& stack, std::size_t depth, const FrameRules& rules) {
  Site whole = named_site(stack, stack.frames.size(), rules);
  if (whole.frames.empty()) return site_of(stack, depth, rules);
  if (whole.frames.size() > depth) {
    whole.frames.erase(whole.frames.begin(), whole.frames.end() - static_cast<std::ptrdiff_t>(depth));
    whole.title = whole.frames.front();
  }
  return whole;
}

std::string signed_frame(const Frame& frame) {
  std::string text = normalize_function(frame.function);
  if (!frame.file.empty()) text += fmt::format(" {}", file_name(frame.file));
  return text;
}

std::string title_of(const Frame& frame) {
  std::string function = normalize_function(frame.function);
  if (frame.file.empty()) return function;
  return fmt::format("{} ({})", function, file_name(frame.file));
}

const Stack* first_with(const Finding& finding, StackRole role) {
  const auto found = std::find_if(finding.stacks.begin(), finding.stacks.end(),
                                  [&](const Stack& stack) { return stack.role == role; });
  return found == finding.stacks.end() ? nullptr : &*found;
}

bool is_race(const Finding& finding) { return first_with(finding, StackRole::previous_access) != nullptr; }

const Frame* first_place(const Finding& finding, const FrameRules& rules) {
  for (const Stack& stack : finding.stacks) {
    for (const Frame& frame : stack.frames) {
      if (!frame.file.empty() && frame.line > 0 && is_of_subject(classify(frame, rules))) return &frame;
    }
  }
  return nullptr;
}

std::string memory_kind(const Finding& finding) {
  const std::string_view global = global_name(finding);
  if (!global.empty()) return fmt::format("global '{}'", normalize_function(global));
  const auto is_on = [&](std::string_view what) {
    const std::string words = fmt::format("Location is {}", what);
    return finding.location.starts_with(words) ||
           std::any_of(finding.stacks.begin(), finding.stacks.end(),
                       [&](const Stack& stack) { return stack.heading.find(words) != std::string::npos; });
  };
  if (is_on("heap block")) return "heap";
  if (is_on("stack of")) return "stack";
  if (is_on("TLS of")) return "thread-local";
  if (is_on("file descriptor")) return "descriptor";
  return {};
}

std::string racy_variable(const Finding& finding, const FrameRules& rules) {
  if (!is_race(finding)) return {};
  if (!global_name(finding).empty()) return memory_kind(finding);
  const Stack* allocated = first_with(finding, StackRole::allocated);
  if (allocated == nullptr) return {};
  const Site site = site_of(*allocated, kAllocationDepth, rules);
  if (site.basis != Site::Basis::named) return {};
  return fmt::format(
      "heap block allocated in {}",
      site.frames.size() < 2 ? site.title : fmt::format("{}, called by {}", site.title, site.frames[1]));
}

}  // namespace repro::findings
