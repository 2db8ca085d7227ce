//! Writing the history to a file of the person's own.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use latchkey::clock::{Clock, SystemClock};
use latchkey::error::{Error, Result};
use latchkey::home::{Home, history_csv};
use latchkey::wire::{HistoryItem, HistoryQuery};
use serde::{Deserialize, Serialize};

/// Lines asked for at once.
const PAGE: u32 = 1000;

/// What sort of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// A table for spreadsheets.
    Csv,
    /// The lines as the interface gives them.
    Json,
}

/// Where a file was written.
#[derive(Clone, Debug, Serialize)]
pub struct Saved {
    /// The file.
    pub path: PathBuf,
}

/// Writes the whole history into a new file in `folder`. What was written so far goes again when it fails.
pub async fn history(home: &dyn Home, format: Format, folder: &Path) -> Result<Saved> {
    let (file, path) = new_file(folder, format).map_err(|error| cannot_write(folder, error))?;
    let written = write_all(home, format, BufWriter::new(file)).await;
    if written.is_err() {
        let _ = fs::remove_file(&path);
    }
    written.map(|()| Saved { path })
}

/// A page at a time: a long history must not fill the memory.
async fn write_all(home: &dyn Home, format: Format, mut out: impl Write) -> Result<()> {
    let mut query = HistoryQuery { limit: Some(PAGE), ..HistoryQuery::default() };
    let mut first = true;
    loop {
        let page = home.history(query.clone()).await?;
        let text = match format {
            Format::Csv => history_csv(&page.history, first)?,
            Format::Json => history_json(&page.history, first)?,
        };
        out.write_all(text.as_ref()).map_err(lost)?;
        first = false;
        match page.next_cursor {
            Some(cursor) => query.cursor = Some(cursor),
            None => break,
        }
    }
    if matches!(format, Format::Json) {
        out.write_all(b"\n],\"next_cursor\":null}\n").map_err(lost)?;
    }
    out.flush().map_err(lost)
}

/// Lines as they stand in an answer of the HTTP interface; whoever calls it closes the list.
fn history_json(lines: &[HistoryItem], first: bool) -> Result<Vec<u8>> {
    let mut text = if first { b"{\"history\":[".to_vec() } else { Vec::new() };
    for (index, line) in lines.iter().enumerate() {
        text.extend_from_slice(if first && index == 0 { b"\n" } else { b",\n" });
        serde_json::to_writer(&mut text, line).map_err(Error::internal)?;
    }
    Ok(text)
}

/// A new file with today's date in its name; an older one is never written over.
fn new_file(folder: &Path, format: Format) -> io::Result<(File, PathBuf)> {
    fs::create_dir_all(folder)?;
    let ending = match format {
        Format::Csv => "csv",
        Format::Json => "json",
    };
    let today = SystemClock.now().to_string().chars().take(10).collect::<String>();
    let mut name = format!("latchkey-history-{today}.{ending}");
    for number in 2..1000 {
        let path = folder.join(&name);
        match File::create_new(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                name = format!("latchkey-history-{today}-{number}.{ending}");
            }
            opened => return opened.map(|file| (file, path)),
        }
    }
    Err(io::Error::new(io::ErrorKind::AlreadyExists, "a thousand files of today are there already"))
}

fn lost(error: io::Error) -> Error {
    Error::file("cannot write the history", error)
}

fn cannot_write(folder: &Path, error: io::Error) -> Error {
    Error::file(format!("cannot write to {}", folder.display()), error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_file_is_never_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let (mut one, first) = new_file(folder.path(), Format::Csv).unwrap();
        one.write_all(b"kept").unwrap();
        let (_, second) = new_file(folder.path(), Format::Csv).unwrap();
        assert_ne!(first, second);
        assert_eq!(fs::read(first).unwrap(), b"kept");
    }
}
