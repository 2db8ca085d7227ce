//! What a device is, told from its request: user agent, Client Hints and its own words → [`DeviceTraits`].
//!
//! Five sources, each filling what the ones before it left open: what the device declares, our own tables of devices and apps,
//! the Client Hints, the patterns of uap-core with Google's list of models, and what the declared words imply. All of it is
//! hostile input and good for drawing only: no decision rests on it.
//!
//! | File | Is about |
//! |---|---|
//! | `hardware/` | devices that say what they are: our own rows |
//! | `apps/` | apps of households, and those that name themselves |
//! | `hints.rs` | User-Agent Client Hints |
//! | `patterns.rs` | browsers and systems, by uap-core |
//! | `android.rs`, `models.rs` | the model in a user agent, and Google's list of them |
//! | `kinds.rs` | the kind where only the system tells it |
//! | `said.rs`, `names.rs` | what a device or a service declares; what can be a name |
//! | `guess.rs` | what one source tells, and how several are put together |
//! | `words.rs`, `parts.rs` | reading user agents |

mod android;
mod apps;
mod guess;
mod hardware;
mod hints;
mod kinds;
mod models;
mod names;
mod parts;
mod patterns;
mod said;
#[cfg(test)]
mod tests;
mod words;

use std::sync::OnceLock;

use guess::Guess;
pub use hints::ClientHints;
use patterns::Patterns;

use crate::error::causes;
use crate::model::{DeclaredDevice, DeviceTraits};

/// Bytes of a header that are looked at. Real user agents stay below; more would only cost time.
const MAX_HEADER_BYTES: usize = 512;
/// Characters a name may have.
const MAX_NAME_CHARS: usize = 64;
/// Characters any other text may have.
const MAX_TEXT_CHARS: usize = 48;

/// What a request tells of the device that sent it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Clues<'a> {
    /// The `User-Agent` header.
    pub user_agent: Option<&'a str>,
    /// The `Sec-CH-UA…` headers.
    pub hints: ClientHints<'a>,
    /// What the device says of itself in the request's body.
    pub declared: Option<&'a DeclaredDevice>,
}

/// Tells devices apart. Cheap to make; the patterns are compiled when the first user agent needs them.
#[derive(Default)]
pub struct Identifier {
    patterns: OnceLock<Option<Patterns>>,
}

impl std::fmt::Debug for Identifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Identifier").finish_non_exhaustive()
    }
}

impl Identifier {
    /// An identifier that has not looked at anything yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// What the device is. Never fails and never takes long: what cannot be told stays open, and the name is
    /// "A device" with what it calls itself at worst.
    pub fn identify(&self, clues: &Clues<'_>) -> DeviceTraits {
        let user_agent = clues.user_agent.map(capped);
        let lower = user_agent.map(str::to_ascii_lowercase).unwrap_or_default();
        let said = clues.declared.map(said::read).unwrap_or_default();
        let guess = said
            .clone()
            .or_else(|_| user_agent.map(|user_agent| from_tables(user_agent, &lower)).unwrap_or_default())
            .or_else(|_| hints::read(&clues.hints))
            .or_else(|known| {
                user_agent.map(|user_agent| self.read_patterns(known, user_agent, &lower)).unwrap_or_default()
            })
            .or_else(|known| if known.kind.is_none() { said::implied(&said) } else { Guess::default() });
        guess.into_traits(user_agent)
    }

    fn read_patterns(&self, known: &Guess, user_agent: &str, lower: &str) -> Guess {
        let patterns = self.patterns.get_or_init(|| {
            Patterns::compile()
                .inspect_err(|error| tracing::error!(error = %causes(&**error), "the patterns of browsers do not compile"))
                .ok()
        });
        let guess = patterns.as_ref().map(|patterns| patterns.read(user_agent)).unwrap_or_default();
        kinds::fill(guess, known, user_agent, lower)
    }
}

/// What our own tables know of a user agent.
fn from_tables(user_agent: &str, lower: &str) -> Guess {
    let mut guess = hardware::read(user_agent, lower).unwrap_or_default();
    if let Some(app) = apps::read(user_agent, lower) {
        // A television's own user agent often carries the name of its browser's shell; an app in our table or
        // one that names itself first is worth more than the engine it draws with.
        guess.kind = guess.kind.or(app.kind);
        guess.likely = app.likely;
        guess.app = Some(app.name);
        guess.app_version = app.version;
        guess.system = guess.system.or_else(|| app.system.map(str::to_owned));
    }
    guess
}

/// The first [`MAX_HEADER_BYTES`] bytes, cut between characters.
fn capped(header: &str) -> &str {
    &header[..header.floor_char_boundary(MAX_HEADER_BYTES)]
}
