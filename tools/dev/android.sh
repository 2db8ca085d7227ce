# What can be proven of the Android app without an Android SDK: that its Kotlin compiles, and what its manifest says once it
# is linked. tools/android/README.md has how, and what this is blind to.
# shellcheck shell=bash

android_tools="$LATCHKEY_ROOT/tools/android"
android_project="$LATCHKEY_ROOT/src-tauri/gen/android"
android_cache="$CACHE/android"
android_framework=/usr/share/android-framework-res/framework-res.apk
android_jars=/usr/share/java

# The resources of Android and the jars of Jackson are Debian's packages, and Ubuntu's; nobody else has them ready.
can_check_android() { [ "$(system_name)" = debian ]; }

need_android_system() {
    can_check_android || give_up "The Android app's Kotlin and manifest are checked with packages of Debian and Ubuntu."
    have java || need_packages 'running the Kotlin compiler' default-jre-headless
    need_system_packages android
}

# lay_out: the Kotlin of the app, of Tauri and of the plugins, side by side in the cache, as a build would have it.
lay_out_android() {
    cargo metadata --locked --format-version 1 --filter-platform aarch64-linux-android >"$CACHE/android-metadata.json" ||
        give_up 'cargo could not name the dependencies.'
    python3 -B "$android_tools/kotlin_sources.py" "$android_project" "$android_cache/sources" \
        <"$CACHE/android-metadata.json" >"$CACHE/android-sources.log" || give_up 'The Kotlin could not be laid out.'
}

# The shape of Android and androidx as Java; made once for each version of what it is made of and of what makes it.
need_android_shapes() {
    npm_folder_in_cache android 'the Kotlin compiler, and what is an interface in Android (60 MB the first time)'
    local declared="$android_cache/node_modules/@nativescript/types-android/lib/android" key
    key=$(cd "$android_tools" && hash_of requirements.txt package-lock.json stubs/*.py stubs/corrections.txt)
    if [ "$(cat "$android_cache/made" 2>/dev/null)" = "$key" ]; then
        quietly 'the shape of Android is made and nothing in it changed'
        return 0
    fi
    say 'making the shape of Android (once; half a minute)'
    rm -rf "$android_cache/made" "$android_cache/python" "$android_cache/wheels"
    # They are read as files: which Python they are meant for does not matter, and none of them is installed.
    if ! python3 -m venv "$android_cache/python" >"$CACHE/android.log" 2>&1 ||
        ! "$android_cache/python/bin/pip" download --quiet --disable-pip-version-check --no-deps --require-hashes --ignore-requires-python \
            --dest "$android_cache/wheels" -r "$android_tools/requirements.txt" >>"$CACHE/android.log" 2>&1 ||
        ! python3 -B "$android_tools/stubs/write.py" "$android_cache/shapes" "$android_cache/wheels" \
            "$declared/android-platform-37.d.ts" "$declared/androidx-32.d.ts" >>"$CACHE/android.log" 2>&1; then
        tail -n 20 "$CACHE/android.log" >&2
        give_up 'The shape of Android could not be made.'
    fi
    say "$(tail -n 1 "$CACHE/android.log")"
    printf '%s' "$key" >"$android_cache/made"
}

# kotlin_compiler OUTPUT SOURCE...: against the shapes, Jackson, and what is written by hand because nobody has its shape.
kotlin_compiler() {
    local output="$1" compiler="$android_cache/node_modules/kotlin-compiler"
    shift
    rm -rf "$output"
    java -Xmx1g -cp "$compiler/lib/kotlin-compiler.jar" org.jetbrains.kotlin.cli.jvm.K2JVMCompiler \
        -kotlin-home "$compiler" -no-reflect -jvm-target 1.8 -d "$output" \
        -classpath "$android_jars/jackson-core.jar:$android_jars/jackson-databind.jar:$android_jars/jackson-annotations.jar:$android_jars/junit4.jar" \
        "$@" "$android_tools/by-hand" "$android_cache/shapes"
}

check_manifest() {
    lay_out_android || return 1
    python3 -B "$android_tools/manifest.py" "$android_project" "$android_framework" "$android_cache/sources/manifests" "$android_cache/linked" |
        sed 's/^/   /'
}

check_kotlin() {
    need_android_shapes || return 1
    # For R, which is made of the resources.
    check_manifest >/dev/null || return 1

    kotlin_compiler "$android_cache/wrong" "$android_tools/wrong" >"$CACHE/kotlin-wrong.log" 2>&1 || true
    python3 -B "$android_tools/compiler_errors.py" "$android_tools"/wrong/*.kt <"$CACHE/kotlin-wrong.log" | sed 's/^/   /' || {
        complain 'The compiler does not find what is wrong on purpose in tools/android/wrong.'
        return 1
    }

    sed 's/^/   /' "$CACHE/android-sources.log"
    local sources="$android_cache/sources" tests="$android_project/app/src/test/java"
    if [ ! -d "$tests" ]; then tests=''; fi
    patiently "$CACHE/kotlin.log" kotlin_compiler "$android_cache/classes" "$sources/kotlin" "$sources/java" "$android_cache/linked/java" ${tests:+"$tests"} || {
        grep -A 2 -E ': error: |^(error|exception):' "$CACHE/kotlin.log" | sed "s|$sources/||" >&2
        return 1
    }
    say "$(find "$android_cache/classes" -name '*.class' | wc -l) classes"
    [ -z "$tests" ] || run_kotlin_tests "$tests"
}

# run_kotlin_tests FOLDER: what needs no Android runs here. The shapes are no classes, so a test that touches them fails.
run_kotlin_tests() {
    local names
    names=$(cd "$1" && find . -name '*Test.kt' | sed 's|^\./||; s|\.kt$||; s|/|.|g')
    # shellcheck disable=SC2086 # a list of names
    java -cp "$android_cache/classes:$android_cache/node_modules/kotlin-compiler/lib/kotlin-stdlib.jar:$android_jars/junit4.jar:$android_jars/hamcrest.jar:$android_jars/json-android.jar" \
        org.junit.runner.JUnitCore $names
}
