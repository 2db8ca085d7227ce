# ./dev check-targets [TARGET ...]: proves that the app's Rust side compiles for phones and for the other desktops.
# Where the toolchain has a target's standard library (rustup target add ...), that is used. Elsewhere Debian's Rust
# compiles the standard library from its sources; that is a nightly-only option, which RUSTC_BOOTSTRAP opens.
# Only Rust is checked: C code and linking need the systems' own kits, and those belong to a release.
# shellcheck shell=bash
here="$LATCHKEY_ROOT/tools/dev"
# shellcheck source=tools/dev/common.sh
. "$here/common.sh"
# shellcheck source=tools/dev/system.sh
. "$here/system.sh"
# shellcheck source=tools/dev/rust.sh
. "$here/rust.sh"

all_targets='aarch64-linux-android aarch64-apple-ios aarch64-apple-darwin x86_64-pc-windows-gnu'
targets="${*:-$all_targets}"

# clang's name for a target of Rust's.
triple_of() {
    case "$1" in
        aarch64-linux-android) echo aarch64-linux-android24 ;;
        *-apple-ios) echo arm64-apple-ios15.0 ;;
        *-apple-darwin) echo arm64-apple-macosx12.0 ;;
        x86_64-pc-windows-gnu) echo x86_64-w64-windows-gnu ;;
        *) echo "$1" ;;
    esac
}

has_standard_library() { [ -d "$("$1" --print sysroot 2>/dev/null)/lib/rustlib/$2/lib" ]; }

can_build_standard_library() {
    [ -x /usr/bin/rustc ] && [ -x /usr/bin/cargo ] &&
        at_least "$RUST_NEEDED" "$(rust_version_of /usr/bin/cargo)" &&
        [ -f "$(/usr/bin/rustc --print sysroot)/lib/rustlib/src/rust/library/Cargo.lock" ]
}

# Leaves in $way how the target is going to be checked.
choose_way() {
    if has_standard_library rustc "$1"; then
        way=installed
    elif can_build_standard_library; then
        way=sources
    elif [ "$(system_name)" = debian ] && at_least "$RUST_NEEDED" "$(apt_version rust-web-src)"; then
        need_packages 'standard libraries of other systems' rustc-web cargo-web rust-web-src
        way=sources
    elif have rustup; then
        rustup target add "$1"
        way=installed
    else
        give_up "There is no standard library for $1 here. Install Rust from https://rustup.rs, then: rustup target add $1"
    fi
}

check() {
    local target="$1" name="${1//-/_}"
    export LATCHKEY_CHECK_TRIPLE
    LATCHKEY_CHECK_TRIPLE=$(triple_of "$target")
    export "CC_$name=$LATCHKEY_ROOT/tools/targets/compiler-that-only-looks"
    export "CXX_$name=$LATCHKEY_ROOT/tools/targets/compiler-that-only-looks"
    export "AR_$name=ar"
    # Build scripts for Apple's systems want to know where Apple's kit is. An empty folder will do.
    case "$target" in
        *-apple-*)
            if [ "$(uname -s)" != Darwin ]; then
                mkdir -p "$CACHE/no-kit"
                export SDKROOT="$CACHE/no-kit"
            fi
            ;;
    esac
    if [ "$way" = installed ]; then
        cargo check --target "$target" -p latchkey-desktop --lib
    else
        PATH=/usr/bin:/bin RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 \
            /usr/bin/cargo check --target "$target" -Zbuild-std -p latchkey-desktop --lib
    fi
}

export CARGO_TARGET_DIR="$CACHE/target-check"

step 'Set-up'
need_system_packages targets
need_rust
# The core embeds this folder; what is in it makes no difference to whether the Rust side compiles.
mkdir -p ui/dist

failed=''
for target in $targets; do
    step "$target"
    began=$SECONDS
    choose_way "$target"
    [ "$way" = installed ] || quietly "with Debian's Rust and its standard library's sources"
    if (check "$target"); then
        say "compiles ($(duration $((SECONDS - began))))"
    else
        complain "does not compile. To run it alone: ./dev check-targets $target"
        failed="$failed $target"
    fi
done

echo
[ -z "$failed" ] || give_up "These do not compile:$failed"
say "All compile: $targets"
