//! From columns to nouns and back: the few conversions that every table shares.

use std::net::IpAddr;
use std::str::FromStr;

use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::sqlite::SqliteRow;
use sqlx::{ColumnIndex, Decode, Row, Sqlite, Type};

use crate::error::{Error, Result, causes};
use crate::model::{Familiarity, Reason, SecretHash, Timestamp};
use crate::words;

/// Reads columns of a row as what they stand for.
pub trait Columns {
    /// A column as it is.
    fn raw<'r, T>(&'r self, column: &'static str) -> Result<T>
    where
        T: Decode<'r, Sqlite> + Type<Sqlite>,
        &'static str: ColumnIndex<SqliteRow>;

    /// An id or a word of a list, kept as text.
    fn word<T: FromStr>(&self, column: &'static str) -> Result<T>;

    /// The same, where it may be absent.
    fn word_if_any<T: FromStr>(&self, column: &'static str) -> Result<Option<T>>;

    /// A moment.
    fn moment(&self, column: &'static str) -> Result<Timestamp>;

    /// A moment, where it may be absent.
    fn moment_if_any(&self, column: &'static str) -> Result<Option<Timestamp>>;

    /// A noun kept as JSON.
    fn json<T: DeserializeOwned>(&self, column: &'static str) -> Result<T>;

    /// A noun kept as JSON, or what stands for one that cannot be read: one damaged record must not hide the others.
    fn json_or<T: DeserializeOwned>(&self, column: &'static str, instead: impl FnOnce() -> T) -> T;

    /// A noun kept as JSON, where it may be absent; one that cannot be read is told to the log and counts as absent.
    fn json_if_any<T: DeserializeOwned>(&self, column: &'static str) -> Option<T>;

    /// A word of a list in the same way.
    fn word_or<T: FromStr>(&self, column: &'static str, instead: T) -> T;

    /// An address, where it may be absent.
    fn address(&self, column: &'static str) -> Result<Option<IpAddr>> {
        self.word_if_any(column)
    }
}

impl Columns for SqliteRow {
    fn raw<'r, T>(&'r self, column: &'static str) -> Result<T>
    where
        T: Decode<'r, Sqlite> + Type<Sqlite>,
        &'static str: ColumnIndex<SqliteRow>,
    {
        self.try_get(column).map_err(|cause| match cause {
            sqlx::Error::ColumnDecode { source, .. } => Error::corrupt(column, source),
            other => other.into(),
        })
    }

    fn word<T: FromStr>(&self, column: &'static str) -> Result<T> {
        parsed(self.raw(column)?, column)
    }

    fn word_if_any<T: FromStr>(&self, column: &'static str) -> Result<Option<T>> {
        self.raw::<Option<&str>>(column)?.map(|text| parsed(text, column)).transpose()
    }

    fn moment(&self, column: &'static str) -> Result<Timestamp> {
        Ok(Timestamp::from_millis(self.raw(column)?))
    }

    fn moment_if_any(&self, column: &'static str) -> Result<Option<Timestamp>> {
        Ok(self.raw::<Option<i64>>(column)?.map(Timestamp::from_millis))
    }

    fn json<T: DeserializeOwned>(&self, column: &'static str) -> Result<T> {
        serde_json::from_str(self.raw(column)?).map_err(|cause| Error::corrupt(column, cause))
    }

    fn json_or<T: DeserializeOwned>(&self, column: &'static str, instead: impl FnOnce() -> T) -> T {
        self.json(column).unwrap_or_else(|error| {
            tell_of(self, &error);
            instead()
        })
    }

    fn json_if_any<T: DeserializeOwned>(&self, column: &'static str) -> Option<T> {
        match self.raw::<Option<&str>>(column) {
            Ok(None) => None,
            Ok(Some(_)) => self.json_or(column, || None),
            Err(error) => {
                tell_of(self, &error);
                None
            }
        }
    }

    fn word_or<T: FromStr>(&self, column: &'static str, instead: T) -> T {
        self.word(column).unwrap_or_else(|error| {
            tell_of(self, &error);
            instead
        })
    }
}

/// How a sign-in was judged. What an earlier version said in a sentence is data again.
pub fn familiarity(row: &SqliteRow, column: &'static str) -> Familiarity {
    let mut judged: Familiarity = row.json_or(column, Familiarity::unreadable);
    for reason in &mut judged.reasons {
        if let Reason::SaidBefore { text } = reason {
            *reason = words::before::reason(text);
        }
    }
    judged
}

/// What can be read of many rows. What cannot is left out and told to the log: it must not hide the others.
pub fn readable<'r, T>(
    rows: impl IntoIterator<Item = &'r SqliteRow>,
    to_noun: impl Fn(&SqliteRow) -> Result<T>,
) -> Result<Vec<T>> {
    let nouns = rows.into_iter().filter_map(|row| only_if_readable(row, to_noun(row)).transpose());
    nouns.collect()
}

/// The noun of one of many rows; `None`, told to the log, where it cannot be read.
pub fn only_if_readable<T>(row: &SqliteRow, noun: Result<T>) -> Result<Option<T>> {
    match noun {
        Ok(noun) => Ok(Some(noun)),
        Err(error @ Error::CorruptRecord { .. }) => {
            tell_of(row, &error);
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

fn tell_of(row: &SqliteRow, error: &Error) {
    let id = row.try_get::<&str, _>("id").ok();
    tracing::warn!(error = %causes(error), id, "one record of many cannot be read");
}

/// The word itself is not told: some stand for what a person wrote.
pub fn parsed<T: FromStr>(text: &str, column: &'static str) -> Result<T> {
    text.parse().map_err(|_| Error::corrupt(column, "neither an id nor a word of the list"))
}

/// A noun as JSON, for a column.
pub fn to_json<T: Serialize>(noun: &T) -> Result<String> {
    serde_json::to_string(noun).map_err(Error::internal)
}

/// The hash of a secret.
pub fn hash(row: &SqliteRow, column: &'static str) -> Result<SecretHash> {
    SecretHash::from_bytes(row.raw(column)?).ok_or_else(|| Error::corrupt(column, "no hash has that length"))
}
