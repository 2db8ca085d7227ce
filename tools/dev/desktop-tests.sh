# Runs on a screen and a session bus of its own (see on-a-screen.sh): the real window through WebKit's WebDriver, and
# the real notification through dunst, which D-Bus starts (see dunst.sh).
# shellcheck shell=bash
here="$LATCHKEY_ROOT/tools/dev"
# shellcheck source=tools/dev/common.sh
. "$here/common.sh"
# shellcheck source=tools/dev/node.sh
. "$here/node.sh"
# shellcheck source=tools/dev/geo.sh
. "$here/geo.sh"
cd "$LATCHKEY_ROOT"

# The strangers of these tests come from real places.
need_place_databases
export LATCHKEY_GEOIP="$GEO_CITY_4,$GEO_COUNTRY,$GEO_NETWORKS"

# shellcheck source=tools/dev/dunst.sh
. "$here/dunst.sh"
# shellcheck disable=SC2119 # as it is
set_up_dunst

# All members and their tests' features together, as in the other steps, so that nothing is compiled twice. One at a
# time: they share the screen.
cargo test --locked --workspace --all-features \
    --test real_window --test real_notification -- --test-threads=1 "$@"
