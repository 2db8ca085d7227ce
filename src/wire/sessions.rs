//! Signing in, the session that asks, and the account's profiles.

use serde::{Deserialize, Serialize};

use super::Place;
use crate::model::{
    DeclaredDevice, DeviceId, DeviceKind, ProfileId, ProfileKind, SessionId, SignInMethod, Timestamp,
};

/// Makes the first account.
#[derive(Clone, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export, optional_fields)]
pub struct SetupRequest {
    /// The set-up code the server printed. The window of the computer the home runs on needs none.
    #[serde(default)]
    pub code: String,
    /// The name to sign in with.
    #[schema(min_length = 1, max_length = 64)]
    pub login: String,
    /// The password, at least eight characters.
    #[schema(min_length = 8, max_length = 1024)]
    pub password: String,
    /// Who uses the account; at least one adult.
    pub profiles: Vec<NewProfile>,
    /// What the device says of itself.
    #[serde(default)]
    pub device: Option<DeclaredDevice>,
}

/// Signs a device in with login name and password.
#[derive(Clone, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export, optional_fields)]
pub struct SignInRequest {
    /// The account's login name.
    #[schema(min_length = 1, max_length = 64)]
    pub login: String,
    /// Its password.
    #[schema(max_length = 1024)]
    pub password: String,
    /// The secret this device was given at an earlier sign-in; makes it the same device again.
    #[serde(default)]
    pub device_secret: Option<String>,
    /// What the device says of itself.
    #[serde(default)]
    pub device: Option<DeclaredDevice>,
}

/// A successful sign-in. A program is shown the token and the device secret this once; a browser's page has them in cookies
/// that no script can read, and is not shown them.
#[derive(Clone, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct SignedIn {
    /// Send it as `Authorization: Bearer TOKEN`.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    #[ts(optional, as = "Option<String>")]
    pub token: String,
    /// Keep it for ever, and send it with the next sign-in.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    #[ts(optional, as = "Option<String>")]
    pub device_secret: String,
    /// The session made.
    pub session_id: SessionId,
    /// The device it belongs to.
    pub device_id: DeviceId,
    /// Who may be chosen.
    pub profiles: Vec<Profile>,
}

impl SignedIn {
    /// The same for whoever must not be shown the secrets.
    #[must_use]
    pub fn without_secrets(self) -> Self {
        Self { token: String::new(), device_secret: String::new(), ..self }
    }
}

/// A profile as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct Profile {
    /// Its id.
    pub id: ProfileId,
    /// What the person is called.
    pub name: String,
    /// Adult or child.
    pub kind: ProfileKind,
    /// Which of the interface's colours its picture has, from 0.
    pub color: u8,
    /// Whether a PIN must be given to choose it.
    pub has_pin: bool,
}

/// The profiles of the account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct ProfileList {
    /// The profiles, in the order they were made.
    pub profiles: Vec<Profile>,
}

/// A profile to make.
#[derive(Clone, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export, optional_fields)]
pub struct NewProfile {
    /// What the person is called.
    #[schema(min_length = 1, max_length = 32)]
    pub name: String,
    /// Adult or child.
    pub kind: ProfileKind,
    /// Which colour; the next free one unless told.
    #[serde(default)]
    #[schema(maximum = 255)]
    pub color: Option<u8>,
    /// A PIN of four to eight digits.
    #[serde(default)]
    #[schema(pattern = "^([0-9]{4,8})?$")]
    pub pin: Option<String>,
    /// For a PIN: the account's password, unless it was proven in the last five minutes.
    #[serde(default)]
    pub password: Option<String>,
    /// Or the PIN of the profile that asks.
    #[serde(default)]
    pub current_pin: Option<String>,
}

/// What to change of a profile; what is absent stays.
#[derive(Clone, Default, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(default)]
#[ts(export, optional_fields)]
pub struct ProfileChange {
    /// Another name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 32)]
    pub name: Option<String>,
    /// Adult or child.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<ProfileKind>,
    /// Another colour.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 255)]
    pub color: Option<u8>,
    /// Another PIN; an empty one takes the PIN away.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^([0-9]{4,8})?$")]
    pub pin: Option<String>,
    /// For another PIN or kind: the account's password, unless it was proven in the last five minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// Or the PIN the profile has; where it is a child's or has none, that of the profile that asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current_pin: Option<String>,
}

/// Who is using the device from now on.
#[derive(Clone, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export, optional_fields)]
pub struct ProfileChoice {
    /// The profile.
    pub profile_id: ProfileId,
    /// Its PIN, when it has one.
    #[serde(default)]
    pub pin: Option<String>,
    /// The account's password does as well.
    #[serde(default)]
    pub password: Option<String>,
}

/// What proves that whoever asks may: the PIN of the adult that is chosen, or the account's password. It is good for this call.
/// Not needed when either was given in the last five minutes ahead of it. It prints as dots.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(default)]
#[ts(export, optional_fields)]
pub struct Proof {
    /// The PIN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pin: Option<String>,
    /// The password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
}

impl std::fmt::Debug for Proof {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Proof(…)")
    }
}

/// Proves it ahead of what needs it; good for five minutes, with the newer token that the answer brings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export, optional_fields)]
pub struct SessionProof {
    /// The PIN or the password.
    #[serde(flatten)]
    pub proof: Proof,
    /// Whose PIN; that of the profile that is chosen unless told. An adult's.
    #[serde(default)]
    pub profile_id: Option<ProfileId>,
}

/// What was proven ahead of what needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct Proven {
    /// How many seconds it is good for.
    pub good_for_s: u32,
}

/// The session that asks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct CurrentSession {
    /// The session.
    pub session_id: SessionId,
    /// Its device.
    pub device_id: DeviceId,
    /// What the device is called.
    pub device_name: String,
    /// The account's login name.
    pub login: String,
    /// How the device signed in.
    pub method: SignInMethod,
    /// Who is using it, once chosen.
    pub profile: Option<Profile>,
    /// Who may be chosen.
    pub profiles: Vec<Profile>,
    /// Whether it may reach "Manage access and devices". When it may not, the entry is absent.
    pub may_manage: bool,
    /// Whether the entry carries the New badge: nobody has opened it yet.
    pub new_badge: bool,
    /// Alerts waiting for an answer, but for those whose device the household has signed out; 0 for who may not manage.
    pub open_alerts: u32,
}

/// What an app is doing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export, optional_fields)]
pub struct ActivityReport {
    /// What is playing, for people.
    #[serde(default)]
    pub title: Option<String>,
    /// `playing`, `paused`, `stopped` or `browsing`; without it nothing changes.
    #[serde(default)]
    pub state: Option<String>,
}

/// Changes the password.
#[derive(Clone, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct PasswordChange {
    /// The one in use.
    #[schema(max_length = 1024)]
    pub current_password: String,
    /// The new one, at least eight characters.
    #[schema(min_length = 8, max_length = 1024)]
    pub new_password: String,
    /// Sign out every device but the one that asks.
    pub sign_out_everything_else: bool,
}

/// The password was changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct PasswordChanged {
    /// How many devices were signed out with it.
    pub signed_out: u32,
}

/// Chooses a new password without the old one.
#[derive(Clone, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct Recovery {
    /// The code that `latchkey-server recover` printed on the home's own computer.
    pub code: String,
    /// The new password, at least eight characters.
    #[schema(min_length = 8, max_length = 1024)]
    pub new_password: String,
    /// Sign out every device.
    pub sign_out_everything: bool,
}

/// The password was chosen anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct Recovered {
    /// The login name it goes with.
    pub login: String,
    /// How many devices were signed out with it.
    pub signed_out: u32,
}

/// A device that waits for its code to be allowed (RFC 8628).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export)]
pub struct PendingCode {
    /// The code it shows, as `XXXX-XXXX`.
    pub user_code: String,
    /// What it calls itself, cut, and fit to stand between quotation marks. It may say anything.
    pub device_name: String,
    /// What sort of device it seems to be.
    pub device_kind: DeviceKind,
    /// Where it is, approximately.
    pub place: Place,
    /// Whether it is where the device is that asks about it. Where it is not, its code is typed, never read out of a link
    /// (RFC 8628 section 5.4).
    pub nearness: CodeNearness,
    /// When the code stops being valid.
    pub expires_at: Timestamp,
}

/// Whether a device that waits is where the device is that decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum CodeNearness {
    /// Both are on the household's network, or on one line.
    SameLine,
    /// They are on different ones.
    Elsewhere,
    /// Nobody vouches for where one of them is.
    Unknown,
}

/// Whether a device that waits may sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum CodeDecision {
    /// It may.
    Allow,
    /// It may not.
    Deny,
}

/// The answer to a waiting device.
#[derive(Clone, Debug, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[ts(export, optional_fields)]
pub struct CodeAnswer {
    /// The code it shows; case, spaces and dashes do not matter.
    pub user_code: String,
    /// Whether it may sign in.
    pub decision: CodeDecision,
    /// Who uses it; it may also be chosen on the device.
    #[serde(default)]
    pub profile_id: Option<ProfileId>,
    /// To let it in: the PIN of the profile that asks, or the password.
    #[serde(flatten)]
    pub proof: Proof,
}

impl NewProfile {
    /// One without a PIN.
    pub fn of(name: impl Into<String>, kind: ProfileKind) -> Self {
        Self { name: name.into(), kind, color: None, pin: None, password: None, current_pin: None }
    }
}

impl ProfileChoice {
    /// One that asks for nothing.
    pub const fn of(profile_id: ProfileId) -> Self {
        Self { profile_id, pin: None, password: None }
    }
}

impl From<&crate::model::Profile> for Profile {
    fn from(profile: &crate::model::Profile) -> Self {
        Self {
            id: profile.id,
            name: profile.name.as_str().to_owned(),
            kind: profile.kind,
            color: profile.color,
            has_pin: profile.has_pin,
        }
    }
}
