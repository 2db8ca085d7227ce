# The programs that only the tests need: a sufficient one on PATH is used, else the pinned version goes into the cache.
# shellcheck shell=bash

# cargo_tool PROGRAM CRATE OLDEST PINNED: compiled without optimisation, which takes a third of the time and is
# quick enough for all of them.
cargo_tool() {
    local program="$1" crate="$2" oldest="$3" pinned="$4" found
    found=$(program_version "$program")
    if [ -n "$found" ] && at_least "$oldest" "$found"; then
        quietly "$program $found"
        return 0
    fi
    say "compiling $program $pinned (once; a minute or three)"
    patiently "$CACHE/$program.log" env -u RUSTFLAGS CARGO_PROFILE_DEV_DEBUG=0 CARGO_TARGET_DIR="$CACHE/target-tools" \
        cargo install --locked --debug --force --version "=$pinned" --root "$TOOLS" "$crate" || {
        tail -n 20 "$CACHE/$program.log" >&2
        give_up "$program $pinned could not be compiled. By hand: cargo install --locked --version =$pinned $crate"
    }
}

# The first version number a program says about itself.
program_version() {
    have "$1" || return 0
    "$1" --version 2>/dev/null | sed -n 's/^[^0-9]*\([0-9][0-9]*\.[0-9.]*\).*/\1/p' | head -n 1
}

# typos is on PyPI ready-made (by its own authors): seconds instead of minutes.
need_typos() {
    local found
    found=$(program_version typos)
    if [ -n "$found" ] && at_least 1.50 "$found"; then
        quietly "typos $found"
        return 0
    fi
    if have python3 && python3 -m venv "$TOOLS/typos" >/dev/null 2>&1 &&
        "$TOOLS/typos/bin/pip" install --quiet --disable-pip-version-check typos==1.52.0 >/dev/null 2>&1; then
        ln -sf "$TOOLS/typos/bin/typos" "$TOOLS/bin/typos"
        say 'typos 1.52.0 fetched'
    else
        cargo_tool typos typos-cli 1.50 1.52.0
    fi
}

# schemathesis, of the pinned version, in an environment of its own.
need_schemathesis() {
    SCHEMATHESIS="$TOOLS/schemathesis/bin/schemathesis"
    export SCHEMATHESIS
    local wanted
    wanted=$(sed -n 's/^schemathesis==//p' "$LATCHKEY_ROOT/tools/schemathesis/requirements.txt")
    if [ "$(program_version "$SCHEMATHESIS")" = "$wanted" ]; then
        quietly "schemathesis $wanted"
        return 0
    fi
    python3 -m venv "$TOOLS/schemathesis"
    patiently "$CACHE/python.log" "$TOOLS/schemathesis/bin/pip" install --quiet --disable-pip-version-check \
        -r "$LATCHKEY_ROOT/tools/schemathesis/requirements.txt" ||
        give_up "schemathesis $wanted could not be installed. By hand: pip install schemathesis==$wanted"
    say "schemathesis $wanted fetched"
}

# What others wrote and must understand what Latchkey sends, of the pinned versions, in an environment of its own.
need_peers() {
    local wanted="$LATCHKEY_ROOT/tests/peers/requirements.txt" kept="$TOOLS/peers/requirements.txt"
    if [ -x "$TOOLS/peers/bin/python" ] && cmp -s "$wanted" "$kept"; then
        quietly 'peers written in Python: all here'
        return 0
    fi
    python3 -m venv "$TOOLS/peers"
    patiently "$CACHE/peers.log" "$TOOLS/peers/bin/pip" install --quiet --disable-pip-version-check -r "$wanted" || {
        tail -n 20 "$CACHE/peers.log" >&2
        give_up "The peers of the tests could not be installed. By hand: pip install -r tests/peers/requirements.txt"
    }
    # Last, so that half an installation is not taken for a whole one.
    cp "$wanted" "$kept"
    say 'peers written in Python fetched'
}

# Servers that a household has, as they are, of the pinned versions, each in an environment of its own. Their lists name everything that
# is needed, so that pip chooses nothing: left to choose, it looks for Home Assistant's without end. Where they are not to be had here,
# why not is left in no_real_services; what should have worked fails.
need_real_services() {
    local name
    no_real_services=''
    for name in home_assistant synapse; do need_real_service "$name" || return 1; done
}

# shellcheck disable=SC2034 # no_real_services is for whoever asked
need_real_service() {
    local wanted="$LATCHKEY_ROOT/tests/real_services/$1.txt" into="$TOOLS/real_services/$1" python
    if [ -x "$into/bin/python" ] && cmp -s "$wanted" "$into/requirements.txt"; then
        quietly "real $1: here"
        return 0
    fi
    python=$(python_of 3.11 3.12) || {
        no_real_services="the real services need Python 3.11 or 3.12, with its module venv (Debian: apt install python3 python3-venv)"
        return 1
    }
    say "fetching the real $1 (once; a minute or two)"
    rm -rf "$into"
    if ! "$python" -m venv "$into" >"$CACHE/real-$1.log" 2>&1; then
        no_real_services="$python makes no environments (Debian: apt install $python-venv)"
        return 1
    fi
    if ! patiently "$CACHE/real-$1.log" "$into/bin/pip" install --quiet --disable-pip-version-check --no-cache-dir --no-deps -r "$wanted"; then
        tail -n 5 "$CACHE/real-$1.log" >&2
        if package_index_answers "$into/bin/pip"; then
            complain "The real $1 could not be installed. By hand: pip install --no-deps -r tests/real_services/$1.txt"
        else
            no_real_services="the real $1 cannot be fetched: the Python package index does not answer"
        fi
        return 1
    fi
    # Last, so that half an installation is not taken for a whole one.
    cp "$wanted" "$into/requirements.txt"
    say "real $1 fetched"
}

# package_index_answers PIP: whether it gives anything at all, by one small package.
package_index_answers() {
    local into outcome=0
    into=$(mktemp -d)
    "$1" download --quiet --disable-pip-version-check --no-cache-dir --no-deps --dest "$into" idna==3.20 >/dev/null 2>&1 || outcome=1
    rm -rf "$into"
    return "$outcome"
}

# python_of VERSION...: the name of a Python of one of these versions.
python_of() {
    local version found
    for version in "$@"; do
        if have "python$version"; then
            echo "python$version"
            return 0
        fi
    done
    found=$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || return 1
    for version in "$@"; do
        if [ "$found" = "$version" ]; then
            echo python3
            return 0
        fi
    done
    return 1
}

need_test_tools() {
    need_typos
    npm_folder_in_cache workflows 'the lint of the workflows'
    need_schemathesis
    need_peers
    cargo_tool cargo-nextest cargo-nextest 0.9.100 0.9.143
    cargo_tool cargo-deny cargo-deny 0.19 0.20.2
}

# A Chromium for the browser tests: the distribution's, or (Ubuntu has it as a snap only) Playwright's own.
# Leaves its name in LATCHKEY_CHROMIUM; empty means "Playwright's own".
need_chromium() {
    local program
    for program in "${LATCHKEY_CHROMIUM:-}" chromium google-chrome-stable google-chrome \
        '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome' /Applications/Chromium.app/Contents/MacOS/Chromium; do
        if [ -n "$program" ] && have "$program"; then
            LATCHKEY_CHROMIUM=$(command -v "$program")
            export LATCHKEY_CHROMIUM
            quietly "browser: $LATCHKEY_CHROMIUM"
            return 0
        fi
    done
    if [ "$(system_name)" = debian ] && [ -n "$(apt_version chromium)" ]; then
        need_packages 'the browser tests' chromium
        LATCHKEY_CHROMIUM=$(command -v chromium)
    else
        say 'fetching the Chromium that Playwright is made for'
        (cd ui && npx playwright install chromium)
        if [ "$(system_name)" = debian ]; then as_root env "PATH=$PATH" npx --prefix ui playwright install-deps chromium; fi
        LATCHKEY_CHROMIUM=''
    fi
    export LATCHKEY_CHROMIUM
}

# A Firefox for the real push. Where no distribution's is to be had, the step says so.
need_firefox() {
    local program
    for program in "${LATCHKEY_FIREFOX:-}" firefox-esr firefox; do
        if [ -n "$program" ] && have "$program"; then
            LATCHKEY_FIREFOX=$(command -v "$program")
            export LATCHKEY_FIREFOX
            quietly "browser: $LATCHKEY_FIREFOX"
            return 0
        fi
    done
    [ "$(system_name)" = debian ] && [ -n "$(apt_version firefox-esr)" ] || return 1
    need_packages 'the real push' firefox-esr
    LATCHKEY_FIREFOX=$(command -v firefox-esr)
    export LATCHKEY_FIREFOX
}
