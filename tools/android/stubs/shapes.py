"""What is known of a Java class from outside: the shape that a compiler asks for, and nothing of what it does."""

from dataclasses import dataclass, field


@dataclass
class Method:
    name: str
    # Java types; the last is that of each of any number when `variable` is set.
    parameters: list
    # None for a constructor.
    returns: str
    # Type parameters as Java writes them: "T", "T extends android.view.View".
    formals: list = field(default_factory=list)
    static: bool = False
    variable: bool = False
    nullable: bool = False
    abstract: bool = False
    # The source knew no names of parameters. A class file keeps them with the code of a method, so there is none.
    nameless: bool = False


@dataclass
class Field:
    name: str
    type: str
    static: bool
    # As Java writes it; None where it is not known or nothing constant.
    value: str = None


@dataclass
class Class:
    # Dotted, also where it is nested: android.app.Notification.Builder.
    name: str
    # "class", "interface", "enum", "annotation"; None until it is known.
    kind: str = None
    abstract: bool = False
    formals: list = field(default_factory=list)
    # What it extends and implements, in the order of the source, which does not tell one from the other.
    bases: list = field(default_factory=list)
    fields: list = field(default_factory=list)
    methods: list = field(default_factory=list)
    nested: list = field(default_factory=list)

    @property
    def simple_name(self):
        return self.name.rsplit(".", 1)[1]

    def everything(self):
        """This class and all that are nested in it."""
        yield self
        for inner in self.nested:
            yield from inner.everything()


def erased(type_text):
    """A type without its arguments: java.util.List<T> is java.util.List."""
    return type_text.split("<", 1)[0]
