//! A part of a look, against what is on record: judged by the same rule as at the front door.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::time::Duration;

use super::ending::{gone_session, profile_name};
use super::watch::Began;
use crate::access::Core;
use crate::access::judging::{self, Lore};
use crate::error::Result;
use crate::familiarity::{Client, Identity, SignIn as Judged, judge};
use crate::identify::{ClientHints, Clues};
use crate::model::{
    Alert, AtService, Device, DeviceId, DeviceListing, DeviceTraits, Familiarity, HistoryDetail,
    HistoryEntry, HistoryKind, Nature, Place, Profile, ProfileId, Secret, Service, Session, SessionId,
    SignInMethod, Source, Telling, Timestamp, ToldByService, Verdict, clean_text,
};
use crate::services::{FailedSignIn, SignIn};
use crate::store::{ChangedSession, FoundSession, JudgedLate, LookChange, WatchedSession};

/// Longest text of a service that is kept, in characters.
pub(super) const MOST_CHARS: usize = 64;

/// How long after a sign-in was found its first address still says where it came from; later it is where it goes on.
const PLACED_WITHIN: Duration = Duration::from_hours(1);

/// Longest id of a service that is kept, in bytes.
pub(super) const MOST_ID: usize = 512;

/// What a look says of one sign-in that is not on record so.
pub(super) enum Said<'a> {
    /// It is there.
    There(&'a SignIn),
    /// It is not there any more, by the service's id of it.
    Gone(String),
}

/// What is needed of a whole look to take a part of it in.
pub(super) struct Whole {
    /// Whether it is the first: what is there then is learnt in silence.
    pub is_first: bool,
    /// Whether it is so small that each device is compared with all others.
    pub is_small: bool,
    /// Addresses that say nothing of where a client is.
    pub proxies: HashSet<IpAddr>,
    /// When it began.
    pub began: Began,
}

/// What is needed to take a part in, of that part alone: how long it takes does not depend on how much there is.
pub(super) struct Taking<'a> {
    core: &'a Core,
    service: &'a Service,
    whole: &'a Whole,
    /// When it is taken in.
    pub now: Timestamp,
    /// What is on record, by the service's ids.
    on_record: HashMap<String, WatchedSession>,
    /// Whose profile each person is.
    people: HashMap<String, Option<ProfileId>>,
    profiles: Vec<Profile>,
    /// Which device each client is.
    clients: HashMap<String, DeviceId>,
    /// Those devices.
    listings: HashMap<DeviceId, DeviceListing>,
    /// Devices that are new with this part.
    made: HashMap<DeviceId, Device>,
    /// Devices that this part raises an alert for.
    told_of: HashSet<DeviceId>,
    /// What is known of the account, once that was needed.
    lore: Option<Lore>,
    has_learnt: bool,
}

impl<'a> Taking<'a> {
    /// Reads it. In a turn, so that nobody changes it before the part is written down.
    pub async fn of(
        core: &'a Core,
        service: &'a Service,
        whole: &'a Whole,
        part: &[Said<'_>],
    ) -> Result<Self> {
        let (mut ids, mut clients, mut people) = (Vec::new(), Vec::new(), Vec::new());
        for said in part {
            match said {
                Said::There(sign_in) => {
                    ids.push(sign_in.external_id.as_str());
                    clients.push(client_id(sign_in));
                    let person = sign_in.person.as_ref().map(|person| person.id.as_str());
                    people.extend(person.filter(|id| id.len() <= MOST_ID));
                }
                Said::Gone(id) => ids.push(id.as_str()),
            }
        }
        let store = &core.store;
        let on_record = store.watched_sessions_of(service.id, &ids).await?;
        let clients = store.devices_of_clients(service.id, &clients).await?;
        let of_clients = clients.values().copied();
        let mut devices: Vec<_> = on_record.iter().map(|known| known.device_id).chain(of_clients).collect();
        devices.sort_unstable();
        devices.dedup();
        Ok(Self {
            core,
            service,
            whole,
            now: core.now(),
            on_record: on_record.into_iter().map(|known| (known.external_id.clone(), known)).collect(),
            people: store.profiles_of_people(service.id, &people).await?,
            profiles: store.profiles(service.account_id).await?,
            clients,
            listings: store.devices_of_ids(service.account_id, &devices).await?,
            made: HashMap::new(),
            told_of: HashSet::new(),
            lore: None,
            has_learnt: false,
        })
    }

    /// What is to be written down of the part.
    pub async fn part(&mut self, part: &[Said<'_>]) -> Result<LookChange> {
        let gone_since = self.core.services.gone_since(self.service.id, self.whole.began);
        let mut change = LookChange::default();
        for said in part {
            match said {
                Said::There(sign_in) => match self.on_record.remove(&sign_in.external_id) {
                    Some(known) if differs(&known, sign_in, &self.whole.proxies, self.now) => {
                        change.changed.push(self.changed(&known, sign_in).await?);
                    }
                    Some(_) => {}
                    // It was read back as gone after this look had begun.
                    None if gone_since.contains(&sign_in.external_id) => {}
                    None => change.found.push(self.found(sign_in).await?),
                },
                Said::Gone(id) => change.gone.extend(self.on_record.remove(id).map(|known| {
                    gone_session(self.core, self.service, &self.profiles, &self.listings, &known)
                })),
            }
        }
        change.known = match &self.lore {
            Some(lore) if self.has_learnt => Some(lore.to_known()?),
            _ => None,
        };
        Ok(change)
    }

    fn profile_of(&self, sign_in: &SignIn) -> Option<ProfileId> {
        let person = sign_in.person.as_ref().and_then(|person| self.people.get(&person.id));
        person.copied().flatten()
    }

    /// Where a sign-in was used from; nowhere where a proxy hides it.
    fn address(&self, sign_in: &SignIn) -> Option<IpAddr> {
        address(&self.whole.proxies, sign_in)
    }

    fn place(&self, address: Option<IpAddr>) -> Place {
        self.core.locator.locate(address)
    }

    /// What the service says of a sign-in now that is on record otherwise.
    async fn changed(&mut self, known: &WatchedSession, sign_in: &SignIn) -> Result<ChangedSession> {
        let told = told(sign_in);
        let address = self.address(sign_in).map(|address| (address, address.to_string()));
        let moved = address.filter(|(_, text)| known.address.as_deref() != Some(text));
        let title = sign_in.playing.as_deref().map(|title| clean_text(title, MOST_CHARS));
        let title = title.filter(|title| known.last_title.as_deref() != Some(title));
        let last_active_at =
            last_active(sign_in, self.now).unwrap_or(known.last_active_at).max(known.last_active_at);
        let is_used_first = known.told.nature == Nature::Unused && sign_in.nature != Nature::Unused;
        let is_placed_first = known.address.is_none() && moved.is_some();
        Ok(ChangedSession {
            session_id: known.session_id,
            judged: if is_used_first || is_placed_first {
                self.judged_late(known, sign_in, is_used_first).await?
            } else {
                None
            },
            told,
            promise: sign_in.promise,
            at: moved.map(|(address, text)| (text, self.place(Some(address)))),
            title,
            last_active_at,
        })
    }

    /// Judges a sign-in that was there before and that somebody uses for the first time, or of which it is known only now from where. Some
    /// servers say that minutes later.
    async fn judged_late(
        &mut self,
        known: &WatchedSession,
        sign_in: &SignIn,
        is_used_first: bool,
    ) -> Result<Option<JudgedLate>> {
        let Some(listing) = self.listings.get(&known.device_id).cloned() else { return Ok(None) };
        let Some(session) = listing.session_of(known.session_id).map(|listed| listed.session.clone()) else {
            return Ok(None);
        };
        // What was learnt in silence, or is the home's own, was never judged.
        let was_judged = session.familiarity.score.is_some();
        let is_new = self.now.before(PLACED_WITHIN) < known.session_id.made_at();
        let is_to_judge = is_used_first || was_judged && is_new;
        if !is_to_judge {
            return Ok(None);
        }
        let judged = self.sign_in(sign_in, known.device_id, true);
        let (familiarity, telling) = self.judged(sign_in.nature, &judged).await?;
        let session =
            Session { familiarity, address: judged.address, place: judged.place.clone(), ..session };
        let alert = self.alert(&session, false, &judged, telling).await?;
        let detail = HistoryDetail::Judged { verdict: session.familiarity.verdict };
        let history =
            alert.is_some().then(|| self.entry(HistoryKind::Alert, &listing.device, &session, detail));
        Ok(Some(JudgedLate { familiarity: session.familiarity, alert, history }))
    }

    /// What is judged of a sign-in.
    fn sign_in(&self, sign_in: &SignIn, device_id: DeviceId, is_new: bool) -> Judged {
        let address = self.address(sign_in);
        Judged {
            at: self.now,
            // Whose own id of a client is known again shows it as a secret does. One that is new comes without, and so does every new
            // sign-in where a service has no such ids: what does not prove itself is always noticed, as at the front door (decision 8).
            identity: if is_new && !self.whole.is_first {
                Identity::Secretless(device_id)
            } else {
                Identity::Proven(device_id)
            },
            client: Client::from(&self.traits(sign_in)),
            agent: Client::default(),
            address,
            place: self.place(address),
            profile: self.profile_of(sign_in),
        }
    }

    /// A sign-in that was not there at the last look, judged.
    async fn found(&mut self, sign_in: &SignIn) -> Result<FoundSession> {
        let core = self.core;
        let client_id = client_id(sign_in).to_owned();
        let id = self.clients.get(&client_id).copied();
        let known = id.and_then(|id| self.listings.get(&id)).map(|listing| listing.device.clone());
        // Several people may be new on one that is new, in the same look.
        let made = id.and_then(|id| self.made.get(&id)).cloned();
        let (is_new, is_made) = (known.is_none() && made.is_none(), made.is_some());
        let device = known.or(made).unwrap_or_else(|| Device {
            id: DeviceId::new(&*core.clock, &*core.random),
            account_id: self.service.account_id,
            traits: self.traits(sign_in),
            given_name: None,
            first_seen_at: sign_in.signed_in_at.map_or(self.now, |at| at.min(self.now)),
            continued_by: None,
            before_merge: None,
        });
        self.clients.insert(client_id.clone(), device.id);
        if is_new {
            self.made.insert(device.id, device.clone());
        }
        let judged = self.sign_in(sign_in, device.id, is_new || is_made);
        let (familiarity, telling) = self.judged(sign_in.nature, &judged).await?;
        let session = Session {
            id: SessionId::new(&*core.clock, &*core.random),
            account_id: self.service.account_id,
            device_id: device.id,
            source: Source::Service(Box::new(AtService {
                service_id: self.service.id,
                external_id: sign_in.external_id.clone(),
                client_id: Some(client_id.clone()),
                told: told(sign_in),
                asked: None,
                refusal: None,
            })),
            promise: sign_in.promise,
            method: SignInMethod::Service,
            let_in_by: None,
            profile_id: judged.profile,
            created_at: sign_in.signed_in_at.map_or(self.now, |at| at.min(self.now)),
            last_active_at: last_active(sign_in, self.now).unwrap_or(self.now),
            last_title: sign_in.playing.as_deref().map(|title| clean_text(title, MOST_CHARS)),
            address: judged.address,
            place: judged.place.clone(),
            familiarity,
            held_at: None,
            ending: None,
        };
        let alert = self.alert(&session, is_new, &judged, telling).await?;
        let mut history = Vec::new();
        if !self.whole.is_first {
            let detail = HistoryDetail::AtService { name: self.service.name.clone() };
            history.push(self.entry(HistoryKind::SignIn, &device, &session, detail));
        }
        if alert.is_some() {
            let detail = HistoryDetail::Judged { verdict: session.familiarity.verdict };
            history.push(self.entry(HistoryKind::Alert, &device, &session, detail));
        }
        Ok(FoundSession {
            is_new,
            device_secret: Secret::new(&*core.random).hash(),
            external_id: sign_in.external_id.clone(),
            client_id,
            told: told(sign_in),
            promise: sign_in.promise,
            token: Secret::new(&*core.random).hash(),
            alert,
            history,
            device,
            session,
        })
    }

    /// How familiar it is, and whether somebody is told. What was there when the service was added is learnt in silence; what reads the
    /// service for the home is the home's.
    async fn judged(&mut self, nature: Nature, sign_in: &Judged) -> Result<(Familiarity, Telling)> {
        let familiar =
            Familiarity { verdict: Verdict::Familiar, score: None, reasons: Vec::new(), probably: None };
        if nature == Nature::Own {
            return Ok((familiar, Telling::Nothing));
        }
        // What nobody has used yet comes from nowhere, as nothing. It is judged when somebody does.
        if nature == Nature::Unused && !self.whole.is_first {
            return Ok((Familiarity { verdict: Verdict::NewDevice, ..familiar }, Telling::Nothing));
        }
        if self.lore.is_none() {
            self.lore = Some(Lore::of(self.core, self.service.account_id).await?);
        }
        self.has_learnt = true;
        if self.whole.is_first {
            let probably = if self.whole.is_small { self.like_another(sign_in) } else { None };
            if let Some(lore) = &mut self.lore {
                lore.known.confirm(sign_in);
            }
            return Ok((Familiarity { probably, ..familiar }, Telling::Nothing));
        }
        let Some(lore) = &mut self.lore else { return Ok((familiar, Telling::Nothing)) };
        let judged = judge(&lore.known, sign_in, lore.settings.budget);
        lore.known.learn(sign_in, &judged);
        Ok((judged.familiarity, judged.telling))
    }

    /// The device of the household, known from elsewhere than this service, that one looks like: it is offered that both are one.
    fn like_another(&self, sign_in: &Judged) -> Option<DeviceId> {
        let lore = self.lore.as_ref()?;
        let by_its_looks = Judged { identity: Identity::Unnamed, ..sign_in.clone() };
        let probably = judge(&lore.known, &by_its_looks, lore.settings.budget).familiarity.probably;
        probably.filter(|id| !self.clients.values().any(|of_this| of_this == id))
    }

    /// One alert a cause: a device that waits for an answer already raises no other by signing in once more.
    async fn alert(
        &mut self,
        session: &Session,
        is_new: bool,
        judged: &Judged,
        telling: Telling,
    ) -> Result<Option<Alert>> {
        let waits = self.told_of.contains(&session.device_id)
            || !is_new && self.core.store.waits_for_answer(session.device_id).await?;
        if waits {
            return Ok(None);
        }
        let judgement = crate::familiarity::Judgement {
            familiarity: session.familiarity.clone(),
            telling,
            is_explained: false,
            is_learning: false,
        };
        let alert = judging::alert(self.core, session, judged, &judgement)?;
        if alert.is_some() {
            self.told_of.insert(session.device_id);
        }
        Ok(alert)
    }

    fn entry(
        &self,
        kind: HistoryKind,
        device: &Device,
        session: &Session,
        detail: HistoryDetail,
    ) -> HistoryEntry {
        HistoryEntry {
            device_id: Some(device.id),
            device_name: Some(device.name().to_owned()),
            session_id: Some(session.id),
            profile_name: profile_name(&self.profiles, session.profile_id),
            address: session.address.map(|address| address.to_string()),
            place: Some(session.place.clone()),
            detail: Some(detail),
            ..self.core.entry(self.service.account_id, kind)
        }
    }

    /// What a device is, by what the service says of it.
    fn traits(&self, sign_in: &SignIn) -> DeviceTraits {
        self.core.identifier.identify(&Clues {
            user_agent: sign_in.user_agent.as_deref(),
            hints: ClientHints::default(),
            declared: Some(&sign_in.says),
        })
    }
}

/// A line of the history for a sign-in that failed at the service.
pub(super) fn failed(
    core: &Core,
    service: &Service,
    proxies: &HashSet<IpAddr>,
    failed: &FailedSignIn,
) -> HistoryEntry {
    let address = failed.address.map(|address| address.to_canonical());
    let address = address.filter(|address| !proxies.contains(address) && !address.is_loopback());
    let mut entry = core.entry(service.account_id, HistoryKind::SignInFailed);
    entry.profile_name = failed.person.as_deref().map(|name| clean_text(name, MOST_CHARS));
    entry.place = address.map(|address| core.locator.locate(Some(address)));
    entry.address = address.map(|address| address.to_string());
    entry.detail = Some(HistoryDetail::AtService { name: service.name.clone() });
    entry
}

/// Whether a service says something else of a sign-in than is on record.
pub(super) fn differs(
    known: &WatchedSession,
    sign_in: &SignIn,
    proxies: &HashSet<IpAddr>,
    now: Timestamp,
) -> bool {
    let has_moved = || {
        let address = address(proxies, sign_in).map(|address| address.to_string());
        address.is_some() && address != known.address
    };
    let has_title = || {
        let title = sign_in.playing.as_deref().map(|title| clean_text(title, MOST_CHARS));
        title.is_some() && title != known.last_title
    };
    known.promise != Some(sign_in.promise)
        || last_active(sign_in, now).is_some_and(|at| at > known.last_active_at)
        || told(sign_in) != known.told
        || has_moved()
        || has_title()
}

/// Where a sign-in was used from; nowhere where a proxy hides it.
fn address(proxies: &HashSet<IpAddr>, sign_in: &SignIn) -> Option<IpAddr> {
    sign_in.address.map(|address| address.to_canonical()).filter(|address| !proxies.contains(address))
}

fn last_active(sign_in: &SignIn, now: Timestamp) -> Option<Timestamp> {
    // A server whose clock is ahead must not put its devices on top of every list for good.
    let told = sign_in.last_active_at.or(sign_in.signed_in_at).map(|at| at.min(now));
    if sign_in.playing.is_some() { Some(now) } else { told }
}

/// The service's own id of a client, where it has one that can be one.
fn own_client_id(sign_in: &SignIn) -> Option<&str> {
    sign_in.client_id.as_deref().filter(|id| !id.is_empty() && id.len() <= MOST_ID)
}

/// By what a client is known again at its service: its own id there, or the sign-in's where it has none.
fn client_id(sign_in: &SignIn) -> &str {
    own_client_id(sign_in).unwrap_or(&sign_in.external_id)
}

/// What a service says of a sign-in, as it is kept.
fn told(sign_in: &SignIn) -> ToldByService {
    let person = sign_in.person.as_ref().filter(|person| person.id.len() <= MOST_ID);
    ToldByService {
        ends_with: sign_in.ends_with.clone().filter(|id| id.len() <= MOST_ID),
        person_id: person.map(|person| person.id.clone()),
        person: person.map(|person| clean_text(&person.name, MOST_CHARS)),
        signed_in_at: sign_in.signed_in_at,
        last_active_at: sign_in.last_active_at,
        nature: sign_in.nature,
        playing: sign_in.playing.is_some(),
    }
}
