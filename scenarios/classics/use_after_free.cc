// The worker says "done" and then touches the request once more, to note how it went. "Done" is what the
// owner waits for to free it. Repaired: "done" is the last thing that the worker does with the request.

#include <atomic>
#include <memory>
#include <vector>

#include "scenarios/classics/classic.h"

namespace classics {
namespace {

struct Request {
  std::atomic<bool> is_done{false};
  std::vector<int> log;
};

/// What happened, in numbers: some real work, as the formatting of a log line is.
std::vector<int> summary_of(int request) {
  std::vector<int> numbers(50);
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = request * static_cast<int>(i);
  return numbers;
}

void serve(Request& request, int number, Code code) {
  if (code == Code::broken) request.is_done.store(true);
  request.log = summary_of(number);
  if (code == Code::repaired) request.is_done.store(true);
}

}  // namespace

Verdict use_after_free(Code code) {
  constexpr int kRequests = 300;
  std::atomic<Request*> next{nullptr};
  run_together(2, [&](int who) {
    for (int i = 0; i < kRequests; ++i) {
      if (who == 0) {  // the owner
        const auto request = std::make_unique<Request>();
        next.store(request.get());
        while (!request->is_done.load()) std::this_thread::yield();
      } else {  // the worker
        Request* request = nullptr;
        while ((request = next.exchange(nullptr)) == nullptr) std::this_thread::yield();
        serve(*request, i, code);
      }
    }
  });
  return Verdict::right;
}

}  // namespace classics
