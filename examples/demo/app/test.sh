#!/bin/sh
# The tests of greet.sh: plain shell, so that any image can run them.
set -eu
cd "$(dirname "$0")"
failures=0
check() { # check "what" "expected" "actual"
  if [ "$2" = "$3" ]; then
    echo "ok   $1"
  else
    echo "FAIL $1: want \"$2\", got \"$3\"" >&2
    failures=$((failures + 1))
  fi
}
check "greets by name" "Hello, Weir!" "$(./greet.sh Weir)"
check "keeps spaces" "Hello, dear reader!" "$(./greet.sh 'dear reader')"
check "wants a name" "refused" "$(./greet.sh 2>/dev/null || echo refused)"
[ "$failures" -eq 0 ]
