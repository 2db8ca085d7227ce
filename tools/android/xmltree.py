"""Reads what `aapt2 dump xmltree` prints of a linked file."""

import re
from dataclasses import dataclass, field

ELEMENT = re.compile(r"^( *)E: (\S+) \(line=\d+\)$")
ATTRIBUTE = re.compile(r"^( *)A: (?:\S+:)?(\w+)(?:\(0x[0-9a-f]+\))?=(.*)$")
QUOTED = re.compile(r'^"(.*)" \(Raw: ".*"\)$')


@dataclass
class Element:
    tag: str
    attributes: dict = field(default_factory=dict)
    children: list = field(default_factory=list)

    def all(self, *tags):
        """Those of these names, at any depth."""
        for child in self.children:
            if child.tag in tags:
                yield child
            yield from child.all(*tags)


def read(text):
    """The outermost element; names of attributes are without their namespace."""
    top = Element("")
    # Each with the depth of its line; what stands deeper is within.
    open_elements = [(-1, top)]
    for line in text.splitlines():
        opened, attribute = ELEMENT.match(line), ATTRIBUTE.match(line)
        if opened:
            depth = len(opened.group(1))
            while open_elements[-1][0] >= depth:
                open_elements.pop()
            element = Element(opened.group(2))
            open_elements[-1][1].children.append(element)
            open_elements.append((depth, element))
        elif attribute:
            quoted = QUOTED.match(attribute.group(3))
            open_elements[-1][1].attributes[attribute.group(2)] = quoted.group(1) if quoted else attribute.group(3)
    if len(top.children) != 1:
        raise ValueError("this is not a tree of XML as aapt2 prints it")
    return top.children[0]
