//! Reading what a server says of its sign-ins: what is not there, not of the type it should be, or stands for "never" is absent.

use std::net::IpAddr;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

use crate::model::Timestamp;

/// A field that counts as absent when it is of another type. Use it with `#[serde(default, deserialize_with = "soft")]`.
pub fn soft<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Option<T>, D::Error> {
    let value = serde_json::Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(value).ok())
}

/// A moment written as text (RFC 3339, with or without a fraction of up to seven digits and more); `None` for one that no clock ever
/// showed, such as the year 0001 of servers that mean "never".
pub fn moment(text: &str) -> Option<Timestamp> {
    let at: jiff::Timestamp = text.trim().parse().ok()?;
    moment_of_millis(at.as_millisecond())
}

/// A moment in milliseconds since 1970; `None` for 0 and what is before.
pub fn moment_of_millis(millis: i64) -> Option<Timestamp> {
    // The year 10000: what is behind it is no time but a mistake.
    (1..253_402_300_800_000).contains(&millis).then(|| Timestamp::from_millis(millis))
}

/// A moment in seconds since 1970.
pub fn moment_of_seconds(seconds: i64) -> Option<Timestamp> {
    moment_of_millis(seconds.checked_mul(1000)?)
}

/// An address, written alone, with a port behind it, or in brackets.
pub fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let alone =
        text.parse().or_else(|_| text.parse::<std::net::SocketAddr>().map(|with_port| with_port.ip()));
    let bare = || {
        text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).and_then(|inner| inner.parse().ok())
    };
    alone
        .ok()
        .or_else(bare)
        .map(|address: IpAddr| address.to_canonical())
        .filter(|address| !address.is_unspecified())
}
