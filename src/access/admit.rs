//! Letting a device in, once it has proven itself: by password, by code or by making the account.

use std::sync::Arc;

use super::Core;
use super::asking::Asking;
use super::live::LiveSession;
use crate::error::{Error, Result};
use crate::familiarity::{Known, judge};
use crate::model::{
    Account, Alert, AlertId, AlertState, Device, DeviceId, Familiarity, HistoryEntry, HistoryKind, Place,
    Profile, Secret, Session, SessionId, SignInMethod, Timestamp, Verdict,
};
use crate::store::{Admission, EndedKey, LiveRow, NewTokens};
use crate::wire::{EventKind, SignedIn};

/// What a device signed in at when it came through the front door itself.
pub const OWN_SERVICE: &str = "Latchkey";

/// A device that has proven itself.
pub struct Proven {
    /// The account it may enter.
    pub account: Account,
    /// How it proved it.
    pub proof: Proof,
    /// Who uses it, if that is known already.
    pub profile: Option<Profile>,
    /// How long its token lasts, if not for ever; then it also gets a token to refresh it with.
    pub expires_at: Option<Timestamp>,
}

/// How a device proved that it may enter. Time passes between the proof and the admission, and what it rests
/// on may be taken back in it: [`admit`] looks again, under the lock that taking back is under too.
pub enum Proof {
    /// It made the account.
    Setup,
    /// It gave the password.
    Password {
        /// The hash that the password was checked against.
        checked: String,
    },
    /// It was allowed by its code.
    Code {
        /// The session that allowed it.
        allowed_by: SessionId,
    },
}

impl Proof {
    fn method(&self) -> SignInMethod {
        match self {
            Self::Setup => SignInMethod::Setup,
            Self::Password { .. } => SignInMethod::Password,
            Self::Code { .. } => SignInMethod::Code,
        }
    }

    /// Whether it still holds: the password is the same, whoever allowed it is still signed in.
    async fn still_holds(&self, core: &Core, account: &Account) -> Result<()> {
        match self {
            Self::Setup => Ok(()),
            Self::Password { checked } => match core.store.credentials(account.id).await? {
                Some(now) if now.password_hash == *checked => Ok(()),
                _ => Err(Error::WrongCredentials),
            },
            Self::Code { allowed_by } => match core.live.by_id(*allowed_by) {
                Some(session) if !session.has_ended() => Ok(()),
                _ => Err(Error::SessionEnded),
            },
        }
    }
}

/// A device that was let in.
pub struct Admitted {
    /// The answer it gets.
    pub answer: SignedIn,
    /// The token it gets new ones with, if its token runs out.
    pub refresh: Option<Secret>,
    /// The session.
    pub session: Arc<LiveSession>,
}

/// Makes a session for a device, judges it, and raises an alert when it is unfamiliar.
///
/// # Errors
///
/// [`Error::WrongCredentials`] when the password was changed since the proof, and [`Error::SessionEnded`] when
/// whoever allowed a code was signed out since.
pub async fn admit(core: &Arc<Core>, asking: Asking, proven: Proven) -> Result<Admitted> {
    let core = Arc::clone(core);
    Core::carry_through(async move {
        let _lives = core.lives.lock().await;
        admit_alone(&core, &asking, proven).await
    })
    .await
}

async fn admit_alone(core: &Arc<Core>, asking: &Asking, mut proven: Proven) -> Result<Admitted> {
    proven.proof.still_holds(core, &proven.account).await?;
    if let Some(chosen) = &mut proven.profile {
        // As it is now: it may have become a child's since it was handed over.
        *chosen = super::profiles::find(core, proven.account.id, chosen.id).await?;
    }
    let now = core.now();
    let Recognised { device, device_secret, times_seen, vouched_for, held } =
        recognise(core, asking, &proven.account).await?;
    let place = asking.place(core);
    let known = Known {
        times_device_seen: times_seen,
        vouched_for,
        any_device: core.store.has_device(proven.account.id).await?,
        places: core.store.known_places(proven.account.id).await?,
    };
    let session = Session {
        id: SessionId::new(&*core.clock, &*core.random),
        account_id: proven.account.id,
        device_id: device.id,
        method: proven.proof.method(),
        profile_id: proven.profile.as_ref().map(|profile| profile.id),
        created_at: now,
        last_active_at: now,
        last_title: None,
        address: asking.address,
        familiarity: judge(&known, &place),
        place,
        ending: None,
    };
    // One alert a cause: one that waits about the session it replaces is about the new one from now on. A device
    // that was signed out in between comes back, which is to be told anew.
    let waits = match held {
        Some(held) => core.store.is_alerted(device.id, held, &session.place).await?,
        None => false,
    };
    let alert =
        if waits { None } else { alert_if_unfamiliar(core, &session, &session.familiarity, &session.place) };
    let token = Secret::new(&*core.random);
    let refresh = proven.expires_at.map(|_| Secret::new(&*core.random));
    let tokens = NewTokens {
        token: token.hash(),
        expires_at: proven.expires_at,
        refresh: refresh.as_ref().map(Secret::hash),
    };
    let replaced = core
        .store
        .admit(&Admission {
            device: &device,
            is_new: times_seen == 0,
            device_secret: device_secret.hash(),
            session: &session,
            tokens,
            alert: alert.as_ref(),
            learn_place: session.familiarity.verdict == Verdict::Familiar,
            history: &history(core, &session, &device, proven.profile.as_ref(), alert.is_some()),
        })
        .await?;
    if let Some(key) = replaced {
        core.live.retire(key);
    }
    let live = core.live.insert(tokens.token, live_session(&session, &proven, tokens));
    announce(core, &session, replaced, alert.as_ref());
    let profiles = core.store.profiles(session.account_id).await?.iter().map(Into::into).collect();
    Ok(Admitted {
        answer: SignedIn {
            token: token.reveal().to_owned(),
            device_secret: device_secret.reveal().to_owned(),
            session_id: session.id,
            device_id: device.id,
            profiles,
        },
        refresh,
        session: live,
    })
}

/// A device as it stands at the door.
struct Recognised {
    device: Device,
    device_secret: Secret,
    /// How often it has signed in before; 0 for a new one.
    times_seen: u32,
    /// Whether it is one of the household's: it was familiar when it last signed in, or somebody said so since.
    vouched_for: bool,
    /// The session it still holds, which the new one replaces.
    held: Option<SessionId>,
}

/// The device that asks: one that the account knows by its secret, or a new one.
async fn recognise(core: &Core, asking: &Asking, account: &Account) -> Result<Recognised> {
    let known = match &asking.device_secret {
        Some(secret) => {
            core.store.device_by_secret(account.id, secret.hash()).await?.zip(Some(secret.clone()))
        }
        None => None,
    };
    let service = asking.service.clone().unwrap_or_else(|| OWN_SERVICE.to_owned());
    let traits = asking.traits(core);
    Ok(match known {
        Some(((device, times_seen), device_secret)) => {
            let last = core.store.device(account.id, device.id).await?.map(|listing| listing.session);
            Recognised {
                held: last.as_ref().filter(|last| last.ending.is_none()).map(|last| last.id),
                device: Device { traits, service, ..device },
                device_secret,
                times_seen,
                vouched_for: last.is_some_and(|last| vouches(last.familiarity.verdict)),
            }
        }
        // A secret that is not known here is not taken over: whoever made it up could make it up again.
        None => Recognised {
            device: Device {
                id: DeviceId::new(&*core.clock, &*core.random),
                account_id: account.id,
                traits,
                given_name: None,
                service,
                first_seen_at: core.now(),
            },
            device_secret: Secret::new(&*core.random),
            times_seen: 0,
            vouched_for: false,
            held: None,
        },
    })
}

/// Whether a device whose session was judged so is one of the household's. Signing in a second time proves no
/// more than the first time did: a stranger with the password can do both.
fn vouches(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Familiar | Verdict::NewPlace)
}

/// The lines of history of a sign-in.
fn history(
    core: &Core,
    session: &Session,
    device: &Device,
    profile: Option<&Profile>,
    alerted: bool,
) -> Vec<HistoryEntry> {
    let details = [
        (HistoryKind::SignIn, session.method.as_str()),
        (HistoryKind::Alert, session.familiarity.verdict.as_str()),
    ];
    let count = if alerted { 2 } else { 1 };
    details
        .into_iter()
        .take(count)
        .map(|(kind, detail)| HistoryEntry {
            device_id: Some(device.id),
            device_name: Some(device.name().to_owned()),
            session_id: Some(session.id),
            profile_name: profile.map(|profile| profile.name.as_str().to_owned()),
            address: session.address.map(|address| address.to_string()),
            place: Some(session.place.clone()),
            detail: Some(detail.to_owned()),
            ..core.line(session.account_id, kind)
        })
        .collect()
}

fn live_session(session: &Session, proven: &Proven, tokens: NewTokens) -> LiveSession {
    let profile = proven.profile.as_ref();
    LiveSession::new(LiveRow {
        token: tokens.token,
        expires_at: tokens.expires_at,
        id: session.id,
        account_id: session.account_id,
        login: proven.account.login.as_str().to_owned(),
        device_id: session.device_id,
        method: session.method,
        profile: profile.map(|profile| (profile.id, profile.name.as_str().to_owned(), profile.kind)),
        address: session.address,
        last_active_at: session.last_active_at,
    })
}

fn announce(core: &Core, session: &Session, replaced: Option<EndedKey>, alert: Option<&Alert>) {
    let Session { account_id, device_id, id: session_id, .. } = *session;
    let replaced =
        replaced.map(|key| EventKind::SignedOut { device_id: key.device_id, session_id: key.session_id });
    let raised = alert.map(|alert| EventKind::AlertRaised { alert_id: alert.id, device_id });
    for event in replaced.into_iter().chain([EventKind::SignedIn { device_id, session_id }]).chain(raised) {
        core.announcer.announce(&*core.clock, account_id, event);
    }
}

/// The alert that a judgement raises, if it does.
pub(super) fn alert_if_unfamiliar(
    core: &Core,
    session: &Session,
    familiarity: &Familiarity,
    place: &Place,
) -> Option<Alert> {
    (familiarity.verdict != Verdict::Familiar).then(|| Alert {
        id: AlertId::new(&*core.clock, &*core.random),
        account_id: session.account_id,
        device_id: session.device_id,
        session_id: session.id,
        at: core.now(),
        place: place.clone(),
        familiarity: familiarity.clone(),
        state: AlertState::Open,
        answered_at: None,
    })
}
