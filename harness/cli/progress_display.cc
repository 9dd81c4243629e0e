#include "harness/cli/progress_display.h"

#include <algorithm>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "harness/base/text.h"

namespace repro::cli {
namespace {

using campaign::Progress;
using campaign::ProgressState;
using namespace std::chrono_literals;

/// Often enough to feel alive, seldom enough to cost nothing beside thousands of runs a second.
constexpr nanoseconds kRedrawEvery = 100ms;
/// A CI log wants a sign of life, not a diary.
constexpr nanoseconds kHeartbeatEvery = 5s;
constexpr std::size_t kBarWidth = 24;

std::string describe_counts(const OutcomeCounts& counts) {
  std::string text =
      fmt::format("crash {}  hang {}  fail {}  ok {}", counts.crash, counts.hang, counts.fail, counts.ok);
  if (counts.infra > 0) text += fmt::format("  infra {}", counts.infra);
  return text;
}

std::string describe_done(const ProgressState& state) {
  return state.planned ? fmt::format("{}/{}", state.finished, *state.planned)
                       : fmt::format("{} runs", state.finished);
}

std::string describe_left(const ProgressState& state) {
  return state.left ? fmt::format(", about {} left", format_duration(*state.left)) : std::string();
}

class Silent final : public Progress {
 public:
  void run_finished(const RunRecord& /*run*/, const ProgressState& /*state*/) override {}
  void tick(const ProgressState& /*state*/) override {}
  void note(std::string_view /*text*/) override {}
  void finish() override {}
};

class NotesOnly final : public Progress {
 public:
  explicit NotesOnly(std::ostream& out) : out_(out) {}
  void run_finished(const RunRecord& /*run*/, const ProgressState& /*state*/) override {}
  void tick(const ProgressState& /*state*/) override {}
  void note(std::string_view text) override { out_ << "repro: " << printable(text) << std::endl; }
  void finish() override {}

 private:
  std::ostream& out_;
};

class Heartbeat final : public Progress {
 public:
  explicit Heartbeat(std::ostream& out) : out_(out) {}
  void run_finished(const RunRecord& /*run*/, const ProgressState& state) override { tick(state); }
  void tick(const ProgressState& state) override {
    if (state.elapsed < next_) return;
    next_ = state.elapsed + kHeartbeatEvery;
    if (state.elapsed < kHeartbeatEvery) return;
    out_ << fmt::format("repro: {}: {} ({}), {} active{}", format_duration(state.elapsed),
                        describe_done(state), describe_counts(state.counts), state.active,
                        describe_left(state))
         << std::endl;
  }
  void note(std::string_view text) override { out_ << "repro: " << printable(text) << std::endl; }
  void finish() override {}

 private:
  std::ostream& out_;
  nanoseconds next_{0};
};

class Bar final : public Progress {
 public:
  Bar(std::ostream& out, const TerminalTraits& terminal) : out_(out), width_(terminal.width) {}

  void run_finished(const RunRecord& /*run*/, const ProgressState& state) override { tick(state); }

  void tick(const ProgressState& state) override {
    if (is_drawn_ && state.elapsed < last_ + kRedrawEvery) return;
    last_ = state.elapsed;
    draw(state);
  }

  void note(std::string_view text) override {
    clear();
    out_ << "repro: " << printable(text) << std::endl;
  }

  void finish() override { clear(); }

 private:
  void draw(const ProgressState& state) {
    std::string line;
    if (state.planned && *state.planned > 0) {
      const std::size_t full = std::min<std::size_t>(kBarWidth, kBarWidth * state.finished / *state.planned);
      line = fmt::format("[{:=<{}}{:<{}}] ", "", full, full < kBarWidth ? ">" : "", kBarWidth - full);
    }
    line += fmt::format("{}  {}  {}{}", describe_done(state), describe_counts(state.counts),
                        format_duration(state.elapsed), describe_left(state));
    // A line that wraps cannot be taken back; the last column stays free for terminals that wrap early.
    if (width_ > 1 && line.size() >= width_) line.resize(width_ - 1);
    out_ << "\r\x1b[K" << line << std::flush;
    is_drawn_ = true;
  }

  void clear() {
    if (is_drawn_) out_ << "\r\x1b[K" << std::flush;
    is_drawn_ = false;
  }

  std::ostream& out_;
  std::size_t width_;
  nanoseconds last_{0};
  bool is_drawn_ = false;
};

}  // namespace

std::unique_ptr<Progress> make_progress(ProgressMode mode, std::ostream& out,
                                        const TerminalTraits& terminal) {
  switch (mode) {
    case ProgressMode::bar:
      return std::make_unique<Bar>(out, terminal);
    case ProgressMode::heartbeat:
      return std::make_unique<Heartbeat>(out);
    case ProgressMode::none:
      return std::make_unique<NotesOnly>(out);
    case ProgressMode::silent:
      break;
  }
  return std::make_unique<Silent>();
}

}  // namespace repro::cli
