# ./dev check-targets [TARGET ...]: proves that the app compiles for phones and for the other desktops. `manifest` and `kotlin` are
# what the Android app has beside Rust (android.sh); the other targets are Rust's names of systems.
# Where the toolchain has a target's standard library (rustup target add ...), that is used. Elsewhere Debian's Rust
# compiles the standard library from its sources; that is a nightly-only option, which RUSTC_BOOTSTRAP opens.
# C code and linking need the systems' own kits, and those belong to a release.
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
# shellcheck source=tools/dev/android.sh
. "$here/android.sh"

# The quick ones first.
all_targets='manifest kotlin aarch64-linux-android x86_64-linux-android aarch64-apple-ios aarch64-apple-darwin x86_64-pc-windows-gnu'
targets="${*:-$all_targets}"
not_here=''
if [ "$#" -eq 0 ] && ! can_check_android; then
    targets=${all_targets#manifest kotlin }
    not_here='manifest kotlin (they need packages of Debian or Ubuntu)'
fi

# With which part of this file a target is checked.
part_of() {
    case "$1" in
        manifest | kotlin) echo android ;;
        *) echo rust ;;
    esac
}

some_target_is() {
    local target
    for target in $targets; do
        if [ "$(part_of "$target")" = "$1" ]; then return 0; fi
    done
    return 1
}

# clang's name for a target of Rust's.
triple_of() {
    case "$1" in
        *-linux-android) echo "${1}24" ;;
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

check_rust() {
    choose_way "$1"
    [ "$way" = installed ] || quietly "with Debian's Rust and its standard library's sources"
    check "$1"
}

export CARGO_TARGET_DIR="$CACHE/target-check"

step 'Set-up'
need_rust
if some_target_is android; then
    need_android_system
    need_node
fi
if some_target_is rust; then need_system_packages targets; fi
# The core embeds this folder; what is in it makes no difference to whether the Rust side compiles.
mkdir -p ui/dist

failed=''
for target in $targets; do
    step "$target"
    began=$SECONDS
    case "$(part_of "$target")" in
        android) check_it="check_$target" ;;
        rust) check_it="check_rust $target" ;;
    esac
    if ($check_it); then
        say "passes ($(duration $((SECONDS - began))))"
    else
        complain "does not pass. To run it alone: ./dev check-targets $target"
        failed="$failed $target"
    fi
done

echo
[ -z "$not_here" ] || say "Not checked here: $not_here"
[ -z "$failed" ] || give_up "These do not pass:$failed"
say "All pass: $targets"
