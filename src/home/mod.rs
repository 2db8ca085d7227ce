//! The list of operations a home offers, written once.
//!
//! [`here::Here`] is the core itself; [`there::There`] asks a home on another machine over HTTP. The
//! window's commands, the HTTP handlers and a notification's buttons call these and hold no rule of their own.

mod export;
pub mod here;
pub mod there;

pub use export::history_csv;

use async_trait::async_trait;
use futures_util::stream::BoxStream;

use crate::error::Result;
use crate::model::{AlertId, DeviceId, ProfileId};
use crate::wire::{
    ActivityReport, AlertAnswer, AlertDetail, AlertPage, AlertQuery, AlertSettings, AlertSettingsChange,
    AnswerOutcome, CodeAnswer, CurrentSession, Device, DeviceChange, DeviceDetail, DeviceMerge, DevicePage,
    DeviceQuery, Event, GeoStatus, HistoryPage, HistoryQuery, HomeStatus, NewProfile, PasswordChange,
    PasswordChanged, PendingCode, Profile, ProfileChange, ProfileChoice, ProfileList, SetupRequest,
    SignInRequest, SignOutMany, SignOutReport, SignOutResult, SignedIn,
};

/// A home, as one device sees it. Every operation but the first three needs a session; those of the account's
/// management refuse a kids profile with `kids_profile`.
#[async_trait]
pub trait Home: Send + Sync {
    /// What anybody may know of the home.
    async fn status(&self) -> Result<HomeStatus>;
    /// Makes the first account and signs this device in.
    async fn set_up(&self, request: SetupRequest) -> Result<SignedIn>;
    /// Signs this device in.
    async fn sign_in(&self, request: SignInRequest) -> Result<SignedIn>;

    /// The session that asks.
    async fn session(&self) -> Result<CurrentSession>;
    /// Signs this device out.
    async fn sign_out_here(&self) -> Result<()>;
    /// Says who is using this device from now on.
    async fn choose_profile(&self, choice: ProfileChoice) -> Result<CurrentSession>;
    /// Says what this device is doing.
    async fn report_activity(&self, report: ActivityReport) -> Result<()>;
    /// The account's profiles.
    async fn profiles(&self) -> Result<ProfileList>;

    /// The devices of the account.
    async fn devices(&self, query: DeviceQuery) -> Result<DevicePage>;
    /// Everything known of one device.
    async fn device(&self, id: DeviceId) -> Result<DeviceDetail>;
    /// Renames a device.
    async fn change_device(&self, id: DeviceId, change: DeviceChange) -> Result<Device>;
    /// Says that a device is one the account knew before.
    async fn merge_device(&self, id: DeviceId, merge: DeviceMerge) -> Result<Device>;
    /// Takes that back.
    async fn separate_device(&self, id: DeviceId) -> Result<Device>;
    /// Signs one device out.
    async fn sign_out_device(&self, id: DeviceId) -> Result<SignOutResult>;
    /// Signs several devices out, or all.
    async fn sign_out_devices(&self, request: SignOutMany) -> Result<SignOutReport>;

    /// The alerts of the account.
    async fn alerts(&self, query: AlertQuery) -> Result<AlertPage>;
    /// One alert with its device.
    async fn alert(&self, id: AlertId) -> Result<AlertDetail>;
    /// Answers an alert.
    async fn answer_alert(&self, id: AlertId, answer: AlertAnswer) -> Result<AnswerOutcome>;

    /// What is set about alerts.
    async fn alert_settings(&self) -> Result<AlertSettings>;
    /// Changes that.
    async fn change_alert_settings(&self, change: AlertSettingsChange) -> Result<AlertSettings>;

    /// The account's history.
    async fn history(&self, query: HistoryQuery) -> Result<HistoryPage>;

    /// Makes a profile.
    async fn create_profile(&self, profile: NewProfile) -> Result<Profile>;
    /// Changes a profile.
    async fn change_profile(&self, id: ProfileId, change: ProfileChange) -> Result<Profile>;
    /// Deletes a profile.
    async fn delete_profile(&self, id: ProfileId) -> Result<()>;

    /// Changes the password.
    async fn change_password(&self, change: PasswordChange) -> Result<PasswordChanged>;
    /// Notes that "Manage access and devices" was opened: the New badge goes.
    async fn mark_badge_seen(&self) -> Result<()>;

    /// The device that shows a code and waits.
    async fn pending_code(&self, user_code: String) -> Result<PendingCode>;
    /// Lets a waiting device in, or not.
    async fn answer_code(&self, answer: CodeAnswer) -> Result<()>;

    /// The state of the place databases.
    async fn geo_status(&self) -> Result<GeoStatus>;
    /// Starts an update of the place database; its progress comes as events.
    async fn update_geo(&self) -> Result<GeoStatus>;

    /// What changes, as it happens, until the session ends.
    async fn events(&self) -> Result<BoxStream<'static, Event>>;
}
