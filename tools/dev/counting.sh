# Reads how many tests passed and failed out of what the runners print: nextest, cargo test, Playwright, and the
# test runners of Python and Node.
# shellcheck shell=bash

# Adds up the numbers in front of a word, over all lines that match: sum_of 'pattern of lines' 'word' FILE
sum_of() {
    # Colours first: their codes contain digits. No match is no error; awk then prints 0.
    sed "s/$(printf '\033')\[[0-9;]*m//g" "$3" | { grep -E "$1" || true; } | { grep -oE "[0-9]+ $2" || true; } |
        awk '{ sum += $1 } END { print sum + 0 }'
}

# Python's unittest says how many ran, and of which sorts some of them were: unittest_sum_of 'sorts' FILE
unittest_sum_of() {
    { grep -E '^(OK|FAILED) \(.*=[0-9]+\)$' "$2" || true; } | { grep -oE "$1=[0-9]+" || true; } | awk -F= '{ sum += $2 } END { print sum + 0 }'
}

# Node's runner ends with a line for each outcome: node_sum_of 'outcome' FILE
node_sum_of() {
    { grep -E "^(#|ℹ) $1 [0-9]+\$" "$2" || true; } | awk '{ sum += $3 } END { print sum + 0 }'
}

# count_from LOG EXIT_CODE: leaves counted_passed and counted_failed. A step whose output has no counts of its own
# is one check; a runner that failed without naming a failed test (it did not compile, say) is one failure.
count_from() {
    local log="$1" code="$2"
    local nextest='^ *Summary \[' cargo='^test result:' playwright='^  +[0-9]+ (passed|failed|flaky|interrupted|did not run)'
    counted_passed=$(($(sum_of "$nextest" 'passed' "$log") + $(sum_of "$cargo" 'passed' "$log") + $(sum_of "$playwright" 'passed' "$log")))
    # A flaky test is one that failed: nothing here is allowed to pass at the second try.
    counted_failed=$(($(sum_of "$nextest" '(failed|timed out|exec failed)' "$log") + $(sum_of "$cargo" 'failed' "$log") + \
        $(sum_of "$playwright" '(failed|flaky|interrupted|did not run)' "$log")))
    local ran broken
    ran=$(sum_of '^Ran [0-9]+ tests? in' 'tests?' "$log")
    broken=$(unittest_sum_of '(failures|errors|unexpected successes)' "$log")
    counted_passed=$((counted_passed + ran - broken - $(unittest_sum_of '(skipped|expected failures)' "$log")))
    counted_failed=$((counted_failed + broken))
    counted_passed=$((counted_passed + $(node_sum_of pass "$log")))
    counted_failed=$((counted_failed + $(node_sum_of fail "$log") + $(node_sum_of cancelled "$log")))
    if [ "$counted_passed" -eq 0 ] && [ "$counted_failed" -eq 0 ] && [ "$code" -eq 0 ]; then counted_passed=1; fi
    if [ "$counted_failed" -eq 0 ] && [ "$code" -ne 0 ]; then counted_failed=1; fi
}

# failures_in LOG: the names of what failed, a line each: what a person looks for first in the log of another machine.
failures_in() {
    sed "s/$(printf '\033')\[[0-9;]*m//g" "$1" |
        sed -nE -e 's/^ +(FAIL|TIMEOUT|SIG[A-Z]+|ABORT|XFAIL) \[[^]]*\] (\( *[0-9]+\/[0-9]+\) )?(.*)$/\3/p' \
            -e 's/^test (.*) \.\.\. FAILED$/\1/p' \
            -e 's/^ *(not ok [0-9]+ - |✖ )(.*[^)])( \([0-9.]+ms\))?$/\2/p' \
            -e 's/^(FAIL|ERROR): (test_[^ ]+) \(.*\)$/\2/p' \
            -e 's/^ +(\[(desktop|phone)\] › .*[^─ ])[─ ]*$/\1/p' |
        awk '!seen[$0]++'
}
