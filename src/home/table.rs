//! The operations as a table, for whatever goes through them all, and asking one by its name.

use http::{Method, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::operations::operations;
use super::{Home, types};
use crate::error::{Error, Result};
use crate::wire::Fresh;

/// What is known of an operation before it is asked.
#[derive(Debug)]
pub struct Operation {
    /// Its name.
    pub name: &'static str,
    /// What it does, in lines.
    pub text: &'static [&'static str],
    /// What it takes.
    pub takes: &'static [Taken],
    /// What it answers: `gives`, `renews`, `signs_in` or `does`.
    pub kind: &'static str,
    /// The type of the answer.
    pub answer: &'static str,
    /// Whose business it is.
    pub who: Who,
    /// Its method.
    pub method: Method,
    /// Its path, with the names of what is named in it in braces.
    pub path: &'static str,
    /// The status of its answer.
    pub status: StatusCode,
    /// The resource it is of.
    pub of: &'static str,
    /// Statuses it may refuse with besides those of every call of its kind.
    pub refuses: &'static [u16],
}

/// One thing that an operation takes.
#[derive(Debug)]
pub struct Taken {
    /// How it travels: `Named`, `Asked` or `Body`, see [`parts`](super::parts).
    pub how: &'static str,
    /// What it is called.
    pub name: &'static str,
    /// Its type.
    pub of: &'static str,
}

/// Whose business an operation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Anybody's, without a session.
    Anybody,
    /// That of a device that is signed in, whoever uses it.
    Session,
    /// That of whoever manages the account.
    Manager,
}

impl Operation {
    /// The operation at a path, if one is there.
    pub fn at(method: &str, path: &str) -> Option<&'static Self> {
        OPERATIONS.iter().copied().find(|one| one.method == method && one.path == path)
    }
}

macro_rules! who {
    (anybody) => {
        Who::Anybody
    };
    (session) => {
        Who::Session
    };
    (manager) => {
        Who::Manager
    };
}

/// How it is asked, out of the brackets of its description.
macro_rules! operation {
    ($known:tt [$who:ident $method:ident $path:literal $status:ident, $of:ident $(, $($refuses:literal)+)?]) => {
        operation!(@ $known {
            who: who!($who),
            method: Method::$method,
            path: $path,
            status: StatusCode::$status,
            of: stringify!($of),
            refuses: &[$($($refuses),+)?],
        })
    };
    (@ { $($known:tt)* } { $($asked:tt)* }) => {
        Operation { $($known)* $($asked)* }
    };
}

macro_rules! table {
    ($($(#[doc = $text:literal])+ $name:ident($($how:ident $arg:ident: $Type:ident),*) $kind:ident $answer:ident $asked:tt)+) => {
        /// Each operation, under its name.
        #[allow(non_upper_case_globals, reason = "they are called as the operations are")]
        pub mod each {
            use super::{Method, Operation, StatusCode, Taken, Who};

            $(
                $(#[doc = $text])+
                pub static $name: Operation = operation!({
                    name: stringify!($name),
                    text: &[$($text),+],
                    takes: &[$(Taken {
                        how: stringify!($how), name: stringify!($arg), of: stringify!($Type),
                    }),*],
                    kind: stringify!($kind),
                    answer: stringify!($answer),
                } $asked);
            )+
        }

        /// Every operation.
        pub static OPERATIONS: &[&Operation] = &[$(&each::$name),+];

        /// Asks a home for an operation by its name, with what it takes by the names in the description.
        ///
        /// # Errors
        ///
        /// What the operation refuses with; `invalid_input` when something does not fit; and `not_found` for what is no
        /// operation, or signs in: the keys that come with that are for whoever keeps them, who knows what is asked.
        pub async fn ask(home: &dyn Home, name: &str, mut arguments: Value) -> Result<Fresh<Value>> {
            match name {
                $(stringify!($name) => {
                    $(let $arg: types::$Type = taken(&mut arguments, stringify!($arg))?;)*
                    answered::$kind(home.$name($($arg),*)).await
                })+
                _ => Err(Error::NotFound("operation")),
            }
        }
    };
}
operations!(table);

/// One of the things that an operation takes, out of all of them.
pub fn taken<T: DeserializeOwned>(arguments: &mut Value, name: &'static str) -> Result<T> {
    let argument = arguments.get_mut(name).map(Value::take).unwrap_or_default();
    serde_json::from_value(argument)
        .map_err(|cause| Error::invalid(name, format!("This does not fit: {cause}.")))
}

fn in_json(answer: impl Serialize) -> Result<Value> {
    serde_json::to_value(answer).map_err(Error::internal)
}

/// An answer of each kind, in JSON.
mod answered {
    use super::{Error, Fresh, Result, Serialize, Value, in_json};

    pub async fn gives(answer: impl Future<Output = Result<impl Serialize>>) -> Result<Fresh<Value>> {
        in_json(answer.await?).map(Fresh::unchanged)
    }

    pub use gives as does;

    pub async fn renews<T: Serialize>(
        answer: impl Future<Output = Result<Fresh<T>>>,
    ) -> Result<Fresh<Value>> {
        let Fresh { answer, token, refresh_token } = answer.await?;
        Ok(Fresh { answer: in_json(answer)?, token, refresh_token })
    }

    /// Is not asked at all: an answer that nobody keeps the keys of is a session that nobody can use.
    pub async fn signs_in<T>(_: impl Future<Output = Result<T>>) -> Result<Fresh<Value>> {
        Err(Error::NotFound("operation"))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_path_names_what_it_takes_and_no_two_operations_are_at_one_place() {
        let mut places = BTreeSet::new();
        for operation in OPERATIONS {
            let Operation { name, method, path, takes, .. } = operation;
            assert!(places.insert((method.as_str(), path)), "{name}: there is another {method} {path}");
            let in_path = path.split('{').skip(1).filter_map(|rest| rest.split('}').next());
            let named = takes.iter().filter(|one| one.how == "Named").map(|one| one.name);
            assert!(in_path.eq(named), "{name}: {path} and {takes:?}");
            let has_body = takes.iter().any(|one| one.how == "Body");
            assert!(
                !(has_body && *method == Method::GET),
                "{name}: GET has no body (RFC 9110 section 9.3.1)"
            );
            assert_eq!(operation.status == StatusCode::NO_CONTENT, operation.kind == "does", "{name}");
        }
    }
}
