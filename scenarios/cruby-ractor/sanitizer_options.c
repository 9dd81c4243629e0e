/* Compiled into the instrumented ruby: what its sanitizer is told before anybody's *SAN_OPTIONS, which win
 * over it.
 *
 * A conservative garbage collector breaks two assumptions of the runtimes, that nobody reads what he was not
 * given and that what is reachable is reachable by plain pointers. Each option below stops one kind of report
 * that is no bug of the interpreter, or one thing that keeps the interpreter from running at all. Three more
 * are compiler flags, in build-ruby.
 */

#if defined(__SANITIZE_ADDRESS__) || (defined(__has_feature) && __has_feature(address_sanitizer))
const char* __asan_default_options(void);
const char* __asan_default_options(void) {
  return
      /* The interpreter frees nothing at its end, and keeps objects alive by tagged and packed words that a
       * search for pointers does not recognise: each run would end in a leak report of megabytes. */
      "detect_leaks=0"
      /* Ruby gives each thread an alternate signal stack of its own, from its heap. At a thread's end the
       * runtime takes whatever stack is set for its own and unmaps it: a hole in Ruby's heap. */
      ":use_sigaltstack=0"
      /* With it, local variables live on a stack of the runtime's own, which the collector does not scan:
       * objects that only a local variable holds would be freed under the interpreter, and then reported as
       * used after free. */
      ":detect_stack_use_after_return=0"
      /* Ruby's own report of a crash runs on a small stack, too small for instrumented code: it ends in its
       * first lines. The runtime's report is whole. */
      ":handle_segv=2:handle_sigbus=2";
}
#endif

#if defined(__SANITIZE_THREAD__) || (defined(__has_feature) && __has_feature(thread_sanitizer))
const char* __tsan_default_options(void);
const char* __tsan_default_options(void) {
  return
      /* The collector reads the stacks of the other threads while it has stopped them; how it stops them is a
       * handshake of flags and signals that the runtime does not know. Without this option the first report
       * ends the run, and it is about that. */
      "halt_on_error=0"
      /* Ruby's timer and its crash report call functions in signal handlers that are not safe there. True,
       * and not what this scenario is about. */
      ":report_signal_unsafe=0"
      /* The timer thread still runs when main returns; waiting a second for it changes nothing. */
      ":report_thread_leaks=0"
      /* As above. */
      ":handle_segv=2:handle_sigbus=2";
}
#endif
