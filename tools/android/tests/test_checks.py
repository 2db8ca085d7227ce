"""What the checks say of what the compiler and the linker print."""

import pathlib
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree

import check_apk
import compiler_errors
import kotlin_sources
import manifest
import promises
import xmltree

# As `aapt2 dump xmltree` prints it.
LINKED = """N: android=http://schemas.android.com/apk/res/android (line=2)
  E: manifest (line=2)
    A: http://schemas.android.com/apk/res/android:versionCode(0x0101021b)=1
    A: package="app.latchkey.desktop" (Raw: "app.latchkey.desktop")
      E: uses-permission (line=3)
        A: http://schemas.android.com/apk/res/android:name(0x01010003)="android.permission.INTERNET" (Raw: "android.permission.INTERNET")
      E: application (line=13)
        A: http://schemas.android.com/apk/res/android:allowBackup(0x01010280)=false
          E: activity (line=21)
            A: http://schemas.android.com/apk/res/android:name(0x01010003)=".MainActivity" (Raw: ".MainActivity")
            A: http://schemas.android.com/apk/res/android:exported(0x01010010)=true
              E: intent-filter (line=26)
                  E: action (line=27)
                    A: http://schemas.android.com/apk/res/android:name(0x01010003)="android.intent.action.MAIN" (Raw: "android.intent.action.MAIN")
          E: receiver (line=40)
            A: http://schemas.android.com/apk/res/android:name(0x01010003)=".Other" (Raw: ".Other")
            A: http://schemas.android.com/apk/res/android:exported(0x01010010)=true
"""
SECURITY = """E: network-security-config (line=3)
    E: base-config (line=4)
      A: cleartextTrafficPermitted=false
    E: domain-config (line=5)
      A: cleartextTrafficPermitted=true
"""


class TheCompilersWords(unittest.TestCase):
    TEXT = "fun a() {\n    b() // error: unresolved reference 'b'\n}\n"

    def compared(self, *lines):
        return list(compiler_errors.differences(compiler_errors.said(lines), compiler_errors.expected("W.kt", self.TEXT)))

    def test_exactly_what_is_expected_is_no_difference(self):
        self.assertEqual([], self.compared("/x/W.kt:2:5: error: unresolved reference 'b'.", "/x/W.kt:1:1: warning: unused"))

    def test_a_mistake_that_is_not_found_is_one(self):
        self.assertEqual(["W.kt:2: not found by the compiler: unresolved reference 'b'"], self.compared())

    def test_an_error_that_nobody_expects_is_one(self):
        said = self.compared("/x/W.kt:2:5: error: unresolved reference 'b'.", "/x/Other.kt:7:1: error: cannot access 'c'.")
        self.assertEqual(["Other.kt:7: not expected: cannot access 'c'."], said)

    def test_another_error_at_the_same_place_is_two(self):
        self.assertEqual(2, len(self.compared("/x/W.kt:2:5: error: type mismatch.")))

    def test_a_compiler_that_breaks_down_is_one(self):
        self.assertEqual(2, len(self.compared("exception: out of memory")))


class TheLinkedManifest(unittest.TestCase):
    def setUp(self):
        self.tree = xmltree.read(LINKED)
        self.broken = list(promises.broken(self.tree, xmltree.read(SECURITY)))

    def test_it_is_read_as_it_is_nested(self):
        self.assertEqual("app.latchkey.desktop", self.tree.attributes["package"])
        self.assertEqual([".MainActivity"], [one.attributes["name"] for one in self.tree.all("activity")])
        activity = next(self.tree.all("activity"))
        self.assertEqual(["android.intent.action.MAIN"], [one.attributes["name"] for one in activity.all("action")])

    def test_what_is_no_such_tree_is_refused(self):
        with self.assertRaises(ValueError):
            xmltree.read("res/out.apk: error: failed opening zip: I/O error.\n")

    def test_whoever_is_exported_and_should_not_be_is_named(self):
        self.assertIn(".Other is exported", self.broken)
        self.assertNotIn(".MainActivity is exported", self.broken)

    def test_whoever_should_be_exported_and_is_not_is_named(self):
        self.assertIn(".PushReceiver is not exported", self.broken)

    def test_a_flag_that_is_not_written_counts_as_android_takes_it(self):
        self.assertIn("usesCleartextTraffic is true", self.broken)
        self.assertNotIn("allowBackup is true", self.broken)
        self.assertNotIn("debuggable is true", self.broken)

    def test_a_permission_that_is_missing_is_named(self):
        self.assertIn("does not ask for a permission that it needs: android.permission.POST_NOTIFICATIONS", self.broken)

    def test_what_androidx_adds_passes_with_the_permission_that_guards_it_and_only_so(self):
        name = "androidx.profileinstaller.ProfileInstallReceiver"
        for permission, complaints in (("android.permission.DUMP", []), (None, [f"{name} is exported"])):
            receiver = xmltree.Element("receiver", {"name": name, "exported": "true", **({"permission": permission} if permission else {})})
            application = xmltree.Element("application", children=[receiver])
            self.assertEqual(complaints, [one for one in promises.components(application) if name in one])

    def test_a_name_that_is_written_in_full_is_the_same_one(self):
        full = xmltree.read(LINKED.replace('".MainActivity"', '"app.latchkey.desktop.MainActivity"'))
        self.assertEqual(self.broken, list(promises.broken(full, xmltree.read(SECURITY))))

    def test_an_exception_for_a_site_is_named(self):
        self.assertIn("network_security_config.xml has an exception: domain-config", self.broken)


class AnApk(unittest.TestCase):
    RESOURCES = """  type xml id=06 entryCount=2
    resource 0x7f060000 xml/data_extraction_rules
      () (file) res/0K.xml type=XML
    resource 0x7f060001 xml/network_security_config
      () (file) res/xml/nsc.xml type=XML
"""

    def test_a_file_is_found_by_the_name_of_its_resource(self):
        self.assertEqual("res/xml/nsc.xml", check_apk.file_of(self.RESOURCES, "xml/network_security_config"))

    def test_a_resource_that_is_not_there_is_an_error(self):
        with self.assertRaises(SystemExit):
            check_apk.file_of(self.RESOURCES, "xml/other")


class TheManifestBeforeItIsLinked(unittest.TestCase):
    ANDROID = 'xmlns:android="http://schemas.android.com/apk/res/android"'

    def test_what_is_newer_than_the_framework_goes_and_nothing_else(self):
        text = f'<manifest {self.ANDROID}><queries/><application android:dataExtractionRules="@xml/data_extraction_rules" android:label="x"/></manifest>'
        tree = ElementTree.fromstring(text)
        self.assertEqual([], manifest.for_api_29(tree))
        self.assertEqual(["application"], [one.tag for one in tree])
        self.assertEqual([manifest.attribute("label")], list(tree.find("application").attrib))

    def test_what_goes_has_to_be_there_first(self):
        tree = ElementTree.fromstring(f'<manifest {self.ANDROID}><application android:label="x"/></manifest>')
        self.assertEqual(["dataExtractionRules"], manifest.for_api_29(tree))

    def test_what_a_library_brings_is_looked_at_too(self):
        tree = ElementTree.fromstring(f"<manifest {self.ANDROID}><application/></manifest>")
        library = ElementTree.fromstring(f"<manifest {self.ANDROID}><uses-sdk/><uses-permission/><application><receiver/></application></manifest>")
        manifest.merged(tree, [library])
        self.assertEqual(["application", "receiver", "uses-permission"], sorted(one.tag for one in tree.iter() if one is not tree))


class TheKotlinOfOthers(unittest.TestCase):
    def test_a_template_is_filled_in_and_nothing_is_left_of_its_marks(self):
        template = 'package {{package}}\nload("{{library}}")\n{{class-extension}}\n'
        self.assertEqual('package app.latchkey\nload("lib")\n\n', kotlin_sources.filled_in(template, "app.latchkey", "lib"))

    def test_a_mark_that_is_not_known_is_an_error(self):
        with self.assertRaises(KeyError):
            kotlin_sources.filled_in("{{something-new}}", "app.latchkey", "lib")

    def test_a_build_file_has_to_name_its_namespace(self):
        self.assertEqual("app.tauri", kotlin_sources.namespace('android {\n    namespace = "app.tauri"\n}'))
        with self.assertRaises(SystemExit):
            kotlin_sources.namespace("android {}")

    def test_what_a_build_generated_is_not_laid_out(self):
        with tempfile.TemporaryDirectory() as folder:
            source, target = pathlib.Path(folder, "source"), pathlib.Path(folder, "target")
            for name in ("a/Own.kt", "a/generated/Rust.kt", "a/notes.txt"):
                file = source / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text("", encoding="utf-8")
            self.assertEqual(1, kotlin_sources.copy_kotlin(source, target))
            self.assertEqual([target / "a/Own.kt"], [one for one in target.rglob("*") if one.is_file()])


if __name__ == "__main__":
    unittest.main()
