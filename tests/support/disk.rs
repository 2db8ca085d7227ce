//! Disks that fail: a real small one that gets full, and files that cannot be written. Both need root.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// A small disk in memory, until it is dropped.
pub struct SmallDisk {
    folder: TempDir,
}

impl SmallDisk {
    /// A disk of six megabytes; nothing, and a line that says why, where disks may not be mounted.
    pub fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        run("mount", &["-t", "tmpfs", "-o", "size=6m,mode=0700", "tmpfs", text(folder.path())])?;
        Some(Self { folder })
    }

    /// Where a home may keep its data.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Takes all the room that is left.
    pub fn fill(&self) {
        let mut filler = File::create(self.filler()).expect("there is room for a name");
        for size in [64 * 1024, 4096, 512, 1] {
            while filler.write_all(&vec![1; size]).is_ok() {}
        }
    }

    /// Gives it back.
    pub fn make_room(&self) {
        fs::remove_file(self.filler()).expect("it was filled");
    }

    fn filler(&self) -> PathBuf {
        self.folder.path().join("filler")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: a home that is dropped with it may still have its files open.
        let _ = run("umount", &["-l", text(self.folder.path())]);
    }
}

/// A file that fails whatever is written to it, until it is dropped.
pub struct Failing<'a>(&'a Path);

impl<'a> Failing<'a> {
    /// Makes writing to the file fail; nothing, and a line that says why, where that is not possible.
    pub fn make(file: &'a Path) -> Option<Self> {
        run("chattr", &["+i", text(file)]).map(|()| Self(file))
    }
}

impl Drop for Failing<'_> {
    fn drop(&mut self) {
        let _ = run("chattr", &["-i", text(self.0)]);
    }
}

fn text(path: &Path) -> &str {
    path.to_str().expect("text")
}

#[expect(clippy::print_stderr, reason = "a test that was not made must not look like one that was")]
fn run(program: &str, arguments: &[&str]) -> Option<()> {
    let answer = Command::new(program).args(arguments).output();
    match answer {
        Ok(answer) if answer.status.success() => Some(()),
        Ok(answer) => {
            eprintln!("NOT TESTED, {program}: {}", String::from_utf8_lossy(&answer.stderr));
            None
        }
        Err(error) => {
            eprintln!("NOT TESTED, {program}: {error}");
            None
        }
    }
}
