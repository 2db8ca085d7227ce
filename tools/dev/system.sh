# System packages: which ones each verb needs, and why. Installed with apt or Homebrew; elsewhere named exactly.
# shellcheck shell=bash

packages_compile='build-essential pkg-config'
packages_databases='python3-venv'
packages_window='libwebkit2gtk-4.1-dev libayatana-appindicator3-dev'
packages_display='xvfb xauth dbus xdotool scrot fonts-dejavu-core'
packages_test='curl iproute2 dunst libnotify-bin webkit2gtk-driver nginx caddy shellcheck minisign'
packages_targets='clang-19 lld-19 gcc-mingw-w64-x86-64'
packages_android='aapt android-framework-res libjackson2-core-java libjackson2-annotations-java libjackson2-databind-java'
packages_kotlin_tests='junit4 libhamcrest-java libandroid-json-org-java'

# Prints those of the named packages that are not installed.
missing_packages() {
    local package
    for package in "$@"; do
        # Of these only the program matters, wherever it came from.
        case "$package" in
            nginx | caddy | shellcheck | minisign | scrot) ! have_program "$package" || continue ;;
        esac
        [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)" = installed ] || echo "$package"
    done
}

# Daemons live in /usr/sbin, which is not on everybody's PATH.
have_program() { have "$1" || [ -x "/usr/sbin/$1" ]; }

# Is there a package of this name to be had at all?
apt_version() { apt-cache policy "$1" 2>/dev/null | sed -n 's/^  Candidate: \([0-9].*\)/\1/p'; }

# Longest wait for another program that has the package system to itself, in seconds: a system that was just installed updates
# itself for minutes.
LOCK_PATIENCE=900

# Does another program hold a lock of the package system? The kernel says so without being asked as root (proc_locks(5)).
package_system_is_taken() {
    local lock inode
    for lock in /var/lib/dpkg/lock-frontend /var/lib/dpkg/lock /var/lib/apt/lists/lock; do
        inode=$(stat -c %i "$lock" 2>/dev/null) || continue
        if grep -q ":$inode " /proc/locks 2>/dev/null; then return 0; fi
    done
    return 1
}

# Waits until the package system is free. apt waits for one of its locks by itself, without a word, and for others not at all.
wait_for_package_system() {
    local waited=0
    while package_system_is_taken; do
        if [ "$waited" -eq 0 ]; then
            say 'another program is installing packages, often the system that updates itself; waiting until it is done'
        elif [ "$waited" -ge "$LOCK_PATIENCE" ]; then
            give_up "Another program has been installing packages for $((LOCK_PATIENCE / 60)) minutes. Let it finish, then run this again."
        fi
        sleep 2
        waited=$((waited + 2))
    done
}

apt_refreshed=''
refresh_package_lists() {
    [ -z "$apt_refreshed" ] || return 0
    wait_for_package_system
    say 'refreshing the package lists'
    as_root apt-get update -qq || say 'the package lists could not all be refreshed; going on with those that are here'
    apt_refreshed=yes
}

# need_packages 'why' PACKAGE...: installs what is missing and says so; silent and quick when nothing is.
need_packages() {
    local why="$1" missing
    shift
    missing=$(missing_packages "$@" | tr '\n' ' ')
    missing=${missing% }
    if [ -z "$missing" ]; then
        quietly "system packages for $why: all here"
        return 0
    fi
    say "installing for $why: $missing"
    refresh_package_lists
    wait_for_package_system
    # shellcheck disable=SC2086 # a list of names
    patiently "$CACHE/apt.log" as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
        -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout="$LOCK_PATIENCE" $missing || {
        tail -n 20 "$CACHE/apt.log" >&2
        give_up "The packages could not be installed. Try it by hand: sudo apt-get install $missing"
    }
    local daemon
    for daemon in nginx caddy; do
        case " $missing " in *" $daemon "*) let_rest "$daemon" ;; esac
    done
}

# Web servers start as soon as they are installed, on port 80, and at every boot. The tests start their own; the
# system's are put back to sleep, but only when it was this script that brought them.
let_rest() {
    if have systemctl && systemctl is-enabled --quiet "$1" 2>/dev/null; then
        as_root systemctl disable --now --quiet "$1" || true
        say "$1 is installed but does not run by itself: the tests start their own"
    fi
}

# need_system_packages headless|run|test|databases|targets|android|bench|bundle
need_system_packages() {
    case "$(system_name)" in
        debian)
            # shellcheck disable=SC2086 # lists of names
            case "$1" in
                headless) need_packages 'compiling, and the database of networks' $packages_compile $packages_databases ;;
                run)
                    need_packages 'compiling the window' $packages_compile $packages_window
                    need_packages 'the database of networks' $packages_databases
                    ;;
                test)
                    need_packages 'compiling the window' $packages_compile $packages_window
                    need_packages 'a screen without a monitor' $packages_display
                    need_packages 'the real parts the tests talk to' $packages_test
                    need_packages 'the database of networks' $packages_databases
                    ;;
                databases) need_packages 'the database of networks' $packages_databases ;;
                targets)
                    need_packages 'compiling' $packages_compile
                    need_packages 'answering for the C compilers of other systems' $packages_targets
                    ;;
                android)
                    need_packages "checking the Android app's Kotlin and manifest" $packages_android $packages_kotlin_tests $packages_databases
                    ;;
                bench)
                    need_packages 'compiling the window' $packages_compile $packages_window
                    need_packages 'a screen without a monitor' $packages_display
                    need_packages 'the load of the measurements' wrk webkit2gtk-driver
                    need_packages 'the database of networks' $packages_databases
                    ;;
                bundle)
                    need_packages 'compiling the window' $packages_compile $packages_window
                    need_packages 'a screen without a monitor' $packages_display
                    need_packages 'the database of networks' $packages_databases
                    ;;
            esac
            ;;
        macos)
            xcode-select -p >/dev/null 2>&1 || give_up "The compiler is missing. Run: xcode-select --install"
            quietly "the window uses the system's own webview; nothing to install"
            ;;
        linux)
            if [ "$1" != headless ] && ! pkg-config --exists webkit2gtk-4.1 2>/dev/null; then
                complain 'This script installs packages on Debian, Ubuntu and macOS only. Here, install these, then run it again:'
                complain '  a C compiler, make, pkg-config, the headers of webkit2gtk 4.1 and of libayatana-appindicator 3'
                complain '  Fedora:   sudo dnf install gcc make pkgconf webkit2gtk4.1-devel libayatana-appindicator-gtk3-devel'
                complain '  Arch:     sudo pacman -S --needed base-devel webkit2gtk-4.1 libayatana-appindicator'
                complain '  openSUSE: sudo zypper install gcc make pkgconf webkit2gtk3-devel libayatana-appindicator3-devel'
                exit 1
            fi
            have cc || give_up 'There is no C compiler (cc). Install gcc or clang, then run this again.'
            ;;
        other)
            complain 'On this system, install these by hand:'
            complain '  Rust 1.94 or newer (https://rustup.rs), Node.js 20.19 or newer (https://nodejs.org),'
            complain '  and on Windows the Microsoft C++ Build Tools and WebView2.'
            complain 'Then: cd ui && npm ci && npm run build && cd .. && cargo run -p latchkey-desktop'
            exit 1
            ;;
    esac
}
