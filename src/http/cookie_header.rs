//! Reading the cookies of a request as browsers send them (RFC 6265 section 5.4): byte by byte, for one of another program
//! that is no text must not hide ours, nor ours be hidden in its line.

use axum::http::{HeaderMap, header};

/// One cookie of a request.
#[derive(Clone, Copy, Debug)]
pub struct Pair<'a> {
    /// What stands between two semicolons, without the spaces around it.
    pub raw: &'a [u8],
    /// Its name. Browsers send a cookie without a name as its mere value, which may look like any cookie; an equals sign
    /// before the name is such a thing and does not count.
    pub name: &'a [u8],
    /// Its value.
    pub value: &'a [u8],
}

/// Every cookie of a request, in the order they are sent, of all lines.
pub fn pairs(headers: &HeaderMap) -> impl Iterator<Item = Pair<'_>> {
    let lines = headers.get_all(header::COOKIE).into_iter();
    lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b';')).map(|part| {
        let raw = part.trim_ascii();
        let begin = raw.iter().position(|byte| *byte != b'=' && !byte.is_ascii_whitespace());
        let bare = &raw[begin.unwrap_or(raw.len())..];
        let end = bare.iter().position(|byte| *byte == b'=').unwrap_or(bare.len());
        let value = bare.get(end + 1..).unwrap_or_default();
        Pair { raw, name: bare[..end].trim_ascii(), value: value.trim_ascii() }
    })
}
