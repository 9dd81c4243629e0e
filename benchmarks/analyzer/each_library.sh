#!/bin/sh
# Checks Ruby's library one library at a time, as their authors would: each bundled gem, and each file of the standard
# library with the folder of its name. What the analyzer says of a part must not depend on having seen the rest.
#
#     benchmarks/analyzer/each_library.sh [build/bin/analyzer] [/usr/lib/ruby]
set -u
analyzer=${1:-build/bin/analyzer}
root=${2:-/usr/lib/ruby}

check() {
  [ -n "$(find "$@" -name '*.rb' -print -quit)" ] && "$analyzer" check "$@"
}

for gem in "$root"/gems/*/gems/*/; do
  check "${gem%/}"
done
for folder in "$root"/[0-9]* "$root"/vendor_ruby; do
  for name in $(find "$folder" -mindepth 1 -maxdepth 1 -printf '%f\n' | sed 's/\.rb$//' | sort -u); do
    set --
    [ -f "$folder/$name.rb" ] && set -- "$@" "$folder/$name.rb"
    [ -d "$folder/$name" ] && set -- "$@" "$folder/$name"
    [ $# -gt 0 ] && check "$@"
  done
done
exit 0
