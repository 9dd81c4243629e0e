#include "scenarios/hot-reload-promise/editor.h"

#include <utility>

namespace hot_reload {
namespace {

constexpr unsigned kAnswersToLookAt = 3;
constexpr unsigned kLines = 60;
constexpr unsigned kVersionWithError = 7;  ///< a mistake in the sixth edit, mended in the next

}  // namespace

Editor::~Editor() {
  {
    const std::lock_guard lock(mutex_);
    is_closing_ = true;
  }
  may_save_.notify_one();
  thread_.join();
}

void Editor::edit() {
  std::unique_lock lock(mutex_);
  while (true) {
    may_save_.wait(lock, [this] {
      const bool has_looked =
          reloads_ == version_ && version_ > 0 && answers_since_reload_ >= kAnswersToLookAt;
      return is_closing_ || (version_ < saves_ && (has_looked || (version_ == 0 && is_first_save_wanted_)));
    });
    if (is_closing_) return;
    ++version_;
    answers_since_reload_ = 0;
    is_changed_ = true;
  }
}

void Editor::request_first_save() {
  {
    const std::lock_guard lock(mutex_);
    is_first_save_wanted_ = true;
  }
  may_save_.notify_one();
}

void Editor::note_answer(unsigned reloads) {
  bool has_looked = false;
  {
    const std::lock_guard lock(mutex_);
    if (reloads != reloads_) answers_since_reload_ = 0;
    reloads_ = reloads;
    has_looked = ++answers_since_reload_ >= kAnswersToLookAt;
  }
  if (has_looked) may_save_.notify_one();
}

bool Editor::take_change() {
  const std::lock_guard lock(mutex_);
  return std::exchange(is_changed_, false);
}

std::string Editor::source() {
  const std::lock_guard lock(mutex_);
  return source_of(version_);
}

std::string Editor::source_of(unsigned version) {
  std::string source;
  for (unsigned line = 0; line < kLines; ++line) {
    source += "export const name" + std::to_string(line) + " = value" +
              std::to_string(version * kLines + line) + ";\n";
  }
  if (version == kVersionWithError) source += "<<<<<<< HEAD\n";
  return source;
}

}  // namespace hot_reload
