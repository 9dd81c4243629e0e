#include "analyzer/runtime/isolate.h"

#include "analyzer/base/result.h"
#include "analyzer/runtime/call_info.h"
#include "analyzer/runtime/runtime.h"

namespace analyzer::runtime {
namespace {

/// A managed call costs up to 4 KiB of native stack in an instrumented build, and a thread has 8 MiB of it.
/// Our own programs nest some forty calls.
constexpr std::size_t kMaximumFrames = 1000;
constexpr std::size_t kMaximumLocals = 65536;

}  // namespace

Isolate::Isolate(Runtime& runtime, Role role, std::uint32_t number)
    : runtime_(runtime),
      role_(role),
      number_(number),
      frames_(std::make_unique<Frame[]>(kMaximumFrames)),
      locals_(std::make_unique<Value[]>(kMaximumLocals)) {}

bool Isolate::push_frame(const Frame& frame) {
  if (frame_count_ == kMaximumFrames) return false;
  frames_[frame_count_++] = frame;
  return true;
}

void Isolate::visit_roots(ReferenceVisitor& visitor) const {
  for (std::size_t i = 0; i < local_count_; ++i) visitor.visit(locals_[i]);
  for (std::size_t i = 0; i < frame_count_; ++i) {
    visitor.visit(frames_[i].self);
    if (frames_[i].info != nullptr) visitor.visit(Value::object(frames_[i].info->slot));
  }
}

Value& LocalScope::keep(Value value) {
  ANALYZER_CHECK(isolate_.local_count_ < kMaximumLocals);
  Value& local = isolate_.locals_[isolate_.local_count_++];
  local = value;
  return local;
}

Running::Running(Isolate& isolate) : isolate_(isolate) { isolate_.runtime().safepoint().enter(); }
Running::~Running() { isolate_.runtime().safepoint().leave(); }

Blocking::Blocking(Isolate& isolate) : isolate_(isolate) { isolate_.runtime().safepoint().leave(); }
Blocking::~Blocking() { isolate_.runtime().safepoint().enter(); }

}  // namespace analyzer::runtime
