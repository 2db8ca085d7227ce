//! What a person is told of an update that failed. Why goes along for the log, without the address: it may hold a licence
//! key.

use std::borrow::Cow;
use std::io;

use url::Url;

use crate::error::Error;

pub(super) fn sentence(text: impl Into<Cow<'static, str>>) -> Error {
    Error::geo_update(text)
}

pub(super) fn too_large() -> Error {
    sentence("What is at that address is too large to be a database of addresses. Check the address.")
}

/// The host only: a path or a query may hold a licence key.
pub(super) fn host_of(url: &Url) -> &str {
    url.host_str().unwrap_or("that address")
}

pub(super) fn unreachable_there(address: &Url, error: reqwest::Error) -> Error {
    let host = host_of(address);
    by(format!("{host} cannot be reached. Check the connection and try again."), error.without_url())
}

pub(super) fn broken_off(address: &Url, error: reqwest::Error) -> Error {
    let host = host_of(address);
    by(format!("The download from {host} broke off. Try again later."), error.without_url())
}

pub(super) fn no_room(error: io::Error) -> Error {
    let message = match error.kind() {
        io::ErrorKind::StorageFull => "There is no room left on the disk for the new database.",
        _ => "The new database could not be written to the data folder. The log says why.",
    };
    by(message, error)
}

/// A sentence, and what the system says.
fn by(message: impl Into<Cow<'static, str>>, cause: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::GeoUpdate { message: message.into(), cause: Some(cause.into()) }
}
