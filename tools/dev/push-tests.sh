# Runs on a screen and a session bus of its own (see on-a-screen.sh): a real Firefox, whose push service is the test's own, and its
# notifications by dunst. The mouse does what a person's does: left opens the buttons, right taps on the notification itself.
# shellcheck shell=bash
here="$LATCHKEY_ROOT/tools/dev"
# shellcheck source=tools/dev/common.sh
. "$here/common.sh"
# shellcheck source=tools/dev/dunst.sh
. "$here/dunst.sh"
cd "$LATCHKEY_ROOT"
# What is shown stays until somebody answers, however slow the machine is.
set_up_dunst 'mouse_left_click = context' 'mouse_right_click = do_action' 'origin = top-left' 'follow = none' \
    '[urgency_normal]' 'timeout = 0'

# The members that the other steps build, so that nothing is compiled twice. One at a time: they share the screen.
cargo test --locked --workspace --all-features --test real_push -- --ignored --test-threads=1 "$@"
