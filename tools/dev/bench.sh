# ./dev bench [NAME ...] [-- FLAG ...]: runs the measurements (benches/), optimised as the installed program is, and
# prints their tables: each figure beside its limit from the same run. Without names, all of them. What follows "--" is
# for the measurements themselves.
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

# Only what is really there: benches/NAME.rs, as the Cargo.toml beside names them, and what a browser measures.
all_benches=$(find benches src-tauri/benches simulator/benches ui/bench -maxdepth 1 \( -name '*.rs' -o -name '*.bench.ts' \) -exec basename {} \; |
    sed 's/\.rs$//; s/\.bench\.ts$//' | LC_ALL=C sort -u)
names=''
while [ "$#" -gt 0 ] && [ "$1" != -- ]; do
    names="$names $1"
    shift
done
[ "$#" -eq 0 ] || shift
# shellcheck disable=SC2086 # names of files of our own, without spaces
for name in $names; do
    printf '%s\n' "$all_benches" | grep -qx -- "$name" || give_up "There is no bench '$name'. There are: $(echo "$all_benches" | tr '\n' ' ')"
done

# measure NAME [FLAG ...]: with the place databases at hand, and on a session bus without a notification daemon where it is one.
# What a browser measures of the same name comes after it.
measure() {
    export LATCHKEY_BENCH_GEOIP="$GEO_COUNTRY:$GEO_CITY_4:$GEO_CITY_6:$GEO_NETWORKS"
    local bench="$1" went_well=true
    shift
    if [ -f "src-tauri/benches/$bench.rs" ]; then
        bash "$here/on-a-screen.sh" cargo bench --locked --quiet -p latchkey-desktop --bench "$bench" -- "$@" || went_well=false
    elif [ -f "simulator/benches/$bench.rs" ]; then
        cargo bench --locked --quiet -p latchkey-simulator --bench "$bench" -- "$@" || went_well=false
    elif grep -q "required-features = \[\"desktop\"\]" <(grep -A3 "^name = \"$bench\"" Cargo.toml); then
        dbus-run-session -- cargo bench --locked --quiet -p latchkey --features desktop --bench "$bench" -- "$@" || went_well=false
    elif [ -f "benches/$bench.rs" ]; then
        cargo bench --locked --quiet -p latchkey --bench "$bench" -- "$@" || went_well=false
    fi
    if [ -f "ui/bench/$bench.bench.ts" ]; then
        measure_in_browser "$bench" || went_well=false
    fi
    $went_well
}

measure_in_browser() {
    cargo build --locked --quiet --release -p latchkey --bin latchkey-server || return 1
    (cd ui && LATCHKEY_SERVER_BIN="$CARGO_TARGET_DIR/release/latchkey-server" npm run --silent bench -- "$1.bench.ts")
}

step 'Set-up'
need_system_packages bench
need_rust
need_node
need_place_databases
build_interface
# shellcheck disable=SC2086 # names of files of our own, without spaces
for name in ${names:-$all_benches}; do
    if [ -f "ui/bench/$name.bench.ts" ]; then
        need_chromium
        break
    fi
done

failed=''
for name in ${names:-$all_benches}; do
    step "$name"
    measure "$name" "$@" || failed="$failed $name"
done
[ -z "$failed" ] || give_up "Did not run to its end:$failed"
