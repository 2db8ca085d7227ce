# ./dev run [--demo]: from a fresh clone to an open window, or to a server's address where there is no display.
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

for argument in "$@"; do
    case "$argument" in
        --demo) ;;
        *) give_up "./dev run knows only --demo, not '$argument'" ;;
    esac
done

if [ "$(uname -s)" = Darwin ] || [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then kind=window; else kind=headless; fi

step 'What the system has to offer'
if [ "$kind" = window ]; then need_system_packages run; else need_system_packages headless; fi
need_rust
need_node

step 'Databases of places and networks'
need_place_databases

step 'The interface'
build_interface

step 'Latchkey itself (the first time compiles every dependency: some minutes)'
if [ "$kind" = window ]; then
    cargo build --locked -p latchkey-desktop --bin latchkey
    program="$CARGO_TARGET_DIR/debug/latchkey"
else
    cargo build --locked -p latchkey --bin latchkey-server
    program="$CARGO_TARGET_DIR/debug/latchkey-server"
fi

# The city files first: of two answers the more detailed one counts, and these cover every country too.
export LATCHKEY_GEOIP="${LATCHKEY_GEOIP:-$GEO_CITY_4,$GEO_CITY_6,$GEO_COUNTRY,$GEO_NETWORKS}"

if [ "$kind" = window ]; then
    step 'Opening the window (closing it leaves Latchkey in the tray; Ctrl-C here ends it)'
else
    step 'There is no display here, so the server runs without a window (Ctrl-C ends it)'
fi
exec "$program" "$@"
