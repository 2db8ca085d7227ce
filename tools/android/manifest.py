#!/usr/bin/env python3
"""Links the app's manifest and resources by aapt2, and asks the result for what it promises.

    manifest.py PROJECT FRAMEWORK.apk LIBRARIES OUTPUT

PROJECT is src-tauri/gen/android. LIBRARIES names the manifests of Tauri and its plugins, one a line; those of androidx are not to
be had here. In OUTPUT, made anew, lies R.java afterwards, under `java`. First of all, manifests that break a promise each have to
be found out: a check that cannot fail proves nothing.
"""

import pathlib
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import promises
import xmltree
from kotlin_sources import namespace

ANDROID = "http://schemas.android.com/apk/res/android"
ElementTree.register_namespace("android", ANDROID)

# Debian's framework is that of API 29. What is newer is taken out before it is linked, by name: a misspelt one stays, and fails.
NEWER_ATTRIBUTES = {"dataExtractionRules": 31}
NEWER_ELEMENTS = {"queries": 30}
# Taken out, so nothing after the link can miss it; it has to be there before.
NEEDED_BEFORE = {"dataExtractionRules": "@xml/data_extraction_rules"}


class Refused(Exception):
    """aapt2 has said no, in words of its own."""


def attribute(name):
    return f"{{{ANDROID}}}{name}"


def number(gradle, name):
    return re.search(rf"^\s*{name}\s*=\s*(\d+)", gradle, re.MULTILINE).group(1)


def merged(manifest, libraries):
    """What libraries add, as far as we have them: Gradle's merger adds what is under `manifest` and under `application`."""
    application = manifest.find("application")
    for library in libraries:
        for element in list(library):
            if element.tag == "application":
                application.extend(list(element))
            elif element.tag != "uses-sdk":
                manifest.append(element)


def for_api_29(manifest):
    """Takes out what is newer; says what should have been there and is not."""
    missing = [name for name, value in NEEDED_BEFORE.items() if manifest.find("application").get(attribute(name)) != value]
    for parent in list(manifest.iter()):
        for name in NEWER_ATTRIBUTES:
            parent.attrib.pop(attribute(name), None)
        for child in [one for one in parent if one.tag in NEWER_ELEMENTS]:
            parent.remove(child)
    return missing


def aapt2(*words):
    done = subprocess.run(["aapt2", *map(str, words)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Refused(done.stderr.strip() or done.stdout.strip())
    return done.stdout


class Linker:
    """Compiles the resources once, and links any number of manifests with them."""

    def __init__(self, project, framework, output):
        self.framework, self.output = framework, output
        self.gradle = (project / "app/build.gradle.kts").read_text(encoding="utf-8")
        self.resources = []
        by_hand = pathlib.Path(__file__).with_name("resources")
        for name, folder in (("libraries", by_hand), ("app", project / "app/src/main/res")):
            self.resources.append(output / f"{name}.zip")
            aapt2("compile", "--dir", folder, "-o", self.resources[-1])

    def link(self, manifest):
        """The linked manifest, and the linked rules of its network."""
        manifest.set("package", namespace(self.gradle))
        file, result = self.output / "AndroidManifest.xml", self.output / "linked.apk"
        ElementTree.ElementTree(manifest).write(file, encoding="utf-8", xml_declaration=True)
        versions = ("--min-sdk-version", number(self.gradle, "minSdk"), "--target-sdk-version", number(self.gradle, "targetSdk"))
        numbered = ("--version-code", "1", "--version-name", "0")
        aapt2("link", "-I", self.framework, "--manifest", file, *versions, *numbered, "-o", result, "--java", self.output / "java", *self.resources)
        dumped = (aapt2("dump", "xmltree", "--file", name, result) for name in ("AndroidManifest.xml", "res/xml/network_security_config.xml"))
        return [xmltree.read(text) for text in dumped]

    def complaints(self, manifest):
        missing = for_api_29(manifest)
        try:
            linked = self.link(manifest)
        except Refused as refused:
            return [str(refused)]
        return [f"{name} is not {NEEDED_BEFORE[name]}" for name in missing] + list(promises.broken(*linked))


# What is added to the manifest, or changed in it, and the complaint that has to come.
WRONG = {
    "a receiver too many": ('</application>', '<receiver android:name=".Other" android:exported="true"/></application>', ".Other is exported"),
    "a receiver that does not say": ('</application>', '<receiver android:name=".Other"/></application>', ".Other does not say whether it is exported"),
    "an action too many": ('</receiver>', '<intent-filter><action android:name="android.intent.action.BOOT_COMPLETED"/></intent-filter></receiver>', "answers to android.intent.action.BOOT_COMPLETED"),
    "a link that a site could have": ('android:scheme="latchkey"', 'android:scheme="https"', "opens by the scheme https"),
    "a permission too many": ('<application', '<uses-permission android:name="android.permission.CAMERA"/><application', "asks for a permission more: android.permission.CAMERA"),
    "a backup": ('android:allowBackup="false"', 'android:allowBackup="true"', "allowBackup is true"),
    "a backup that is not spoken of": ('android:allowBackup="false"', '', "allowBackup is true"),
    "another phone": ('android:dataExtractionRules="@xml/data_extraction_rules"', '', "dataExtractionRules is not @xml/data_extraction_rules"),
    "unencrypted traffic": ('android:usesCleartextTraffic="false"', 'android:usesCleartextTraffic="true"', "usesCleartextTraffic is true"),
    "a debugger": ('<application', '<application android:debuggable="true"', "debuggable is true"),
    "Play services": ('</application>', '<meta-data android:name="com.google.android.gms.version" android:value="1"/></application>', "belongs to Google's services"),
    "a picture that is not there": ('@mipmap/ic_launcher"', '@mipmap/ic_launched"', "ic_launched"),
    "a word that Android does not know": ('android:allowBackup="false"', 'android:allowBackups="false"', "allowBackups"),
}


def self_test(linker, text, libraries):
    """The names of those that were not found out."""
    for name, (before, after, complaint) in WRONG.items():
        wrong = text.replace(before, after, 1)
        if wrong == text:
            yield f"{name}: the manifest has no {before} to change"
            continue
        manifest = ElementTree.fromstring(wrong)
        merged(manifest, libraries)
        found = linker.complaints(manifest)
        if not any(complaint in one for one in found):
            yield f"{name}: not found out; said instead: {'; '.join(found) or 'nothing'}"


def main():
    project, framework, library_list, output = map(pathlib.Path, sys.argv[1:])
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)
    text = (project / "app/src/main/AndroidManifest.xml").read_text(encoding="utf-8")
    libraries = [ElementTree.parse(file).getroot() for file in library_list.read_text(encoding="utf-8").splitlines()]
    linker = Linker(project, framework, output)
    escaped = list(self_test(linker, text, libraries))
    if escaped:
        raise SystemExit("\n".join(escaped))
    print(f"{len(WRONG)} manifests that break a promise, each of them found out")
    manifest = ElementTree.fromstring(text)
    merged(manifest, libraries)
    complaints = linker.complaints(manifest)
    if complaints:
        raise SystemExit("\n".join(complaints))
    taken_out = ", ".join(f"{name} (API {level})" for name, level in {**NEWER_ATTRIBUTES, **NEWER_ELEMENTS}.items())
    print(f"it links, and keeps what it promises; not looked at: {taken_out}")


if __name__ == "__main__":
    main()
