//! The home on this computer: every operation is the verb of the same name in [`crate::access`].

use std::sync::Arc;
use std::sync::atomic::Ordering;

use async_trait::async_trait;
use futures_util::stream::{BoxStream, StreamExt};

use super::Home;
use crate::access::asking::Asking;
use crate::access::caller::{Caller, Manager};
use crate::access::{
    Core, activity, alerts, badge, check, codes, devices, familiarity, geo, history, merge, password,
    profiles, set_up, sign_in, sign_out,
};
use crate::error::{Error, Result};
use crate::model::{AlertId, DeviceId, ProfileId};
use crate::wire::{
    ActivityReport, AlertAnswer, AlertDetail, AlertPage, AlertQuery, AlertSettings, AlertSettingsChange,
    AnswerOutcome, CodeAnswer, CurrentSession, Device, DeviceChange, DeviceDetail, DeviceMerge, DevicePage,
    DeviceQuery, Event, EventKind, GeoStatus, HistoryPage, HistoryQuery, HomeStatus, NewProfile,
    PasswordChange, PasswordChanged, PendingCode, Profile, ProfileChange, ProfileChoice, ProfileList,
    SetupRequest, SignInRequest, SignOutMany, SignOutReport, SignOutResult, SignedIn,
};

/// The home on this computer, as one request sees it. Cheap to make.
#[derive(Clone)]
pub struct Here {
    core: Arc<Core>,
    asking: Asking,
}

impl Here {
    /// The home for whoever asks.
    pub fn new(core: Arc<Core>, asking: Asking) -> Self {
        Self { core, asking }
    }

    /// The core behind it.
    pub fn core(&self) -> &Arc<Core> {
        &self.core
    }

    /// Who asks.
    pub fn asking(&self) -> &Asking {
        &self.asking
    }

    /// The session that asks, if it is alive.
    pub async fn caller(&self) -> Result<Caller> {
        check::check(&self.core, &self.asking).await
    }

    async fn manager(&self) -> Result<Manager> {
        self.caller().await?.manager()
    }
}

/// A stream of events that is open. A session has a few: a window, a tray, some pages; more would only take the
/// places of others.
struct Listening(Caller);

/// Most streams of events that one session may have open.
const MOST_STREAMS: u32 = 16;

impl Listening {
    fn begin(manager: &Manager) -> Result<Self> {
        let listening = Self(manager.caller().clone());
        if listening.0.session.listeners.fetch_add(1, Ordering::AcqRel) >= MOST_STREAMS {
            return Err(Error::Busy);
        }
        Ok(listening)
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.0.session.listeners.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Hands an answer on, unless the session that asked was signed out while it was made.
fn still<T>(manager: &Manager, answer: T) -> Result<T> {
    manager.caller().unless_ended(answer)
}

#[async_trait]
impl Home for Here {
    async fn status(&self) -> Result<HomeStatus> {
        Ok(HomeStatus {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            set_up: self.core.store.has_account().await?,
            public_url: self.core.public_url.clone(),
        })
    }

    async fn set_up(&self, request: SetupRequest) -> Result<SignedIn> {
        Ok(set_up::set_up(&self.core, self.asking.clone(), request).await?.answer)
    }

    async fn sign_in(&self, request: SignInRequest) -> Result<SignedIn> {
        Ok(sign_in::sign_in(&self.core, self.asking.clone(), request).await?.answer)
    }

    async fn session(&self) -> Result<CurrentSession> {
        let caller = self.caller().await?;
        caller.unless_ended(badge::session(&self.core, &caller).await?)
    }

    async fn sign_out_here(&self) -> Result<()> {
        sign_out::here(&self.core, &self.caller().await?).await
    }

    async fn choose_profile(&self, choice: ProfileChoice) -> Result<CurrentSession> {
        let caller = self.caller().await?;
        profiles::choose(&self.core, &caller, choice).await?;
        caller.unless_ended(badge::session(&self.core, &caller).await?)
    }

    async fn report_activity(&self, report: ActivityReport) -> Result<()> {
        activity::report(&self.core, &self.caller().await?, &report);
        Ok(())
    }

    async fn profiles(&self) -> Result<ProfileList> {
        let caller = self.caller().await?;
        caller.unless_ended(profiles::list(&self.core, &caller).await?)
    }

    async fn devices(&self, query: DeviceQuery) -> Result<DevicePage> {
        let manager = self.manager().await?;
        still(&manager, devices::list(&self.core, &manager, query).await?)
    }

    async fn device(&self, id: DeviceId) -> Result<DeviceDetail> {
        let manager = self.manager().await?;
        still(&manager, devices::one(&self.core, &manager, id).await?)
    }

    async fn change_device(&self, id: DeviceId, change: DeviceChange) -> Result<Device> {
        let manager = self.manager().await?;
        still(&manager, devices::change(&self.core, &manager, id, change).await?)
    }

    async fn merge_device(&self, id: DeviceId, merge: DeviceMerge) -> Result<Device> {
        let manager = self.manager().await?;
        still(&manager, merge::merge(&self.core, &manager, id, merge.with).await?)
    }

    async fn separate_device(&self, id: DeviceId) -> Result<Device> {
        let manager = self.manager().await?;
        still(&manager, merge::separate(&self.core, &manager, id).await?)
    }

    async fn sign_out_device(&self, id: DeviceId) -> Result<SignOutResult> {
        sign_out::device(&self.core, &self.manager().await?, id).await
    }

    async fn sign_out_devices(&self, request: SignOutMany) -> Result<SignOutReport> {
        sign_out::many(&self.core, &self.manager().await?, request).await
    }

    async fn alerts(&self, query: AlertQuery) -> Result<AlertPage> {
        let manager = self.manager().await?;
        still(&manager, alerts::list(&self.core, &manager, query).await?)
    }

    async fn alert(&self, id: AlertId) -> Result<AlertDetail> {
        let manager = self.manager().await?;
        still(&manager, alerts::one(&self.core, &manager, id).await?)
    }

    async fn answer_alert(&self, id: AlertId, answer: AlertAnswer) -> Result<AnswerOutcome> {
        alerts::answer(&self.core, &self.manager().await?, id, answer.answer).await
    }

    async fn alert_settings(&self) -> Result<AlertSettings> {
        let manager = self.manager().await?;
        still(&manager, familiarity::settings(&self.core, &manager).await?)
    }

    async fn change_alert_settings(&self, change: AlertSettingsChange) -> Result<AlertSettings> {
        let manager = self.manager().await?;
        still(&manager, familiarity::change(&self.core, &manager, change).await?)
    }

    async fn history(&self, query: HistoryQuery) -> Result<HistoryPage> {
        let manager = self.manager().await?;
        still(&manager, history::list(&self.core, &manager, query).await?)
    }

    async fn create_profile(&self, profile: NewProfile) -> Result<Profile> {
        let manager = self.manager().await?;
        still(&manager, profiles::create(&self.core, &manager, profile).await?)
    }

    async fn change_profile(&self, id: ProfileId, change: ProfileChange) -> Result<Profile> {
        let manager = self.manager().await?;
        still(&manager, profiles::change(&self.core, &manager, id, change).await?)
    }

    async fn delete_profile(&self, id: ProfileId) -> Result<()> {
        let manager = self.manager().await?;
        profiles::delete(&self.core, &manager, id).await?;
        still(&manager, ())
    }

    async fn change_password(&self, change: PasswordChange) -> Result<PasswordChanged> {
        password::change(&self.core, &self.manager().await?, change).await
    }

    async fn mark_badge_seen(&self) -> Result<()> {
        badge::mark_seen(&self.core, &self.manager().await?).await
    }

    async fn pending_code(&self, user_code: String) -> Result<PendingCode> {
        codes::pending(&self.core, &self.manager().await?, &user_code)
    }

    async fn answer_code(&self, answer: CodeAnswer) -> Result<()> {
        codes::answer(&self.core, &self.manager().await?, answer).await
    }

    async fn geo_status(&self) -> Result<GeoStatus> {
        Ok(geo::status(&self.core, &self.manager().await?))
    }

    async fn update_geo(&self) -> Result<GeoStatus> {
        geo::update(&self.core, &self.manager().await?)
    }

    async fn events(&self) -> Result<BoxStream<'static, Event>> {
        let manager = self.manager().await?;
        let listening = Listening::begin(&manager)?;
        let caller = manager.caller().clone();
        // First listen, then look whether the session is still there: no sign-out slips between.
        let events = self.core.announcer.listen(manager.account_id(), move || caller.session.has_ended());
        let caller = manager.caller().clone();
        let events = events.filter(move |event| {
            // What concerns the management is not for a child who took over since; the end is for everybody.
            let told = event.kind == EventKind::SessionEnded || caller.manager().is_ok();
            let _until_here = &listening;
            std::future::ready(told)
        });
        still(&manager, events.boxed())
    }
}
