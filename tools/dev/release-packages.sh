# The steps of a release that make packages, one for each system. What they sign with comes by the environment, and is named in
# docs/release.md; without it a package is made unsigned, and says so in its name or in what is printed.
# shellcheck shell=bash disable=SC2154 # release_folder and version are release.sh's

# The version of the workspace.
version_in() { sed -n 's/^version = "\(.*\)"$/\1/p' "$1" | head -n 1; }

need_prepared() {
    local file
    for file in ui/dist/index.html src-tauri/resources/geo/dbip-country.mmdb src-tauri/resources/geo/networks.mmdb; do
        [ -s "$file" ] || give_up "$file is missing. Run: ./dev release prepare (or bring what it made elsewhere)."
    done
}

need_bundler() {
    need_prepared
    # A release is made by one compiler, wherever it is made.
    if have rustup; then
        rustup toolchain install "$RUST_TO_INSTALL" --profile minimal
        export RUSTUP_TOOLCHAIN="$RUST_TO_INSTALL"
    fi
    need_rust
    need_node
    npm_folder_in_cache node 'the bundler'
    # Gradle and Xcode call it again, by its name.
    export PATH="$CACHE/node/node_modules/.bin:$PATH"
}

# on_system PATTERN 'which that is'
on_system() { [[ "$(uname -s)" =~ ^($1) ]] || give_up "This step is for $2."; }

# collect FOLDER PATTERN...: exactly one file of each pattern, into the release's folder.
collect() {
    local folder="$1" pattern found
    shift
    mkdir -p "$release_folder"
    for pattern in "$@"; do
        found=$(find "$folder" -name "$pattern" -type f)
        [ "$(printf '%s' "$found" | grep -c '')" -eq 1 ] || give_up "One $pattern was expected in $folder, and there is: ${found:-none}"
        cp "$found" "$release_folder/"
        say "$(basename "$found")"
    done
}

# A secret that a workflow has not is empty, and what is empty would be taken for one.
forget_empty() {
    local name
    for name in "$@"; do
        if [ -z "${!name:-}" ]; then unset "$name"; fi
    done
}

bundle_for_desktop() {
    rm -rf "$CARGO_TARGET_DIR/release/bundle"
    tauri build --ci --bundles "$1"
}

release_linux() {
    on_system Linux Linux
    need_system_packages bundle
    # The AppImage is put together by programs that the bundler downloads; they need these.
    if [ "$(system_name)" = debian ]; then need_packages 'the AppImage' file xdg-utils librsvg2-dev; fi
    need_bundler
    # Those programs are AppImages themselves, and start without FUSE so.
    APPIMAGE_EXTRACT_AND_RUN=1 bundle_for_desktop deb,rpm,appimage
    collect "$CARGO_TARGET_DIR/release/bundle" '*.deb' '*.rpm' '*.AppImage'
}

release_macos() {
    on_system Darwin macOS
    need_system_packages bundle
    need_bundler
    forget_empty APPLE_CERTIFICATE APPLE_CERTIFICATE_PASSWORD APPLE_SIGNING_IDENTITY APPLE_API_ISSUER APPLE_API_KEY
    [ -n "${APPLE_SIGNING_IDENTITY:-}" ] || say 'no APPLE_SIGNING_IDENTITY: the dmg is neither signed nor notarised'
    bundle_for_desktop app,dmg
    collect "$CARGO_TARGET_DIR/release/bundle" '*.dmg'
}

release_windows() {
    on_system 'MINGW|MSYS' 'Windows, in Git Bash'
    need_bundler
    # Programs of Windows do not understand /c/Users.
    CARGO_TARGET_DIR=$(cygpath -m "$CARGO_TARGET_DIR")
    bundle_for_desktop msi
    say 'the msi is not signed: Windows says so to whoever installs it'
    collect "$CARGO_TARGET_DIR/release/bundle" '*.msi'
}

# --- Android ---

# As Tauri's own project for this version of it has; the wrapper is no part of the repository, because it is a program.
GRADLE_VERSION=9.6.1

release_android() {
    [ -d "${ANDROID_HOME:-}" ] || give_up 'ANDROID_HOME has to name the folder of an Android SDK.'
    [ -d "${NDK_HOME:-}" ] || give_up 'NDK_HOME has to name the folder of the NDK.'
    have gradle || [ -x src-tauri/gen/android/gradlew ] || give_up 'Gradle is missing. Install any newer one: it fetches the right one.'
    need_bundler
    rustup target add aarch64-linux-android x86_64-linux-android
    make_gradle_wrapper
    tauri android build --ci --apk --aab --target aarch64 x86_64
    local outputs=src-tauri/gen/android/app/build/outputs tools
    # The newest of its tools: the one that whoever has several wants.
    tools=$(find "$ANDROID_HOME/build-tools" -mindepth 1 -maxdepth 1 -type d | sort -V | tail -n 1)
    check_apk "$tools" "$(find "$outputs/apk" -name '*-unsigned.apk')"
    mkdir -p "$release_folder"
    if [ -n "${LATCHKEY_KEYSTORE:-}" ]; then
        sign_android "$tools" "$outputs"
    else
        say 'no LATCHKEY_KEYSTORE: unsigned, and no phone installs it so'
        cp "$(find "$outputs/apk" -name '*-unsigned.apk')" "$release_folder/latchkey-$version-unsigned.apk"
        cp "$(find "$outputs/bundle" -name '*-release.aab')" "$release_folder/latchkey-$version-unsigned.aab"
    fi
}

# In a folder of its own: the project's settings name files that only a build makes.
make_gradle_wrapper() {
    local project=src-tauri/gen/android folder
    if [ -x "$project/gradlew" ]; then return 0; fi
    folder=$(mktemp -d)
    touch "$folder/settings.gradle"
    (cd "$folder" && gradle --quiet wrapper --gradle-version "$GRADLE_VERSION")
    cp -R "$folder/gradlew" "$folder/gradlew.bat" "$folder/gradle" "$project/"
    rm -rf "$folder"
}

# The promises of the manifest once more, where androidx's own manifests are part of it.
check_apk() {
    python3 -B tools/android/check_apk.py "$1/aapt2" "$2" || give_up 'The APK does not keep what it promises.'
}

# The password is handed on by the environment, never as a word of a command, which other programs could read.
sign_android() {
    local tools="$1" outputs="$2" apk aab
    : "${LATCHKEY_KEYSTORE_PASSWORD:?the password of the keystore}" "${LATCHKEY_KEY_ALIAS:?the name of the key in it}"
    export LATCHKEY_KEYSTORE_PASSWORD
    apk="$release_folder/latchkey-$version.apk" aab="$release_folder/latchkey-$version.aab"
    "$tools/zipalign" -f -P 16 4 "$(find "$outputs/apk" -name '*-unsigned.apk')" "$apk"
    "$tools/apksigner" sign --ks "$LATCHKEY_KEYSTORE" --ks-key-alias "$LATCHKEY_KEY_ALIAS" --ks-pass env:LATCHKEY_KEYSTORE_PASSWORD "$apk"
    "$tools/apksigner" verify --print-certs "$apk"
    cp "$(find "$outputs/bundle" -name '*-release.aab')" "$aab"
    jarsigner -keystore "$LATCHKEY_KEYSTORE" -storepass:env LATCHKEY_KEYSTORE_PASSWORD "$aab" "$LATCHKEY_KEY_ALIAS" >/dev/null
    jarsigner -verify -strict "$aab" >/dev/null || say 'the certificate of the AAB is its own, as all of Android are'
    say "$(basename "$apk"), $(basename "$aab")"
}

# --- iOS ---

release_ios() {
    on_system Darwin 'macOS with Xcode'
    have xcodebuild || give_up 'Xcode is missing.'
    [ -n "${APPLE_DEVELOPMENT_TEAM:-}" ] || give_up 'APPLE_DEVELOPMENT_TEAM has to name the team that signs: no iPhone takes an unsigned app.'
    need_bundler
    forget_empty IOS_CERTIFICATE IOS_CERTIFICATE_PASSWORD IOS_MOBILE_PROVISION
    rustup target add aarch64-apple-ios
    # Xcode's project is generated: it can be on macOS only.
    if [ ! -d src-tauri/gen/apple ]; then tauri ios init --ci; fi
    tauri ios build --ci --target aarch64 --export-method "${LATCHKEY_IOS_EXPORT:-app-store-connect}"
    mkdir -p "$release_folder"
    cp "$(find src-tauri/gen/apple/build -name '*.ipa' | head -n 1)" "$release_folder/latchkey-$version.ipa"
    say "latchkey-$version.ipa"
}
