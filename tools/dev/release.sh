# ./dev release STEP: one step of a release. .github/workflows/release.yml takes the same ones, each on the system that it needs;
# docs/release.md has their order, and what a person needs for each.
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
# shellcheck source=tools/dev/release-packages.sh
. "$here/release-packages.sh"
# shellcheck source=tools/dev/release-signing.sh
. "$here/release-signing.sh"

release_folder="${LATCHKEY_RELEASE_FOLDER:-$CACHE/release}"
version=$(version_in Cargo.toml)

usage() {
    cat <<'TEXT'
Usage: ./dev release STEP

  version [TAG]   the version, and whether a tag of this name may be released
  prepare         what is the same for every system: the interface, and the databases of places and networks
  linux           deb, rpm and AppImage                        (on Linux, after prepare)
  macos           dmg                                          (on macOS, after prepare)
  windows         msi                                          (on Windows in Git Bash, after prepare)
  android         APK and AAB                                  (with the SDK and the NDK, after prepare)
  ios             IPA                                          (on macOS with Xcode, after prepare)
  checksums       SHA256SUMS of all that lies in the release's folder
  sign            a signature of SHA256SUMS, by minisign
  verify          what whoever downloads it checks: the signature and every checksum
  publish         a draft of a release, for a person to look at

The packages are put into ${LATCHKEY_RELEASE_FOLDER:-~/.cache/latchkey/release}.
TEXT
}

# A tag that is released names the version that is built, the changelog speaks of it, and nothing is built that is not committed.
release_version() {
    echo "$version"
    [ -n "${1:-}" ] || return 0
    [ "$1" = "v$version" ] || give_up "The tag $1 is not v$version, the version in Cargo.toml."
    [ -n "$(notes_of "$version" CHANGELOG.md)" ] || give_up "CHANGELOG.md has no part '## $version'."
    [ -z "$(git status --porcelain)" ] || give_up 'There are changes that are not committed.'
}

# The interface and the databases are made once and carried to the other systems: what is in them does not depend on where.
release_prepare() {
    need_system_packages databases
    need_node
    need_place_databases
    build_interface
    cp "$GEO_COUNTRY" src-tauri/resources/geo/dbip-country.mmdb
    cp "$GEO_NETWORKS" src-tauri/resources/geo/networks.mmdb
    say 'made: ui/dist, and the databases in src-tauri/resources/geo'
}

# A draft: nobody sees it before a person has looked at it, and pressed the button.
release_publish() {
    have gh || give_up 'This needs gh, the command line of GitHub. By hand: make a release of the tag on the web, and add the files.'
    release_verify
    if released_files | grep -q -- '-unsigned\.'; then give_up 'An unsigned package is no release: no phone installs it.'; fi
    local notes
    notes=$(mktemp)
    notes_of "$version" CHANGELOG.md >"$notes"
    # shellcheck disable=SC2046 # names of packages have no spaces
    gh release create "v$version" --draft --verify-tag --title "Latchkey $version" --notes-file "$notes" $(released_files)
    rm -f "$notes"
}

step_name="${1:-help}"
[ "$#" -eq 0 ] || shift
case "$step_name" in
    version | prepare | linux | macos | windows | android | ios | checksums | sign | verify | publish) "release_$step_name" "$@" ;;
    help | --help | -h) usage ;;
    *)
        usage >&2
        give_up "There is no step '$step_name'."
        ;;
esac
