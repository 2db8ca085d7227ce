//! Whether somebody would look at the answer: a browser that goes to a page, and no script, app or picture that could do
//! nothing with words for people.

use axum::http::{HeaderMap, header};

/// Longest address that a browser is led back to once it is signed in, in bytes: 4 kB, as sites have them, and the site's name.
/// Of a longer one it is the site's first page.
pub const MOST_ADDRESS: usize = 5 * 1024;

/// Where a browser shows a page (Fetch Metadata, `Sec-Fetch-Dest`).
const SHOWN: [&[u8]; 6] = [b"document", b"iframe", b"frame", b"fencedframe", b"embed", b"object"];

/// Whether the browser says that it does not show the answer: what a page fetches in the background, or draws into itself.
pub fn is_background(headers: &HeaderMap) -> bool {
    let shown_elsewhere = headers.get("sec-fetch-dest").is_some_and(|to| !SHOWN.contains(&to.as_bytes()));
    // Libraries of pages say so where the browser is too old to.
    let by_script = headers.get("x-requested-with").is_some_and(|with| with == "XMLHttpRequest");
    shown_elsewhere || by_script
}

/// Whether a browser asks for a page to show it. One that says nothing of where it shows it says what it takes.
pub fn wants_page(headers: &HeaderMap) -> bool {
    let takes_pages = || {
        let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
        accept.is_some_and(|accept| accept.contains("text/html"))
    };
    !is_background(headers) && (headers.contains_key("sec-fetch-dest") || takes_pages())
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    #[test]
    fn what_is_fetched_in_the_background_is_no_page_whatever_it_takes() {
        for (headers, expected) in [
            (&[("accept", "text/html,*/*")][..], true),
            (&[("accept", "application/json")], false),
            (&[], false),
            (&[("sec-fetch-dest", "document")], true),
            (&[("sec-fetch-dest", "iframe"), ("accept", "*/*")], true),
            (&[("sec-fetch-dest", "empty"), ("accept", "text/html")], false),
            (&[("sec-fetch-dest", "image"), ("accept", "text/html")], false),
            (&[("x-requested-with", "XMLHttpRequest"), ("accept", "text/html")], false),
            (&[("x-requested-with", "org.example.app"), ("accept", "text/html")], true),
        ] {
            let map: HeaderMap = headers
                .iter()
                .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
                .collect();
            assert_eq!(wants_page(&map), expected, "{headers:?}");
        }
    }
}
