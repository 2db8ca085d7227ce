#!/usr/bin/env python3
"""Writes the shape of Android and androidx as Java source, for the Kotlin compiler to check Kotlin against.

    write.py OUTPUT FOLDER_OF_WHEELS DECLARATIONS.d.ts...

OUTPUT is made anew. See README.md in the folder above for where both inputs come from, and what this is blind to.
"""

import pathlib
import shutil
import sys

import java
import marks
import pyi
from corrections import Corrections
from shapes import erased
from whole import make_whole

# Interfaces of Java's own that no declaration speaks of.
OF_JAVA = {"java.lang.Comparable", "java.util.EventListener", "java.util.RandomAccess"}


def main():
    output, wheels, *declarations = map(pathlib.Path, sys.argv[1:])
    classes = pyi.read(sorted(wheels.glob("*.whl")))
    marked = marks.read(declarations)
    with open(pathlib.Path(__file__).with_name("corrections.txt"), encoding="utf-8") as lines:
        corrections = Corrections(lines)
    guessed = make_whole(classes, marked, corrections)
    everything = {one.name: one for outermost in classes.values() for one in outermost.everything()}

    def is_interface(name):
        if name in everything:
            return everything[name].kind in ("interface", "annotation")
        return name in marked.interfaces or name in OF_JAVA or name.startswith(("java.util.function.", "kotlin.jvm.functions."))

    leave_out_strangers(everything, is_interface)
    shutil.rmtree(output, ignore_errors=True)
    for one in classes.values():
        file = output.joinpath(*one.name.split(".")).with_suffix(".java")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(java.source(one, is_interface), encoding="utf-8")
    print(f"{len(everything)} classes in {len(classes)} files; {len(guessed)} taken for interfaces by their look")
    stale = corrections.unused()
    if stale:
        raise SystemExit(f"corrections.txt speaks of what is not there: {', '.join(stale)}")


def leave_out_strangers(everything, is_interface):
    """A base that is in no package here would make every class under it unusable."""
    for one in everything.values():
        one.bases = [base for base in one.bases if erased(base) in everything or is_interface(erased(base)) or erased(base).startswith("java.")]


if __name__ == "__main__":
    main()
