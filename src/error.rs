//! What can go wrong, each with a stable code for programs and a sentence for people.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// The result of every verb.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why something was refused or failed. What caused it is logged, never sent.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No token, or one that never was valid.
    #[error("Sign in to go on.")]
    NotSignedIn,
    /// The token's session was signed out.
    #[error("This device was signed out. Sign in again to go on.")]
    SessionEnded,
    /// The session looks stolen and waits for the household's answer.
    #[error(
        "This sign-in is on hold until somebody of the household says that it is theirs. Answer the alert on another device, or sign in again."
    )]
    SessionHeld,
    /// The token ran out and can be refreshed.
    #[error("This sign-in needs refreshing.")]
    TokenExpired,
    /// A kids profile asked for something of the account's management.
    #[error("This is for grown-ups. Ask whoever looks after this account to choose their profile.")]
    KidsProfile,
    /// A device that is itself unfamiliar said of an unfamiliar sign-in that it is the household's.
    #[error("This device is not familiar itself. Answer on one that is, or sign it out.")]
    NotFamiliar,
    /// A device that signed in by code has no profile yet.
    #[error("Choose who is using this device first.")]
    ProfileRequired,
    /// The profile has a PIN and none was given.
    #[error("This profile has a PIN. Enter it to go on.")]
    PinRequired,
    /// The PIN given is not the profile's.
    #[error("That PIN is not right.")]
    WrongPin,
    /// Login name or password is wrong; which of them is not said.
    #[error("The login name or the password is not right.")]
    WrongCredentials,
    /// Too many attempts.
    #[error("Too many attempts. Try again in {}.", in_words(*.retry_after_s))]
    TooManyAttempts {
        /// Seconds until the next attempt is allowed.
        retry_after_s: u64,
    },
    /// Password checks are queued as deep as they may be.
    #[error("The home is busy. Try again in a few seconds.")]
    Busy,
    /// There is no such thing, or it is somebody else's.
    #[error("There is no such {0}.")]
    NotFound(&'static str),
    /// Something in the request is not as it must be.
    #[error("{message}")]
    Invalid {
        /// The field concerned.
        field: &'static str,
        /// What to do about it.
        message: Cow<'static, str>,
    },
    /// The request's body is longer than any needs to be.
    #[error("That is more than this home takes at once. Send less than 64 KB.")]
    TooLarge,
    /// The account exists already.
    #[error("This home is already set up. Sign in instead.")]
    AlreadySetUp,
    /// There is no account yet.
    #[error("This home has no account yet. Set it up first.")]
    SetupRequired,
    /// The set-up code is not the one printed.
    #[error("That set-up code is not right. It is printed where Latchkey was started.")]
    WrongSetupCode,
    /// Deleting or changing the profile would leave nobody who can manage the account.
    #[error("Keep at least one adult profile without which nobody could manage this account.")]
    LastAdultProfile,
    /// The code was not found, or ran out, or was used.
    #[error("That code is not valid any more. Check it on the device, or ask the device for a new one.")]
    CodeNotValid,
    /// A browser sent this from another site's page.
    #[error("This request came from another site and was not carried out.")]
    ForeignOrigin,
    /// The request was made to a name this home does not answer to.
    #[error("This home does not answer to that name. Open it by its own address.")]
    UnknownHost,
    /// An update of the place database failed; the old one stays.
    #[error("{0}")]
    GeoUpdate(Cow<'static, str>),
    /// Another Latchkey holds the data folder.
    #[error("Another Latchkey is using {0}. Close it first, or choose another data folder.")]
    DataInUse(String),
    /// A setting cannot be used.
    #[error("{0}")]
    Config(String),
    /// The home on the other machine cannot be reached.
    #[error("Your home cannot be reached. Check that it is running and that you are on its network.")]
    HomeUnreachable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The home on the other machine answered with an error of its own.
    #[error("{message}")]
    Remote {
        /// HTTP status.
        status: u16,
        /// Its code.
        code: String,
        /// Its sentence.
        message: String,
    },
    /// The database failed.
    #[error("Something went wrong while saving. Nothing was changed; try again.")]
    Store(#[from] sqlx::Error),
    /// The database could not be brought up to date.
    #[error("The database could not be brought up to date. A copy from before is beside it.")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// A row in the database is not what this version writes.
    #[error("A record in the database cannot be read.")]
    CorruptRecord(&'static str),
    /// A file could not be read or written.
    #[error("{what}: {source}")]
    File {
        /// What was being done, with the file's name.
        what: String,
        /// Why it failed.
        source: std::io::Error,
    },
    /// Something that should not happen.
    #[error("Something went wrong. Try again; if it stays, the log says more.")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// Bad input in `field`, with a sentence that says what to do.
    pub fn invalid(field: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::Invalid { field, message: message.into() }
    }

    /// A failed file operation: `what` reads like "cannot read /path".
    pub fn file(what: impl Into<String>, source: std::io::Error) -> Self {
        Self::File { what: what.into(), source }
    }

    /// Something that should not happen.
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(cause.into())
    }

    /// The stable code that programs match on.
    pub fn code(&self) -> &str {
        match self {
            Self::NotSignedIn => "not_signed_in",
            Self::SessionEnded => "session_ended",
            Self::SessionHeld => "session_held",
            Self::TokenExpired => "token_expired",
            Self::KidsProfile => "kids_profile",
            Self::NotFamiliar => "not_familiar",
            Self::ProfileRequired => "profile_required",
            Self::PinRequired => "pin_required",
            Self::WrongPin => "wrong_pin",
            Self::WrongCredentials => "wrong_credentials",
            Self::TooManyAttempts { .. } => "too_many_attempts",
            Self::Busy => "busy",
            Self::NotFound(_) => "not_found",
            Self::Invalid { .. } => "invalid_input",
            Self::TooLarge => "too_large",
            Self::AlreadySetUp => "already_set_up",
            Self::SetupRequired => "setup_required",
            Self::WrongSetupCode => "wrong_setup_code",
            Self::LastAdultProfile => "last_adult_profile",
            Self::CodeNotValid => "code_not_valid",
            Self::ForeignOrigin => "foreign_origin",
            Self::UnknownHost => "unknown_host",
            Self::GeoUpdate(_) => "geo_update_failed",
            Self::DataInUse(_) => "data_in_use",
            Self::Config(_) => "bad_setting",
            Self::HomeUnreachable(_) => "home_unreachable",
            Self::Remote { code, .. } => code,
            Self::Store(_) | Self::Migrate(_) | Self::CorruptRecord(_) => "storage_failed",
            Self::File { .. } => "file_failed",
            Self::Internal(_) => "internal",
        }
    }

    /// The HTTP status that goes with it.
    pub const fn status(&self) -> u16 {
        match self {
            Self::NotSignedIn
            | Self::SessionEnded
            | Self::SessionHeld
            | Self::TokenExpired
            | Self::WrongCredentials => 401,
            Self::KidsProfile
            | Self::NotFamiliar
            | Self::ProfileRequired
            | Self::PinRequired
            | Self::WrongPin
            | Self::WrongSetupCode
            | Self::ForeignOrigin => 403,
            Self::NotFound(_) | Self::CodeNotValid => 404,
            Self::AlreadySetUp | Self::SetupRequired | Self::LastAdultProfile => 409,
            Self::TooLarge => 413,
            Self::UnknownHost => 421,
            Self::Invalid { .. } => 422,
            Self::TooManyAttempts { .. } => 429,
            Self::GeoUpdate(_) | Self::HomeUnreachable(_) => 502,
            Self::Busy => 503,
            Self::Remote { status, .. } => *status,
            Self::DataInUse(_)
            | Self::Config(_)
            | Self::Store(_)
            | Self::Migrate(_)
            | Self::CorruptRecord(_)
            | Self::File { .. }
            | Self::Internal(_) => 500,
        }
    }

    /// How it is told to a caller.
    pub fn to_wire(&self) -> ErrorBody {
        ErrorBody {
            error: self.code().to_owned(),
            message: match self {
                // A path or a database's words are for the log, not for whoever asks.
                Self::File { .. } => "A file could not be read or written. The log says which.".into(),
                other => other.to_string(),
            },
            field: match self {
                Self::Invalid { field, .. } => Some((*field).to_owned()),
                _ => None,
            },
            retry_after_s: match self {
                Self::TooManyAttempts { retry_after_s } => Some(*retry_after_s),
                Self::Busy => Some(2),
                _ => None,
            },
        }
    }
}

/// An error as it is sent: a code to match on, and a sentence a person can act on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export, optional_fields)]
pub struct ErrorBody {
    /// Stable code, such as `kids_profile`.
    pub error: String,
    /// A sentence a person can act on.
    pub message: String,
    /// The field of the request that is wrong, for `invalid_input`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub field: Option<String>,
    /// Seconds until another attempt makes sense.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[ts(type = "number")]
    pub retry_after_s: Option<u64>,
}

/// "40 seconds", "3 minutes": a wait, rounded up.
fn in_words(seconds: u64) -> String {
    match seconds {
        0 | 1 => "a second".into(),
        2..=90 => format!("{seconds} seconds"),
        _ => format!("{} minutes", seconds.div_ceil(60)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_told_in_words() {
        let error = Error::TooManyAttempts { retry_after_s: 150 };
        assert_eq!(error.to_string(), "Too many attempts. Try again in 3 minutes.");
        assert_eq!(error.to_wire().retry_after_s, Some(150));
    }

    #[test]
    fn the_name_of_a_file_is_not_told_to_a_caller() {
        let error = Error::file("cannot read /home/ana/secret", std::io::Error::other("no"));
        assert!(!error.to_wire().message.contains("ana"));
    }
}
