#pragma once

#include <cstddef>
#include <cstdint>

// For functions that a switch happens in, and for the scheduler around it. They must not touch
// ThreadSanitizer's shadow call stack, which changes hands in their middle: an entry noted on one fibre and
// its exit on another leave both wrong.
#if defined(__clang__)
#define MN_UNINSTRUMENTED __attribute__((disable_sanitizer_instrumentation))
#else
#define MN_UNINSTRUMENTED __attribute__((no_sanitize("thread", "address")))
#endif

namespace mn {

/// What the sanitizers are told about fibres.
enum class Annotation {
  none,       ///< nothing: they believe that every kernel thread runs one stack
  announced,  ///< each switch is announced, with the default flag: to ThreadSanitizer a switch is also a
              ///< synchronisation
  exact,      ///< announced as no synchronisation; the scheduler is hidden and says itself what orders fibres
};

/// One stack and the registers of whoever is switched out on it. Also describes the stack of a kernel thread,
/// in which case it owns nothing. Not movable: the sanitizers keep its address.
class Context {
 public:
  explicit Context(Annotation annotation);  ///< of the calling thread
  Context(Annotation annotation, void (*entry)(void*), void* argument);
  ~Context();
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  /// Leaves this context, which must be the running one, for `other`. Returns when somebody switches back,
  /// possibly on another kernel thread: nothing thread-local may be remembered across the call.
  void switch_to(Context& other);
  /// As switch_to, for good.
  [[noreturn]] void finish_into(Context& other);

 private:
  static constexpr std::size_t kStackBytes = 256UL * 1024;

  [[noreturn]] static void begin(Context* self);
  void announce_leaving(Context& other, bool for_good);
  void announce_arrival();

  Annotation annotation_;
  void* stack_pointer_ = nullptr;
  char* stack_ = nullptr;  // the lowest address; null for a kernel thread until somebody has left it
  std::size_t stack_bytes_ = 0;
  bool owns_stack_ = false;
  void* fake_stack_ = nullptr;    // AddressSanitizer's, kept for it while we are switched out
  void* tsan_fibre_ = nullptr;    // ThreadSanitizer's idea of us
  Context* came_from_ = nullptr;  // whose stack bounds the next arrival may learn
  void (*entry_)(void*) = nullptr;
  void* argument_ = nullptr;
};

/// Tells ThreadSanitizer that what happened before release(x) happens before what follows acquire(x).
void announce_release(void* object);
void announce_acquire(void* object);

}  // namespace mn
