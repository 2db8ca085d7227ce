# Node and the packages from npm: a Node new enough for the interface's build, and an install only when a lock file changed.
# shellcheck shell=bash

NODE_NEEDED=20.19
NODE_TO_INSTALL=24.21.0
NODE_OWN="$TOOLS/node"

node_version_of() { "$1" --version 2>/dev/null | sed -n 's/^v\([0-9.]*\).*/\1/p'; }

use_found_node() {
    local node version
    for node in "$(command -v node || true)" "$NODE_OWN/bin/node" /opt/homebrew/bin/node /usr/local/bin/node /usr/bin/node; do
        if [ -z "$node" ] || [ ! -x "$node" ]; then continue; fi
        version=$(node_version_of "$node")
        if [ -n "$version" ] && at_least "$NODE_NEEDED" "$version"; then
            # What is found first already stays where it is: /usr/bin may hold an older cargo beside this node.
            [ "$node" = "$(command -v node || true)" ] || PATH="$(dirname "$node"):$PATH"
            export PATH
            have npm || continue
            quietly "Node $version ($node)"
            return 0
        fi
    done
    return 1
}

# Debian 12 and Ubuntu 24.04 have Node 18. Its npm can fetch a newer Node, which is an npm package too: kept in
# the cache, used by this script only, and checked against the registry's checksum like any other package.
fetch_node_through_npm() {
    local system processor package
    system=$(uname -s | tr '[:upper:]' '[:lower:]')
    case "$(uname -m)" in
        x86_64 | amd64) processor=x64 ;;
        aarch64 | arm64) processor=arm64 ;;
        *) return 1 ;;
    esac
    package="node-$system-$processor"
    say "fetching Node $NODE_TO_INSTALL through npm, for this script only"
    mkdir -p "$NODE_OWN/bin"
    npm install --prefix "$NODE_OWN" --no-save --no-fund --no-audit --loglevel=error "$package@$NODE_TO_INSTALL"
    ln -sf "$NODE_OWN/node_modules/$package/bin/node" "$NODE_OWN/bin/node"
}

need_node() {
    use_found_node && return 0
    local found
    found=$(node_version_of node || true)
    say "Node $NODE_NEEDED or newer is needed; $([ -n "$found" ] && echo "here is only $found" || echo "there is none here")"
    case "$(system_name)" in
        debian)
            refresh_package_lists
            if ! have npm; then need_packages 'building the interface' nodejs npm; fi
            use_found_node || fetch_node_through_npm || true
            ;;
        macos) if have brew; then brew install node; fi ;;
        *) if have npm; then fetch_node_through_npm || true; fi ;;
    esac
    hash -r
    use_found_node || give_up "Install Node $NODE_NEEDED or newer from https://nodejs.org (with npm), then run this again."
}

npm_install_in() {
    cd "$1" && NODE_OPTIONS=--no-deprecation npm install --no-save --prefer-offline --no-fund --no-audit --loglevel=http
}

# npm_packages FOLDER 'what for': the exact packages of the folder's lock file, in its node_modules.
# The stamp lies inside node_modules, so that it cannot outlive them. `npm ci` is not used because it refuses a lock
# file written where the registry had no binaries of other systems; this installs the same versions, and changes no file.
npm_packages() {
    local folder="$1" what="$2" key stamp
    stamp="$folder/node_modules/.latchkey-installed"
    key="$(cd "$folder" && hash_of package.json package-lock.json) $(uname -sm)"
    if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$key" ]; then
        quietly "npm packages for $what: all here"
        return 0
    fi
    say "installing npm packages for $what"
    patiently "$CACHE/npm.log" npm_install_in "$folder" || {
        tail -n 20 "$CACHE/npm.log" >&2
        give_up "The npm packages for $what could not be installed. By hand: cd $folder && npm install"
    }
    printf '%s' "$key" >"$stamp"
}

# npm_folder_in_cache NAME 'what for': the packages of tools/NAME, installed in the cache instead of the clone.
npm_folder_in_cache() {
    local name="$1" what="$2"
    mkdir -p "$CACHE/$name"
    cp "$LATCHKEY_ROOT/tools/$name/"{package.json,package-lock.json,.npmrc} "$CACHE/$name/"
    npm_packages "$CACHE/$name" "$what"
}

# The interface, built to ui/dist; only when one of its sources changed since, or the result did.
build_interface() {
    local sources stamp="$LATCHKEY_ROOT/ui/node_modules/.latchkey-built"
    npm_packages "$LATCHKEY_ROOT/ui" 'the interface'
    sources=$(cd "$LATCHKEY_ROOT/ui" && hash_of src public index.html package-lock.json vite.config.ts svelte.config.js tsconfig.json)
    if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$sources $(hash_of ui/dist)" ]; then
        quietly 'the interface is built and nothing in it changed'
        return 0
    fi
    say 'building the interface'
    (cd "$LATCHKEY_ROOT/ui" && npm run --silent build -- --logLevel warn) || return 1
    printf '%s' "$sources $(hash_of ui/dist)" >"$stamp"
}
