//! From columns to nouns and back: the few conversions that every table shares.

use std::net::IpAddr;
use std::str::FromStr;

use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::sqlite::SqliteRow;
use sqlx::{ColumnIndex, Decode, Row, Sqlite, Type};

use crate::error::{Error, Result};
use crate::model::Timestamp;

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
        Ok(self.try_get(column)?)
    }

    fn word<T: FromStr>(&self, column: &'static str) -> Result<T> {
        self.raw::<&str>(column)?.parse().map_err(|_| Error::CorruptRecord(column))
    }

    fn word_if_any<T: FromStr>(&self, column: &'static str) -> Result<Option<T>> {
        self.raw::<Option<&str>>(column)?
            .map(|text| text.parse().map_err(|_| Error::CorruptRecord(column)))
            .transpose()
    }

    fn moment(&self, column: &'static str) -> Result<Timestamp> {
        Ok(Timestamp::from_millis(self.raw(column)?))
    }

    fn moment_if_any(&self, column: &'static str) -> Result<Option<Timestamp>> {
        Ok(self.raw::<Option<i64>>(column)?.map(Timestamp::from_millis))
    }

    fn json<T: DeserializeOwned>(&self, column: &'static str) -> Result<T> {
        serde_json::from_str(self.raw(column)?).map_err(|_| Error::CorruptRecord(column))
    }
}

/// A noun as JSON, for a column.
pub fn to_json<T: Serialize>(noun: &T) -> Result<String> {
    serde_json::to_string(noun).map_err(Error::internal)
}
