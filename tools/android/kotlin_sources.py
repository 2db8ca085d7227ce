#!/usr/bin/env python3
"""Lays out all Kotlin that goes into the Android app, as the build of a release would: ours, Tauri's, wry's, the plugins'.

    cargo metadata ... | kotlin_sources.py PROJECT OUTPUT

PROJECT is src-tauri/gen/android. OUTPUT is made anew: under `kotlin` a folder for each package of Rust that brings some, and
`app`; under `java` what Gradle would generate; in `manifests` the names of the libraries' manifests, one a line.
"""

import json
import pathlib
import re
import shutil
import sys

# Where a package of Rust keeps its Kotlin. The first two are templates, which a build fills in for the app.
TEMPLATES = {"wry": "src/android/kotlin", "tauri": "mobile/android-codegen"}
LIBRARIES = ("android/src/main/java", "android/src/main/kotlin", "mobile/android/src/main/java")


def filled_in(template, package, library):
    """What wry's build script does with its files, without the additions that we make none of."""
    words = {"package": package, "package-unescaped": package, "library": library, "class-extension": "", "class-init": ""}
    return re.sub(r"\{\{([\w-]+)\}\}", lambda found: words[found.group(1)], template)


def namespace(gradle):
    """The package that a build file names for R and BuildConfig."""
    found = re.search(r'^\s*namespace\s*=\s*"([\w.]+)"', gradle, re.MULTILINE)
    if not found:
        raise SystemExit("a build file of Gradle names no namespace")
    return found.group(1)


def write_build_config(gradle, output):
    """The class that Gradle generates. Its one value here is no constant, because it is not the same in every build."""
    package = namespace(gradle.read_text(encoding="utf-8"))
    folder = output.joinpath("java", *package.split("."))
    folder.mkdir(parents=True, exist_ok=True)
    body = 'public final class BuildConfig {\n    public static final boolean DEBUG = Boolean.parseBoolean("true");\n}\n'
    (folder / "BuildConfig.java").write_text(f"package {package};\n\n{body}", encoding="utf-8")


def library_name(packages):
    """What the app's own library is called: the one that is loaded by Kotlin, so a dynamic one."""
    return next(target["name"] for package in packages for target in package["targets"] if package["source"] is None and "cdylib" in target["kind"])


def copy_kotlin(folder, output):
    """How many files there were. What a build has generated before is left out: it is laid out anew."""
    files = [file for file in sorted(folder.rglob("*")) if file.suffix in (".kt", ".java") and "generated" not in file.parts]
    for file in files:
        target = output / file.relative_to(folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
    return len(files)


def lay_out_library(package, output):
    root = pathlib.Path(package["manifest_path"]).parent
    for folder in (root / one for one in LIBRARIES):
        if not folder.is_dir():
            continue
        count = copy_kotlin(folder, output / "kotlin" / package["name"])
        write_build_config(folder.parents[2] / "build.gradle.kts", output)
        with open(output / "manifests", "a", encoding="utf-8") as manifests:
            manifests.write(f"{folder.parent / 'AndroidManifest.xml'}\n")
        print(f"{package['name']} {package['version']}: {count} files")


def lay_out_templates(package, app, library, output):
    folder = pathlib.Path(package["manifest_path"]).parent / TEMPLATES[package["name"]]
    target = output / "kotlin" / f"{package['name']}-generated"
    target.mkdir(parents=True)
    files = sorted(folder.glob("*.kt"))
    for file in files:
        (target / file.name).write_text(filled_in(file.read_text(encoding="utf-8"), app, library), encoding="utf-8")
    print(f"{package['name']} {package['version']}, generated: {len(files)} files")


def main():
    project, output = map(pathlib.Path, sys.argv[1:])
    packages = json.load(sys.stdin)["packages"]
    shutil.rmtree(output, ignore_errors=True)
    gradle = project / "app/build.gradle.kts"
    app = namespace(gradle.read_text(encoding="utf-8"))
    missing = set(TEMPLATES) - {package["name"] for package in packages}
    if missing:
        raise SystemExit(f"not among the dependencies for Android: {', '.join(sorted(missing))}")
    for package in sorted(packages, key=lambda one: one["name"]):
        if package["name"] in TEMPLATES:
            lay_out_templates(package, app, library_name(packages), output)
        lay_out_library(package, output)
    print(f"the app: {copy_kotlin(project / 'app/src/main/java', output / 'kotlin/app')} files")
    write_build_config(gradle, output)


if __name__ == "__main__":
    main()
