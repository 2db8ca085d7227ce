//! How what an operation takes travels in a question over HTTP. Whoever asks puts it in, whoever answers reads it out
//! (`http/input.rs`).

use http::Method;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use super::table::Operation;
use crate::error::{Error, Result};

/// In the path, under the argument's name.
#[derive(Clone, Debug)]
pub struct Named<T>(pub T);

/// In the query, after the question mark.
#[derive(Clone, Debug)]
pub struct Asked<T>(pub T);

/// As the body, in JSON.
#[derive(Clone, Debug)]
pub struct Body<T>(pub T);

/// Longest name of anything, in bytes: an id has 36.
const MOST_NAME: usize = 256;

/// A question on its way to a home.
#[derive(Debug)]
pub struct Question {
    /// The method.
    pub method: Method,
    /// The path, with what is named in it and the query.
    pub path: String,
    /// The body.
    pub body: Option<Vec<u8>>,
}

impl Question {
    /// What is asked of `operation`, without its parts.
    pub fn of(operation: &Operation) -> Self {
        Self { method: operation.method.clone(), path: operation.path.to_owned(), body: None }
    }
}

/// A part of a question.
pub trait Part {
    /// Puts it in. `name` is the argument's.
    fn put(self, name: &str, question: &mut Question) -> Result<()>;
}

impl<T: ToString> Part for Named<T> {
    fn put(self, name: &str, question: &mut Question) -> Result<()> {
        let text = self.0.to_string();
        // A path takes these for something of its own, however they are written (WHATWG URL, "double-dot URL path segment").
        if matches!(text.as_str(), "" | "." | "..") || text.len() > MOST_NAME {
            return Err(Error::NotFound("thing"));
        }
        let text = utf8_percent_encode(&text, NON_ALPHANUMERIC).to_string();
        question.path = question.path.replace(&format!("{{{name}}}"), &text);
        Ok(())
    }
}

impl<T: Serialize> Part for Asked<T> {
    fn put(self, _: &str, question: &mut Question) -> Result<()> {
        let query = serde_urlencoded::to_string(self.0).map_err(Error::internal)?;
        if !query.is_empty() {
            question.path = format!("{}?{query}", question.path);
        }
        Ok(())
    }
}

impl<T: Serialize> Part for Body<T> {
    fn put(self, _: &str, question: &mut Question) -> Result<()> {
        question.body = Some(serde_json::to_vec(&self.0).map_err(Error::internal)?);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::home::table::each;

    fn asked(user_code: &str) -> Result<String> {
        let mut question = Question::of(&each::pending_code);
        Named(user_code).put("user_code", &mut question)?;
        Ok(question.path)
    }

    #[test]
    fn what_is_named_stays_one_part_of_the_path() {
        assert_eq!(asked("BCDF-GHJK").expect("a path"), "/api/v1/codes/BCDF%2DGHJK");
        for hostile in ["../devices", "a/../../b", "a?b#c", "{user_code}", "ç\n%2e"] {
            let path = asked(hostile).expect("a path");
            let home = url::Url::parse("http://home.example").expect("an address");
            let url = home.join(&path).expect("an address");
            assert_eq!(url.path_segments().map(Iterator::count), Some(4), "{hostile}: {url}");
            assert!(url.path().starts_with("/api/v1/codes/") && url.query().is_none(), "{hostile}: {url}");
        }
        for nothing in ["", ".", "..", &"x".repeat(300)] {
            assert_eq!(asked(nothing).expect_err("no name").code(), "not_found", "{nothing}");
        }
    }

    #[test]
    fn a_query_is_there_when_something_is_asked() {
        let mut question = Question::of(&each::devices);
        Asked(crate::wire::DeviceQuery::default()).put("query", &mut question).expect("fits");
        assert_eq!(question.path, "/api/v1/devices");
        let query = crate::wire::DeviceQuery { q: Some("tv & radio".into()), ..Default::default() };
        Asked(query).put("query", &mut question).expect("fits");
        assert_eq!(question.path, "/api/v1/devices?q=tv+%26+radio");
    }
}
