# Proves that counting.sh reads what the runners really print; run by `./dev test shell`.
# shellcheck shell=bash
set -euo pipefail
# shellcheck source=tools/dev/counting.sh
. "$(dirname "${BASH_SOURCE[0]}")/counting.sh"

log=$(mktemp)
trap 'rm -f "$log"' EXIT

# expect 'what' EXIT_CODE PASSED FAILED <output: counted as so many?
expect() {
    cat >"$log"
    count_from "$log" "$2"
    if [ "$counted_passed $counted_failed" != "$3 $4" ]; then
        echo "$1: counted $counted_passed passed and $counted_failed failed, not $3 and $4" >&2
        exit 1
    fi
}

expect 'nextest, all well' 0 12 0 <<'TEXT'
        PASS [   0.004s] latchkey clock::tests::two_failed_things_passed
────────────
     Summary [   1.234s] 12 tests run: 12 passed (1 slow), 3 skipped
TEXT

expect 'nextest, in colour, with failures' 100 10 3 <<TEXT
$(printf '\033[31;1m     Summary\033[0m [   1.234s] \033[1m13\033[0m/40 tests run: \033[1m10\033[0m \033[32;1mpassed\033[0m, \033[1m2\033[0m \033[31;1mfailed\033[0m, \033[1m1\033[0m timed out, 0 skipped')
TEXT

expect 'cargo test, two binaries' 101 7 1 <<'TEXT'
test result: ok. 4 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
test result: FAILED. 3 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
TEXT

expect 'Playwright, with every kind of trouble' 1 31 4 <<'TEXT'
  ✓  31 [phone] › tests/devices.spec.ts:9:1 › 5 failed sign-ins are shown (1.2s)
  1 failed
    [phone] › tests/alerts.spec.ts:12:1 › an alert is answered once
  1 flaky
    [phone] › tests/history.spec.ts:7:1 › shows 2 passed months
  2 did not run
  4 skipped
  31 passed (1.2m)
TEXT

expect "Python's unittest, all well" 0 40 0 <<'TEXT'
----------------------------------------------------------------------
Ran 40 tests in 0.041s

OK
TEXT

expect "Python's unittest, with trouble" 1 5 3 <<'TEXT'
Ran 9 tests in 0.041s

FAILED (failures=2, errors=1, skipped=1)
TEXT

expect "Node's runner" 1 16 1 <<'TEXT'
not ok 3 - a job without an end
# tests 17
# pass 16
# fail 1
# cancelled 0
TEXT

expect 'a check that says nothing and is content' 0 1 0 </dev/null
expect 'a check that says nothing and is not' 1 0 1 </dev/null
expect 'a runner that did not compile' 101 0 1 <<<'error: could not compile latchkey (lib test) due to 1 previous error'
expect 'tests that pass under a runner that fails' 1 5 1 <<<'     Summary [   1.234s] 5 tests run: 5 passed, 0 skipped'

# Every runner's way of naming what failed, each name once, and no test that passed.
cat >"$log" <<TEXT
        PASS [   0.004s] latchkey clock::tests::a_clock_that_failed
$(printf '\033[31;1m        FAIL\033[0m [   0.051s] (12/40) latchkey::held a_session_is_held')
        FAIL [   0.051s] (12/40) latchkey::held a_session_is_held
     TIMEOUT [  60.000s] latchkey::stopping it_stops
test the_window_opens ... FAILED
test the_window_closes ... ok
not ok 3 - a job without an end
ok 4 - a job that may write
FAIL: test_a_class_extends_one (test_stubs.FromStubsToJava.test_a_class_extends_one)
  ✘  31 [phone] › tests/alerts.spec.ts:12:1 › an alert is answered once (1.2s)
  1) [phone] › tests/alerts.spec.ts:12:1 › an alert is answered once ───────────
  1 failed
    [phone] › tests/alerts.spec.ts:12:1 › an alert is answered once ───────────
TEXT
expected='latchkey::held a_session_is_held
latchkey::stopping it_stops
the_window_opens
a job without an end
test_a_class_extends_one
[phone] › tests/alerts.spec.ts:12:1 › an alert is answered once'
if [ "$(failures_in "$log")" != "$expected" ]; then
    echo "the names of what failed were read as:" >&2
    failures_in "$log" >&2
    exit 1
fi
