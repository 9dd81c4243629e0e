#!/usr/bin/env bash
# Captures the reports of Valgrind, libFuzzer, language runtimes, debuggers and shells anew, from sources/runtimes.
# Needs valgrind, clang++-19, gdb, go, rustc, a JDK, python3 and node; what is not installed is left as it is.
#
#   tests/corpus/regenerate-runtimes.sh
#
# Paths, process ids and addresses differ from run to run; look at the diff.
set -uo pipefail

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here"/sources/runtimes/* "$work"
cd "$work" || exit 1
ulimit -c 0

capture() { # FILE COMMAND...
  local file=$here/$1.txt
  shift
  mkdir -p "$(dirname "$file")"
  { timeout -s KILL 60 "$@" >out 2>&1 || true; } 2>/dev/null
  sed -e "s|$work|/src|g" -e "s|$HOME|/home|g" out >"$file"
}

memcheck() { # NAME CASE
  capture memcheck/valgrind-3.19/"$1" valgrind --leak-check=full --track-origins=yes ./vg "$2"
  capture memcheck/valgrind-3.19/"$1".xml valgrind --leak-check=full --xml=yes --xml-fd=2 ./vg "$2"
}

if command -v valgrind >/dev/null; then
  gcc -g -O0 -pthread valgrind.c -o vg
  memcheck invalid-read r
  memcheck invalid-free d
  memcheck uninitialised-branch u
  memcheck invalid-write w
  memcheck null-read s
  memcheck leak l
  capture helgrind/valgrind-3.19/race valgrind --tool=helgrind ./vg R
  capture helgrind/valgrind-3.19/race.xml valgrind --tool=helgrind --xml=yes --xml-fd=2 ./vg R
  capture helgrind/valgrind-3.19/lock-order valgrind --tool=helgrind ./vg L
  capture helgrind/valgrind-3.19/unlock valgrind --tool=helgrind ./vg U
  capture helgrind/valgrind-3.19/destroy-locked valgrind --tool=helgrind ./vg D
  capture drd/valgrind-3.19/race valgrind --tool=drd ./vg R
  capture drd/valgrind-3.19/destroy-locked valgrind --tool=drd ./vg D
fi
if command -v go >/dev/null; then
  GOCACHE=$work/cache go build -o panics panics.go && GOCACHE=$work/cache go build -race -o racy panics.go
  for name in index nil panic nested deadlock chan map goroutine; do capture go/go-1.19/$name ./panics $name; done
  capture go/go-1.19/race ./racy race
fi
if command -v rustc >/dev/null; then
  rustc -g p.rs -o panics_rs
  for name in unwrap index assert nounwind overflow alloc; do
    capture rust/rustc-1.95/$name env RUST_BACKTRACE=1 ./panics_rs $name
    capture rust/rustc-1.95/$name.full env RUST_BACKTRACE=full ./panics_rs $name
  done
  capture rust/rustc-1.95/poison ./panics_rs poison
fi
if command -v javac >/dev/null; then
  javac J.java
  capture jvm/openjdk-17/exception java J exc
  capture jvm/openjdk-17/thread-exception java J thread
  capture jvm/openjdk-17/deadlock java J deadlock
  capture jvm/openjdk-17/segv java -XX:ErrorFile=hs_err.log J segv
  # The machine's own affairs follow the threads.
  capture jvm/openjdk-17/segv.file sed -e '/^Host:/d' -e '/^Time:/d' -e '/P R O C E S S/,$d' -e '$aEND.' hs_err.log
fi
capture python/cpython-3.11/segv python3 p.py segv
capture python/cpython-3.11/segv-thread python3 p.py thread
capture python/cpython-3.11/abort python3 p.py abort
capture python/cpython-3.11/fatal python3 p.py fatal
capture python/cpython-3.11/timeout python3 p.py timeout
capture python/cpython-3.11/chained python3 p.py chain
capture javascript/node-20/heap-limit node --max-old-space-size=20 -e 'let a = []; for (;;) a.push(new Array(1000).fill({}))'
capture javascript/node-20/abort node -e 'process.abort()'
if clang++-19 -g -O1 -fsanitize=fuzzer fuzz_target.cc -o fuzz_target; then
  printf a >input
  capture libfuzzer/clang-19/deadly-signal env MODE=a ./fuzz_target input
  capture libfuzzer/clang-19/timeout env MODE=t ./fuzz_target -timeout=1 input
  capture libfuzzer/clang-19/exited env MODE=x ./fuzz_target input
  capture libfuzzer/clang-19/overwrites env MODE=w ./fuzz_target input
fi
g++ -g -O0 pool.cc -o seg
capture stacks/gdb-13/segv gdb -batch -ex run -ex bt ./seg
capture stacks/gdb-13/assert gdb -batch -ex run -ex bt --args ./seg x
capture deaths/bash-5/segv bash -c './seg; echo done'
capture deaths/bash-5/assert bash -c './seg x; true'
