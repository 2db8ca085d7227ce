#!/usr/bin/env python3
"""Asks a built APK for what the manifest promises, with everything in it that libraries have added: a step of a release.

    check_apk.py AAPT2 FILE.apk
"""

import re
import subprocess
import sys

import promises
import xmltree


def file_of(resources, name):
    """Where the file of a resource lies; a build may have shortened its path."""
    found = re.search(rf"^ *resource 0x[0-9a-f]+ {re.escape(name)}\n *\(.*?\) \(file\) (\S+)", resources, re.MULTILINE)
    if not found:
        raise SystemExit(f"the APK has no {name}")
    return found.group(1)


def main():
    aapt2, apk = sys.argv[1:]

    def dumped(*words):
        return subprocess.run([aapt2, "dump", *words, apk], capture_output=True, text=True, check=True).stdout

    manifest = xmltree.read(dumped("xmltree", "--file", "AndroidManifest.xml"))
    rules = xmltree.read(dumped("xmltree", "--file", file_of(dumped("resources"), "xml/network_security_config")))
    broken = list(promises.broken(manifest, rules))
    if broken:
        raise SystemExit("\n".join(broken))
    print("the APK keeps what its manifest promises")


if __name__ == "__main__":
    main()
