// Switches stacks by hand. swapcontext(3) would do, but AddressSanitizer intercepts it and unpoisons the
// whole stack at each switch, which hides real stack errors as well as false ones; what schedulers of
// language runtimes do, and what a sanitizer then sees, is this.

#include "scenarios/mn-scheduler/fibre.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include <sys/mman.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MN_ADDRESS_SANITIZER 1
#endif
#if __has_feature(thread_sanitizer)
#define MN_THREAD_SANITIZER 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define MN_ADDRESS_SANITIZER 1
#endif
#if defined(__SANITIZE_THREAD__)
#define MN_THREAD_SANITIZER 1
#endif

#if defined(MN_ADDRESS_SANITIZER)
#include <sanitizer/common_interface_defs.h>
#endif
#if defined(MN_THREAD_SANITIZER)
#include <sanitizer/tsan_interface.h>
#endif

// System V ABI, x86-64: the callee-saved registers are all that a call may not destroy.
extern "C" void mn_switch_stacks(void** save_stack_pointer, void* load_stack_pointer);
extern "C" void mn_begin_fibre();
asm(R"(
.text
.p2align 4
.type mn_switch_stacks,@function
mn_switch_stacks:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size mn_switch_stacks,.-mn_switch_stacks
.p2align 4
.type mn_begin_fibre,@function
mn_begin_fibre:
  movq %r12, %rdi
  callq *%r13
  ud2
.size mn_begin_fibre,.-mn_begin_fibre
)");

namespace mn {

Context::Context(Annotation annotation) : annotation_(annotation) {
#if defined(MN_THREAD_SANITIZER)
  if (annotation_ != Annotation::none) tsan_fibre_ = __tsan_get_current_fiber();
#endif
}

Context::Context(Annotation annotation, void (*entry)(void*), void* argument)
    : annotation_(annotation),
      stack_bytes_(kStackBytes),
      owns_stack_(true),
      entry_(entry),
      argument_(argument) {
  void* memory = ::mmap(nullptr, kStackBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) {
    std::perror("mn-scheduler: cannot map a stack");
    std::exit(1);
  }
  stack_ = static_cast<char*>(memory);
  // What mn_switch_stacks pops: six registers, then the address it returns to. r12 and r13 carry the call.
  auto** top = reinterpret_cast<void**>(stack_ + kStackBytes);
  *--top = nullptr;  // keeps the stack aligned as the ABI wants it at a call
  *--top = nullptr;
  *--top = reinterpret_cast<void*>(&mn_begin_fibre);
  *--top = nullptr;                                   // rbp
  *--top = nullptr;                                   // rbx
  *--top = this;                                      // r12
  *--top = reinterpret_cast<void*>(&Context::begin);  // r13
  *--top = nullptr;                                   // r14
  *--top = nullptr;                                   // r15
  stack_pointer_ = top;
#if defined(MN_THREAD_SANITIZER)
  if (annotation_ != Annotation::none) tsan_fibre_ = __tsan_create_fiber(0);
#endif
}

Context::~Context() {
  if (!owns_stack_) return;
#if defined(MN_THREAD_SANITIZER)
  if (tsan_fibre_ != nullptr) __tsan_destroy_fiber(tsan_fibre_);
#endif
  ::munmap(stack_, stack_bytes_);
}

MN_UNINSTRUMENTED void Context::begin(Context* self) {
  self->announce_arrival();
  self->entry_(self->argument_);
  std::abort();  // an entry leaves through finish_into
}

MN_UNINSTRUMENTED void Context::switch_to(Context& other) {
  announce_leaving(other, false);
  mn_switch_stacks(&stack_pointer_, other.stack_pointer_);
  announce_arrival();
}

MN_UNINSTRUMENTED void Context::finish_into(Context& other) {
  announce_leaving(other, true);
  mn_switch_stacks(&stack_pointer_, other.stack_pointer_);
  std::abort();  // nobody resumes a finished fibre
}

MN_UNINSTRUMENTED void Context::announce_leaving(Context& other, bool for_good) {
  other.came_from_ = this;
  if (annotation_ == Annotation::none) return;
#if defined(MN_ADDRESS_SANITIZER)
  __sanitizer_start_switch_fiber(for_good ? nullptr : &fake_stack_, other.stack_, other.stack_bytes_);
#else
  (void)for_good;
#endif
#if defined(MN_THREAD_SANITIZER)
  __tsan_switch_to_fiber(other.tsan_fibre_,
                         annotation_ == Annotation::exact ? __tsan_switch_to_fiber_no_sync : 0);
#endif
}

MN_UNINSTRUMENTED void Context::announce_arrival() {
  if (annotation_ == Annotation::none) return;
#if defined(MN_ADDRESS_SANITIZER)
  const void* bottom = nullptr;
  std::size_t size = 0;
  __sanitizer_finish_switch_fiber(fake_stack_, &bottom, &size);
  if (!came_from_->owns_stack_) {  // a kernel thread's bounds are known to AddressSanitizer alone
    came_from_->stack_ = const_cast<char*>(static_cast<const char*>(bottom));
    came_from_->stack_bytes_ = size;
  }
#endif
}

void announce_release([[maybe_unused]] void* object) {
#if defined(MN_THREAD_SANITIZER)
  __tsan_release(object);
#endif
}

void announce_acquire([[maybe_unused]] void* object) {
#if defined(MN_THREAD_SANITIZER)
  __tsan_acquire(object);
#endif
}

}  // namespace mn
