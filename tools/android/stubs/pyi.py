"""Reads the shape of Java classes from type stubs made for Python (the packages chaquopy-stubs-*)."""

import ast
import keyword
import zipfile

from shapes import Class, Field, Method

PRIMITIVES = ("boolean", "byte", "char", "short", "int", "long", "float", "double")
# What Python's own words stand for where nothing more exact stands beside them. An `int` that a method returns may be
# any whole number of Java's: overrides.txt says where it is none of 32 bits.
PLAIN = {"int": "int", "float": "float", "bool": "boolean", "str": "java.lang.String"}
OBJECT = "java.lang.Object"


def read(wheels):
    """All classes in the wheels (Python's packages, as they come), by their dotted names; the outermost only."""
    modules = {}
    # Several have files of the same name: the parts of androidx.lifecycle, say. So they are never unpacked over each other.
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as files:
            for name in files.namelist():
                package = package_of(name)
                if package:
                    modules.setdefault(package, []).append(ast.parse(files.read(name)))
    known = {name for package, trees in modules.items() for tree in trees for name in names_in(tree.body, package)}
    classes = {}
    for package, trees in modules.items():
        for tree in trees:
            reader = Module(package, tree, known)
            for node in tree.body:
                if isinstance(node, ast.ClassDef):
                    read_one = reader.a_class(node, package)
                    classes.setdefault(read_one.name, read_one)
    return classes


def package_of(file):
    """android-stubs/app/__init__.pyi is android.app. Java's own packages are brought by the compiler."""
    parts = file.split("/")
    if len(parts) < 2 or parts[-1] != "__init__.pyi" or not parts[0].endswith("-stubs"):
        return None
    first = parts[0].removesuffix("-stubs")
    if first in ("java", "javax", "META-INF"):
        return None
    return ".".join([first, *parts[1:-1]])


def names_in(body, prefix):
    for node in body:
        if isinstance(node, ast.ClassDef):
            name = f"{prefix}.{node.name}"
            yield name
            yield from names_in(node.body, name)


def dotted(node):
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return None


def alternatives(node):
    """a | b | c, one by one."""
    if isinstance(node, ast.BinOp):
        return alternatives(node.left) + alternatives(node.right)
    return [node]


def is_none(node):
    return isinstance(node, ast.Constant) and node.value is None


def elements(node):
    return node.elts if isinstance(node, ast.Tuple) else [node]


def boxed(type_text):
    names = {"int": "java.lang.Integer", "char": "java.lang.Character"}
    return names.get(type_text, f"java.lang.{type_text.capitalize()}") if type_text in PRIMITIVES else type_text


class Module:
    """One file: its package, and the type variables that are defined anywhere in it."""

    def __init__(self, package, tree, known):
        self.package = package
        self.known = known
        self.bounds = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
                bounds = [word.value for word in node.value.keywords if word.arg == "bound"]
                self.bounds[node.targets[0].id] = bounds[0] if bounds else None

    def resolved(self, name):
        """The full name of a class; one that no stub has keeps the name it is called by."""
        within = f"{self.package}.{name}"
        return within if within in self.known else name

    def a_type(self, node, variables, argument=False):
        """A type as Java writes it. As an argument of another type it is never primitive, and any object is `?`."""
        text = self.plain_type(node, variables)
        if not argument:
            return text
        return "?" if text == OBJECT else boxed(text)

    def plain_type(self, node, variables):
        options = [option for option in alternatives(node) if not is_none(option)]
        names = [dotted(option) for option in options]
        for name in names:
            if name and name.startswith("java.j") and name[6:] in PRIMITIVES:
                return name[6:]
        # `str | java.lang.String`: Java's own name says more than Python's.
        exact = [option for option, name in zip(options, names) if name not in PLAIN]
        if not options:
            return "void"
        return self.one_type((exact or options)[0], variables)

    def one_type(self, node, variables):
        if isinstance(node, ast.Subscript):
            return self.with_arguments(dotted(node.value), elements(node.slice), variables)
        name = dotted(node)
        if name in PLAIN:
            return PLAIN[name]
        if name in variables:
            return variables[name]
        if name is None or name in self.bounds:
            # A variable of an outer class, which what is nested in it does not have in Java.
            return OBJECT
        if name.startswith("java.chaquopy.JavaArrayJ"):
            return name.removeprefix("java.chaquopy.JavaArrayJ").lower() + "[]"
        return {"java.jvoid": "java.lang.Void"}.get(name) or self.resolved(name)

    def with_arguments(self, name, arguments, variables):
        if name == "java.chaquopy.JavaArray":
            return self.a_type(arguments[0], variables) + "[]"
        if name == "typing.ClassVar":
            return self.a_type(arguments[0], variables)
        base = "java.lang.Class" if name == "typing.Type" else self.resolved(name)
        return f"{base}<{', '.join(self.a_type(each, variables, argument=True) for each in arguments)}>"

    def a_class(self, node, prefix):
        result = Class(f"{prefix}.{node.name}")
        variables = {}
        for base in node.bases:
            if isinstance(base, ast.Subscript) and dotted(base.value) == "typing.Generic":
                for variable in elements(base.slice):
                    variables[variable.id] = variable.id.rsplit("__", 1)[-1]
        result.formals = [self.formal(name, variables) for name in variables]
        for base in node.bases:
            name = dotted(base.value) if isinstance(base, ast.Subscript) else dotted(base)
            if name not in ("typing.Generic", OBJECT):
                result.bases.append(self.plain_type(base, variables).replace("?", OBJECT))
        for member in node.body:
            if isinstance(member, ast.ClassDef):
                result.nested.append(self.a_class(member, result.name))
            elif isinstance(member, ast.AnnAssign):
                result.fields.append(self.a_field(member, variables))
            elif isinstance(member, ast.FunctionDef):
                self.add_method(result, self.a_method(member, variables))
        return result

    def formal(self, name, variables):
        bound = self.bounds.get(name)
        return variables[name] + (f" extends {self.plain_type(bound, variables)}" if bound else "")

    def a_field(self, node, variables):
        static = isinstance(node.annotation, ast.Subscript) and dotted(node.annotation.value) == "typing.ClassVar"
        return Field(node.target.id, self.a_type(node.annotation, variables), static)

    def a_method(self, node, outer):
        static = any(dotted(each) == "staticmethod" for each in node.decorator_list)
        taken = [each for each in node.args.posonlyargs + node.args.args if static or each.arg != "self"]
        last = [node.args.vararg] if node.args.vararg else []
        own = {}
        for name in (each.id for each in ast.walk(node) if isinstance(each, ast.Name)):
            if name in self.bounds and name not in outer:
                short = name.rsplit("__", 1)[-1]
                own[name] = name if short in outer.values() else short
        variables = {**outer, **own}
        name = node.name.removesuffix("_") if keyword.iskeyword(node.name.removesuffix("_")) else node.name
        constructor = name == "__init__"
        return Method(
            name="" if constructor else name,
            parameters=[self.a_type(each.annotation, variables) for each in taken + last],
            returns=None if constructor else self.a_type(node.returns, variables),
            formals=[self.formal(each, variables) for each in own],
            static=static,
            variable=bool(last),
            nullable=not constructor and len(alternatives(node.returns)) > 1 and any(map(is_none, alternatives(node.returns))),
            nameless=bool(taken + last) and all(each.arg.startswith("arg") and each.arg[3:].isdigit() for each in taken + last),
        )

    @staticmethod
    def add_method(owner, method):
        if not any(other.name == method.name and other.parameters == method.parameters for other in owner.methods):
            owner.methods.append(method)
