# The steps of a release that say which files are ours: checksums, their signature, and what checks both.
# shellcheck shell=bash disable=SC2154 # release_folder and version are release.sh's

# The checksums are signed, and not each file: one signature, by a program that every system has a package of.
LATCHKEY_MINISIGN_PUBLIC="${LATCHKEY_MINISIGN_PUBLIC:-$LATCHKEY_ROOT/docs/minisign.pub}"

sha256() { if have sha256sum; then sha256sum "$@"; else shasum -a 256 "$@"; fi; }

# notes_of VERSION CHANGELOG: the part of the changelog that is about it, without its heading.
notes_of() {
    awk -v heading="## $1" '
        $0 == heading || index($0, heading " ") == 1 { inside = 1; next }
        /^## / { inside = 0 }
        inside { print }
    ' "$2" | sed '/./,$!d'
}

# The packages, without what speaks of them.
packages_in() { find "$1" -maxdepth 1 -type f ! -name 'SHA256SUMS*' -exec basename {} \; | LC_ALL=C sort; }

released_files() { find "$release_folder" -maxdepth 1 -type f | LC_ALL=C sort; }

release_checksums() {
    [ -n "$(packages_in "$release_folder")" ] || give_up "There is no package in $release_folder."
    # shellcheck disable=SC2046 # names of packages have no spaces
    (cd "$release_folder" && sha256 $(packages_in .) >SHA256SUMS)
    cat "$release_folder/SHA256SUMS"
}

# minisign asks for the password itself. Where nobody sits, it comes by the environment, and goes in as typed.
release_sign() {
    have minisign || give_up 'This needs minisign: apt-get install minisign, or brew install minisign.'
    [ -f "${LATCHKEY_MINISIGN_KEY:-}" ] || give_up 'LATCHKEY_MINISIGN_KEY has to name the file of the secret key.'
    [ -f "$release_folder/SHA256SUMS" ] || give_up 'There is no SHA256SUMS yet. Run: ./dev release checksums'
    local signing=(minisign -S -s "$LATCHKEY_MINISIGN_KEY" -m "$release_folder/SHA256SUMS" -t "Latchkey $version")
    if [ -n "${LATCHKEY_MINISIGN_PASSWORD:-}" ]; then
        printf '%s\n' "$LATCHKEY_MINISIGN_PASSWORD" | "${signing[@]}" >/dev/null || give_up 'minisign did not sign.'
    else
        "${signing[@]}"
    fi
    # With the key that everybody has: a signature by another one is none.
    release_verify
}

release_verify() {
    have minisign || give_up 'This needs minisign: apt-get install minisign, or brew install minisign.'
    [ -f "$LATCHKEY_MINISIGN_PUBLIC" ] || give_up "$LATCHKEY_MINISIGN_PUBLIC is not there: the project has no key yet (docs/release.md)."
    minisign -V -m "$release_folder/SHA256SUMS" -p "$LATCHKEY_MINISIGN_PUBLIC" || give_up 'SHA256SUMS is not signed by the key of the project.'
    (cd "$release_folder" && sha256 -c SHA256SUMS) || give_up 'A package is not the one that was signed.'
    local unsigned
    unsigned=$(packages_in "$release_folder" | grep -v -x -F -f <(sed 's/^[0-9a-f]*[ *]*//' "$release_folder/SHA256SUMS") || true)
    [ -z "$unsigned" ] || give_up "Nobody signed: $unsigned"
    say 'signed, and every package is the one that was signed'
}
