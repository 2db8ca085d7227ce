//! The list of operations a home offers, written once, in [`operations`].
//!
//! [`here::Here`] is the core itself; [`there::There`] asks a home on another machine over HTTP. The
//! window's commands, the HTTP handlers and a notification's buttons call these and hold no rule of their own.

mod export;
pub mod here;
mod in_the_clear;
pub mod operations;
pub mod parts;
pub mod table;
pub mod there;
pub mod types;
#[cfg(test)]
mod typescript_tests;

pub use export::history_csv;
pub use in_the_clear::is_in_the_clear;
pub use operations::EVENTS;
pub use table::{Operation, ask, taken};

use async_trait::async_trait;
use futures_util::stream::BoxStream;
use operations::{answer, operations};

use crate::error::Result;
use crate::wire::Event;

macro_rules! home {
    ($($(#[doc = $text:literal])+ $name:ident($($how:ident $arg:ident: $Type:ident),*) $kind:ident $answer:ident $asked:tt)+) => {
        /// A home, as one device sees it. What is whose business, [`operations`] says; those of the account's management
        /// refuse a kids profile with `kids_profile`. One that answers with [`Fresh`](crate::wire::Fresh) tokens goes on with
        /// them by itself; whoever keeps a token keeps the newer one.
        #[async_trait]
        pub trait Home: Send + Sync {
            $(
                $(#[doc = $text])+
                async fn $name(&self $(, $arg: types::$Type)*) -> Result<answer!($kind $answer)>;
            )+

            /// What changes, as it happens, until the session ends.
            async fn events(&self) -> Result<BoxStream<'static, Event>>;
        }
    };
}
operations!(home);
