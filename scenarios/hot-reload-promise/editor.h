#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace hot_reload {

/// Somebody who edits the entry module, and the watcher that tells: a thread that saves a new version each
/// time the program has answered a few requests with the last one, so that the developer could look at the
/// result.
class Editor {
 public:
  explicit Editor(unsigned saves) : saves_(saves), thread_([this] { edit(); }) {}
  Editor(const Editor&) = delete;
  Editor& operator=(const Editor&) = delete;
  ~Editor();

  /// To be told after each answer. `reloads` that have finished so far.
  void note_answer(unsigned reloads);
  /// True once after each save. The preload script's own save is asked for by request_first_save().
  [[nodiscard]] bool take_change();
  void request_first_save();
  [[nodiscard]] std::string source();

  [[nodiscard]] static std::string source_of(unsigned version);

 private:
  void edit();

  unsigned saves_;
  std::mutex mutex_;
  std::condition_variable may_save_;
  unsigned version_ = 0;  // guarded by mutex_, as are all below
  unsigned answers_since_reload_ = 0;
  unsigned reloads_ = 0;
  bool is_changed_ = false;
  bool is_first_save_wanted_ = false;
  bool is_closing_ = false;
  std::thread thread_;
};

}  // namespace hot_reload
