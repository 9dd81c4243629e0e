#include "harness/findings/sites.h"

#include <algorithm>

#include <fmt/format.h>

#include "harness/findings/normalize.h"
#include "harness/findings/report_lines.h"

namespace repro::findings {
namespace {

/// How much of an allocation's stack names a heap block: one function allocates for many callers.
constexpr std::size_t kAllocationDepth = 2;

/// Frames with a file and, where there are none, frames with a name. Where a program has line tables, a frame
/// without a file is a wrapper of the runtime (`close`, `write`) that one compiler shows and another hides.
Site named_site(const Stack& stack, std::size_t depth, const FrameRules& rules) {
  const auto is_of_subject = [&](const Frame& frame) {
    return frame.is_symbolized() && classify(frame, rules) == FrameClass::subject;
  };
  const bool has_files = std::any_of(stack.frames.begin(), stack.frames.end(), [&](const Frame& frame) {
    return !frame.file.empty() && is_of_subject(frame);
  });
  Site site;
  for (const Frame& frame : stack.frames) {
    if (classify(frame, rules) == FrameClass::boundary) break;
    if (!is_of_subject(frame) || (has_files && frame.file.empty())) continue;
    std::string text = signed_frame(frame);
    // Recursion: how deep it went says nothing about which bug it is.
    if (!site.frames.empty() && site.frames.back() == text) continue;
    if (site.frames.empty()) site.title = title_of(frame);
    site.frames.push_back(std::move(text));
    if (site.frames.size() == depth) break;
  }
  if (!site.frames.empty()) site.basis = Site::Basis::named;
  return site;
}

/// Without names: offsets within the subject's own modules, which are the same in every run of a build.
Site offset_site(const Stack& stack, std::size_t depth, const FrameRules& rules) {
  Site site;
  for (const Frame& frame : stack.frames) {
    if (classify(frame, rules) == FrameClass::boundary) break;
    if (frame.module.empty() || frame.module_offset == 0 || classify(frame, rules) != FrameClass::subject)
      continue;
    site.frames.push_back(fmt::format("{}+{:#x}{}{}", file_name(frame.module), frame.module_offset,
                                      frame.build_id.empty() ? "" : " ", frame.build_id));
    if (site.frames.size() == 1) site.title = site.frames.front();
    if (site.frames.size() == depth) break;
  }
  if (!site.frames.empty()) site.basis = Site::Basis::offsets;
  return site;
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
      if (!frame.file.empty() && frame.line > 0 && classify(frame, rules) == FrameClass::subject)
        return &frame;
    }
  }
  return nullptr;
}

std::string racy_variable(const Finding& finding, const FrameRules& rules) {
  if (!is_race(finding)) return {};
  const std::string_view global = between(finding.location, "global '", "'");
  if (!global.empty() && global != "??" && global != "<null>")
    return fmt::format("global '{}'", normalize_function(global));
  const Stack* allocated = first_with(finding, StackRole::allocated);
  if (allocated == nullptr) return {};
  const Site site = site_of(*allocated, kAllocationDepth, rules);
  if (site.basis != Site::Basis::named) return {};
  return fmt::format(
      "heap block allocated in {}",
      site.frames.size() < 2 ? site.title : fmt::format("{}, called by {}", site.title, site.frames[1]));
}

}  // namespace repro::findings
