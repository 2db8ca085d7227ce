//! Latchkey's own folder of databases, `geo/` in the data folder: what was downloaded, `copies/` of large files from
//! elsewhere, and two plain text files that may lie there: `network-kinds.csv` (a table of kinds in place of the one
//! that is shipped) and `tor-exits.txt` (addresses that the Tor network lets out of).
//!
//! A copy costs disk, and makes the mapping safe: a file somebody else owns may be rewritten in place at any
//! moment (`cp new.mmdb old.mmdb`), and reading past the end of a shortened mapping kills the program.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::holdings::Contents;
use crate::error::causes;
use crate::files;
use crate::model::Timestamp;

/// Files from here on are mapped, and copied before that when they lie elsewhere. Smaller ones are read.
pub(super) const MAPPED_FROM_BYTES: u64 = 1 << 20;

/// Bytes of a text file that are read.
pub(super) const MOST_TEXT_BYTES: u64 = 8 << 20;

/// Marks `copies/` as something a backup may leave out (bford.info/cachedir).
const CACHE_TAG: &str = "Signature: 8a477f597d28d172789f06886806bc55\n\
    # Copies of place databases that Latchkey maps. They are made again when they are missing.\n";

/// The folder.
#[derive(Clone, Debug)]
pub(super) struct Folder(PathBuf);

/// A copy of a file from elsewhere.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Copied {
    /// Where it is.
    pub path: PathBuf,
    /// Whether it was made just now.
    pub is_new: bool,
}

impl Folder {
    pub(super) fn inside(data_dir: &Path) -> Self {
        Self(data_dir.join("geo"))
    }

    /// The folder itself, made if it is missing.
    pub(super) fn prepare(&self) -> io::Result<&Path> {
        fs::create_dir_all(&self.0)?;
        Ok(&self.0)
    }

    /// A person's own table of kinds of networks.
    pub(super) fn network_kinds(&self) -> PathBuf {
        self.0.join("network-kinds.csv")
    }

    /// The list of exits of the Tor network.
    pub(super) fn tor_exits(&self) -> PathBuf {
        self.0.join("tor-exits.txt")
    }

    /// The downloaded databases, the newest of each name. Older ones of the same name, and unfinished
    /// downloads, are removed.
    pub(super) fn downloads(&self) -> Vec<(PathBuf, String)> {
        let mut found: Vec<(PathBuf, String, std::time::SystemTime)> = Vec::new();
        for path in files_in(&self.0) {
            let Some(file_name) = path.file_name().and_then(|name| name.to_str()) else { continue };
            if has_extension(&path, "part") {
                remove(&path);
            } else if has_extension(&path, "mmdb") {
                let changed = fs::metadata(&path).and_then(|about| about.modified()).unwrap_or(UNIX_EPOCH);
                found.push((path.clone(), shown_name(file_name), changed));
            }
        }
        found.sort_by(|one, other| one.1.cmp(&other.1).then(other.2.cmp(&one.2)));
        let mut kept: Vec<(PathBuf, String)> = Vec::new();
        for (path, name, _) in found {
            if kept.last().is_some_and(|(_, last)| *last == name) {
                remove(&path);
            } else {
                kept.push((path, name));
            }
        }
        kept
    }

    /// Our own copy of a large file, made now if there is none of this version of it.
    pub(super) fn copy_of(&self, original: &Path) -> io::Result<Copied> {
        let mut opened = files::open(original)?;
        let about = opened.metadata()?;
        let changed = about.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        let stem = original.file_stem().unwrap_or_default().to_string_lossy();
        let copies = self.0.join("copies");
        let copy = copies.join(format!("{stem}-{:x}-{changed:x}.mmdb", about.len()));
        if fs::metadata(&copy).is_ok_and(|existing| existing.len() == about.len()) {
            return Ok(Copied { path: copy, is_new: false });
        }
        fs::create_dir_all(&copies)?;
        files::make_anew(&copies.join("CACHEDIR.TAG"))?.write_all(CACHE_TAG.as_bytes())?;
        let unfinished = copy.with_extension("part");
        io::copy(&mut opened, &mut files::make_anew(&unfinished)?)?;
        fs::rename(&unfinished, &copy)?;
        Ok(Copied { path: copy, is_new: true })
    }

    /// Removes every copy but those in use.
    pub(super) fn remove_copies_except(&self, used: &[PathBuf]) {
        for path in files_in(&self.0.join("copies")) {
            if !used.contains(&path) && !path.ends_with("CACHEDIR.TAG") {
                remove(&path);
            }
        }
    }
}

/// A text file and when it was written; `None` when there is no such file. What is no UTF-8 becomes what is no line.
///
/// # Errors
///
/// When it cannot be read, is no plain file, or is larger than [`MOST_TEXT_BYTES`].
pub(super) fn text_in(path: &Path) -> io::Result<Option<(String, Option<Timestamp>)>> {
    let opened = match files::open(path) {
        Ok(opened) => opened,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let about = opened.metadata()?;
    let mut bytes = Vec::new();
    opened.take(MOST_TEXT_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST_TEXT_BYTES {
        return Err(io::Error::other("it is larger than 8 MB"));
    }
    let written = about.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    let written = written.and_then(|since| i64::try_from(since.as_millis()).ok()).map(Timestamp::from_millis);
    Ok(Some((String::from_utf8_lossy(&bytes).into_owned(), written)))
}

/// The name a download is kept under: its own, and the beginning of its checksum. Two versions never share a name,
/// so that the one in use is never written over; nor do two databases that are there for different things.
pub(super) fn name_of_download(url_path: &str, checksum: &str, contents: Contents) -> String {
    let last = url_path.rsplit('/').next().unwrap_or_default();
    let stem = last.trim_end_matches(".gz").trim_end_matches(".mmdb");
    let stem = stem.replace("-{yyyy-mm}", "").replace("{yyyy-mm}", "");
    let stem = stem
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        .take(60)
        .collect::<String>();
    let stem = if stem.is_empty() { "downloaded" } else { &stem };
    let before = if contents == Contents::Networks { "networks-" } else { "" };
    format!("{before}{stem}.{}.mmdb", &checksum[..checksum.floor_char_boundary(12)])
}

/// The name as people know it, without the checksum: "dbip-city-lite.mmdb".
pub(super) fn shown_name(file_name: &str) -> String {
    match file_name.trim_end_matches(".mmdb").rsplit_once('.') {
        Some((stem, mark)) if mark.len() == 12 && mark.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
            format!("{stem}.mmdb")
        }
        _ => file_name.to_owned(),
    }
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => {
            if error.kind() != io::ErrorKind::NotFound {
                let folder = folder.display();
                tracing::warn!(%folder, error = %causes(&error), "databases that were downloaded cannot be looked for");
            }
            return Vec::new();
        }
    };
    entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.is_file()).collect()
}

fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|found| found == extension)
}

fn remove(path: &Path) {
    if let Err(error) = fs::remove_file(path) {
        tracing::warn!(file = %path.display(), error = %causes(&error), "an old place database stays on the disk");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_download_is_kept_under_a_harmless_name() {
        let checksum = "0123456789abcdef";
        for (path, expected) in [
            ("/free/dbip-city-lite-{yyyy-mm}.mmdb.gz", "dbip-city-lite.0123456789ab.mmdb"),
            ("/GeoLite2-City.mmdb", "GeoLite2-City.0123456789ab.mmdb"),
            ("/a/..%2f..%2fetc", "2f2fetc.0123456789ab.mmdb"),
            ("/", "downloaded.0123456789ab.mmdb"),
            ("/..", "downloaded.0123456789ab.mmdb"),
        ] {
            assert_eq!(name_of_download(path, checksum, Contents::Places), expected, "{path}");
        }
        let networks = name_of_download("/city.mmdb", checksum, Contents::Networks);
        assert_eq!(networks, "networks-city.0123456789ab.mmdb", "whatever its address is called");
        assert_eq!(shown_name("dbip-city-lite.0123456789ab.mmdb"), "dbip-city-lite.mmdb");
        assert_eq!(shown_name("my.own.mmdb"), "my.own.mmdb");
    }

    #[test]
    fn only_the_newest_download_of_a_name_is_kept() {
        let data_dir = tempfile::tempdir().expect("a folder");
        let folder = Folder::inside(data_dir.path());
        let geo = folder.prepare().expect("made").to_path_buf();
        let moment = |seconds| UNIX_EPOCH + std::time::Duration::from_secs(seconds);
        for (name, seconds) in
            [("city.aaaaaaaaaaaa.mmdb", 10), ("city.bbbbbbbbbbbb.mmdb", 30), ("asn.cccccccccccc.mmdb", 20)]
        {
            fs::File::create(geo.join(name))
                .and_then(|file| file.set_modified(moment(seconds)))
                .expect("written");
        }
        fs::write(geo.join("city.part"), "half").expect("written");
        let names = folder
            .downloads()
            .into_iter()
            .map(|(path, name)| (path.file_name().map(ToOwned::to_owned), name));
        assert_eq!(
            names.collect::<Vec<_>>(),
            [
                (Some("asn.cccccccccccc.mmdb".into()), "asn.mmdb".to_owned()),
                (Some("city.bbbbbbbbbbbb.mmdb".into()), "city.mmdb".to_owned())
            ]
        );
        assert_eq!(files_in(&geo).len(), 2);
    }

    #[test]
    fn a_copy_is_made_once_for_each_version_of_a_file() {
        let data_dir = tempfile::tempdir().expect("a folder");
        let folder = Folder::inside(data_dir.path());
        let original = data_dir.path().join("theirs.mmdb");
        fs::write(&original, "one").expect("written");
        let first = folder.copy_of(&original).expect("copied");
        assert!(first.is_new);
        let again = folder.copy_of(&original).expect("copied");
        assert_eq!(again, Copied { path: first.path.clone(), is_new: false });
        fs::write(&original, "three").expect("written");
        let second = folder.copy_of(&original).expect("copied");
        let (first, second) = (first.path, second.path);
        assert_ne!(second, first);
        assert_eq!(fs::read_to_string(&first).expect("read"), "one", "the copy in use stays as it was");
        folder.remove_copies_except(std::slice::from_ref(&second));
        assert!(!first.exists() && second.exists());
    }
}
