"""Makes whole what two sources and the corrections say of each class: which kind it is, what has code, which type a number has."""

import re

from shapes import erased

# A number of Java's that the source calls by Python's name is one of these.
LOOSE = {"int": ("byte", "short", "int", "long"), "float": ("float", "double")}
FITS_INT = range(-(2**31), 2**31)


def make_whole(classes, marks, corrections):
    """Changes the classes in place; says which kinds had to be guessed."""
    everything = {one.name: one for outermost in classes.values() for one in outermost.everything()}
    guessed = [one.name for one in everything.values() if settle_kind(one, marks, corrections, everything)]
    for one in everything.values():
        settle_fields(one, marks, corrections)
        settle_methods(one, marks, corrections)
    return sorted(guessed)


def settle_kind(one, marks, corrections, everything):
    """Is the kind a guess?"""
    bases = [erased(base) for base in one.bases]
    said = [word for word in corrections.of(one.name) if word in ("interface", "class")]
    if said:
        one.kind = said[-1]
    elif "java.lang.annotation.Annotation" in bases:
        one.kind = "annotation"
    elif "java.lang.Enum" in bases:
        one.kind = "enum"
    elif one.name in marks.named:
        one.kind = "interface" if one.name in marks.interfaces else "class"
    else:
        one.kind = guess_kind(one)
        return one.kind == "interface"
    return False


def guess_kind(one):
    """Whoever has a constructor, or code that is no class's own, is no interface."""
    own = [method for method in one.methods if not method.static]
    if any(method.returns is None for method in one.methods) or not own:
        return "class"
    if any(not field.static for field in one.fields):
        return "class"
    return "interface" if all(method.nameless or not method.parameters for method in own) else "class"


def settle_fields(one, marks, corrections):
    for field in one.fields:
        name = f"{one.name}.{field.name}"
        value = marks.constants.get(name)
        if value and field.type == "int" and value.lstrip("-").isdigit() and int(value) not in FITS_INT:
            field.type = "long"
        for word in corrections.of(name):
            field.type = word
        if value and field.static and written_as(field.type, value):
            field.value = value + {"long": "L", "float": "f"}.get(field.type, "")


def written_as(type_text, value):
    """Can a constant of this type be written as this value?"""
    if value.startswith('"'):
        return type_text == "java.lang.String"
    if value in ("true", "false"):
        return type_text == "boolean"
    if type_text in ("float", "double"):
        return True
    return type_text in ("byte", "short", "int", "long") and re.fullmatch(r"-?\d+", value) is not None


def settle_methods(one, marks, corrections):
    setters = {method.name[3:]: method.parameters[0] for method in one.methods if method.name.startswith("set") and len(method.parameters) == 1}
    # Outside the platform nothing is written in C, which has no names of parameters either.
    may_be_native = one.name in marks.named and one.name.startswith("android.")
    for method in one.methods:
        if method.returns is None:
            continue
        settle_returned(one, method, setters, corrections)
        if one.kind == "interface":
            method.abstract = not method.static and (method.nameless or not method.parameters)
        elif one.kind == "class" and method.nameless and not method.static:
            method.abstract = one.name in marks.abstract if may_be_native else True
        for word in corrections.of_method(one.name, method):
            if word in ("abstract", "concrete"):
                method.abstract = word == "abstract"
    one.abstract = one.kind == "class" and (one.name in marks.abstract or any(method.abstract for method in one.methods))


def settle_returned(one, method, setters, corrections):
    # What is put in by setX(long) comes out of getX() as a long.
    if method.name.startswith("get") and not method.parameters:
        set_type = setters.get(method.name[3:])
        if set_type in LOOSE.get(method.returns, ()):
            method.returns = set_type
    for word in corrections.of_method(one.name, method):
        if word == "present":
            method.nullable = False
        elif word not in ("abstract", "concrete"):
            formals, _, method.returns = word.rpartition("> ")
            method.formals = [formals.removeprefix("<")] if formals else method.formals
