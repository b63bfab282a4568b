# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# What the tests that are scripts share: they count checks, and end with the line that tests/summary.sh adds up.
passed=0 failed=0 skipped=0

# check WHAT COMMAND...: one check
check() {
    local what=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL: $what"
    fi
}

# checks_end: the closing line; false when a check failed
checks_end() {
    echo "$passed passed, $failed failed, $skipped skipped"
    [ "$failed" = 0 ]
}
