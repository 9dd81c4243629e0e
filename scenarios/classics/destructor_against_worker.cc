// A base class owns the worker thread, a derived class says what it does. The base's destructor stops the
// thread, but by then the derived part is gone: the worker calls a pure virtual function, or reads what was
// destroyed. Repaired: the derived class's own destructor stops the thread.

#include <atomic>
#include <memory>
#include <string>

#include "scenarios/classics/classic.h"

namespace classics {
namespace {

class Worker {
 public:
  Worker() = default;
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  virtual ~Worker() { stop(); }

 protected:
  void start() {
    thread_ = std::thread([this] {
      while (!is_stopping_.load()) work();
    });
  }
  void stop() {
    is_stopping_.store(true);
    if (thread_.joinable()) thread_.join();
  }

 private:
  virtual void work() = 0;
  std::atomic<bool> is_stopping_{false};
  std::thread thread_;
};

class Greeter final : public Worker {
 public:
  explicit Greeter(Code code) : code_(code) { start(); }
  ~Greeter() override {
    if (code_ == Code::repaired) stop();
  }
  [[nodiscard]] bool has_worked() const { return rounds_.load() > 0; }

 private:
  void work() override {
    text_.assign(64, static_cast<char>('a' + rounds_.load() % 26));
    ++rounds_;
  }
  Code code_;
  std::string text_;
  std::atomic<int> rounds_{0};
};

}  // namespace

Verdict destructor_against_worker(Code code) {
  constexpr int kWorkers = 50;
  for (int i = 0; i < kWorkers; ++i) {
    const auto greeter = std::make_unique<Greeter>(code);
    while (!greeter->has_worked()) std::this_thread::yield();
  }
  return Verdict::right;
}

}  // namespace classics
