# A notification daemon that can be asked what it showed, and whose menu answers by itself. Sourced within a session bus of its own
# (see on-a-screen.sh); D-Bus starts dunst when the first notification arrives.
# shellcheck shell=bash

# set_up_dunst [SETTING ...]: makes the settings, with more lines for its [global] section, and names the folder in
# LATCHKEY_TEST_DUNST. The folder goes when the caller ends.
set_up_dunst() {
    local folder setting
    folder=$(mktemp -d)
    # shellcheck disable=SC2064 # the name of now
    trap "rm -rf '$folder'" EXIT
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
    {
        cat <<EOS
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
EOS
        for setting in "$@"; do printf '    %s\n' "$setting"; done
        cat <<EOS
[write-down]
    script = $folder/shown.sh
EOS
    } >"$folder/config/dunst/dunstrc"

    # D-Bus starts dunst with the environment of the bus, not with ours.
    XDG_CONFIG_HOME="$folder/config" dbus-update-activation-environment XDG_CONFIG_HOME DISPLAY
    export LATCHKEY_TEST_DUNST="$folder"
}
