# ./dev bench [NAME ...]: runs the measurements (benches/), optimised as the installed program is, and prints their
# tables: each figure beside its limit from the same run. Without names, all of them.
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

# Only what is really there: benches/NAME.rs, as the Cargo.toml beside names them.
all_benches=$(find benches src-tauri/benches -maxdepth 1 -name '*.rs' -exec basename {} .rs \; | LC_ALL=C sort)
for name in "$@"; do
    printf '%s\n' "$all_benches" | grep -qx -- "$name" || give_up "There is no bench '$name'. There are: $(echo "$all_benches" | tr '\n' ' ')"
done

# measure NAME: with the place databases at hand, and on a session bus without a notification daemon where it is one.
measure() {
    export LATCHKEY_BENCH_GEOIP="$GEO_COUNTRY:$GEO_CITY_4:$GEO_CITY_6"
    if [ -f "src-tauri/benches/$1.rs" ]; then
        bash "$here/on-a-screen.sh" cargo bench --locked --quiet -p latchkey-desktop --bench "$1"
    elif grep -q "required-features = \[\"desktop\"\]" <(grep -A3 "^name = \"$1\"" Cargo.toml); then
        dbus-run-session -- cargo bench --locked --quiet -p latchkey --features desktop --bench "$1"
    else
        cargo bench --locked --quiet -p latchkey --bench "$1"
    fi
}

step 'Set-up'
need_system_packages bench
need_rust
need_node
need_place_databases
build_interface

failed=''
# shellcheck disable=SC2086 # names of files of our own, without spaces
[ "$#" -gt 0 ] || set -- $all_benches
for name in "$@"; do
    step "$name"
    measure "$name" || failed="$failed $name"
done
[ -z "$failed" ] || give_up "Did not run to its end:$failed"
