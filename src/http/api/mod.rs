//! The interface for programs, `/api/v1/…`: a handler an operation of [`crate::home::Home`], made of its description.

mod answered;
mod by_hand;
mod described;
mod history;

use axum::extract::State;
use by_hand::{sign_out_here, status};
use described::Described;
use history::history;
#[allow(
    clippy::wildcard_imports,
    reason = "a handler written by hand takes the place of the made one of its name"
)]
use made::*;
use utoipa_axum::router::OpenApiRouter;

use super::door::Door;
use crate::error::{Error, ErrorBody};
use crate::home::operations::operations;
use crate::home::parts::{Asked, Body, Named};
use crate::home::table::each;
use crate::home::types;

/// A handler each: it reads what the operation takes, asks for it, and answers.
#[expect(dead_code, reason = "of those that are written by hand")]
mod made {
    use axum::extract::State;
    use axum::http::HeaderMap;
    use axum::response::Response;

    use super::{answered, each, operations, types};
    use crate::error::Result;
    use crate::home::Home;
    use crate::home::here::Here;
    use crate::home::parts::{Asked, Body, Named};
    use crate::http::door::Door;

    macro_rules! handlers {
        ($($(#[doc = $text:literal])+ $name:ident($($how:ident $arg:ident: $Type:ident),*) $kind:ident $answer:ident $asked:tt)+) => {
            $(pub async fn $name(
                State(door): State<Door>,
                home: Here,
                headers: HeaderMap,
                $($how($arg): $how<types::$Type>),*
            ) -> Result<Response> {
                answered::$kind(&door, &home, &headers, each::$name.status, home.$name($($arg),*)).await
            })+
        };
    }
    operations!(handlers);
}

macro_rules! routes {
    ($($(#[doc = $text:literal])+ $name:ident($($how:ident $arg:ident: $Type:ident),*) $kind:ident $answer:ident $asked:tt)+) => {
        /// Every operation, with its description.
        pub fn routes() -> OpenApiRouter<Door> {
            OpenApiRouter::new()$(.routes(
                Described::of(&each::$name)
                    $(.takes::<$how<types::$Type>>(stringify!($arg)))*
                    .$kind::<types::$answer>()
                    .by($name),
            ))+
        }
    };
}
operations!(routes);

/// The home is alive, and what it is asked to keep is kept.
#[utoipa::path(get, path = "/healthz", tag = "home", responses(
    (status = 200, body = String, description = "`ok`"),
    (status = 503, body = ErrorBody, description = "Nothing can be kept now: sign-outs and all other changes are refused. The code says why")
))]
pub async fn healthz(State(door): State<Door>) -> Result<&'static str, Error> {
    door.core.store.unless_failing()?;
    Ok("ok")
}
