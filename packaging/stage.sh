#!/usr/bin/env bash
# Runs one stage of `make test` and prints how long it took; what the command says is shown only where it fails.
# With --plain it is shown as it comes, and its own last line ends the stage.
#
# usage: packaging/stage.sh [--plain] NAME COMMAND ...

set -euo pipefail

now_ms() { echo $(($(date +%s%N) / 1000000)); }

if [ "$1" = --plain ]; then
    printf -- '-- %s\n' "$2"
    shift 2
    exec "$@"
fi

name=$1
shift
output=$(mktemp)
trap 'rm -f "$output"' EXIT
started=$(now_ms)
status=0
"$@" >"$output" 2>&1 || status=$?
took=$(($(now_ms) - started))
printf -- '-- %-24s %s %4d.%d s\n' "$name" "$([ "$status" -eq 0 ] && echo ok || echo FAILED)" $((took / 1000)) $((took % 1000 / 100))
[ "$status" -eq 0 ] || cat "$output"
exit "$status"
