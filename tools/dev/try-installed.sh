# Runs on a screen of its own: starts the installed `latchkey` with an empty home folder, waits until its window is
# shown and its server answers, takes a picture of it, and asks it to end.
# shellcheck shell=bash
here="$LATCHKEY_ROOT/tools/dev"
# shellcheck source=tools/dev/common.sh
. "$here/common.sh"

home=$(mktemp -d)
port=$(node -e 'const s = require("node:net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close() })')
address="http://127.0.0.1:$port"

# Nothing of the person's own settings, and nothing of the clone.
cd "$home"
env -i HOME="$home" PATH=/usr/local/bin:/usr/bin:/bin DISPLAY="$DISPLAY" XAUTHORITY="${XAUTHORITY:-}" \
    DBUS_SESSION_BUS_ADDRESS="$DBUS_SESSION_BUS_ADDRESS" LATCHKEY_LISTEN="127.0.0.1:$port" \
    latchkey >"$home/log" 2>&1 &
latchkey=$!

finish() {
    kill "$latchkey" 2>/dev/null || true
    wait "$latchkey" 2>/dev/null || true
    rm -rf "$home"
}
trap finish EXIT

server_answers() {
    node -e "fetch('$address/healthz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"
}
window_shows() { xdotool search --onlyvisible --name '^Latchkey$' >/dev/null 2>&1; }

# wait_for 'what' CONDITION: asks until it holds, for a minute at most, and not when the app has ended.
wait_for() {
    local until=$((SECONDS + 60))
    until "$2"; do
        if ! kill -0 "$latchkey" 2>/dev/null; then
            cat "$home/log" >&2
            give_up "latchkey ended before $1"
        fi
        if [ "$SECONDS" -ge "$until" ]; then
            cat "$home/log" >&2
            give_up "a minute passed before $1"
        fi
        sleep 0.2
    done
    say "$1"
}

wait_for 'its server answers' server_answers
wait_for 'its window is on the screen' window_shows

# An empty window is one flat colour, and its picture small; words and buttons make it more than twice as large.
picture="$CACHE/installed.png"
interface_is_drawn() { scrot --overwrite "$picture" && [ "$(wc -c <"$picture")" -gt 32000 ]; }
wait_for 'its interface is drawn' interface_is_drawn
say "a picture of it: $picture"

# It must end when asked to, as it is when the person logs out.
kill -TERM "$latchkey"
ended() { ! kill -0 "$latchkey" 2>/dev/null; }
for _ in $(seq 1 100); do
    if ended; then break; fi
    sleep 0.1
done
ended || give_up 'it does not end when asked to'
say 'it ended when asked to'
