//! A request to a service, before it is sent. Nothing of it but its method prints: a key may stand in its path, its query, its headers
//! and its body.

use std::fmt;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde::Serialize;
use url::form_urlencoded;

/// A request, below the address of the service.
#[derive(Clone, Default)]
pub struct Ask {
    /// GET unless told.
    pub method: Method,
    /// The segments of its path behind the service's own, each as it is before it is encoded: a `/` or `..` within one leads nowhere else.
    /// An empty one is allowed at the end, for an address that ends with a `/`.
    pub path: Vec<String>,
    /// Its query.
    pub query: Vec<(&'static str, String)>,
    /// Its headers, the one with the key among them.
    pub headers: HeaderMap,
    /// Its body, with the type.
    pub body: Option<(&'static str, Vec<u8>)>,
    /// How long the whole of it may take; ten seconds unless told, ten minutes at the most.
    pub patience: Option<Duration>,
}

impl Ask {
    /// Asks for what is at a path, given by its segments.
    pub fn get(path: &[&str]) -> Self {
        Self { path: path.iter().map(|segment| (*segment).to_owned()).collect(), ..Self::default() }
    }

    /// Posts to a path.
    pub fn post(path: &[&str]) -> Self {
        Self { method: Method::POST, ..Self::get(path) }
    }

    /// Deletes what is at a path.
    pub fn delete(path: &[&str]) -> Self {
        Self { method: Method::DELETE, ..Self::get(path) }
    }

    /// With one more value in its query.
    #[must_use]
    pub fn query(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }

    /// With one more header, which no log shows. A value that no header can have is left out.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        if let (Ok(name), Ok(mut value)) =
            (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value))
        {
            value.set_sensitive(true);
            self.headers.insert(name, value);
        }
        self
    }

    /// With `Authorization: Bearer`.
    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// With a body of JSON.
    #[must_use]
    pub fn json(mut self, body: &impl Serialize) -> Self {
        // Of what kinds send, nothing can fail here; if it did, the server would refuse the empty body.
        let text = serde_json::to_vec(body).unwrap_or_default();
        self.body = Some(("application/json", text));
        self
    }

    /// With a form as its body.
    #[must_use]
    pub fn form(mut self, fields: &[(&str, &str)]) -> Self {
        let text = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.body = Some(("application/x-www-form-urlencoded", text.into_bytes()));
        self
    }

    /// With another patience: for a long poll.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = Some(patience);
        self
    }
}

impl fmt::Debug for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ask({} …)", self.method)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_it_prints_where_a_key_may_stand() {
        let ask = Ask::delete(&["keys", "hush-path"])
            .query("api_key", "hush-query")
            .bearer("hush-header")
            .form(&[("token", "hush-body")]);
        assert_eq!(format!("{ask:?}"), "Ask(DELETE …)");
        assert!(!format!("{:?}", ask.headers).contains("hush"), "{:?}", ask.headers);
    }

    #[test]
    fn a_header_is_named_in_any_case_and_left_out_when_it_cannot_be_one() {
        let ask =
            Ask::get(&[]).header("X-Emby-Token", "key").header("x-other", "a\r\nb: c").header("a b", "x");
        assert_eq!(ask.headers.len(), 1, "{:?}", ask.headers);
        assert_eq!(ask.headers.get("x-emby-token").expect("is there"), "key");
    }

    #[test]
    fn a_body_goes_with_its_type() {
        let form = Ask::post(&["token"]).form(&[("code", "a b&c"), ("of", "ä")]);
        assert_eq!(
            form.body,
            Some(("application/x-www-form-urlencoded", b"code=a+b%26c&of=%C3%A4".to_vec()))
        );
        let json = Ask::post(&["x"]).json(&serde_json::json!({ "a": [1] }));
        assert_eq!(json.body, Some(("application/json", br#"{"a":[1]}"#.to_vec())));
    }
}
