# ./dev test [--real-services] [STEP ...]: sets up, then runs every check and test, quickest first. One function per step.
# The last line is "N passed, M failed", counted over all of them; a check such as formatting counts as one.
# shellcheck shell=bash
here="$LATCHKEY_ROOT/tools/dev"
# shellcheck source=tools/dev/common.sh
. "$here/common.sh"
# shellcheck source=tools/dev/system.sh
. "$here/system.sh"
# shellcheck source=tools/dev/rust.sh
. "$here/rust.sh"
# shellcheck source=tools/dev/node.sh
. "$here/node.sh"
# shellcheck source=tools/dev/geo.sh
. "$here/geo.sh"
# shellcheck source=tools/dev/tools.sh
. "$here/tools.sh"
# shellcheck source=tools/dev/counting.sh
. "$here/counting.sh"

steps='fmt shell tools typos biome svelte interface deny clippy build rust types described browser desktop push'
# Steps that run only when they are asked for: this one changes files of the clone, that one fetches 900 MB.
asked_steps='pictures services'

about() {
    case "$1" in
        fmt) echo 'formatting of the Rust files' ;;
        shell) echo 'the scripts, by shellcheck, and the workflows, by actionlint' ;;
        tools) echo "the tools' own tests" ;;
        typos) echo 'spelling' ;;
        biome) echo 'formatting and lints of the interface' ;;
        svelte) echo "the interface's types, by svelte-check" ;;
        interface) echo 'the interface builds' ;;
        deny) echo 'licences and sources of every dependency' ;;
        clippy) echo 'the Rust lints, on every target of the workspace' ;;
        build) echo 'everything compiles' ;;
        rust) echo 'unit, property, contract and proxy tests' ;;
        types) echo "the interface's generated types are fresh" ;;
        described) echo 'every call answers as its description says, by schemathesis' ;;
        browser) echo 'the screens in a real Chromium, by Playwright' ;;
        desktop) echo 'the real window and the real notification' ;;
        push) echo 'a real push to a real Firefox, and a click on its notification' ;;
        services) echo 'a real Home Assistant and a real Synapse, watched; only when it is named or with --real-services' ;;
        pictures) echo 'the screens once more, into docs/images; only when it is named' ;;
    esac
}

step_fmt() { cargo fmt --all -- --check; }

step_shell() {
    # shellcheck disable=SC2046 # the names of our own scripts have no spaces
    shellcheck -x dev .ci/run $(find tools -name '*.sh' -not -path '*/node_modules/*') tools/targets/compiler-that-only-looks
    bash "$here/counting-test.sh"
    bash "$here/release-test.sh"
    node tools/workflows/check.mjs "$CACHE/workflows" .github/workflows/*.yml
}

# What `./dev check-targets` and `./dev release` lean on, in small: no download, no compiler.
step_tools() {
    PYTHONPATH="$LATCHKEY_ROOT/tools/android:$LATCHKEY_ROOT/tools/android/stubs" python3 -B -m unittest discover --start-directory tools/android/tests
    node --test tools/workflows/rules.test.mjs
}

step_typos() { typos; }
step_biome() { (cd ui && npm run --silent lint); }
step_svelte() { (cd ui && npm run --silent check); }
step_interface() { build_interface; }

step_deny() {
    cargo deny --workspace --all-features --log-level error check bans licenses sources || return 1
    # Advisories come from a database on the network. Without it, everything else is still worth knowing.
    local patience=''
    if have timeout; then patience='timeout 20'; fi
    if GIT_TERMINAL_PROMPT=0 $patience git ls-remote --quiet https://github.com/rustsec/advisory-db HEAD >/dev/null 2>&1; then
        cargo deny --workspace --all-features --log-level error check advisories
    else
        say 'security advisories not checked: their database cannot be reached from here'
    fi
}

step_clippy() {
    if ! have_lints; then
        skip_reason='this Rust has no clippy; one from https://rustup.rs has'
        return 0
    fi
    # Without colours, whose codes would hide the words that are looked for.
    CARGO_TERM_COLOR=never compile_everything 2>&1 | tee "$logs/lints"
    # Warnings only, so that a lint stops no test. Cargo says those of an earlier compile again.
    ! grep -qE '^(warning|error)' "$logs/lints"
}

# Every program, test and bench in one go and with the same features, so that nothing is compiled twice.
step_build() { compile_everything; }

compile_everything() { cargo build --locked --workspace --all-targets --all-features --quiet; }

have_lints() { cargo clippy --version >/dev/null 2>&1 && have clippy-driver; }

# The lints look on while everything compiles. A compile of their own was half of the time of all this on a small machine.
lint_while_compiling() {
    have_lints || return 0
    RUSTC_WORKSPACE_WRAPPER=$(command -v clippy-driver)
    CLIPPY_ARGS=''
    export RUSTC_WORKSPACE_WRAPPER CLIPPY_ARGS
}

step_rust() {
    # The tests that write the interface's types write them beside, for the next step to compare.
    rm -rf "$LATCHKEY_ROOT/test-results/generated-types"
    # Two for each core: many wait for a server, or for the next look at one.
    TS_RS_EXPORT_DIR="$LATCHKEY_ROOT/test-results/generated-types" cargo nextest run --locked --workspace --all-features --no-fail-fast \
        --test-threads "$(($(getconf _NPROCESSORS_ONLN) * 2))"
}

step_types() {
    if [ ! -d "$LATCHKEY_ROOT/test-results/generated-types" ] || [ -n "$named_steps" ]; then
        rm -rf "$LATCHKEY_ROOT/test-results/generated-types"
        TS_RS_EXPORT_DIR="$LATCHKEY_ROOT/test-results/generated-types" cargo nextest run --locked --workspace --all-features --status-level none \
            --final-status-level fail -E 'test(export_bindings)' >/dev/null || return 1
    fi
    if ! diff -r ui/src/api/generated "$LATCHKEY_ROOT/test-results/generated-types"; then
        complain 'The types in ui/src/api/generated are not what the Rust ones say. Run: cargo test --workspace --lib export_bindings'
        return 1
    fi
}

step_described() {
    compile_everything || return 1
    bash "$here/described.sh"
}

step_browser() {
    # Nothing to do after the build step; named alone, the step must not try an older program.
    compile_everything || return 1
    LATCHKEY_SERVER_BIN="$CARGO_TARGET_DIR/debug/latchkey-server"
    export LATCHKEY_SERVER_BIN
    (cd ui && npm run --silent test)
}

# Compares nothing: a picture is looked at. Light and dark, desktop and phone.
step_pictures() {
    compile_everything || return 1
    LATCHKEY_SERVER_BIN="$CARGO_TARGET_DIR/debug/latchkey-server" LATCHKEY_SCREENSHOTS=1
    export LATCHKEY_SERVER_BIN LATCHKEY_SCREENSHOTS
    # Those that take some.
    local specs
    specs=$(cd ui/tests && grep -l 'await picture(' ./*.spec.ts)
    # shellcheck disable=SC2086 # names of files of our own, without spaces
    (cd ui && npm run --silent test -- $specs)
}

step_desktop() {
    if [ "$(uname -s)" != Linux ]; then
        skip_reason='the window and the notification are driven on Linux only'
        return 0
    fi
    bash "$here/on-a-screen.sh" bash "$here/desktop-tests.sh"
}

step_push() {
    if [ "$(uname -s)" != Linux ]; then
        skip_reason='the browser and its notification are driven on Linux only'
        return 0
    fi
    if ! need_firefox; then
        skip_reason='there is no Firefox here, and no package of it; set LATCHKEY_FIREFOX to one'
        return 0
    fi
    bash "$here/on-a-screen.sh" bash "$here/push-tests.sh"
}

# Others' servers as they are, in environments of their own. Where they are not to be had the step says why; where LATCHKEY_CI says that
# it has to run, that is a failure.
step_services() {
    if ! need_real_services; then
        if [ -n "$no_real_services" ] && [ -z "${LATCHKEY_CI:-}" ]; then
            skip_reason="$no_real_services"
            return 0
        fi
        [ -z "$no_real_services" ] || complain "Not tested, and it has to be: $no_real_services"
        return 1
    fi
    # The members that the other steps build, so that nothing is compiled twice.
    cargo nextest run --locked --workspace --all-features --no-fail-fast --run-ignored only -E 'binary(real_services)'
}

named_steps='' real_services=''
for name in "$@"; do
    case "$name" in
        --real-services) real_services='services' ;;
        --list)
            for listed in $steps $asked_steps; do printf '%-10s %s\n' "$listed" "$(about "$listed")"; done
            exit 0
            ;;
        # The interface as a whole, and the whole of the Rust side, by one word each.
        ui) named_steps="$named_steps biome svelte interface browser" ;;
        core) named_steps="$named_steps fmt clippy rust types described" ;;
        *)
            [ -n "$(about "$name")" ] || give_up "There is no step '$name'. The steps: $steps $asked_steps (and: ui, core)"
            named_steps="$named_steps $name"
            ;;
    esac
done

if [ -n "$real_services" ]; then
    if [ -z "$named_steps" ]; then
        steps="$steps $real_services"
    else
        case " $named_steps " in *" $real_services "*) ;; *) named_steps="$named_steps $real_services" ;; esac
    fi
fi

started=$SECONDS
step 'Set-up'
need_system_packages test
need_rust
lint_while_compiling
need_node
npm_packages ui 'the interface'
npm_packages tests/real_clients 'the real clients'
need_place_databases
need_test_tools
need_chromium
# rust-embed reads this folder while the Rust side compiles, so it comes before any Rust, also for a single step.
build_interface || say 'the interface does not build; its own step will say why'
quietly "set-up took $(duration $((SECONDS - started)))"

logs="$LATCHKEY_ROOT/test-results/logs"
mkdir -p "$logs"
summary=''
passed=0
failed=0

# run_step NAME: runs it with its output shown and kept, counts what its runner counted, and goes on whatever happens.
run_step() {
    local name="$1" log="$logs/$1.log" began=$SECONDS outcome=0
    step "$name · $(about "$name")"
    skip_reason=''
    rm -f "$logs/skipped"
    {
        set +e
        (
            set -e
            "step_$name"
            [ -z "$skip_reason" ] || printf '%s' "$skip_reason" >"$logs/skipped"
        )
        echo $? >"$logs/outcome"
    } 2>&1 | tee "$log"
    outcome=$(cat "$logs/outcome")
    if [ -f "$logs/skipped" ]; then
        say "skipped: $(cat "$logs/skipped")"
        summary="$summary$(printf '   skipped  %-10s %s' "$name" "$(cat "$logs/skipped")")
"
        return 0
    fi
    count_from "$log" "$outcome"
    passed=$((passed + counted_passed))
    failed=$((failed + counted_failed))
    if [ "$counted_failed" -eq 0 ]; then
        say "passed: $counted_passed, in $(duration $((SECONDS - began)))"
        summary="$summary$(printf '   passed   %-10s %4d passed   %s' "$name" "$counted_passed" "$(duration $((SECONDS - began)))")
"
    else
        complain "failed: $counted_failed, in $(duration $((SECONDS - began))). To run it alone: ./dev test $name"
        summary="$summary$(printf '   FAILED   %-10s %4d failed   ./dev test %s' "$name" "$counted_failed" "$name")
"
        summary="$summary$(failures_in "$log" | sed 's/$/@/; s/^/               /' | tr '@' '\n')"
    fi
}

for name in ${named_steps:-$steps}; do run_step "$name"; done

printf '\n%sSummary%s (%s in all)\n%s\n' "$bold" "$plain" "$(duration $((SECONDS - started)))" "$summary"
echo "$passed passed, $failed failed"
if [ "$failed" -ne 0 ]; then exit 1; fi
