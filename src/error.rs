//! What can go wrong, each with a stable code for programs and a sentence for people.

mod fault;
mod unusable;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

pub use fault::Fault;

use crate::model::{HomeNetworkFixed, KeyPin, ProfileId, Timestamp};

/// The result of every verb.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What lies behind a failure, whatever it is made of: whoever handles errors need not know the parts that they come from.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why something was refused or failed. What caused it is logged, never sent.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No token, or one that never was valid.
    #[error("Sign in to go on.")]
    NotSignedIn,
    /// The token's session was signed out.
    #[error(
        "This device was signed out. Sign in again to go on; if the password was changed, with the new one."
    )]
    SessionEnded,
    /// The session looks stolen and waits for the household's answer.
    #[error(
        "This sign-in is on hold until somebody of the household says that it is theirs. Answer the alert on another device, or sign in again."
    )]
    SessionHeld,
    /// The token is an older one: a newer one took its place when what the session may do changed.
    #[error("This sign-in has a newer key by now. Ask again with that, or sign in again.")]
    TokenReplaced,
    /// The token ran out and can be refreshed.
    #[error("This sign-in needs refreshing.")]
    TokenExpired,
    /// A kids profile asked for something of the account's management.
    #[error("This is for grown-ups. Ask whoever looks after this account to choose their profile.")]
    KidsProfile,
    /// A device that is itself unfamiliar said of an unfamiliar sign-in that it is the household's.
    #[error("This device is not familiar itself. Answer on one that is, or sign it out.")]
    NotFamiliar,
    /// Nobody else of the household is left, and whoever asked may speak for it from then on.
    #[error(
        "Nobody else of your household was active for 30 days, so this takes a day: ask again from {} on. It is shown to everybody who signs in until then.", in_utc(*.until)
    )]
    WaitStarted {
        /// When.
        until: Timestamp,
    },
    /// The same, asked again before the time, or by another device.
    #[error("A device waits to speak for your household already, until {}.", in_utc(*.until))]
    Waiting {
        /// When.
        until: Timestamp,
    },
    /// A device that signed in by code has no profile yet.
    #[error("Choose who is using this device first.")]
    ProfileRequired,
    /// An adult of the account has a PIN, and whoever asks has chosen nobody, or somebody without one.
    #[error("Choose a profile with a PIN first: since somebody here has one, only those manage the account.")]
    PinProfileRequired,
    /// What was asked for needs a PIN or the password, given in the last five minutes.
    #[error("{}", if profile.is_some() { "Enter the PIN, or the password, to go on." } else { "Enter the password to go on." })]
    ProofRequired {
        /// Whose PIN would do; `None`: only the password.
        profile: Option<ProfileId>,
    },
    /// The password given as a proof is not the account's.
    #[error("That password is not right.")]
    WrongPassword,
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
    #[error("This {0} is not here any more, or never was. Go back, and choose another one.")]
    NotFound(&'static str),
    /// Something in the request is not as it must be.
    #[error("{message}")]
    Invalid {
        /// The field concerned.
        field: &'static str,
        /// What to do about it.
        message: Cow<'static, str>,
    },
    /// There is no such call under that path.
    #[error("This address takes other methods only: see the Allow header, or /api/openapi.json.")]
    MethodNotAllowed,
    /// The request's body is longer than any needs to be.
    #[error("That is more than this home takes at once. Send less than 64 KB.")]
    TooLarge,
    /// The account exists already.
    #[error("This home is already set up. Sign in instead.")]
    AlreadySetUp,
    /// There is no account yet.
    #[error("This home has no account yet. Set it up first.")]
    SetupRequired,
    /// The set-up code is not the one printed, or ran out.
    #[error(
        "That set-up code is not right, or has run out. It is printed where Latchkey was started; `latchkey-server setup-code` there prints a new one."
    )]
    WrongSetupCode,
    /// The recovery code is not the one printed, ran out, or was used.
    #[error(
        "That code is not right, or has run out. Run `latchkey-server recover` on the home's own computer for a new one."
    )]
    WrongRecoveryCode,
    /// Deleting or changing the profile would leave nobody who can manage the account.
    #[error("Keep at least one adult profile without which nobody could manage this account.")]
    LastAdultProfile,
    /// A fire drill is under way, or is being tidied up.
    #[error("A fire drill is under way already. Wait for its end, or end it, then try again.")]
    DrillUnderWay,
    /// Where the home listens is not for a button to say.
    #[error("{}", .0.sentence())]
    HomeNetworkFixed(HomeNetworkFixed),
    /// The computer that the home runs on is on no household's network.
    #[error(
        "The computer that your home runs on is on no home network. Connect it to the one that your phone is on, then try again."
    )]
    NoHomeNetwork,
    /// The home cannot listen where it was to.
    #[error(
        "Your home cannot listen at {address}. Another program may use that port: close it, or start Latchkey with another one (--listen), then try again."
    )]
    CannotListen {
        /// Where.
        address: String,
        /// Why, in the system's words.
        #[source]
        cause: Cause,
    },
    /// Multicast DNS cannot be spoken here.
    #[error(
        "This device cannot look around on its network. Type the address that your home shows under \"Add a phone\"."
    )]
    CannotLookAround(#[source] Cause),
    /// The code was not found, or ran out, or was used.
    #[error("That code is not valid any more. Check it on the device, or ask the device for a new one.")]
    CodeNotValid,
    /// The code that a phone brought, or what it waits with, was not found, ran out, was used or was replaced.
    #[error(
        "That code is not good any more: it ran out, was used, or a newer one took its place. Have your home show another."
    )]
    PairingNotValid,
    /// Nobody has said yet whether the phone may sign in.
    #[error("Nobody has answered on the other screen yet. Look there: both must show the same two digits.")]
    PairingWaits,
    /// Somebody said that the phone may not, or whoever showed the code was signed out.
    #[error("This device was not let in. If that was a mistake, have your home show another code.")]
    PairingDenied,
    /// Two devices used one code, or the digits were not the same: somebody may stand in between.
    #[error(
        "Another device used this code too, or the digits were not the same, so nobody was let in. Have your home show another code."
    )]
    PairingSpoiled,
    /// A service did not prove to be what it was said to be, or its key cannot do what is needed.
    #[error("{0}")]
    ServiceNotProven(String),
    /// A service that was asked for something did not do it.
    #[error("{message}")]
    ServiceFailed {
        /// What to do about it.
        message: String,
    },
    /// A browser sent this from another site's page.
    #[error(
        "This request came from another site and was not carried out. Open this home by its own address; if this is it, name it with --public-url."
    )]
    ForeignOrigin,
    /// A request to a guarded site says itself who it is, in a header that only the guard may write.
    #[error(
        "This request says itself who it is, in a header that begins with \"Remote-\". Only this home may."
    )]
    ForgedIdentity,
    /// The browser sends back none of the cookies it is given.
    #[error(
        "This browser does not keep cookies for this site, so that it cannot stay signed in. Allow them, and open the home \
         by its own address (https, if it has one), then try again."
    )]
    CookiesBlocked,
    /// The request was made to a name this home does not answer to.
    #[error("This home does not answer to that name. Open it by its own address.")]
    UnknownHost,
    /// An update of the place database failed; the old one stays.
    #[error("{message}")]
    GeoUpdate {
        /// What went wrong, and what to do.
        message: Cow<'static, str>,
        /// What the system or the network says, without the address: it may hold a licence key.
        #[source]
        cause: Option<Cause>,
    },
    /// Another Latchkey holds the data folder.
    #[error("Another Latchkey is using {0}. Close it first, or choose another data folder.")]
    DataInUse(String),
    /// A setting cannot be used.
    #[error("{0}")]
    Config(String),
    /// The home on the other machine cannot be reached.
    #[error("Your home cannot be reached. Check that it is running and that you are on its network.")]
    HomeUnreachable(#[source] Cause),
    /// A home elsewhere would be asked without TLS, and not within the household's own network.
    #[error(
        "{0} has no https: anybody on the way there can read your password. Use its https address, or go on all the same."
    )]
    InTheClear(String),
    /// A home elsewhere shows a certificate that nobody vouches for, as one of a home's own is, and its key was not told before.
    #[error(
        "Nobody vouches for the certificate that {host} shows. If it is your home's own, your home shows these letters, too, under \"Add a phone\" and in its settings under \"The home's own key\": {}. Go on only if they are the same.", pin.letters()
    )]
    UnknownCertificate {
        /// Who showed it.
        host: String,
        /// Its key.
        pin: KeyPin,
    },
    /// A home elsewhere shows another key than the one it is known by.
    #[error(
        "{host} does not show the key that your home had before, so nothing was sent there. Somebody may stand in between. If the home was set up anew, connect to it anew, and compare its letters."
    )]
    KeyChanged {
        /// Who showed it.
        host: String,
    },
    /// The home on the other machine answered with an error of its own.
    #[error("{}", body.message)]
    Remote {
        /// HTTP status.
        status: u16,
        /// The whole of it.
        body: Box<ErrorBody>,
    },
    /// Nothing can be kept now, or nothing that was is there any more.
    #[error("Nothing was changed: {}. {}", .fault.reason(), .fault.remedy())]
    Storage {
        /// What is wrong with the place where everything is kept.
        fault: Fault,
        /// What the database says of it.
        #[source]
        cause: Cause,
    },
    /// The same, of the home as a whole.
    #[error("Nothing is kept now: {}. {}", .0.reason(), .0.remedy())]
    Failing(Fault),
    /// The same, of somebody who asked for a sign-out.
    #[error("Not signed out: {}. {}", .fault.reason(), .fault.remedy())]
    NotSignedOut {
        /// What is wrong with the place where everything is kept.
        fault: Fault,
        /// What the database says of it.
        #[source]
        cause: Cause,
    },
    /// The database failed.
    #[error("Something went wrong while saving. Nothing was changed; try again.")]
    Store(#[source] Cause),
    /// The database could not be brought up to date.
    #[error("{file} could not be brought up to date; the log says why.{}", unusable::copy_in_words(.copy.as_deref()))]
    Migrate {
        /// The database.
        file: String,
        /// The copy of it from before, when one was made.
        copy: Option<String>,
        /// Why.
        #[source]
        cause: Cause,
    },
    /// A file or folder that the home cannot be opened with.
    #[error("{file} cannot be used: {reason}. {remedy}")]
    Unusable {
        /// Which.
        file: String,
        /// Why.
        reason: String,
        /// What to do about it.
        remedy: &'static str,
        /// What the system or the database says.
        #[source]
        cause: Option<Cause>,
    },
    /// A row in the database is not what this version writes.
    #[error("A record in the database cannot be read.")]
    CorruptRecord {
        /// The column, or what the record is of.
        column: &'static str,
        /// Which column, and why it cannot be read.
        #[source]
        source: Cause,
    },
    /// What was asked for is done, but the newer key that came with it could not be kept here.
    #[error(
        "That is done, but this device could not keep its newer sign-in: it has to sign in again after a restart."
    )]
    NotKept(#[source] Box<Self>),
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
    Internal(#[source] Cause),
}

impl Error {
    /// Bad input in `field`, with a sentence that says what to do.
    pub fn invalid(field: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::Invalid { field, message: message.into() }
    }

    /// A service, by its name for people, that was asked for something and did not do it.
    pub fn service(name: &str, why: impl std::fmt::Display) -> Self {
        Self::ServiceFailed { message: format!("{name} cannot be asked now: {why}. Try again in a moment.") }
    }

    /// A failed file operation: `what` reads like "cannot read /path".
    pub fn file(what: impl Into<String>, source: std::io::Error) -> Self {
        Self::File { what: what.into(), source }
    }

    /// An update of the databases that failed for a reason that the sentence says whole.
    pub fn geo_update(message: impl Into<Cow<'static, str>>) -> Self {
        Self::GeoUpdate { message: message.into(), cause: None }
    }

    /// Something that should not happen.
    pub fn internal(cause: impl Into<Cause>) -> Self {
        Self::Internal(cause.into())
    }

    /// A record that cannot be read: the column, or what the record is of, and why. It is written to the log: of what a secret
    /// stands in, `why` must quote nothing.
    pub fn corrupt(column: &'static str, why: impl std::fmt::Display) -> Self {
        Self::CorruptRecord { column, source: format!("{column}: {why}").into() }
    }

    /// The same error, as it is told to somebody who asked for a sign-out: whoever reads only the beginning must not
    /// think that it was done.
    #[must_use]
    pub fn of_sign_out(self) -> Self {
        match self {
            Self::Storage { fault, cause } => Self::NotSignedOut { fault, cause },
            Self::Failing(fault) => Self::NotSignedOut { fault, cause: "noticed before".into() },
            other => other,
        }
    }

    /// The stable code that programs match on.
    pub fn code(&self) -> &str {
        match self {
            Self::NotSignedIn => "not_signed_in",
            Self::SessionEnded => "session_ended",
            Self::SessionHeld => "session_held",
            Self::TokenReplaced => "token_replaced",
            Self::TokenExpired => "token_expired",
            Self::KidsProfile => "kids_profile",
            Self::NotFamiliar => "not_familiar",
            Self::WaitStarted { .. } => "wait_started",
            Self::Waiting { .. } => "waiting",
            Self::ProfileRequired => "profile_required",
            Self::PinProfileRequired => "pin_profile_required",
            Self::ProofRequired { .. } => "proof_required",
            Self::WrongPassword => "wrong_password",
            Self::PinRequired => "pin_required",
            Self::WrongPin => "wrong_pin",
            Self::WrongCredentials => "wrong_credentials",
            Self::TooManyAttempts { .. } => "too_many_attempts",
            Self::Busy => "busy",
            Self::NotFound(_) => "not_found",
            Self::Invalid { .. } => "invalid_input",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::TooLarge => "too_large",
            Self::AlreadySetUp => "already_set_up",
            Self::SetupRequired => "setup_required",
            Self::WrongSetupCode => "wrong_setup_code",
            Self::WrongRecoveryCode => "wrong_recovery_code",
            Self::LastAdultProfile => "last_adult_profile",
            Self::DrillUnderWay => "drill_under_way",
            Self::HomeNetworkFixed(_) => "home_network_fixed",
            Self::NoHomeNetwork => "no_home_network",
            Self::CannotListen { .. } => "cannot_listen",
            Self::CannotLookAround(_) => "cannot_look_around",
            Self::CodeNotValid => "code_not_valid",
            Self::PairingNotValid => "pairing_not_valid",
            Self::PairingWaits => "pairing_waits",
            Self::PairingDenied => "pairing_denied",
            Self::PairingSpoiled => "pairing_spoiled",
            Self::ServiceNotProven(_) => "service_not_proven",
            Self::ServiceFailed { .. } => "service_failed",
            Self::ForeignOrigin => "foreign_origin",
            Self::ForgedIdentity => "forged_identity",
            Self::CookiesBlocked => "cookies_blocked",
            Self::UnknownHost => "unknown_host",
            Self::GeoUpdate { .. } => "geo_update_failed",
            Self::DataInUse(_) => "data_in_use",
            Self::Config(_) => "bad_setting",
            Self::HomeUnreachable(_) => "home_unreachable",
            Self::InTheClear(_) => "in_the_clear",
            Self::UnknownCertificate { .. } => "unknown_certificate",
            Self::KeyChanged { .. } => "key_changed",
            Self::Remote { body, .. } => &body.error,
            Self::Storage { fault, .. } | Self::NotSignedOut { fault, .. } | Self::Failing(fault) => {
                fault.code()
            }
            Self::Store(_) | Self::Migrate { .. } | Self::CorruptRecord { .. } => "storage_failed",
            Self::Unusable { .. } => "storage_unusable",
            Self::NotKept(_) => "sign_in_not_kept",
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
            | Self::TokenReplaced
            | Self::TokenExpired
            | Self::WrongCredentials => 401,
            Self::KidsProfile
            | Self::NotFamiliar
            | Self::ProfileRequired
            | Self::PinProfileRequired
            | Self::ProofRequired { .. }
            | Self::WrongPassword
            | Self::PinRequired
            | Self::WrongPin
            | Self::WrongSetupCode
            | Self::WrongRecoveryCode
            | Self::ForeignOrigin
            | Self::ForgedIdentity
            | Self::CookiesBlocked => 403,
            Self::NotFound(_) | Self::CodeNotValid | Self::PairingNotValid => 404,
            Self::AlreadySetUp
            | Self::SetupRequired
            | Self::LastAdultProfile
            | Self::InTheClear(_)
            | Self::PairingWaits
            | Self::PairingDenied
            | Self::PairingSpoiled
            | Self::ServiceNotProven(_)
            | Self::DrillUnderWay
            | Self::HomeNetworkFixed(_)
            | Self::NoHomeNetwork
            | Self::CannotListen { .. }
            | Self::WaitStarted { .. }
            | Self::Waiting { .. } => 409,
            Self::MethodNotAllowed => 405,
            Self::TooLarge => 413,
            Self::UnknownHost => 421,
            Self::Invalid { .. } => 422,
            Self::TooManyAttempts { .. } => 429,
            // Whoever answers in the home's place has not refused in its name: the home is not reached.
            Self::GeoUpdate { .. }
            | Self::HomeUnreachable(_)
            | Self::UnknownCertificate { .. }
            | Self::KeyChanged { .. }
            | Self::ServiceFailed { .. }
            | Self::CannotLookAround(_) => 502,
            Self::Busy | Self::Failing(_) => 503,
            Self::Storage { fault, .. } | Self::NotSignedOut { fault, .. } => fault.status(),
            Self::Remote { status, .. } => *status,
            Self::DataInUse(_)
            | Self::Config(_)
            | Self::Store(_)
            | Self::Migrate { .. }
            | Self::Unusable { .. }
            | Self::CorruptRecord { .. }
            | Self::NotKept(_)
            | Self::File { .. }
            | Self::Internal(_) => 500,
        }
    }

    /// How it is told to a caller.
    pub fn to_wire(&self) -> ErrorBody {
        if let Self::Remote { body, .. } = self {
            return (**body).clone();
        }
        ErrorBody {
            error: self.code().to_owned(),
            message: match self {
                // A path or a database's words are for the log, not for whoever asks.
                Self::File { .. } | Self::Unusable { .. } | Self::Migrate { .. } => {
                    "A file could not be read or written. The log says which.".into()
                }
                other => other.to_string(),
            },
            field: match self {
                Self::Invalid { field, .. } => Some((*field).to_owned()),
                _ => None,
            },
            retry_after_s: match self {
                Self::TooManyAttempts { retry_after_s } => Some(*retry_after_s),
                Self::Busy => Some(2),
                Self::Storage { fault, .. } | Self::NotSignedOut { fault, .. } => fault.retry_after_s(),
                _ => None,
            },
            proof: match self {
                Self::ProofRequired { profile: Some(_) } => Some(vec!["pin".into(), "password".into()]),
                Self::ProofRequired { profile: None } => Some(vec!["password".into()]),
                _ => None,
            },
            profile_id: match self {
                Self::ProofRequired { profile } => *profile,
                _ => None,
            },
            until: match self {
                Self::WaitStarted { until } | Self::Waiting { until } => Some(*until),
                _ => None,
            },
            pin: match self {
                Self::UnknownCertificate { pin, .. } => Some(pin.to_string()),
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
    /// What would do, for `proof_required`: `pin`, `password`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub proof: Option<Vec<String>>,
    /// Whose PIN that is.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub profile_id: Option<ProfileId>,
    /// From when on the same call is good, for `wait_started` and `waiting`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub until: Option<Timestamp>,
    /// The key that somebody has to compare, for `unknown_certificate`: SHA-256 of it, in base64url.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub pin: Option<String>,
}

impl ErrorBody {
    /// One that says no more than its code and its sentence.
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self {
            error: code.to_owned(),
            message: message.into(),
            field: None,
            retry_after_s: None,
            proof: None,
            profile_id: None,
            until: None,
            pin: None,
        }
    }
}

/// An error with everything that caused it, for the log: "the sentence: its cause: the cause of that".
pub fn causes(error: &dyn std::error::Error) -> impl std::fmt::Display {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let said = error.to_string();
        // Some errors say their cause themselves.
        if !text.ends_with(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
        cause = error.source();
    }
    text
}

/// "40 seconds", "3 minutes": a wait, rounded up.
fn in_words(seconds: u64) -> String {
    match seconds {
        0 | 1 => "a second".into(),
        2..=90 => format!("{seconds} seconds"),
        _ => format!("{} minutes", seconds.div_ceil(60)),
    }
}

/// "27 November, 14:13 UTC".
fn in_utc(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.as_millis())
        .map(|at| at.strftime("%-d %B, %H:%M UTC").to_string())
        .unwrap_or_default()
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
    fn a_record_that_cannot_be_read_names_its_column_and_its_cause_to_the_log_only() {
        let error = Error::corrupt("known", "expected value at line 1 column 1");
        let cause = std::error::Error::source(&error).expect("a cause");
        assert_eq!(cause.to_string(), "known: expected value at line 1 column 1");
        assert_eq!(error.to_wire().message, "A record in the database cannot be read.");
        assert_eq!((error.code(), error.status()), ("storage_failed", 500));
    }

    #[test]
    fn the_name_of_a_file_is_not_told_to_a_caller() {
        let error = Error::file("cannot read /home/ana/secret", std::io::Error::other("no"));
        assert!(!error.to_wire().message.contains("ana"));
    }
}
