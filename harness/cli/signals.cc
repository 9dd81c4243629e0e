#include "harness/cli/signals.h"

#include <atomic>
#include <csignal>

#include "harness/base/check.h"

namespace repro::cli {
namespace {

// A signal handler has no argument of its own, so these two are global; SignalScope is their only user.
std::atomic<process::StopRequest*> active_stop{nullptr};
std::atomic<int> first_signal{0};

extern "C" void on_stop_signal(int signal) {
  int none = 0;
  first_signal.compare_exchange_strong(none, signal);
  if (process::StopRequest* stop = active_stop.load()) stop->request();
}

void install(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  REPRO_CHECK(sigaction(signal, &action, nullptr) == 0);
}

}  // namespace

SignalScope::SignalScope(process::StopRequest& stop) {
  REPRO_CHECK(active_stop.exchange(&stop) == nullptr);
  install(SIGINT, on_stop_signal);
  install(SIGTERM, on_stop_signal);
  install(SIGPIPE, SIG_IGN);
}

SignalScope::~SignalScope() {
  install(SIGINT, SIG_DFL);
  install(SIGTERM, SIG_DFL);
  active_stop.store(nullptr);
}

int SignalScope::received() const { return first_signal.load(); }

}  // namespace repro::cli
