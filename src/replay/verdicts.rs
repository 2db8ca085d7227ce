//! The verdicts as CSV (RFC 4180), one row each, for a spreadsheet or a program.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::PIECE;
use super::attempt::Attempt;
use crate::familiarity::Judgement;
use crate::model::clean_text;
use crate::spreadsheet::harmless;
use crate::words;

const COLUMNS: [&str; 6] = ["index", "user", "verdict", "told", "score", "reasons"];

/// Writes verdicts.
pub(super) struct Verdicts<W: Write> {
    writer: csv::Writer<W>,
    /// Rows written, which count those that the file does not.
    rows: u64,
    reasons: String,
}

impl<W: Write> Verdicts<W> {
    pub(super) fn new(output: W) -> Self {
        let writer = csv::WriterBuilder::new().buffer_capacity(PIECE).from_writer(output);
        Self { writer, rows: 0, reasons: String::new() }
    }

    pub(super) fn write(&mut self, attempt: &Attempt<'_>, judged: &Judgement) -> io::Result<()> {
        let familiarity = &judged.familiarity;
        if self.rows == 0 {
            self.write_names()?;
        }
        self.rows += 1;
        let index = match attempt.index {
            b"" => Cow::Owned(self.rows.to_string()),
            index => visible(index),
        };
        self.reasons.clear();
        for reason in &familiarity.reasons {
            if !self.reasons.is_empty() {
                self.reasons.push_str("; ");
            }
            write!(self.reasons, "{}", words::reason(reason)).map_err(io::Error::other)?;
        }
        let written = self.writer.write_record([
            harmless(&index).as_bytes(),
            harmless(&visible(attempt.user)).as_bytes(),
            familiarity.verdict.as_str().as_bytes(),
            judged.telling.as_str().as_bytes(),
            familiarity.score.map(to_text).unwrap_or_default().as_bytes(),
            harmless(&self.reasons).as_bytes(),
        ]);
        written.map_err(cause)
    }

    /// Writes what is still to be written; the names of the columns at least.
    pub(super) fn finish(mut self) -> io::Result<()> {
        if self.rows == 0 {
            self.write_names()?;
        }
        self.writer.flush()
    }

    fn write_names(&mut self) -> io::Result<()> {
        self.writer.write_record(COLUMNS).map_err(cause)
    }
}

/// A cell of the file as it may be printed: without what moves the cursor or turns the text around.
fn visible(cell: &[u8]) -> Cow<'_, str> {
    let text = String::from_utf8_lossy(cell);
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return text;
    }
    Cow::Owned(clean_text(&text, cell.len()))
}

/// What the system says: a pipe that broke must be known as one.
fn cause(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(cause) => cause,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// A score to two figures, without an exponent: "0.00012", "2500".
fn to_text(score: f64) -> String {
    let places = (0..20).find(|places| score * 10f64.powi(*places) >= 9.95).unwrap_or(0);
    format!("{score:.*}", usize::try_from(places).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_has_two_figures() {
        for (score, text) in
            [(0.00012, "0.00012"), (1.0, "1.0"), (9.96, "10"), (10.0, "10"), (2500.0, "2500"), (0.0, "0")]
        {
            assert_eq!(to_text(score), text);
        }
    }
}
