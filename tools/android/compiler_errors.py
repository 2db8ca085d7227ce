#!/usr/bin/env python3
"""Compares what the Kotlin compiler says of files that are wrong with what they say themselves:

    compiler_errors.py FILE.kt... <OUTPUT_OF_THE_COMPILER

A comment `// error: words` at the end of a line expects an error there whose message begins with these words. One that is
missing, and one that nobody expects, is a failure: a check that cannot fail, or that fails at anything, proves nothing.
"""

import pathlib
import re
import sys

SAID = re.compile(r"^(.*\.kt):(\d+):\d+: error: (.*)$")
EXPECTED = re.compile(r"// error: (.*?)\s*$")


def said(lines):
    """File, line and message of every error; a compiler that fails without one has an error of no file."""
    found = []
    for line in lines:
        match = SAID.match(line)
        if match:
            found.append((pathlib.PurePath(match.group(1)).name, int(match.group(2)), match.group(3)))
        elif line.startswith(("error:", "exception:")):
            found.append(("", 0, line.strip()))
    return found


def expected(name, text):
    return [(name, number, match.group(1)) for number, line in enumerate(text.splitlines(), 1) for match in [EXPECTED.search(line)] if match]


def differences(said_errors, expected_errors):
    left = list(said_errors)
    for name, number, words in expected_errors:
        found = next((one for one in left if one[:2] == (name, number) and one[2].startswith(words)), None)
        if found:
            left.remove(found)
        else:
            yield f"{name}:{number}: not found by the compiler: {words}"
    for name, number, message in left:
        yield f"{name}:{number}: not expected: {message}"


def main():
    files = [pathlib.Path(name) for name in sys.argv[1:]]
    wanted = [one for file in files for one in expected(file.name, file.read_text(encoding="utf-8"))]
    if not wanted:
        raise SystemExit("no file expects an error")
    found = list(differences(said(sys.stdin), wanted))
    if found:
        raise SystemExit("\n".join(found))
    print(f"{len(wanted)} mistakes, each of them found, and nothing else")


if __name__ == "__main__":
    main()
