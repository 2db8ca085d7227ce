//! Fetching a newer database, or list: to a file of its own, with a limit, a checksum and a full check, before it is used.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use reqwest::{Client, Response, StatusCode};
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;
use url::{Host, Url};

use super::database::Database;
use super::folder::{self, Folder, name_of_download};
use super::holdings::Contents;
use super::pace::{Pace, in_time};
use super::sentences::{broken_off, host_of, no_room, sentence, too_large, unreachable_there};
use super::tor::TorExits;
use crate::error::{Error, Result, causes};
use crate::files;
use crate::model::Timestamp;
use crate::wire::GeoProgress;

/// Bytes that may arrive. The largest free databases have 130 MB.
const MOST_BYTES: u64 = 1 << 29;
/// Bytes a compressed one may become.
const MOST_UNPACKED_BYTES: u64 = 1 << 30;
/// Bytes of a checksum file that are read.
const MOST_CHECKSUM_BYTES: usize = 1 << 16;
/// Progress is told at this many bytes at the most often, or at every hundredth.
const TELL_EVERY_BYTES: u64 = 1 << 18;

/// What to fetch, and where to.
#[derive(Debug)]
pub(super) struct Order<'a> {
    /// Addresses to try in turn: the next one when there is nothing at the one before.
    pub addresses: Vec<Url>,
    /// The checksum, when it was configured.
    pub sha256: Option<&'a str>,
    pub folder: &'a Folder,
}

/// The addresses a template stands for: itself, or one for this month and one for the month before, since a
/// month's database comes some days into the month.
pub(super) fn addresses(template: &str, now: Timestamp) -> Result<Vec<Url>> {
    let months = if template.contains("{yyyy-mm}") { months(now)? } else { vec![String::new()] };
    let addresses = months.iter().map(|month| {
        Url::parse(&template.replace("{yyyy-mm}", month))
            .ok()
            .filter(|url| matches!(url.scheme(), "https" | "http") && url.has_host())
            .ok_or_else(|| sentence("The address to update from is not an http or https address."))
    });
    addresses.collect()
}

/// This month and the one before, as "2026-06", in UTC.
fn months(now: Timestamp) -> Result<Vec<String>> {
    let now = jiff::Timestamp::from_millisecond(now.as_millis()).map_err(Error::internal)?;
    let this = now.to_zoned(jiff::tz::TimeZone::UTC).date().first_of_month();
    let last = this.yesterday().map_err(Error::internal)?;
    Ok([this, last].iter().map(|day| format!("{:04}-{:02}", day.year(), day.month())).collect())
}

/// A file that arrived, whole and with the right checksum, and is not in use yet. Dropping it removes it.
#[derive(Debug)]
pub(super) struct Arrived {
    file: Unfinished,
    checksum: String,
}

/// A file that is removed unless it is kept.
#[derive(Debug)]
struct Unfinished(PathBuf);

impl Drop for Unfinished {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.0)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(file = %self.0.display(), error = %causes(&error), "an unfinished download stays on the disk");
        }
    }
}

/// Downloads and compares the checksum.
pub(super) async fn fetch(
    http: &Client,
    order: &Order<'_>,
    on_progress: &impl Fn(GeoProgress),
) -> Result<Arrived> {
    let (address, response) = first_there(http, &order.addresses).await?;
    let is_safe = is_safe(response.url()) && is_safe(&address);
    let folder = order.folder.prepare().map_err(no_room)?;
    let file = Unfinished(folder.join("download.part"));
    let checksum = receive(response, &file.0, on_progress).await?;
    let expected = match order.sha256 {
        Some(configured) => Some(digest_in(configured, "").ok_or_else(|| {
            sentence("The configured checksum is not one: a SHA-256 has 64 hexadecimal digits.")
        })?),
        None => checksum_beside(http, &address).await?,
    };
    match expected {
        Some(expected) if expected != checksum => Err(sentence(
            "What arrived does not have the checksum it should have. It was thrown away; try again later.",
        )),
        None if !is_safe => Err(sentence(
            "There is no checksum for the download and its address is not https, so it could come from anybody. \
             Use an https address, or configure the checksum.",
        )),
        _ => Ok(Arrived { file, checksum }),
    }
}

/// The first address that has something.
async fn first_there(http: &Client, addresses: &[Url]) -> Result<(Url, Response)> {
    let mut refused = None;
    for address in addresses {
        let response = in_time(address, http.get(address.clone()).send()).await?;
        let response = response.map_err(|error| unreachable_there(address, error))?;
        let status = response.status();
        if status.is_success() {
            return Ok((address.clone(), response));
        }
        refused = Some((address, status));
        if status != StatusCode::NOT_FOUND {
            break;
        }
    }
    Err(match refused {
        Some((address, StatusCode::NOT_FOUND)) => {
            sentence(format!("There is no database at {}. Check the address.", host_of(address)))
        }
        Some((address, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)) => sentence(format!(
            "{} refuses the download. Check the licence key in the address.",
            host_of(address)
        )),
        Some((address, status)) => sentence(format!(
            "{} answered with an error ({}). Try again later.",
            host_of(address),
            status.as_u16()
        )),
        None => sentence("No address to update from is set."),
    })
}

/// Writes what arrives to `path` and gives its SHA-256 in hexadecimal.
async fn receive(mut response: Response, path: &Path, on_progress: &impl Fn(GeoProgress)) -> Result<String> {
    let total = response.content_length();
    if total.is_some_and(|total| total > MOST_BYTES) {
        return Err(too_large());
    }
    let address = response.url().clone();
    let made = files::make_anew(path).map_err(no_room)?;
    let mut file = tokio::fs::File::from_std(made);
    let mut digest = Sha256::new();
    let (mut received, mut told) = (0_u64, 0_u64);
    on_progress(GeoProgress::Downloading { received, total });
    let mut pace = Pace::begin();
    while let Some(chunk) = pace.next(&address, &mut response).await? {
        let chunk = chunk.as_ref();
        received += chunk.len() as u64;
        if received > MOST_BYTES {
            return Err(too_large());
        }
        digest.update(chunk);
        file.write_all(chunk).await.map_err(no_room)?;
        if received - told >= TELL_EVERY_BYTES.max(total.unwrap_or_default() / 100) {
            told = received;
            on_progress(GeoProgress::Downloading { received, total });
        }
    }
    file.flush().await.map_err(no_room)?;
    on_progress(GeoProgress::Downloading { received, total });
    Ok(in_hexadecimal(&digest.finalize()))
}

/// The checksum in the file beside a download, `ADDRESS.sha256`; `None` when there is no such file.
async fn checksum_beside(http: &Client, address: &Url) -> Result<Option<String>> {
    let mut beside = address.clone();
    beside.set_path(&format!("{}.sha256", address.path()));
    in_time(&beside, read_checksum(http, &beside, address)).await?
}

async fn read_checksum(http: &Client, beside: &Url, address: &Url) -> Result<Option<String>> {
    let mut response =
        http.get(beside.clone()).send().await.map_err(|error| unreachable_there(beside, error))?;
    if response.status().is_client_error() {
        return Ok(None);
    }
    if !response.status().is_success() {
        return Err(sentence("The checksum of the download could not be read. Try again later."));
    }
    let mut text = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| broken_off(beside, error))? {
        text.extend_from_slice(&chunk);
        if text.len() > MOST_CHECKSUM_BYTES {
            return Ok(None);
        }
    }
    let file_name = address.path().rsplit('/').next().unwrap_or_default();
    Ok(digest_in(&String::from_utf8_lossy(&text), file_name))
}

/// The SHA-256 in the text of a checksum file: that of the line which names the file, or else the only one there
/// is. In lower case.
fn digest_in(text: &str, file_name: &str) -> Option<String> {
    let digests = text.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        let digest = words.next().filter(|word| is_digest(word))?.to_ascii_lowercase();
        // sha256sum marks a file read as binary with an asterisk.
        let names = words.any(|word| word.trim_start_matches('*').rsplit('/').next() == Some(file_name));
        Some((digest, names))
    });
    let digests = digests.collect::<Vec<_>>();
    match &digests[..] {
        [(only, _)] => Some(only.clone()),
        several => several.iter().find(|(_, names)| *names).map(|(digest, _)| digest.clone()),
    }
}

fn is_digest(word: &str) -> bool {
    word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit())
}

impl Arrived {
    /// Unpacks, checks the whole database and gives it its name. Blocks for seconds on a large one.
    pub(super) fn install_database(
        self,
        folder: &Folder,
        url_path: &str,
        contents: Contents,
    ) -> Result<(PathBuf, Database)> {
        let name = name_of_download(url_path, &self.checksum, contents);
        let ready = self.unpacked()?;
        let unusable = |problem: String| {
            sentence(format!("What arrived is not a usable database and was thrown away. {problem}"))
        };
        let path = folder.prepare().map_err(no_room)?.join(&name);
        let database = Database::map(&ready.0, folder::shown_name(&name)).map_err(unusable)?;
        database.check_whole(contents).map_err(unusable)?;
        keep(&ready, &path)?;
        Ok((path, database))
    }

    /// Unpacks, reads and keeps a list of exits. Half of it at the least must be addresses.
    pub(super) fn install_tor_exits(self, folder: &Folder) -> Result<TorExits> {
        let ready = self.unpacked()?;
        let unusable = |why: &str| {
            sentence(format!("What arrived is not a list of addresses and was thrown away: {why}."))
        };
        let text = folder::text_in(&ready.0).map_err(|error| unusable(&error.to_string()))?;
        let exits = text.map(|(text, written_at)| TorExits::read(&text, written_at)).unwrap_or_default();
        if exits.len() == 0 || exits.left_out > exits.len() {
            return Err(unusable("most of its lines are something else"));
        }
        keep(&ready, &folder.tor_exits())?;
        Ok(exits)
    }

    /// The file itself, or what is packed in it.
    fn unpacked(self) -> Result<Unfinished> {
        if !is_compressed(&self.file.0).map_err(no_room)? {
            return Ok(self.file);
        }
        let unpacked = Unfinished(self.file.0.with_file_name("unpacked.part"));
        unpack(&self.file.0, &unpacked.0)?;
        Ok(unpacked)
    }
}

/// Gives a finished file its name. It is on disk before: after a power cut there is the old one or the whole new one.
fn keep(ready: &Unfinished, path: &Path) -> Result<()> {
    let on_disk = fs::File::options().write(true).open(&ready.0).and_then(|file| file.sync_all());
    on_disk.and_then(|()| fs::rename(&ready.0, path)).map_err(no_room)
}

fn is_compressed(path: &Path) -> io::Result<bool> {
    let mut start = Vec::new();
    fs::File::open(path)?.take(2).read_to_end(&mut start)?;
    Ok(start == [0x1f, 0x8b])
}

fn unpack(from: &Path, to: &Path) -> Result<()> {
    let broken = |error: io::Error| match error.kind() {
        io::ErrorKind::StorageFull => no_room(error),
        _ => sentence("What arrived cannot be unpacked: it is damaged or cut short. Try again later."),
    };
    let packed = fs::File::open(from).map_err(no_room)?;
    let mut unpacked = io::BufWriter::new(files::make_anew(to).map_err(no_room)?);
    let mut limited = GzDecoder::new(io::BufReader::new(packed)).take(MOST_UNPACKED_BYTES + 1);
    let bytes = io::copy(&mut limited, &mut unpacked).map_err(broken)?;
    if bytes > MOST_UNPACKED_BYTES {
        return Err(too_large());
    }
    unpacked.flush().map_err(no_room)
}

/// Whether nobody between here and there can change what arrives.
fn is_safe(url: &Url) -> bool {
    url.scheme() == "https"
        || match url.host() {
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            Some(Host::Domain(name)) => name == "localhost",
            None => false,
        }
}

pub(super) fn in_hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        text.extend(
            [byte >> 4, byte & 15].iter().filter_map(|digit| char::from_digit(u32::from(*digit), 16)),
        );
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_months_database_may_still_be_last_months() {
        let january = Timestamp::from_millis(1_767_225_600_000 + 3_600_000);
        let found = addresses("https://example.org/free/city-{yyyy-mm}.mmdb.gz", january).expect("valid");
        assert_eq!(
            found.iter().map(Url::as_str).collect::<Vec<_>>(),
            [
                "https://example.org/free/city-2026-01.mmdb.gz",
                "https://example.org/free/city-2025-12.mmdb.gz"
            ]
        );
        assert_eq!(addresses("http://example.org/a.mmdb", january).expect("valid").len(), 1);
        for wrong in ["", "ftp://example.org/a.mmdb", "file:///etc/passwd", "example.org/a.mmdb"] {
            assert!(addresses(wrong, january).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_checksum_is_that_of_the_file() {
        let (one, two) = ("A".repeat(64), "b".repeat(64));
        assert_eq!(digest_in(&format!("{one}\n"), "x.gz"), Some("a".repeat(64)));
        assert_eq!(digest_in(&format!("{one}  other.gz\n{two} *dir/x.gz\n"), "x.gz"), Some(two.clone()));
        assert_eq!(digest_in(&format!("{one}  other.gz\n{two}  third.gz\n"), "x.gz"), None);
        assert_eq!(digest_in("<html>not found</html>", "x.gz"), None);
    }

    #[test]
    fn a_checksum_is_written_as_everybody_writes_it() {
        // FIPS 180-2's example.
        assert_eq!(
            in_hexadecimal(&Sha256::digest(b"abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn plain_http_is_safe_on_this_computer_only() {
        for (address, expected) in [
            ("https://example.org/x", true),
            ("http://127.0.0.1:9/x", true),
            ("http://[::1]/x", true),
            ("http://localhost/x", true),
            ("http://localhost.example.org/x", false),
            ("http://192.168.1.2/x", false),
        ] {
            assert_eq!(is_safe(&address.parse().expect("an address")), expected, "{address}");
        }
    }
}
