//! The home on this computer: every operation is the verb of the same name in [`crate::access`].

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use futures_util::stream::{BoxStream, StreamExt};

use super::Home;
use crate::access::asking::Asking;
use crate::access::caller::{Caller, Manager};
use crate::access::services::Looking;
use crate::access::{
    Core, activity, alerts, answering_all, badge, cards, channels, check, codes, devices, drill, familiarity,
    geo, history, home_network, merge, next_steps, pairing, password, plans, profiles, proof, recover, relay,
    services, set_up, sign_in, sign_out,
};
use crate::error::{Error, Result};
pub use crate::events::Heard;
use crate::model::{
    AlertId, Answer, ChannelId, DeviceId, PairingId, PlanId, ProfileId, Secret, ServiceId, ServiceLinkId,
};
use crate::wire::{
    ActivityReport, AlertAnswer, AlertDetail, AlertPage, AlertQuery, AlertSettings, AlertSettingsChange,
    AllAnswered, AnswerOutcome, CardChange, Channel, ChannelAdded, ChannelChange, ChannelList, CodeAnswer,
    CurrentSession, Device, DeviceChange, DeviceDetail, DeviceMerge, DevicePage, DeviceQuery, Drill, Event,
    EventKind, FoundServices, Fresh, GeoStatus, HistoryPage, HistoryQuery, HomeNetwork, HomeNetworkChange,
    HomeStatus, NewChannel, NewClaim, NewPlan, NewProfile, NewService, NewServiceLink, NextSteps, Pairing,
    PairingAnswer, PairingClaim, PairingFinish, PasswordChange, PasswordChanged, PendingCode, Plan,
    PlanChange, PlanList, Profile, ProfileChange, ProfileChoice, ProfileList, Proven, Recovered, Recovery,
    RelayChange, Service, ServiceCard, ServiceChange, ServiceCheck, ServiceDetail, ServiceKinds, ServiceLink,
    ServiceList, ServiceRemoval, SessionProof, SetupRequest, SignInRequest, SignOutMany, SignOutReport,
    SignOutResult, SignedIn, StepSkip,
};

/// The home on this computer, as one request sees it. Cheap to make.
#[derive(Clone)]
pub struct Here {
    core: Arc<Core>,
    asking: Asking,
    /// The newer token that an operation brought: what is asked after it is asked with that.
    newer: Arc<Mutex<Option<Secret>>>,
}

impl Here {
    /// The home for whoever asks.
    pub fn new(core: Arc<Core>, asking: Asking) -> Self {
        Self { core, asking, newer: Arc::default() }
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
        let newer = self.newer.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let caller = match newer {
            None => check::check(&self.core, &self.asking).await?,
            token => check::check(&self.core, &Asking { token, ..self.asking.clone() }).await?,
        };
        Ok(Caller { line: Some(self.core.live.line(&self.asking)), ..caller })
    }

    /// Goes on with the newer token, if an answer brings one.
    fn go_on_with<T>(&self, fresh: Fresh<T>) -> Fresh<T> {
        if let Some(token) = fresh.token.clone() {
            *self.newer.lock().unwrap_or_else(PoisonError::into_inner) = Some(Secret::received(token));
        }
        fresh
    }

    async fn manager(&self) -> Result<Manager> {
        self.caller().await?.manager()
    }

    /// Whether letting a device in takes a proof now, and whose PIN would do besides the password.
    pub async fn wanted_proof(&self) -> Result<Option<Option<ProfileId>>> {
        proof::is_wanted(&self.core, &self.manager().await?).await
    }

    /// What changes, as it happens, after what a listener heard before it was cut off; until its session ends or is held.
    pub async fn listen(&self, after: Option<&str>) -> Result<BoxStream<'static, Heard>> {
        self.hear(after, Some(Looking::begin(&self.core))).await
    }

    async fn hear(&self, after: Option<&str>, looking: Option<Looking>) -> Result<BoxStream<'static, Heard>> {
        let manager = self.manager().await?;
        let listening = Listening::begin(&manager, looking)?;
        let session = Arc::clone(&manager.caller().session);
        // First listen, then look whether the session is still there: no sign-out slips between.
        let woken = session.until_over();
        let heard = self.core.announcer.listen(manager.account_id(), after, move || session.is_over(), woken);
        // Nor does one that began with an older token go on for whoever has nothing but that.
        let (session, began) =
            (Arc::clone(&manager.caller().session), manager.caller().session.times_replaced());
        let heard = heard.take_while(move |_| std::future::ready(session.times_replaced() == began));
        let caller = manager.caller().clone();
        let heard = heard.filter(move |heard| {
            // What concerns the management is not for a child who took over since; the end is for everybody.
            let told = heard.event.as_ref().is_none_or(|event| event.kind == EventKind::SessionEnded)
                || caller.manager().is_ok();
            let _until_here = &listening;
            std::future::ready(told)
        });
        // What another home may have changed since is not told as if it were all.
        still(&manager, heard.take_until(self.core.store.until_lost()).boxed())
    }
}

/// A stream of events that is open. A session has a few: a window, a tray, some pages; more would only take the
/// places of others.
struct Listening {
    caller: Caller,
    /// A screen that is open has what is shown on it read more often.
    _looking: Option<Looking>,
}

/// Most streams of events that one session may have open.
const MOST_STREAMS: u32 = 16;

impl Listening {
    fn begin(manager: &Manager, looking: Option<Looking>) -> Result<Self> {
        let listening = Self { caller: manager.caller().clone(), _looking: looking };
        if listening.caller.session.listeners.fetch_add(1, Ordering::AcqRel) >= MOST_STREAMS {
            return Err(Error::Busy);
        }
        Ok(listening)
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.caller.session.listeners.fetch_sub(1, Ordering::AcqRel);
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
            public_url: self.core.address(),
            fingerprint: Some(self.core.certificates.pin().letters()),
        })
    }

    async fn set_up(&self, request: SetupRequest) -> Result<SignedIn> {
        Ok(set_up::set_up(&self.core, self.asking.clone(), request).await?.answer)
    }

    async fn recover(&self, request: Recovery) -> Result<Recovered> {
        recover::recover(&self.core, self.asking.clone(), request).await
    }

    async fn sign_in(&self, request: SignInRequest) -> Result<SignedIn> {
        Ok(sign_in::sign_in(&self.core, self.asking.clone(), request).await?.answer)
    }

    async fn session(&self) -> Result<CurrentSession> {
        let caller = self.caller().await?;
        caller.unless_ended(badge::session(&self.core, &caller).await?)
    }

    async fn sign_out_here(&self) -> Result<()> {
        // Also when it fails before: whoever asks may have to be judged first, which is written down.
        let caller = self.caller().await.map_err(Error::of_sign_out)?;
        sign_out::here(&self.core, &caller).await
    }

    async fn choose_profile(&self, choice: ProfileChoice) -> Result<Fresh<CurrentSession>> {
        let caller = self.caller().await?;
        // Read before: the token that it brings must not get lost over what is said beside it.
        let kept = badge::Kept::read(&self.core, &caller).await?;
        let fresh = self.go_on_with(profiles::choose(&self.core, &caller, choice).await?);
        caller.unless_ended(fresh.with(kept.seen_by(&caller)))
    }

    async fn prove(&self, proof: SessionProof) -> Result<Fresh<Proven>> {
        let manager = self.manager().await?;
        let fresh = self.go_on_with(proof::prove(&self.core, &manager, &proof).await?);
        still(&manager, fresh)
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
        let manager = self.manager().await.map_err(Error::of_sign_out)?;
        sign_out::device(&self.core, &manager, id).await
    }

    async fn sign_out_devices(&self, request: SignOutMany) -> Result<Fresh<SignOutReport>> {
        let manager = self.manager().await.map_err(Error::of_sign_out)?;
        Ok(self.go_on_with(sign_out::many(&self.core, &manager, request).await?))
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
        let manager = self.manager().await;
        // "Not me" signs somebody out.
        let manager =
            if answer.answer == Answer::NotMe { manager.map_err(Error::of_sign_out) } else { manager };
        alerts::answer(&self.core, &manager?, id, answer.answer).await
    }

    async fn answer_all_alerts(&self, answer: AlertAnswer) -> Result<AllAnswered> {
        answering_all::answer_all(&self.core, &self.manager().await?, answer.answer).await
    }

    async fn alert_settings(&self) -> Result<AlertSettings> {
        let manager = self.manager().await?;
        still(&manager, familiarity::settings(&self.core, &manager).await?)
    }

    async fn change_alert_settings(&self, change: AlertSettingsChange) -> Result<AlertSettings> {
        let manager = self.manager().await?;
        still(&manager, familiarity::change(&self.core, &manager, change).await?)
    }

    async fn channels(&self) -> Result<ChannelList> {
        let manager = self.manager().await?;
        still(&manager, channels::list(&self.core, &manager).await?)
    }

    async fn add_channel(&self, channel: NewChannel) -> Result<ChannelAdded> {
        let manager = self.manager().await?;
        still(&manager, channels::add(&self.core, &manager, channel).await?)
    }

    async fn change_channel(&self, id: ChannelId, change: ChannelChange) -> Result<Channel> {
        let manager = self.manager().await?;
        still(&manager, channels::change(&self.core, &manager, id, change).await?)
    }

    async fn remove_channel(&self, id: ChannelId) -> Result<()> {
        let manager = self.manager().await?;
        channels::remove(&self.core, &manager, id).await?;
        still(&manager, ())
    }

    async fn test_channel(&self, id: ChannelId) -> Result<Channel> {
        let manager = self.manager().await?;
        still(&manager, channels::test(&self.core, &manager, id).await?)
    }

    async fn set_relay(&self, change: RelayChange) -> Result<ChannelList> {
        let manager = self.manager().await?;
        still(&manager, relay::set(&self.core, &manager, change).await?)
    }

    async fn next_steps(&self) -> Result<NextSteps> {
        let manager = self.manager().await?;
        still(&manager, next_steps::list(&self.core, &manager).await?)
    }

    async fn skip_step(&self, skip: StepSkip) -> Result<NextSteps> {
        let manager = self.manager().await?;
        still(&manager, next_steps::skip(&self.core, &manager, skip).await?)
    }

    async fn home_network(&self) -> Result<HomeNetwork> {
        let manager = self.manager().await?;
        still(&manager, home_network::show(&self.core))
    }

    async fn set_home_network(&self, change: HomeNetworkChange) -> Result<HomeNetwork> {
        let manager = self.manager().await?;
        still(&manager, home_network::set(&self.core, &manager, change).await?)
    }

    async fn start_drill(&self) -> Result<Drill> {
        let manager = self.manager().await?;
        still(&manager, drill::start(&self.core, &manager).await?)
    }

    async fn drill(&self) -> Result<Drill> {
        let manager = self.manager().await?;
        still(&manager, drill::current(&self.core, &manager))
    }

    async fn end_drill(&self) -> Result<()> {
        let manager = self.manager().await?;
        drill::end(&self.core, &manager).await?;
        still(&manager, ())
    }

    async fn history(&self, query: HistoryQuery) -> Result<HistoryPage> {
        let manager = self.manager().await?;
        still(&manager, history::list(&self.core, &manager, query).await?)
    }

    async fn create_profile(&self, profile: NewProfile) -> Result<Fresh<Profile>> {
        let manager = self.manager().await?;
        let fresh = self.go_on_with(profiles::create(&self.core, &manager, profile).await?);
        still(&manager, fresh)
    }

    async fn change_profile(&self, id: ProfileId, change: ProfileChange) -> Result<Fresh<Profile>> {
        let manager = self.manager().await?;
        let fresh = self.go_on_with(profiles::change(&self.core, &manager, id, change).await?);
        still(&manager, fresh)
    }

    async fn delete_profile(&self, id: ProfileId) -> Result<()> {
        let manager = self.manager().await?;
        profiles::delete(&self.core, &manager, id).await?;
        still(&manager, ())
    }

    async fn change_password(&self, change: PasswordChange) -> Result<Fresh<PasswordChanged>> {
        Ok(self.go_on_with(password::change(&self.core, &self.manager().await?, change).await?))
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

    async fn start_pairing(&self) -> Result<Pairing> {
        let manager = self.manager().await?;
        still(&manager, pairing::start(&self.core, &manager)?)
    }

    async fn pairing(&self, id: PairingId) -> Result<Pairing> {
        let manager = self.manager().await?;
        still(&manager, pairing::look(&self.core, &manager, id)?)
    }

    async fn answer_pairing(&self, id: PairingId, answer: PairingAnswer) -> Result<Pairing> {
        let manager = self.manager().await?;
        still(&manager, pairing::answer(&self.core, &manager, id, answer).await?)
    }

    async fn claim_pairing(&self, request: NewClaim) -> Result<PairingClaim> {
        pairing::claim(&self.core, &self.asking, &request).await
    }

    async fn finish_pairing(&self, request: PairingFinish) -> Result<SignedIn> {
        Ok(pairing::finish(&self.core, self.asking.clone(), request).await?.answer)
    }

    async fn geo_status(&self) -> Result<GeoStatus> {
        Ok(geo::status(&self.core, &self.manager().await?))
    }

    async fn update_geo(&self) -> Result<GeoStatus> {
        geo::update(&self.core, &self.manager().await?)
    }

    async fn services(&self) -> Result<ServiceList> {
        let manager = self.manager().await?;
        still(&manager, services::list(&self.core, &manager).await?)
    }

    async fn service_kinds(&self) -> Result<ServiceKinds> {
        let manager = self.manager().await?;
        still(&manager, services::kinds(&self.core, &manager).await?)
    }

    async fn prove_service(&self, service: NewService) -> Result<ServiceCheck> {
        let manager = self.manager().await?;
        still(&manager, services::prove(&self.core, &manager, service).await?)
    }

    async fn add_service(&self, service: NewService) -> Result<Service> {
        services::add(&self.core, &self.manager().await?, service).await
    }

    async fn find_services(&self) -> Result<FoundServices> {
        let manager = self.manager().await?;
        still(&manager, services::find(&self.core, &manager).await?)
    }

    async fn link_service(&self, link: NewServiceLink) -> Result<ServiceLink> {
        services::begin_link(&self.core, &self.manager().await?, link).await
    }

    async fn service_link(&self, id: ServiceLinkId) -> Result<ServiceLink> {
        services::link(&self.core, &self.manager().await?, id).await
    }

    async fn change_card(&self, card: String, change: CardChange) -> Result<ServiceCard> {
        cards::change(&self.core, &self.manager().await?, &card, change).await
    }

    async fn service(&self, id: ServiceId) -> Result<ServiceDetail> {
        let manager = self.manager().await?;
        still(&manager, services::one(&self.core, &manager, id).await?)
    }

    async fn change_service(&self, id: ServiceId, change: ServiceChange) -> Result<Service> {
        services::change(&self.core, &self.manager().await?, id, change).await
    }

    async fn remove_service(&self, id: ServiceId, removal: ServiceRemoval) -> Result<()> {
        services::remove(&self.core, &self.manager().await?, id, removal).await
    }

    async fn check_service(&self, id: ServiceId) -> Result<ServiceCheck> {
        let manager = self.manager().await?;
        still(&manager, services::check(&self.core, &manager, id).await?)
    }

    async fn plans(&self) -> Result<PlanList> {
        let manager = self.manager().await?;
        still(&manager, plans::list(&self.core, &manager).await?)
    }

    async fn make_plan(&self, plan: NewPlan) -> Result<Plan> {
        plans::make(&self.core, &self.manager().await?, plan).await
    }

    async fn plan(&self, id: PlanId) -> Result<Plan> {
        let manager = self.manager().await?;
        still(&manager, plans::one(&self.core, &manager, id).await?)
    }

    async fn change_plan(&self, id: PlanId, change: PlanChange) -> Result<Plan> {
        plans::change(&self.core, &self.manager().await?, id, change).await
    }

    async fn drop_plan(&self, id: PlanId) -> Result<()> {
        plans::drop_plan(&self.core, &self.manager().await?, id).await
    }

    async fn events(&self) -> Result<BoxStream<'static, Event>> {
        let heard = self.hear(None, None).await?;
        Ok(heard.filter_map(|heard| std::future::ready(heard.event)).boxed())
    }
}
