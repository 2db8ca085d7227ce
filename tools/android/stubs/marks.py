"""Reads from type declarations made for TypeScript (@nativescript/types-android) what those for Python do not say: which
classes are interfaces, which are abstract, and the values of constants."""

import json
import re
from dataclasses import dataclass, field

OPENS = re.compile(r"(\t*)(?:declare|export) (?:module|namespace|(abstract )?class|interface) ([\w.]+)")
CONSTANT = re.compile(r"\t*public static (\w+): (-?[\d.]+|\"(?:[^\"\\]|\\.)*\"|true|false);")
IMPLEMENTED = re.compile(r"Constructs a new instance of the \S+(?:<.*>)? interface ")


@dataclass
class Marks:
    # Everything else that is named there is a class.
    named: set = field(default_factory=set)
    interfaces: set = field(default_factory=set)
    abstract: set = field(default_factory=set)
    # Full name of the field → its value, as Java writes it.
    constants: dict = field(default_factory=dict)


def read(files):
    """The marks of all files together; where two speak of the same, either is believed."""
    marks = Marks()
    for file in files:
        with open(file, encoding="utf-8") as lines:
            read_lines(lines, marks)
    return marks


def read_lines(lines, marks):
    # What the line is within, by the depth of its tabs.
    path = []
    for line in lines:
        opened = OPENS.match(line)
        if opened:
            tabs, abstract, name = opened.groups()
            path[len(tabs) :] = [name]
            full = ".".join(path)
            if "class " in line or "interface " in line:
                marks.named.add(full)
            if abstract:
                marks.abstract.add(full)
        elif IMPLEMENTED.search(line):
            marks.interfaces.add(".".join(path))
        else:
            constant = CONSTANT.match(line)
            if constant:
                name, value = constant.groups()
                if readable(value):
                    marks.constants[".".join([*path, name])] = value


def readable(value):
    """Text with an escape that JSON does not know would be another text in Java."""
    if not value.startswith('"'):
        return True
    try:
        json.loads(value)
    except ValueError:
        return False
    return True
