"""From stubs for Python, marks and corrections to Java, in small."""

import io
import unittest
import zipfile

import java
import marks
import pyi
from corrections import Corrections
from whole import make_whole

NOTICE = """
import typing
import android.content
import java.chaquopy
import java.lang
import java.util

_Source__T = typing.TypeVar('_Source__T')  # <T>
class Source(java.lang.Object, typing.Generic[_Source__T]):
    def next(self, arg1: int | java.jlong | java.lang.Long, /) -> _Source__T: ...
    def rewind(self) -> None: ...

class Kind(java.lang.Enum[Kind]):
    QUIET: typing.ClassVar[Kind] = ...
    LOUD: typing.ClassVar[Kind] = ...
    @staticmethod
    def valueOf(name: str | java.lang.String, /) -> Kind: ...

class Notice(Source[java.lang.String], Base):
    ACTION: typing.ClassVar[str] = ...
    LATEST: typing.ClassVar[int] = ...
    CREATOR: typing.ClassVar[Source[Notice]] = ...
    when: int
    def __init__(self, kind: Kind, /) -> None: ...
    def getTitle(self) -> str | None: ...
    def getDelay(self) -> int: ...
    def setDelay(self, delay: int | java.jlong | java.lang.Long, /) -> None: ...
    def from_(self, names: java.chaquopy.JavaArray[java.lang.String], *kinds: Kind) -> java.chaquopy.JavaArrayJInt: ...
    def any(self, o: java.lang.Object | int | bool | float | str, list: java.util.List[java.lang.Object], /) -> bool: ...
    _find__T = typing.TypeVar('_find__T', bound=Base)  # <T>
    def find(self, type: typing.Type[_find__T], /) -> _find__T: ...
    class Builder(java.lang.Object):
        def build(self, name: str | java.lang.String, /) -> Notice: ...

class Base(java.lang.Object):
    def __init__(self) -> None: ...
    def onTold(self, arg1: bool | java.jboolean | java.lang.Boolean, /) -> None: ...
    def told(self) -> None: ...
"""

MARKS = """
declare module android {
\texport module told {
\t\texport class Source<T>  extends java.lang.Object {
\t\t\t/**
\t\t\t * Constructs a new instance of the android.told.Source<any> interface with the provided implementation.
\t\t\t */
\t\t\tpublic next(param0: number): T;
\t\t}
\t\texport class Notice extends android.told.Base implements android.told.Source<string> {
\t\t\tpublic static ACTION: "android.told.\\"X\\"";
\t\t\tpublic static LATEST: 4294967296;
\t\t}
\t\texport abstract class Base extends java.lang.Object {
\t\t}
\t}
}
"""


def wheel(files):
    """A package of Python with these files, in memory."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        for name, text in files.items():
            packed.writestr(name, text)
    return content


def written(correction_lines=(), files=None):
    """Every outermost class as Java, by its name."""
    classes = pyi.read([wheel(files or {"android-stubs/told/__init__.pyi": NOTICE})])
    known = marks.Marks()
    marks.read_lines(MARKS.splitlines(), known)
    make_whole(classes, known, Corrections(correction_lines))
    kinds = {one.name: one.kind for outermost in classes.values() for one in outermost.everything()}
    return {name: java.source(one, lambda base: kinds.get(base) == "interface") for name, one in classes.items()}


class FromStubsToJava(unittest.TestCase):
    def setUp(self):
        self.notice = written()["android.told.Notice"]

    def test_a_class_extends_the_class_and_implements_the_interface_in_whatever_order_they_stand(self):
        self.assertIn("public class Notice extends android.told.Base implements android.told.Source<java.lang.String> {", self.notice)

    def test_what_may_be_missing_is_marked_so(self):
        self.assertIn("@org.jetbrains.annotations.Nullable public native java.lang.String getTitle();", self.notice)

    def test_a_number_that_is_set_as_a_long_is_got_as_one(self):
        self.assertIn("public native long getDelay();", self.notice)

    def test_a_word_of_pythons_loses_its_underscore_and_any_number_of_parameters_its_star(self):
        self.assertIn("public native int[] from(java.lang.String[] p0, android.told.Kind... p1);", self.notice)

    def test_any_object_stays_one_and_is_unknown_as_an_argument(self):
        self.assertIn("public native boolean any(java.lang.Object p0, java.util.List<?> p1);", self.notice)

    def test_a_methods_own_type_parameter_keeps_its_bound(self):
        self.assertIn("public native <T extends android.told.Base> T find(java.lang.Class<T> p0);", self.notice)

    def test_constants_have_their_values_and_a_large_one_its_type(self):
        self.assertIn('public static final java.lang.String ACTION = "android.told.\\"X\\"";', self.notice)
        self.assertIn("public static final long LATEST = 4294967296L;", self.notice)
        self.assertIn("public static android.told.Source<android.told.Notice> CREATOR;", self.notice)

    def test_nobody_constructs_what_has_no_constructor(self):
        self.assertIn("public static class Builder {\n", self.notice)
        self.assertIn("private Builder() {}", self.notice)
        self.assertIn("public Notice(android.told.Kind p0) {}", self.notice)

    def test_what_no_mark_speaks_of_is_an_interface_when_nothing_in_it_has_code(self):
        files = {"android-stubs/told/__init__.pyi": "import java.lang\nclass Owner(java.lang.Object):\n    def get(self) -> str: ...\n"}
        self.assertIn("public interface Owner {", written(files=files)["android.told.Owner"])

    def test_an_interface_has_its_type_parameter_and_no_code(self):
        source = written()["android.told.Source"]
        self.assertIn("public interface Source<T> {", source)
        self.assertIn("    T next(long p0);", source)
        self.assertIn("    void rewind();", source)

    def test_an_enum_has_its_constants_and_no_second_valueof(self):
        kind = written()["android.told.Kind"]
        self.assertIn("public enum Kind {\n    QUIET, LOUD;", kind)
        self.assertNotIn("valueOf", kind)

    def test_in_an_abstract_class_a_method_whose_parameters_have_no_names_is_abstract(self):
        base = written()["android.told.Base"]
        self.assertIn("public abstract class Base {", base)
        self.assertIn("public abstract void onTold(boolean p0);", base)
        self.assertIn("public native void told();", base)

    def test_files_of_the_same_name_in_two_packages_are_both_read(self):
        one = {"androidx-stubs/life/__init__.pyi": "import java.lang\nclass One(java.lang.Object):\n    def __init__(self) -> None: ...\n"}
        two = {"androidx-stubs/life/__init__.pyi": "import java.lang\nclass Two(One):\n    def __init__(self) -> None: ...\n"}
        classes = pyi.read([wheel(one), wheel(two)])
        self.assertEqual(["androidx.life.One"], classes["androidx.life.Two"].bases)

    def test_javas_own_packages_and_other_files_are_left_to_the_compiler(self):
        self.assertIsNone(pyi.package_of("java-stubs/util/__init__.pyi"))
        self.assertIsNone(pyi.package_of("chaquopy_stubs-36.dist-info/METADATA"))
        self.assertIsNone(pyi.package_of("META-INF-stubs/versions/__init__.pyi"))
        self.assertEqual("android.app.job", pyi.package_of("android-stubs/app/job/__init__.pyi"))


class Corrected(unittest.TestCase):
    def test_a_correction_says_a_type_a_presence_and_what_has_code(self):
        lines = [
            "# a remark",
            "android.told.Notice.when        long   # and why",
            "android.told.Notice.getTitle()  present",
            "android.told.Base.told()        abstract",
        ]
        sources = written(lines)
        self.assertIn("public long when;", sources["android.told.Notice"])
        self.assertIn("    public native java.lang.String getTitle();", sources["android.told.Notice"])
        self.assertIn("public abstract void told();", sources["android.told.Base"])

    def test_a_type_parameter_can_be_given_to_one_of_several_methods(self):
        notice = written(["android.told.Notice.find(java.lang.Class<T>) <V> V"])["android.told.Notice"]
        self.assertIn("public native <V> V find(java.lang.Class<T> p0);", notice)

    def test_an_exact_name_corrects_a_pattern(self):
        corrections = Corrections(["*.getX()  long", "a.B.getX()  short"])
        self.assertEqual(["long", "short"], corrections.of("a.B.getX()"))
        self.assertEqual(["long"], corrections.of("a.C.getX()"))

    def test_a_dot_in_a_pattern_is_a_dot(self):
        self.assertEqual([], Corrections(["a.*.getX()  long"]).of("ab.getX()"))

    def test_a_correction_of_nothing_is_told(self):
        corrections = Corrections(["a.B.gone()  long", "a.B.here()  long"])
        corrections.of("a.B.here()")
        self.assertEqual(["a.B.gone()"], corrections.unused())

    def test_half_a_correction_is_refused(self):
        with self.assertRaises(ValueError):
            Corrections(["a.B.getX()"])

    def test_a_class_cannot_extend_two(self):
        twice = "import java.lang\nclass A(java.lang.Object):\n    def __init__(self) -> None: ...\nclass B(A, A): ...\n"
        with self.assertRaisesRegex(ValueError, "corrections.txt"):
            written(files={"android-stubs/told/__init__.pyi": twice})


if __name__ == "__main__":
    unittest.main()
