#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# summary.sh BUILD: adds up the counts of all test programs of a build and ends with "N passed, N failed, N skipped".
set -euo pipefail
passed=0 failed=0 skipped=0
for log in "$1"/tests/*/*.log "$1"/tests/*.log; do
    [ -e "$log" ] || continue
    while read -r p f s; do
        passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
    done < <(awk '
        /^[0-9]+%: Checks: / { gsub(",", ""); n += $3; bad += $5 + $7 }
        /^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$/ { n += $1 + $3; bad += $3; skips += $5 }
        /^SKIP: / { skips++; print FILENAME ": " $0 > "/dev/stderr" }
        END { print n - bad, bad + 0, skips + 0 }' "$log")
    grep -q -E '^([0-9]+%: Checks: [1-9]|[0-9]+ passed, )' "$log" || {
        echo "$log: no test ran" >&2
        failed=$((failed + 1))
    }
done
# what failed, where only this output is kept
grep -h -A 8 -E '^[^ ]+:[0-9]+:[FE]:' "$1"/tests/*/*.log "$1"/tests/*.log 2>/dev/null | head -n 60 >&2 || true
# a skip in CI is a defect: nobody would see it
if [ -n "${CI:-}" ] && [ "$skipped" -gt 0 ]; then
    echo "summary: $skipped skipped in CI" >&2
    failed=$((failed + skipped))
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
