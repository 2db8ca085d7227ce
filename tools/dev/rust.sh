# Rust: one new enough that is already here, or the distribution's own package, or exact words on what to do.
# shellcheck shell=bash

RUST_NEEDED=1.94
RUST_TO_INSTALL=1.95.0

rust_version_of() { "$1" --version 2>/dev/null | sed -n 's/^cargo \([0-9.]*\).*/\1/p'; }

# Puts the first sufficient cargo at the head of PATH; fails when there is none.
use_found_rust() {
    local cargo version
    for cargo in "$(command -v cargo || true)" "${CARGO_HOME:-$HOME/.cargo}/bin/cargo" /opt/homebrew/bin/cargo /usr/local/bin/cargo /usr/bin/cargo; do
        if [ -z "$cargo" ] || [ ! -x "$cargo" ]; then continue; fi
        version=$(rust_version_of "$cargo")
        if [ -n "$version" ] && at_least "$RUST_NEEDED" "$version"; then
            # What is found first already stays where it is: its folder may hold another, older tool as well.
            [ "$cargo" = "$(command -v cargo || true)" ] || PATH="$(dirname "$cargo"):$PATH"
            export PATH
            quietly "Rust $version ($cargo)"
            return 0
        fi
    done
    return 1
}

need_rust() {
    use_found_rust && return 0
    local found
    found=$(rust_version_of cargo || true)
    say "Rust $RUST_NEEDED or newer is needed; $([ -n "$found" ] && echo "here is only $found" || echo "there is none here")"
    PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
    case "$(system_name)" in
        debian)
            if ! have rustup; then
                refresh_package_lists
                if [ -n "$(apt_version rustup)" ]; then
                    need_packages 'installing Rust' rustup
                elif at_least "$RUST_NEEDED" "$(apt_version cargo-web)"; then
                    need_packages 'compiling Rust' rustc-web cargo-web rustfmt-web rust-web-clippy
                fi
            fi
            ;;
        macos) if ! have rustup && have brew; then brew install rust; fi ;;
    esac
    if have rustup && ! use_found_rust; then
        say "asking rustup for Rust $RUST_TO_INSTALL; the default toolchain stays what it is"
        rustup toolchain install "$RUST_TO_INSTALL" --profile minimal --component clippy --component rustfmt
        export RUSTUP_TOOLCHAIN="$RUST_TO_INSTALL"
    fi
    hash -r
    use_found_rust || give_up "Install Rust $RUST_NEEDED or newer from https://rustup.rs, then run this again."
}
