//! Files that are plain files. Opening a pipe waits until somebody writes into it, and making a file anew under a name that is
//! a link empties what the link leads to: neither is done here.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

/// Opens a plain file for reading, whatever links lead to it: a person may keep it elsewhere.
///
/// # Errors
///
/// As of opening; and when it is a folder, a pipe or the like.
pub fn open(path: &Path) -> io::Result<File> {
    opened(path, 0)
}

/// Opens a plain file of our own, which is no link.
///
/// # Errors
///
/// As of [`open`], and when the name is a link.
pub fn open_own(path: &Path) -> io::Result<File> {
    if fs::symlink_metadata(path)?.is_symlink() {
        return Err(io::Error::other("it is a link, and not a plain file"));
    }
    #[cfg(unix)]
    let more = libc::O_NOFOLLOW;
    #[cfg(not(unix))]
    let more = 0;
    opened(path, more)
}

fn opened(path: &Path, more: i32) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        // Of no consequence to a plain file, and a pipe is opened at once.
        options.custom_flags(libc::O_NONBLOCK | more);
    }
    #[cfg(not(unix))]
    let _ = more;
    let file = options.open(path)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(io::Error::other("it is not a plain file")) }
}

/// The text of a plain file, which may be a link to one.
///
/// # Errors
///
/// As of [`open`], and when it is no UTF-8.
pub fn read_to_string(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    open(path)?.read_to_string(&mut text)?;
    Ok(text)
}

/// Makes a file of our own anew. What had its name before is taken away, and left as it is where it was a link.
///
/// # Errors
///
/// As of making a file; and when a folder has the name.
pub fn make_anew(path: &Path) -> io::Result<File> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    OpenOptions::new().read(true).write(true).create_new(true).open(path)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;
    use std::process::Command;

    use super::*;

    #[test]
    fn a_pipe_or_a_folder_is_refused_at_once_and_a_link_only_where_the_file_is_our_own() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        fs::write(at("plain"), "words").expect("writes");
        symlink(at("plain"), at("link")).expect("links");
        assert!(Command::new("mkfifo").arg(at("pipe")).status().expect("runs").success());
        assert_eq!(read_to_string(&at("link")).expect("reads"), "words");
        open_own(&at("plain")).expect("opens");
        for name in ["pipe", "."] {
            let why = open(&at(name)).expect_err(name).to_string();
            assert_eq!(why, "it is not a plain file", "{name}");
        }
        for name in ["pipe", ".", "link"] {
            open_own(&at(name)).expect_err(name);
        }
    }

    #[test]
    fn what_is_made_anew_goes_to_no_other_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        fs::write(at("precious"), "keep me").expect("writes");
        symlink(at("precious"), at("new")).expect("links");
        io::Write::write_all(&mut make_anew(&at("new")).expect("makes"), b"words").expect("writes");
        assert_eq!(fs::read_to_string(at("precious")).expect("reads"), "keep me");
        assert_eq!(fs::read_to_string(at("new")).expect("reads"), "words");
    }
}
