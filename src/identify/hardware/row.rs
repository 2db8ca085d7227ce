//! A row of the tables of devices: the words of a user agent, and what sort of device says them.

use crate::model::DeviceKind;

/// When all of `marks` appear and none of `unless`, the device is a `kind` called `name`. Words are in lower case.
pub(super) struct Row {
    pub marks: &'static [&'static str],
    pub unless: &'static [&'static str],
    pub kind: DeviceKind,
    /// Empty where it is named by what else is known of it.
    pub name: &'static str,
    /// Its system, or nothing.
    pub system: &'static str,
    /// The word after which the system's version stands.
    pub version_mark: &'static str,
}

pub(super) const fn row(marks: &'static [&'static str], kind: DeviceKind, name: &'static str) -> Row {
    Row { marks, unless: &[], kind, name, system: "", version_mark: "" }
}

impl Row {
    pub const fn unless(mut self, words: &'static [&'static str]) -> Self {
        self.unless = words;
        self
    }

    pub const fn runs(mut self, system: &'static str, version_mark: &'static str) -> Self {
        self.system = system;
        self.version_mark = version_mark;
        self
    }
}
