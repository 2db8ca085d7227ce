//! What a phone has that a computer has not: pushes that wake the app, answers from a notification while nothing else of it is
//! alive, links, and a lock. The phone's own side is small and only receives and shows (`gen/android`); what happens is decided here.
//!
//! | where | what |
//! |---|---|
//! | [`registration`] | the keys and the address that pushes come by |
//! | [`told`], [`words`] | what a push says, as it is shown |
//! | [`answers`] | answers that wait to be sent |
//! | [`sending`], [`button`], [`failed`] | sending one: to the home, by the button's own secret, by the relay |
//! | [`receivers`] | what the phone's side calls, with no window there |
//! | [`link`] | links that open the app |
//! | [`https`] | where a phone may send anything |
//! | `plugin`, `android` | the two ways to the phone's side: from the window, and from there |
//!
//! All but the last two is the same on a computer, where the tests run.

pub mod answers;
pub mod button;
pub mod failed;
pub mod https;
pub mod link;
pub mod receivers;
pub mod registration;
pub mod sending;
pub mod told;
pub mod words;

#[cfg(target_os = "android")]
mod android;
#[cfg(mobile)]
pub mod plugin;

#[cfg(test)]
mod tests;
