#!/usr/bin/env bash
# Captures the report corpus anew: every case of sources/ under every compiler that is installed, symbolised and
# (for the names that end in .unsymbolized) not. Output: <kind>/<compiler>/<case>.txt beside this script.
#
#   tests/corpus/regenerate.sh [--missing] [COMPILER...]      # default: clang++-14 clang++-19 g++-12, as far as installed
#
# With --missing only the logs that are not there yet; the others keep their pids and addresses.
#
# The tests only read the captured files; nothing here runs in them. Compiled with its paths mapped to /src and run
# from /build, so that no path of the capturing machine is in a log.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
symbolizer=$(command -v llvm-symbolizer || ls /usr/lib/llvm-*/bin/llvm-symbolizer | tail -1)
missing_only=false
if [ "${1:-}" = --missing ]; then
  missing_only=true
  shift
fi
compilers=("$@")
[ ${#compilers[@]} -gt 0 ] || compilers=(clang++-14 clang++-19 g++-12)

build() { # build COMPILER OUTPUT FLAGS... -- SOURCES...
  local compiler=$1 output=$2
  shift 2
  local flags=()
  while [ "$1" != -- ]; do flags+=("$1"); shift; done
  shift
  (cd "$here/sources" && "$compiler" -std=c++17 -g -w -fno-optimize-sibling-calls "-ffile-prefix-map=$here/sources=/src" \
    "${flags[@]}" -o "$work/$output" "$@" -pthread)
}

# The address of the capture folder and of the user's home must not stand in a file of the repository.
redact() { sed -e "s|$work|/build|g" -e "s|$here/sources|/src|g"; }

capture() { # capture OUTPUT_FILE VARIABLE=OPTIONS PROGRAM ARGUMENT
  local file=$1 setting=$2 program=$3 argument=$4
  if $missing_only && [ -e "$file" ]; then return; fi
  mkdir -p "$(dirname "$file")"
  # The shell's own "Aborted" line belongs to the shell; stderr of the subject alone is kept, after its stdout.
  { (cd "$work" && ulimit -c 0 && exec timeout -s KILL 20 env "$setting" "$work/$program" "$argument") \
    >"$work/out" 2>&1 || true; } 2>/dev/null
  # A case that this compiler optimises away or cannot see leaves only the subject's own lines: nothing to keep.
  if grep -qv -e '^started$' -e '^finished$' "$work/out"; then
    redact <"$work/out" >"$file"
  else
    rm -f "$file"
    echo "  no report: ${file#"$here"/}" >&2
  fi
}

cases_of() { sed -n '/^const Case kCases/,/};/p' "$here/sources/$1.cc" | grep -o 'CASE([a-z_]*)' | sed 's/CASE(//;s/)//'; }
dashed() { echo "${1//_/-}"; }

for compiler in "${compilers[@]}"; do
  command -v "$compiler" >/dev/null || { echo "skipped: $compiler is not installed" >&2; continue; }
  name=${compiler/++/}
  [[ $compiler == g++* ]] && name=gcc${compiler#g++}
  echo "$name" >&2
  common="external_symbolizer_path=$symbolizer"

  build "$compiler" address -O1 -fno-omit-frame-pointer -fsanitize=address -fsanitize-recover=address -fsized-deallocation -- address.cc
  build "$compiler" address_stop -O1 -fno-omit-frame-pointer -fsanitize=address -- address.cc
  for case in $(cases_of address); do
    options=$common program=address
    case $case in
      nested_bug) program=address_stop ;;
      stack_use_after_return) options+=:detect_stack_use_after_return=1 ;;
      call_abort) options+=:handle_abort=1 ;;
      illegal_instruction) options+=:handle_sigill=1 ;;
      rss_limit_exceeded) options+=:hard_rss_limit_mb=100 ;;
      leak_after_error) options+=:halt_on_error=0:exitcode=0 ;;
    esac
    capture "$here/asan/$name/$(dashed "$case").txt" "ASAN_OPTIONS=$options" "$program" "$case"
  done
  for case in heap_use_after_free named_namespace heap_use_after_free_threads heap_buffer_overflow stack_buffer_overflow double_free segv_null; do
    capture "$here/asan/$name/$(dashed "$case").unsymbolized.txt" ASAN_OPTIONS=symbolize=0 address "$case"
  done
  capture "$here/asan/$name/heap-use-after-free.again.txt" "ASAN_OPTIONS=$common" address heap_use_after_free
  capture "$here/asan/$name/heap-use-after-free.color.txt" "ASAN_OPTIONS=$common:color=always" address heap_use_after_free
  build "$compiler" libodr.so -O1 -fsanitize=address -shared -fPIC -- odr_b.cc
  build "$compiler" odr -O1 -fsanitize=address "-Wl,-rpath,$work" -- odr_a.cc "$work/libodr.so"
  capture "$here/asan/$name/odr-violation.txt" "ASAN_OPTIONS=$common:detect_odr_violation=2" odr ""

  build "$compiler" thread -O1 -fno-omit-frame-pointer -fsanitize=thread -- thread.cc
  for case in $(cases_of thread); do
    capture "$here/tsan/$name/$(dashed "$case").txt" "TSAN_OPTIONS=$common:atexit_sleep_ms=0:second_deadlock_stack=1" thread "$case"
  done
  for case in data_race data_race_heap lock_order_inversion; do
    capture "$here/tsan/$name/$(dashed "$case").unsymbolized.txt" "TSAN_OPTIONS=symbolize=0" thread "$case"
  done
  capture "$here/tsan/$name/data-race.again.txt" "TSAN_OPTIONS=$common" thread data_race
  capture "$here/tsan/$name/data-race.color.txt" "TSAN_OPTIONS=$common:color=always" thread data_race

  extra=()
  [[ $compiler == g++* ]] || extra=(-fsanitize=function,nullability)
  build "$compiler" undefined -O1 -fsanitize=undefined,float-cast-overflow,float-divide-by-zero "${extra[@]}" -- undefined.cc
  for case in $(cases_of undefined); do
    capture "$here/ubsan/$name/$(dashed "$case").txt" "UBSAN_OPTIONS=$common:print_stacktrace=1:report_error_type=1" undefined "$case"
  done
  for case in signed_overflow out_of_bounds wrong_vptr; do
    capture "$here/ubsan/$name/$(dashed "$case").bare.txt" "UBSAN_OPTIONS=$common" undefined "$case"
  done

  build "$compiler" leak -O0 -fsanitize=leak -- leak.cc
  build "$compiler" leak_address -O0 -fsanitize=address -- leak.cc
  for case in direct indirect cycle two_bugs; do
    capture "$here/lsan/$name/$(dashed "$case").txt" "LSAN_OPTIONS=$common" leak "$case"
    capture "$here/lsan/$name/$(dashed "$case").asan.txt" "ASAN_OPTIONS=$common" leak_address "$case"
  done
  capture "$here/lsan/$name/direct.unsymbolized.txt" LSAN_OPTIONS=symbolize=0 leak direct

  if [[ $compiler == clang* ]]; then
    build "$compiler" memory -O1 -fno-omit-frame-pointer -fsanitize=memory -fsanitize-memory-track-origins=2 -- memory.cc
    for case in $(cases_of memory); do
      capture "$here/msan/$name/$(dashed "$case").txt" "MSAN_OPTIONS=$common" memory "$case"
    done
    capture "$here/msan/$name/heap-value.unsymbolized.txt" MSAN_OPTIONS=symbolize=0 memory heap_value
  fi

  build "$compiler" plain -O1 -fstack-protector-all -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -- plain.cc
  for case in $(cases_of plain); do
    group=glibc
    case $case in uncaught* | terminate* | joinable* | pure* | assertion | sanitizer*) group=cxx ;; esac
    capture "$here/$group/$name/$(dashed "$case").txt" X=1 plain "$case"
  done
done
