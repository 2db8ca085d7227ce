# ./dev bundle: makes the packages (deb and rpm), then proves the deb: installs it, starts Latchkey on a screen of its
# own with an empty home, waits for its window and its server, ends it and removes the package again.
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
# shellcheck source=tools/dev/geo.sh
. "$here/geo.sh"

case "$(uname -s)" in
    Linux) formats='deb,rpm' ;;
    Darwin) formats='app,dmg' ;;
    *) give_up 'Packages are made on Linux (deb, rpm) and macOS (app, dmg).' ;;
esac

step 'Set-up'
need_system_packages bundle
need_rust
need_node
need_place_databases
npm_folder_in_cache node 'the bundler'
build_interface

step 'Packages (optimised: the first time takes some minutes)'
# The databases of countries and networks are shipped; only their attribution is kept in the repository.
cp "$GEO_COUNTRY" src-tauri/resources/geo/dbip-country.mmdb
cp "$GEO_NETWORKS" src-tauri/resources/geo/networks.mmdb
bundle_folder="$CARGO_TARGET_DIR/release/bundle"
rm -rf "$bundle_folder"
"$CACHE/node/node_modules/.bin/tauri" build --ci --bundles "$formats"
# The names have no spaces: they are the product's, the version's and the processor's.
find "$bundle_folder" -maxdepth 2 \( -name '*.deb' -o -name '*.rpm' -o -name '*.dmg' \) -exec ls -lh {} + |
    awk '{ print "   " $5 "  " $NF }'

if [ "$(uname -s)" != Linux ]; then exit 0; fi
deb=$(find "$bundle_folder/deb" -maxdepth 1 -name '*.deb' | head -n 1)
[ -n "$deb" ] || give_up 'There is no deb among the packages.'
if ! have dpkg; then
    say 'This system does not use deb packages, so the deb is not tried.'
    exit 0
fi

step 'The deb, installed'
package=$(dpkg-deb -f "$deb" Package)
# Somebody who uses Latchkey on this machine keeps it: then it is only brought to this version.
kept=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
wait_for_package_system
if ! as_root dpkg -i "$deb" >"$CACHE/dpkg.log" 2>&1; then
    say 'bringing what the package depends on'
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --fix-broken --no-install-recommends >>"$CACHE/dpkg.log" 2>&1 || {
        tail -n 20 "$CACHE/dpkg.log" >&2
        give_up 'The package cannot be installed.'
    }
fi
remove_again() {
    if [ "$kept" != installed ]; then as_root dpkg -r "$package" >/dev/null 2>&1 || true; fi
}
trap remove_again EXIT
for name in dbip-country networks; do
    dpkg -L "$package" | grep "/$name.mmdb\$" >/dev/null || give_up "The package does not contain the database $name.mmdb."
done
say "installed: $package $(dpkg-deb -f "$deb" Version)"

step 'The installed app, started in an empty home'
bash "$here/on-a-screen.sh" bash "$here/try-installed.sh"
if [ "$kept" = installed ]; then say 'the package stays: it was installed before'; else say 'removing it again'; fi
