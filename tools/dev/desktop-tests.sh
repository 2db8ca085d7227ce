# Runs on a screen and a session bus of its own (see on-a-screen.sh): the real window through WebKit's WebDriver, and
# the real notification through dunst, which D-Bus starts with the settings made here.
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

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder/config/dunst"

# What dunst shows is written down: a title and a text, each entry ended by characters that no text has.
cat >"$folder/shown.sh" <<EOS
#!/bin/sh
printf '%s\037%s\036' "\$DUNST_SUMMARY" "\$DUNST_BODY" >>'$folder/shown'
EOS
# Its menu is answered with the line that the test wants; the lines come on standard input.
cat >"$folder/choose.sh" <<EOS
#!/bin/sh
exec grep -m1 -F "\$(cat '$folder/choice')"
EOS
chmod +x "$folder/shown.sh" "$folder/choose.sh"
cat >"$folder/config/dunst/dunstrc" <<EOS
[global]
    width = (300, 460)
    offset = 20x20
    font = DejaVu Sans 11
    markup = full
    format = "<b>%s</b>\n%b"
    show_indicators = no
    corner_radius = 8
    frame_width = 1
    dmenu = $folder/choose.sh
[write-down]
    script = $folder/shown.sh
EOS

# D-Bus starts dunst with the environment of the bus, not with ours.
XDG_CONFIG_HOME="$folder/config" dbus-update-activation-environment XDG_CONFIG_HOME DISPLAY
export LATCHKEY_TEST_DUNST="$folder"

# All members and their tests' features together, as in the other steps, so that nothing is compiled twice. One at a
# time: they share the screen.
cargo test --workspace --features latchkey-desktop/real-desktop-tests \
    --test real_window --test real_notification -- --test-threads=1 "$@"
