# ./dev attack URL: the attacker's suite against a home that runs. It signs devices in and out and guesses passwords, so the
# home should be one that may be thrown away; ./dev test runs the same against a home of its own.
# A home that is started with this computer as a trusted proxy is attacked from many networks, with LATCHKEY_ATTACK_FORWARDS=1.
# shellcheck shell=bash
here="$LATCHKEY_ROOT/tools/dev"
# shellcheck source=tools/dev/common.sh
. "$here/common.sh"
# shellcheck source=tools/dev/system.sh
. "$here/system.sh"
# shellcheck source=tools/dev/rust.sh
. "$here/rust.sh"
# shellcheck source=tools/dev/tools.sh
. "$here/tools.sh"

case "${1:-}" in
    http://*) ;;
    *) give_up 'Name the home to attack by its own address: ./dev attack http://127.0.0.1:8470' ;;
esac

step 'Set-up'
need_system_packages headless
need_rust
cargo_tool cargo-nextest cargo-nextest 0.9.100 0.9.143

step "An attacker, against $1"
if [ -z "${LATCHKEY_ATTACK_LOGIN:-}" ]; then read -r -p '   Login name: ' LATCHKEY_ATTACK_LOGIN; fi
if [ -z "${LATCHKEY_ATTACK_PASSWORD:-}" ]; then
    read -r -s -p '   Password: ' LATCHKEY_ATTACK_PASSWORD
    echo
fi
export LATCHKEY_ATTACK="$1" LATCHKEY_ATTACK_LOGIN LATCHKEY_ATTACK_PASSWORD
# One after the other: of attempts at once some would run into the limits that others are there to show.
cargo nextest run --locked -p latchkey --test attacker --no-fail-fast --test-threads 1
