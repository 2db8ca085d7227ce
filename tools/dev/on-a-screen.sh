# on-a-screen.sh COMMAND...: runs it with a screen and a session bus of its own, and nothing of the person's desktop.
# D-Bus starts the notification daemon by itself when the first notification arrives.
# shellcheck shell=bash
set -euo pipefail
exec xvfb-run -a -s '-screen 0 1280x800x24' dbus-run-session -- "$@"
