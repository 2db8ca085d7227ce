# What every verb of ./dev shares: where things are kept, how progress is printed, how to wait and to compare.
# Sourced, never run. Kept to what bash 3.2 understands, because that is what macOS has.
# shellcheck shell=bash

set -euo pipefail

: "${LATCHKEY_ROOT:?start this through ./dev}"
CACHE="${LATCHKEY_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/latchkey}"
TOOLS="$CACHE/tools"
# Outside the clone, so that a second clone, or a cleaned one, compiles its dependencies no second time.
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$CACHE/target}"
export PATH="$TOOLS/bin:$PATH"
mkdir -p "$CACHE" "$TOOLS/bin"

if [ -t 1 ]; then
    bold=$(printf '\033[1m') dim=$(printf '\033[2m') red=$(printf '\033[31m') plain=$(printf '\033[0m')
else
    bold='' dim='' red='' plain=''
fi

step_number=0

# A numbered heading for a piece of work that may take a while.
step() {
    step_number=$((step_number + 1))
    printf '\n%s%d. %s%s\n' "$bold" "$step_number" "$*" "$plain"
}

say() { printf '   %s\n' "$*"; }
quietly() { printf '   %s%s%s\n' "$dim" "$*" "$plain"; }
complain() { printf '%s   %s%s\n' "$red" "$*" "$plain" >&2; }

# Stop, with a sentence that says what to do.
give_up() {
    complain "$@"
    exit 1
}

# Whatever ends a verb early has said why by itself, or is named here.
trap 'complain "Stopped: $BASH_COMMAND (${BASH_SOURCE[0]##*/}, line $LINENO)"' ERR

have() { command -v "$1" >/dev/null 2>&1; }

system_name() {
    case "$(uname -s)" in
        Linux) if have apt-get; then echo debian; else echo linux; fi ;;
        Darwin) echo macos ;;
        *) echo other ;;
    esac
}

# at_least 20.19 20.20.2: is the second version the first, or newer?
at_least() {
    [ "$(printf '%s\n%s\n' "$1" "$2" | sort -t. -k1,1n -k2,2n -k3,3n | head -n 1)" = "$1" ]
}

# One checksum over the contents of all named files and folders (and over their names); one that is not there counts
# as empty.
hash_of() {
    local sum='sha256sum'
    have sha256sum || sum='shasum -a 256'
    # shellcheck disable=SC2086 # the command and its arguments are meant to be split
    { find "$@" -type f -print0 2>/dev/null || true; } | LC_ALL=C sort -z | xargs -0 $sum | $sum | cut -c1-24
}

# Commands that change the system: as root directly, otherwise through sudo, which asks for the password itself.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif have sudo; then
        sudo "$@"
    else
        give_up "This needs root and there is no sudo. Run as root: $*"
    fi
}

# patiently LOG COMMAND...: runs something that says nothing by itself for minutes, with its output in LOG, and tells
# how long it has been at it and what it said last: in place on a terminal, now and then elsewhere.
patiently() {
    local log="$1" began=$SECONDS told=$SECONDS outcome=0 worker last
    shift
    "$@" >"$log" 2>&1 &
    worker=$!
    while kill -0 "$worker" 2>/dev/null; do
        sleep 1
        last=$(tail -n 1 "$log" 2>/dev/null | tr -cd '[:print:]' | cut -c1-56)
        if [ -t 1 ]; then
            printf '\r\033[K   %s%s  %s%s' "$dim" "$(duration $((SECONDS - began)))" "$last" "$plain"
        elif [ $((SECONDS - told)) -ge 20 ]; then
            told=$SECONDS
            quietly "$(duration $((SECONDS - began))) so far: $last"
        fi
    done
    if [ -t 1 ]; then printf '\r\033[K'; fi
    wait "$worker" || outcome=$?
    return "$outcome"
}

# 83 → "1 min 23 s"
duration() {
    if [ "$1" -ge 60 ]; then echo "$(($1 / 60)) min $(($1 % 60)) s"; else echo "$1 s"; fi
}
