"""Writes a shape as Java source: declarations only. The Kotlin compiler reads Java beside Kotlin, and asks it for no more."""

from shapes import erased

NULLABLE = "@org.jetbrains.annotations.Nullable "
DEFAULTS = {"java.lang.String": '""', "boolean": "false", "int": "0", "long": "0L", "float": "0f", "double": "0.0"}


def source(one, is_interface):
    """The file of an outermost class. `is_interface` tells of the name of a base whether that is one."""
    package = one.name.rsplit(".", 1)[0]
    return "\n".join([f"package {package};", "", *declaration(one, is_interface, nested=False), ""])


def declaration(one, is_interface, nested):
    lines = [f"{'public static' if nested else 'public'} {head(one, is_interface)} {{"]
    body = list(constants_of_enum(one)) if one.kind == "enum" else []
    body += [field_line(one, field) for field in one.fields if not is_constant_of_enum(one, field)]
    body += [method_line(one, method) for method in one.methods if not (one.kind == "enum" and method.name in ("values", "valueOf"))]
    if one.kind == "class" and not any(method.returns is None for method in one.methods):
        body.append(f"private {one.simple_name}() {{}}")
    for inner in one.nested:
        body += declaration(inner, is_interface, nested=True)
    return lines + ["    " + line for line in body] + ["}"]


def head(one, is_interface):
    word = {"annotation": "@interface"}.get(one.kind, one.kind)
    text = f"{'abstract ' if one.abstract else ''}{word} {one.simple_name}"
    if one.formals:
        text += f"<{', '.join(one.formals)}>"
    if one.kind == "annotation":
        return text
    bases = [base for base in one.bases if erased(base) != "java.lang.Enum"]
    if one.kind == "interface":
        return text + (f" extends {', '.join(bases)}" if bases else "")
    extended = [base for base in bases if not is_interface(erased(base))]
    implemented = [base for base in bases if base not in extended]
    if len(extended) > 1:
        raise ValueError(f"{one.name} would extend all of {', '.join(extended)}; corrections.txt has to say which are interfaces")
    text += f" extends {extended[0]}" if extended else ""
    return text + (f" implements {', '.join(implemented)}" if implemented else "")


def is_constant_of_enum(one, field):
    return one.kind == "enum" and field.static and field.type == one.name


def constants_of_enum(one):
    yield ", ".join(field.name for field in one.fields if is_constant_of_enum(one, field)) + ";"


def field_line(one, field):
    value = field.value
    if one.kind in ("interface", "annotation"):
        # Here every field needs a value. This one says that it is no constant.
        value = value or f"({field.type}) (java.lang.Object) null"
        return f"{field.type} {field.name} = {value};"
    words = "public static final" if field.static and value else "public static" if field.static else "public"
    return f"{words} {field.type} {field.name}{f' = {value}' if value else ''};"


def method_line(one, method):
    parameters = list(method.parameters)
    if method.variable:
        parameters[-1] += "..."
    listed = ", ".join(f"{each} p{index}" for index, each in enumerate(parameters))
    formals = f"<{', '.join(method.formals)}> " if method.formals else ""
    if method.returns is None:
        # Nobody outside constructs what is abstract in name only, or an enum.
        visible = "private" if one.kind == "enum" else "public"
        return f"{visible} {formals}{one.simple_name}({listed}) {{}}"
    if one.kind == "annotation":
        fallback = "{}" if method.returns.endswith("[]") else DEFAULTS.get(method.returns)
        return f"{method.returns} {method.name}(){f' default {fallback}' if fallback else ''};"
    words = "static " if method.static else ""
    nullable = NULLABLE if method.nullable else ""
    shape = f"{formals}{method.returns} {method.name}({listed})"
    if one.kind == "interface":
        if method.abstract:
            return f"{nullable}{shape};"
        return f"{nullable}{words or 'default '}{shape} {{ throw null; }}"
    return f"{nullable}public {words}{'abstract ' if method.abstract else 'native '}{shape};"
