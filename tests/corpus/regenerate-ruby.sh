#!/usr/bin/env bash
# Captures the reports of Ruby anew, from the scenario cruby-ractor: the machine's ruby, and the instrumented one that
# scenarios/cruby-ractor/build-ruby makes. Output: ruby/<interpreter>/<case>.txt and asan/<interpreter>/<case>.txt.
#
#   tests/corpus/regenerate-ruby.sh RUBY.ADDRESS
#
# The bugs are races: each case is run until it shows the text that the case is about, at most 400 times. Which other text
# it would have shown is left to chance by nature; look at the diff.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
scenario=$(cd "$here/../../scenarios/cruby-ractor" && pwd)
instrumented=$(readlink -f "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

redact() {
  sed -E -e "s|$scenario|/src|g" -e "s|$instrumented|/build/ruby|g" -e 's|/[^ ]*/work-[A-Za-z0-9]+/source/|/build/|g'
}

capture() { # FILE WANTED PROGRAM ARGUMENTS...
  local file=$here/$1 wanted=$2
  shift 2
  mkdir -p "$(dirname "$file")"
  for _ in $(seq 400); do
    # The shell's own "Aborted" line belongs to the shell; the symbolizer is the one that clang's runtime finds.
    { (cd "$work" && ulimit -c 0 && exec timeout -s KILL 20 "$@") >"$work/out" 2>&1 || true; } 2>/dev/null
    if grep -qzE "$wanted" "$work/out"; then
      redact <"$work/out" >"$file"
      return
    fi
  done
  echo "  not seen in 400 runs: $file" >&2
}

ractors() { # WORK: the arguments of the scenario
  echo --disable-gems -W:no-experimental -r "$scenario/$1.rb" "$scenario/in_ractors.rb"
}

stock=ruby/debian-3.1
end='Process memory map.*vsyscall'
# shellcheck disable=SC2046 # words are meant
{
  capture $stock/bind-call.txt "^[^ ]*: \[BUG\] vm_call0: unsupported.*rb_vm_call0.*$end" ruby $(ractors bind_call)
  capture $stock/bind-call-crowd.txt '\[BUG\].*\[BUG\].*\[BUG\].*rb_vm_call0' ruby $(ractors bind_call)
  capture $stock/bind-call-handler.txt '\[BUG\].*SEGV received in SEGV handler' ruby $(ractors bind_call)
  capture $stock/class-creation.txt "\[BUG\] Segmentation.*__restore_rt.*$end" ruby $(ractors class_creation)
  capture $stock/killed.txt "\[BUG\] Segmentation.*$end" ruby --disable-gems -e 'Process.kill(:SEGV, $$); sleep 9'
  capture ruby/clang-14/killed.txt "\[BUG\] Segmentation.*$end" "$instrumented" --disable-gems -e 'Process.kill(:SEGV, $$); sleep 9'
  capture asan/ruby-3.1/class-creation.txt 'remove_from_super.*previously allocated.*ABORTING' "$instrumented" $(ractors class_creation)
  capture asan/ruby-3.1/bind-call.txt 'rb_free_method_entry.*previously allocated.*ABORTING' "$instrumented" $(ractors bind_call)
}
