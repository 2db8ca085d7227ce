# Proves that release-signing.sh takes what was signed and nothing else, with a key made for it; run by `./dev test shell`.
# shellcheck shell=bash
set -euo pipefail
here="$(dirname "${BASH_SOURCE[0]}")"
have() { command -v "$1" >/dev/null 2>&1; }
say() { :; }
give_up() {
    echo "$*" >&2
    exit 1
}

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
LATCHKEY_ROOT="$folder" LATCHKEY_MINISIGN_PUBLIC="$folder/key.pub" LATCHKEY_MINISIGN_KEY="$folder/key" LATCHKEY_MINISIGN_PASSWORD='open sesame'
# shellcheck source=tools/dev/release-signing.sh
. "$here/release-signing.sh"
# shellcheck disable=SC2034 # read by release-signing.sh
version=1.2.0

fail() {
    echo "release: $*" >&2
    exit 1
}

# refuses 'what' 'words of the refusal' STEP
refuses() {
    local said
    if said=$("$3" 2>&1); then fail "$1 was taken"; fi
    case "$said" in *"$2"*) ;; *) fail "$1 was refused for another reason: $said" ;; esac
}

# The changelog's part, and no other version's, though it begins alike.
cat >"$folder/CHANGELOG.md" <<'TEXT'
# Changelog

## Unreleased

Not yet.

## 1.2.0 (a date)

- It does this.

## 1.2.0-beta

- It nearly does.
TEXT
[ "$(notes_of 1.2.0 "$folder/CHANGELOG.md")" = '- It does this.' ] || fail "the notes were read as: $(notes_of 1.2.0 "$folder/CHANGELOG.md")"
[ -z "$(notes_of 1.2 "$folder/CHANGELOG.md")" ] || fail 'a version that is not there has notes'

if ! have minisign; then
    echo 'minisign is not installed: signatures are not tried'
    exit 0
fi

release_folder="$folder/packages"
mkdir "$release_folder"
refuses 'an empty folder' 'There is no package' release_checksums
printf 'the deb' >"$release_folder/latchkey.deb"
printf 'the apk' >"$release_folder/latchkey.apk"
printf '%s\n%s\n' "$LATCHKEY_MINISIGN_PASSWORD" "$LATCHKEY_MINISIGN_PASSWORD" | minisign -G -p "$folder/key.pub" -s "$folder/key" >/dev/null 2>&1
refuses 'no checksums' 'There is no SHA256SUMS' release_sign
release_checksums >/dev/null
said=$(release_sign 2>&1) || fail "what is whole was not signed: $said"
case "$said" in *"$LATCHKEY_MINISIGN_PASSWORD"*) fail 'the password was printed' ;; esac
release_verify >/dev/null 2>&1 || fail 'what was signed is refused'

printf 'another' >"$release_folder/latchkey.msi"
refuses 'a package that nobody signed' 'Nobody signed: latchkey.msi' release_verify
rm "$release_folder/latchkey.msi"

printf 'the deb of somebody else' >"$release_folder/latchkey.deb"
refuses 'a package that was changed' 'not the one that was signed' release_verify

# Whoever changes the checksums to match has no key.
release_checksums >/dev/null
refuses 'checksums that were changed' 'not signed by the key' release_verify

printf 'x\nx\n' | minisign -G -f -p "$folder/other.pub" -s "$folder/other" >/dev/null 2>&1
printf 'x\n' | minisign -S -s "$folder/other" -m "$release_folder/SHA256SUMS" >/dev/null 2>&1
refuses "somebody else's signature" 'not signed by the key' release_verify

LATCHKEY_MINISIGN_PASSWORD='a wrong one'
refuses 'a wrong password' 'did not sign' release_sign
