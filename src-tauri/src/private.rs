//! Files that only their owner can read, and that are whole or as they were, also after a crash.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// Writes a file that only its owner can read, whole or not at all. It is on disk when this returns.
pub fn write_private(file: &Path, text: &[u8]) -> io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let new = file.with_extension("new");
    // A left-over of a crash may have other permissions; they would be kept.
    match fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut opened = options.open(&new)?;
    opened.write_all(text)?;
    opened.sync_all()?;
    fs::rename(&new, file)?;
    // The name as well. Windows has no such call, and keeps names in a journal of its own.
    #[cfg(unix)]
    fs::File::open(folder)?.sync_all()?;
    Ok(())
}
