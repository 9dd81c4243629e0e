#include "harness/findings/signature.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "harness/base/text.h"
#include "harness/findings/name_hash.h"
#include "harness/findings/normalize.h"
#include "harness/findings/report_lines.h"
#include "harness/findings/sites.h"

namespace repro::findings {
namespace {

constexpr std::size_t kAccessDepth = 3;
constexpr std::size_t kFreeDepth = 2;
constexpr std::size_t kLockDepth = 2;
constexpr std::size_t kWaitDepth = 2;
constexpr std::size_t kBusyDepth = 2;
constexpr std::size_t kTitledSites = 2;
/// The smallest page of the machines we run on.
constexpr std::uint64_t kPageMask = 0xfff;

/// Collects what is signed and what is shown.
class Signer {
 public:
  Signer(const Finding& finding, const FrameRules& rules) : finding_(finding), rules_(rules) {
    signature_.source = finding.source;
    signature_.kind = finding.kind;
    signature_.implies = finding.implies;
    signature_.title = finding.kind;
  }

  Signature sign() {
    if (finding_.source == FindingSource::oracle || finding_.source == FindingSource::harness) {
      add_message(finding_.source == FindingSource::oracle);
    } else if (finding_.source == FindingSource::assertion) {
      add_assertion();
    } else if (finding_.kind == "uncaught-exception") {
      add_message(false);
      signature_.title = fmt::format("uncaught exception {}", finding_.message);
    } else if (is_race(finding_)) {
      add_race();
    } else if (finding_.source == FindingSource::hang) {
      add_hang();
    } else if (finding_.kind == "lock-order-inversion" || finding_.kind == "LockOrder") {
      add_lock_order();
    } else {
      add_error();
    }
    if (has_frames() && !is_named_) {
      signature_.is_unsymbolized = true;
      if (!has_signed_frame()) add_page_offsets();
    }
    signature_.id = id();
    return std::move(signature_);
  }

 private:
  [[nodiscard]] bool has_frames() const {
    return std::any_of(finding_.stacks.begin(), finding_.stacks.end(),
                       [](const Stack& stack) { return !stack.frames.empty(); });
  }

  /// Whether anything but the marks of the parts was signed.
  [[nodiscard]] bool has_signed_frame() const {
    return std::any_of(signature_.frames.begin(), signature_.frames.end(),
                       [](const std::string& frame) { return !frame.ends_with(':'); });
  }

  /// Frames with neither name nor module (code that was generated or unloaded). Address space layout moves
  /// whole pages, so where in its page a frame lies is the same in every run of one build; that keeps two
  /// such reports apart which have nothing but their kind in common.
  void add_page_offsets() {
    std::size_t taken = 0;
    for (const std::string_view line : lines_of(finding_.raw)) {
      std::string_view rest = trim(line);
      if (!consume(rest, "#") || !consume_decimal(rest)) continue;
      rest = trim_left(rest);
      const std::optional<std::uint64_t> address = consume_hex(rest);
      if (!address) continue;
      signature_.frames.push_back(fmt::format("?? (page offset {:#x})", *address & kPageMask));
      if (++taken == kAccessDepth) return;
    }
    if (taken == 0) signature_.frames.push_back(without_numbers(finding_.message));
  }

  void add_message(bool keep_numbers) {
    signature_.frames.push_back(keep_numbers ? finding_.message : without_numbers(finding_.message));
    signature_.title = finding_.message;
    is_named_ = true;
  }

  void add_assertion() {
    signature_.frames.push_back(without_numbers(finding_.message));
    signature_.title = finding_.message;
    is_named_ = true;
    if (finding_.stacks.empty() || finding_.stacks.front().frames.empty()) return;
    const Frame& place = finding_.stacks.front().frames.front();
    signature_.frames.push_back(signed_frame(place));
    signature_.title = fmt::format("{} in {}", finding_.message, title_of(place));
  }

  void add_race() {
    std::vector<std::pair<std::string, Site>> sides;
    for (const Stack& stack : finding_.stacks) {
      if (stack.role != StackRole::access && stack.role != StackRole::previous_access) continue;
      sides.emplace_back(stack.access, site_of(stack, kAccessDepth, rules_));
    }
    // Unordered: which thread came second is chance.
    std::sort(sides.begin(), sides.end(), [](const auto& a, const auto& b) {
      return std::tie(a.second.frames, a.first) < std::tie(b.second.frames, b.first);
    });
    const bool has_named = std::any_of(
        sides.begin(), sides.end(), [](const auto& side) { return side.second.basis == Site::Basis::named; });
    std::string title;
    for (const auto& [access, site] : sides) {
      signature_.frames.emplace_back("side:");
      // The allocator's own frames, where the stack goes no further: another build shows others.
      if (!has_named || site.basis != Site::Basis::library) add_frames(site);
      title += fmt::format("{}{} in {}", title.empty() ? "" : " and ", access.empty() ? "access" : access,
                           site.title.empty() ? "?" : site.title);
    }
    // Nothing is told of a block that has been freed since, so heap and unknown are one.
    if (const std::string memory = memory_kind(finding_); !memory.empty() && memory != "heap")
      signature_.frames.push_back("memory: " + memory);
    signature_.title = fmt::format("{}: {}", finding_.kind, title);
  }

  void add_lock_order() {
    std::vector<Site> sites;
    for (const Stack& stack : finding_.stacks) {
      if (stack.role != StackRole::mutex_acquired) continue;
      // With second_deadlock_stack=1 each edge has two stacks; the second tells where the lock that is held
      // was taken. Without it only the first exists, so only the first is signed.
      if (stack.heading.find("previously acquired") != std::string::npos) continue;
      sites.push_back(site_of(stack, kLockDepth, rules_));
    }
    std::sort(sites.begin(), sites.end(), [](const Site& a, const Site& b) { return a.frames < b.frames; });
    std::string title;
    for (const Site& site : sites) {
      signature_.frames.emplace_back("acquired:");
      add_frames(site);
      title += fmt::format("{}{}", title.empty() ? "" : " and ", site.title.empty() ? "?" : site.title);
    }
    signature_.title = title.empty() ? finding_.kind : fmt::format("{}: {}", finding_.kind, title);
  }

  /// The set of places where threads are stuck: which thread of a pool is where is chance, and so is how many
  /// of them. What a busy thread is just doing is chance too, so its outer frames are signed.
  void add_hang() {
    const bool is_busy = finding_.kind == "spin" || finding_.kind == "livelock" || finding_.kind == "busy";
    std::vector<Site> sites;
    for (const Stack& stack : finding_.stacks) {
      Site site = is_busy ? outer_site(stack, kBusyDepth, rules_) : site_of(stack, kWaitDepth, rules_);
      if (!site.frames.empty()) sites.push_back(std::move(site));
    }
    std::sort(sites.begin(), sites.end(), [](const Site& a, const Site& b) { return a.frames < b.frames; });
    const auto same = [](const Site& a, const Site& b) { return a.frames == b.frames; };
    sites.erase(std::unique(sites.begin(), sites.end(), same), sites.end());
    std::string title;
    for (std::size_t at = 0; at < sites.size(); ++at) {
      signature_.frames.emplace_back("waits:");
      add_frames(sites[at]);
      if (at < kTitledSites) title += (title.empty() ? "" : " and ") + sites[at].title;
    }
    if (sites.size() > kTitledSites) title += fmt::format(" and {} more", sites.size() - kTitledSites);
    signature_.title = title.empty() ? finding_.kind : fmt::format("{} in {}", finding_.kind, title);
  }

  void add_error() {
    if (finding_.kind == "odr-violation") return add_global();
    const Stack* stack = first_with(finding_, StackRole::access);
    if (stack == nullptr && finding_.source == FindingSource::leak_sanitizer) {
      stack = first_with(finding_, StackRole::allocated);
    }
    if (stack == nullptr && !finding_.stacks.empty()) stack = &finding_.stacks.front();
    if (stack != nullptr) {
      const Site site = site_of(*stack, kAccessDepth, rules_);
      if (!site.title.empty()) signature_.title = fmt::format("{} in {}", finding_.kind, site.title);
      add_frames(site);
    }
    const Stack* freed = first_with(finding_, StackRole::freed);
    if (freed != nullptr && finding_.kind.find("use-after-free") != std::string::npos) {
      // Frames of a library would be those of every free.
      const Site site = site_of(*freed, kFreeDepth, rules_);
      signature_.frames.emplace_back("freed:");
      if (site.basis != Site::Basis::library) add_frames(site);
    }
    add_bare_check();
    if (signature_.frames.empty() && finding_.source != FindingSource::signal &&
        finding_.source != FindingSource::glibc) {
      // Nothing but the text: better than one bucket for all.
      signature_.frames.push_back(without_numbers(finding_.message));
    }
  }

  /// The stacks of an odr-violation are start-up code; the global's name is the bug.
  void add_global() {
    const std::string_view name = between(finding_.location, "'", "'");
    signature_.frames.emplace_back(name.empty() ? without_numbers(finding_.message) : std::string(name));
    signature_.title = fmt::format("odr-violation of {}", name.empty() ? "?" : name);
    is_named_ = true;
  }

  /// UBSan without stacks: the file and the message, in which compilers set blanks differently.
  void add_bare_check() {
    const bool is_bare_check = finding_.source == FindingSource::undefined_sanitizer && !is_named_;
    if (!is_bare_check || finding_.stacks.empty() || finding_.stacks.front().frames.empty()) return;
    const Frame& frame = finding_.stacks.front().frames.front();
    if (frame.file.empty()) return;
    std::string message = without_numbers(finding_.message);
    std::erase(message, ' ');
    signature_.frames.push_back(fmt::format("{} {}", file_name(frame.file), message));
    signature_.title = fmt::format("{} ({})", finding_.kind, file_name(frame.file));
    is_named_ = true;
  }

  void add_frames(const Site& site) {
    signature_.frames.insert(signature_.frames.end(), site.frames.begin(), site.frames.end());
    is_named_ = is_named_ || site.is_named();
  }

  [[nodiscard]] std::string id() const {
    NameHash hash;
    hash.mix(to_string(finding_.source));
    hash.mix(finding_.kind);
    for (const std::string& frame : signature_.frames) hash.mix(frame);
    return fmt::format("s{}-{}", kSignatureVersion, hash.digits());
  }

  const Finding& finding_;
  const FrameRules& rules_;
  Signature signature_;
  bool is_named_ = false;
};

}  // namespace

Signature sign(const Finding& finding, const FrameRules& rules) { return Signer(finding, rules).sign(); }

}  // namespace repro::findings
