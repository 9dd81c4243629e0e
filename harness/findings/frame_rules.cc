#include "harness/findings/frame_rules.h"

#include <algorithm>
#include <array>

#include "harness/findings/normalize.h"

namespace repro::findings {
namespace {

struct RuleRow {
  FrameField field;
  FrameMatch match;
  std::string_view text;
  FrameClass frame_class;
  std::string_view reason;
};

constexpr auto kFunction = FrameField::function;
constexpr auto kFile = FrameField::file;
constexpr auto kModule = FrameField::module;
constexpr auto kEquals = FrameMatch::equals;
constexpr auto kPrefix = FrameMatch::prefix;
constexpr auto kContains = FrameMatch::contains;
constexpr auto kTool = FrameClass::tool;
constexpr auto kStart = FrameClass::start;
constexpr auto kLibrary = FrameClass::library;
constexpr auto kBoundary = FrameClass::boundary;

// Specific rules before general ones: the first match decides.
constexpr std::array kRules = std::to_array<RuleRow>({
    // Entry points that the subject calls: a wrong argument is the subject's bug, so they are no sign of a
    // broken tool.
    {kFunction, kPrefix, "__interceptor_", kLibrary, "the runtime's wrapper of a libc function"},
    {kFunction, kPrefix, "___interceptor_", kLibrary, "the same, as newer runtimes name it"},
    {kFunction, kPrefix, "__interceptor_trampoline_", kLibrary, "the same, as newer runtimes name it"},
    {kFunction, kPrefix, "__asan_mem", kLibrary, "memcpy, memmove or memset of the subject under ASan"},
    {kFunction, kPrefix, "__asan_load", kLibrary, "an instrumented access of the subject"},
    {kFunction, kPrefix, "__asan_store", kLibrary, "an instrumented access of the subject"},
    {kFunction, kPrefix, "__asan_report_", kLibrary, "an instrumented access of the subject"},
    {kFunction, kPrefix, "__tsan_read", kLibrary, "an instrumented access of the subject"},
    {kFunction, kPrefix, "__tsan_write", kLibrary, "an instrumented access of the subject"},
    {kFunction, kPrefix, "__tsan_unaligned", kLibrary, "an instrumented access of the subject"},
    {kFunction, kPrefix, "__tsan_atomic", kLibrary, "an atomic operation of the subject"},
    {kFunction, kPrefix, "__tsan_mem", kLibrary, "memcpy, memmove or memset of the subject under TSan"},
    {kFunction, kPrefix, "__tsan_vptr", kLibrary, "an instrumented access of the subject"},
    {kFunction, kPrefix, "__tsan_mutex_", kLibrary, "an annotation of the subject"},
    {kFunction, kPrefix, "__tsan_func_", kTool,
     "called on entry and exit of every function: never at fault by itself"},
    {kFunction, kPrefix, "__msan_mem", kLibrary, "memcpy, memmove or memset of the subject under MSan"},
    {kFunction, kPrefix, "__sanitizer_", kLibrary, "an annotation of the subject"},
    {kFunction, kPrefix, "Annotate", kLibrary, "an annotation of the subject"},
    // The runtimes themselves.
    {kFunction, kPrefix, "__asan::asan_thread_start", kLibrary,
     "where the runtime starts a thread of the subject"},
    {kFunction, kPrefix, "asan_thread_start", kLibrary, "where the runtime starts a thread of the subject"},
    {kFunction, kPrefix, "__tsan_thread_start_func", kLibrary,
     "where the runtime starts a thread of the subject"},
    {kFunction, kPrefix, "__tsan::CallUserSignalHandler", kLibrary,
     "where the runtime calls a handler of the subject"},
    {kFunction, kPrefix, "CallUserSignalHandler", kLibrary, "the same as g++'s runtime prints it"},
    {kFunction, kPrefix, "__asan::", kTool, "AddressSanitizer's own code"},
    {kFunction, kPrefix, "__asan_", kTool, "AddressSanitizer's own code"},
    {kFunction, kPrefix, "__tsan::", kTool, "ThreadSanitizer's own code"},
    {kFunction, kPrefix, "__tsan_", kTool, "ThreadSanitizer's own code"},
    {kFunction, kPrefix, "__msan::", kTool, "MemorySanitizer's own code"},
    {kFunction, kPrefix, "__msan_", kTool, "MemorySanitizer's own code"},
    {kFunction, kPrefix, "__lsan::", kTool, "LeakSanitizer's own code"},
    {kFunction, kPrefix, "__lsan_", kTool, "LeakSanitizer's own code"},
    {kFunction, kPrefix, "__ubsan::", kTool, "UndefinedBehaviorSanitizer's own code"},
    {kFunction, kPrefix, "__ubsan_", kTool, "UndefinedBehaviorSanitizer's own code"},
    {kFunction, kPrefix, "__sanitizer::", kTool, "code that the sanitizers share"},
    {kFunction, kPrefix, "__sancov", kTool, "the coverage runtime"},
    // Where memory comes from and goes to: in every heap report, the same for all bugs.
    {kFunction, kEquals, "malloc", kLibrary, "the allocator"},
    {kFunction, kEquals, "calloc", kLibrary, "the allocator"},
    {kFunction, kEquals, "realloc", kLibrary, "the allocator"},
    {kFunction, kEquals, "reallocarray", kLibrary, "the allocator"},
    {kFunction, kEquals, "free", kLibrary, "the allocator"},
    {kFunction, kEquals, "cfree", kLibrary, "the allocator"},
    {kFunction, kEquals, "posix_memalign", kLibrary, "the allocator"},
    {kFunction, kEquals, "aligned_alloc", kLibrary, "the allocator"},
    {kFunction, kEquals, "memalign", kLibrary, "the allocator"},
    {kFunction, kEquals, "valloc", kLibrary, "the allocator"},
    {kFunction, kEquals, "pvalloc", kLibrary, "the allocator"},
    {kFunction, kEquals, "malloc_usable_size", kLibrary, "the allocator"},
    {kFunction, kEquals, "strdup", kLibrary, "allocates for its caller"},
    {kFunction, kEquals, "__strdup", kLibrary, "allocates for its caller"},
    {kFunction, kEquals, "strndup", kLibrary, "allocates for its caller"},
    {kFunction, kPrefix, "operator new", kLibrary, "the allocator"},
    {kFunction, kPrefix, "operator delete", kLibrary, "the allocator"},
    // How a program ends: on top of every abort, the same for all bugs.
    {kFunction, kEquals, "raise", kLibrary, "part of abort()"},
    {kFunction, kEquals, "gsignal", kLibrary, "part of abort()"},
    {kFunction, kEquals, "abort", kLibrary, "called by whoever found the fault"},
    {kFunction, kEquals, "__pthread_kill_implementation", kLibrary, "part of abort()"},
    {kFunction, kEquals, "__pthread_kill_internal", kLibrary, "part of abort()"},
    {kFunction, kEquals, "pthread_kill", kLibrary, "part of abort()"},
    {kFunction, kEquals, "__libc_message", kLibrary, "glibc printing its last words"},
    {kFunction, kEquals, "malloc_printerr", kLibrary, "glibc printing its last words"},
    {kFunction, kEquals, "__assert_fail", kLibrary, "assert() itself"},
    {kFunction, kEquals, "__assert_fail_base", kLibrary, "assert() itself"},
    {kFunction, kEquals, "__assert", kLibrary, "assert() itself"},
    {kFunction, kEquals, "__stack_chk_fail", kLibrary, "the stack protector itself"},
    {kFunction, kEquals, "__fortify_fail", kLibrary, "the fortify check itself"},
    {kFunction, kEquals, "__chk_fail", kLibrary, "the fortify check itself"},
    {kFunction, kPrefix, "__cxxabiv1::", kLibrary, "the C++ runtime"},
    {kFunction, kPrefix, "__cxa_", kLibrary, "the C++ runtime"},
    {kFunction, kPrefix, "__gnu_cxx::", kLibrary, "the C++ runtime"},
    {kFunction, kPrefix, "_Unwind_", kLibrary, "the unwinder"},
    {kFunction, kPrefix, "__gxx_personality_v0", kLibrary, "the unwinder"},
    {kFunction, kEquals, "__clang_call_terminate", kLibrary, "the call of terminate in a noexcept function"},
    // How a program and a thread begin.
    {kFunction, kEquals, "main", kStart, "under every stack of the main thread, unless a tail call left it"},
    {kFunction, kPrefix, "__libc_start", kLibrary, "calls main"},
    {kFunction, kEquals, "generic_start_main", kLibrary, "calls main"},
    {kFunction, kEquals, "_start", kLibrary, "calls main"},
    {kFunction, kEquals, "start_thread", kLibrary, "calls a thread's function"},
    {kFunction, kEquals, "clone", kLibrary, "calls a thread's function"},
    {kFunction, kEquals, "clone3", kLibrary, "calls a thread's function"},
    {kFunction, kEquals, "__clone", kLibrary, "calls a thread's function"},
    {kFunction, kEquals, "__clone3", kLibrary, "calls a thread's function"},
    {kFunction, kEquals, "execute_native_thread_routine", kLibrary, "calls a std::thread's function"},
    {kFunction, kPrefix, "_sub_I_", kLibrary, "g++'s constructor that registers globals"},
    {kFunction, kPrefix, "__static_initialization_and_destruction", kLibrary, "g++'s constructor of globals"},
    // CRuby, by names of its C functions (gc.c, vm.c, vm_insnhelper.c, thread.c of 3.1 and 3.3).
    {kFunction, kPrefix, "objspace_x", kLibrary, "CRuby's allocator"},
    {kFunction, kPrefix, "ruby_xmalloc", kLibrary, "CRuby's allocator"},
    {kFunction, kPrefix, "ruby_xcalloc", kLibrary, "CRuby's allocator"},
    {kFunction, kPrefix, "ruby_xrealloc", kLibrary, "CRuby's allocator"},
    {kFunction, kPrefix, "ruby_xfree", kLibrary, "CRuby's allocator"},
    {kFunction, kPrefix, "ruby_sized_x", kLibrary, "CRuby's allocator"},
    {kFunction, kEquals, "calloc1", kLibrary, "CRuby's allocator"},
    {kFunction, kPrefix, "gc_sweep", kBoundary, "CRuby's collector frees what died, whoever needed memory"},
    {kFunction, kPrefix, "gc_marks", kBoundary, "CRuby's collector marks, whoever needed memory"},
    {kFunction, kEquals, "gc_start", kBoundary, "CRuby's collector, whoever needed memory"},
    {kFunction, kEquals, "rb_wb_protected_newobj_of", kBoundary,
     "CRuby's new object, which may start the collector"},
    {kFunction, kEquals, "rb_wb_unprotected_newobj_of", kBoundary, "the same"},
    {kFunction, kEquals, "rb_ec_wb_protected_newobj_of", kBoundary, "the same"},
    {kFunction, kEquals, "rb_newobj_of", kBoundary, "the same"},
    {kFunction, kEquals, "rb_imemo_new", kBoundary, "the same, for an object of the interpreter's own"},
    {kFunction, kPrefix, "newobj_slowpath", kBoundary, "the same, where no object is left"},
    {kFunction, kEquals, "garbage_collect", kBoundary, "CRuby's collector, whoever needed memory"},
    {kFunction, kEquals, "rb_objspace_call_finalizer", kBoundary, "CRuby's collector when the program ends"},
    {kFunction, kEquals, "vm_exec_core", kBoundary,
     "CRuby's loop: below it stands what the Ruby program did"},
    {kFunction, kEquals, "rb_vm_exec", kBoundary, "CRuby's loop: below it stands what the Ruby program did"},
    {kFunction, kPrefix, "vm_call_cfunc", kLibrary, "CRuby's call of a method in C"},
    {kFunction, kEquals, "vm_sendish", kLibrary, "CRuby's call of a method"},
    {kFunction, kPrefix, "call_cfunc_", kLibrary, "CRuby's call of a method in C"},
    {kFunction, kPrefix, "ractor_safe_call_cfunc_", kLibrary, "CRuby's call of a method in C"},
    {kFunction, kPrefix, "thread_start_func_", kLibrary, "where CRuby starts a thread"},
    // Go and Rust, by names that no C or C++ function has.
    {kFunction, kPrefix, "runtime.", kLibrary, "the Go runtime"},
    {kFunction, kPrefix, "internal/", kLibrary, "the Go runtime"},
    {kFunction, kPrefix, "sync.", kLibrary, "Go's locks"},
    {kFunction, kPrefix, "sync/atomic.", kLibrary, "Go's atomics"},
    {kFunction, kPrefix, "testing.", kLibrary, "Go's test runner"},
    {kFunction, kPrefix, "reflect.", kLibrary, "calls on behalf of the subject"},
    {kFunction, kPrefix, "time.Sleep", kLibrary, "waits"},
    {kFunction, kPrefix, "core::ops::function::", kLibrary, "Rust's call of a closure"},
    {kFunction, kPrefix, "core::panicking::", kLibrary, "carries a Rust panic"},
    {kFunction, kPrefix, "__rust_", kLibrary, "the Rust runtime"},
    {kFunction, kPrefix, "rust_begin_unwind", kLibrary, "carries a Rust panic"},
    {kFile, kContains, "/rustc/", kLibrary, "Rust's standard library"},
    // What Valgrind puts in front of libc.
    {kModule, kContains, "/vgpreload_", kLibrary, "Valgrind's wrappers"},
    // Libraries by name.
    {kFunction, kPrefix, "pthread_", kLibrary, "libc"},
    {kFunction, kPrefix, "__pthread_", kLibrary, "libc"},
    {kFunction, kPrefix, "__GI_", kLibrary, "libc"},
    {kFunction, kPrefix, "_IO_", kLibrary, "libc"},
    {kFunction, kPrefix, "__mem", kLibrary, "libc's variants of memcpy and its kin by processor"},
    {kFunction, kPrefix, "__str", kLibrary, "libc's variants of strlen and its kin by processor"},
    {kFunction, kPrefix, "std::", kLibrary,
     "the standard library; templates are instantiated in the subject's files"},
    {kFunction, kPrefix, "LLVMFuzzer", kLibrary, "the fuzzer's entry points"},
    {kFunction, kPrefix, "fuzzer::", kLibrary, "libFuzzer"},
    // Libraries by file and module.
    {kFile, kContains, "compiler-rt/lib/", kLibrary, "a sanitizer's own source"},
    {kFile, kContains, "libsanitizer/", kLibrary, "a sanitizer's own source (GCC)"},
    {kFile, kContains, "/include/c++/", kLibrary, "the standard library's headers"},
    {kFile, kContains, "/bits/", kLibrary, "the standard library's headers"},
    {kFile, kContains, "nptl/", kLibrary, "glibc's source"},
    {kFile, kContains, "sysdeps/", kLibrary, "glibc's source"},
    {kFile, kContains, "csu/", kLibrary, "glibc's source"},
    {kFile, kContains, "../stdlib/", kLibrary, "glibc's source"},
    {kFile, kContains, "../malloc/", kLibrary, "glibc's source"},
    {kFile, kContains, "../libio/", kLibrary, "glibc's source"},
    {kFile, kContains, "../string/", kLibrary, "glibc's source"},
    {kFile, kPrefix, "stdlib/./", kLibrary, "glibc's source"},
    {kFile, kPrefix, "malloc/./", kLibrary, "glibc's source"},
    {kFile, kPrefix, "libio/./", kLibrary, "glibc's source"},
    {kFile, kPrefix, "signal/../", kLibrary, "glibc's source"},
    {kModule, kContains, "libasan.so", kLibrary, "AddressSanitizer's runtime"},
    {kModule, kContains, "libtsan.so", kLibrary, "ThreadSanitizer's runtime"},
    {kModule, kContains, "libubsan.so", kLibrary, "UndefinedBehaviorSanitizer's runtime"},
    {kModule, kContains, "liblsan.so", kLibrary, "LeakSanitizer's runtime"},
    {kModule, kContains, "libclang_rt.", kLibrary, "a sanitizer's runtime as a shared library"},
    {kModule, kContains, "libstdc++.so", kLibrary, "the standard library"},
    {kModule, kContains, "libc++.so", kLibrary, "the standard library"},
    {kModule, kContains, "libc++abi.so", kLibrary, "the standard library"},
    {kModule, kContains, "libgcc_s.so", kLibrary, "the unwinder"},
    {kModule, kContains, "libc.so.6", kLibrary, "libc"},
    {kModule, kContains, "libpthread", kLibrary, "libc"},
    {kModule, kContains, "ld-linux", kLibrary, "the dynamic loader"},
    {kModule, kContains, "linux-vdso", kLibrary, "the kernel's page"},
});

FrameRules build_default_rules() {
  FrameRules rules;
  for (const RuleRow& row : kRules) {
    rules.rules.push_back(
        {row.field, row.match, std::string(row.text), row.frame_class, std::string(row.reason)});
  }
  return rules;
}

bool matches(std::string_view value, const FrameRule& rule) {
  switch (rule.match) {
    case FrameMatch::equals:
      return value == rule.text;
    case FrameMatch::prefix:
      return value.starts_with(rule.text);
    case FrameMatch::suffix:
      return value.ends_with(rule.text);
    case FrameMatch::contains:
      return value.find(rule.text) != std::string_view::npos;
  }
  return false;
}

}  // namespace

const FrameRules& default_frame_rules() {
  static const FrameRules rules = build_default_rules();
  return rules;
}

FrameClass classify(const Frame& frame, const FrameRules& rules) {
  const std::string function = qualified_function(frame.function);
  const auto value_of = [&](FrameField field) -> std::string_view {
    switch (field) {
      case FrameField::function:
        return function;
      case FrameField::file:
        return frame.file;
      case FrameField::module:
        return frame.module;
    }
    return {};
  };
  const auto found = std::find_if(rules.rules.begin(), rules.rules.end(),
                                  [&](const FrameRule& rule) { return matches(value_of(rule.field), rule); });
  return found == rules.rules.end() ? FrameClass::subject : found->frame_class;
}

}  // namespace repro::findings
