//! Letting a device in, once it has proven itself: by password, by code or by making the account.

use std::net::IpAddr;
use std::sync::Arc;

use super::asking::Asking;
use super::judging::{self, Lore};
use super::live::{Known, LiveSession};
use super::nearness::nearness;
use super::{Core, made_up, merge};
use crate::error::{Error, Result};
use crate::familiarity::let_in::let_in;
use crate::familiarity::{Identity, Judgement, SignIn, judge};
use crate::model::{
    Account, Alert, AlertId, Device, DeviceId, DeviceListing, HistoryDetail, HistoryEntry, HistoryKind,
    LetInBy, Lines, Profile, ProfileKind, Promise, Secret, Session, SessionId, SignInMethod, Source,
    Timestamp, Verdict,
};
use crate::store::{Admission, EndedKey, LiveRow, NewTokens, Turn};
use crate::wire::{CodeNearness, EventKind, SignedIn};

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
/// on may be taken back in it: [`admit`] looks again, in the turn that taking back waits for too.
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
        allowed_by: LetInBy,
        /// What its word counts for.
        allower: Allower,
        /// The hash of the PIN that the profile had which it was handed, if that had one.
        pin: Option<String>,
    },
    /// It is made up: the stranger of a fire drill.
    Drill {
        /// The session that began the drill.
        started_by: SessionId,
        /// The alert that it raises.
        alert_id: AlertId,
    },
}

/// What the word of whoever allows a device by its code counts for, as it was when they did.
#[derive(Clone, Copy, Debug)]
pub struct Allower {
    /// Whether they are familiar themselves, where they allowed it from.
    pub is_familiar: bool,
    /// Where that was.
    pub address: Option<IpAddr>,
}

impl Proof {
    fn method(&self) -> SignInMethod {
        match self {
            Self::Setup => SignInMethod::Setup,
            Self::Password { .. } => SignInMethod::Password,
            Self::Code { .. } => SignInMethod::Code,
            Self::Drill { .. } => SignInMethod::Drill,
        }
    }

    /// The alert that it raises, where it is made up.
    fn drill(&self) -> Option<AlertId> {
        match self {
            Self::Drill { alert_id, .. } => Some(*alert_id),
            Self::Setup | Self::Password { .. } | Self::Code { .. } => None,
        }
    }

    /// Whether it still holds: the password is the same, whoever allowed it is still signed in and not held.
    async fn is_still_good(&self, core: &Core, account: &Account) -> Result<()> {
        match self {
            Self::Setup => Ok(()),
            Self::Password { checked } => match core.store.credentials(account.id).await? {
                Some(now) if now.password_hash == *checked => Ok(()),
                _ => Err(Error::WrongCredentials),
            },
            Self::Code { allowed_by: LetInBy { session_id, .. }, .. }
            | Self::Drill { started_by: session_id, .. } => match core.live.by_id(*session_id) {
                Some(session) if !session.has_ended() && !session.is_held() => Ok(()),
                _ => Err(Error::SessionEnded),
            },
        }
    }
}

/// A device that was let in.
#[derive(Clone)]
pub struct Admitted {
    /// The answer it gets.
    pub answer: SignedIn,
    /// The token it gets new ones with, if its token runs out.
    pub refresh: Option<Secret>,
    /// The session.
    pub session: Arc<LiveSession>,
}

impl Admitted {
    /// Whether a request came with its keys, or its session is over or held: nobody is given them again then.
    pub(super) fn is_used(&self) -> bool {
        self.session.is_over() || self.session.was_heard_of()
    }
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
        let turn = core.store.turn().await;
        admit_in_turn(&core, &turn, &asking, proven).await
    })
    .await
}

/// The same, where it is the caller's turn already.
pub(super) async fn admit_in_turn(
    core: &Arc<Core>,
    turn: &Turn<'_>,
    asking: &Asking,
    mut proven: Proven,
) -> Result<Admitted> {
    proven.proof.is_still_good(core, &proven.account).await?;
    proven.profile = match &proven.profile {
        Some(chosen) => as_it_is_now(core, &proven, chosen).await?,
        None => None,
    };
    let now = core.now();
    let session_id = SessionId::new(&*core.clock, &*core.random);
    let Recognised { device, device_secret, is_new, held } = recognise(core, asking, &proven.account).await?;
    if device.continued_by.is_some() {
        merge::separate_returned(core, turn, &device, session_id).await?;
    }
    let drill = proven.proof.drill();
    let place = if drill.is_some() { made_up::place() } else { asking.place(core) };
    let profile = proven.profile.as_ref().map(|profile| profile.id);
    let identity = if is_new { Identity::Secretless(device.id) } else { Identity::Proven(device.id) };
    let sign_in = judging::sign_in(core, asking, identity, &device.traits, &place, profile);
    let (judged, known) = judgement(core, &proven, &device, &sign_in, held).await?;
    let session = Session {
        id: session_id,
        account_id: proven.account.id,
        device_id: device.id,
        source: Source::Home { site: asking.site.clone() },
        promise: Promise::NextRequest,
        method: proven.proof.method(),
        let_in_by: match proven.proof {
            Proof::Code { allowed_by, .. } => Some(allowed_by),
            Proof::Setup | Proof::Password { .. } | Proof::Drill { .. } => None,
        },
        profile_id: profile,
        created_at: now,
        last_active_at: now,
        last_title: None,
        address: asking.address,
        familiarity: judged.familiarity.clone(),
        place,
        held_at: None,
        ending: None,
    };
    let alert = judging::alert(core, &session, &sign_in, &judged)?;
    // An answer to one that is made up teaches nothing.
    let alert = alert.map(|alert| match drill {
        Some(id) => Alert { id, sign_in: None, ..alert },
        None => alert,
    });
    let token = Secret::new(&*core.random);
    let refresh = proven.expires_at.map(|_| Secret::new(&*core.random));
    let tokens = NewTokens {
        token: token.hash(),
        expires_at: proven.expires_at,
        refresh: refresh.as_ref().map(Secret::hash),
        renews: asking.from_page && refresh.is_none(),
    };
    let lines =
        Lines::default().with(core.live.line(asking), judged.familiarity.verdict == Verdict::Familiar);
    let replaced = core
        .store
        .admit(
            turn,
            &Admission {
                device: &device,
                is_new,
                device_secret: device_secret.hash(),
                session: &session,
                tokens,
                lines: &lines,
                alert: alert.as_ref(),
                known: known.as_deref(),
                history: &history(core, &session, &device, proven.profile.as_ref(), alert.is_some()),
            },
        )
        .await?;
    for key in &replaced {
        core.live.retire(turn, *key);
    }
    let live = core.live.insert(turn, live_row(&session, &proven, tokens, lines));
    if matches!(proven.proof, Proof::Password { .. } | Proof::Setup) {
        let now = core.clock.elapsed();
        live.with_proofs(|proofs| proofs.note(Known::Password, now, Some(tokens.token), asking.address));
    }
    if let Some(address) = asking.address {
        core.known_networks.note(address);
    }
    announce(core, &session, &replaced, alert.as_ref());
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

/// Judges a sign-in by what is known of the account; with what is known from then on, as the store keeps it. One that is made up is
/// judged by no rule, and nothing is learnt of it.
async fn judgement(
    core: &Core,
    proven: &Proven,
    device: &Device,
    sign_in: &SignIn,
    held: Option<SessionId>,
) -> Result<(Judgement, Option<String>)> {
    if proven.proof.drill().is_some() {
        return Ok((made_up::judgement(), None));
    }
    let mut lore = Lore::of(core, proven.account.id).await?;
    // One alert a cause: one that waits about the session it replaces is about the new one from now on. A device
    // that was signed out in between comes back, which is to be told anew.
    if held.is_none() {
        lore.known.comes_back(device.id);
    }
    let judged = judge(&lore.known, sign_in, lore.settings.budget);
    let judged = match &proven.proof {
        Proof::Code { allower, .. } if allower.is_familiar => {
            let is_on_its_line =
                nearness(core, allower.address, sign_in.address, &sign_in.place) == CodeNearness::SameLine;
            if is_on_its_line {
                // That it is the household's is said now, also where it was asked before.
                lore.known.comes_back(device.id);
            }
            let_in(judged, is_on_its_line)
        }
        Proof::Setup | Proof::Password { .. } | Proof::Code { .. } | Proof::Drill { .. } => judged,
    };
    lore.known.learn(sign_in, &judged);
    Ok((judged, lore.to_known().map(Some)?))
}

/// The profile that a device was handed, as that is now: it may have become a child's. With another PIN, or an adult's instead
/// of a child's, it is not what was handed over, and is chosen on the device.
async fn as_it_is_now(core: &Core, proven: &Proven, handed: &Profile) -> Result<Option<Profile>> {
    let now = super::profiles::find(core, proven.account.id, handed.id).await?;
    let is_more = now.kind == ProfileKind::Adult && handed.kind != ProfileKind::Adult;
    let has_another_pin = match &proven.proof {
        Proof::Code { pin, .. } => core.store.pin_hash(now.id).await? != *pin,
        Proof::Setup | Proof::Password { .. } | Proof::Drill { .. } => now.has_pin != handed.has_pin,
    };
    Ok((!is_more && !has_another_pin).then_some(now))
}

/// A device as it stands at the door.
struct Recognised {
    device: Device,
    device_secret: Secret,
    /// Whether the account sees it for the first time.
    is_new: bool,
    /// The session of this home that it still holds, which the new one replaces.
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
    let traits = asking.traits(core);
    Ok(match known {
        Some((device, device_secret)) => {
            let listing = core.store.device(account.id, device.id).await?;
            let held = listing.as_ref().and_then(DeviceListing::held_at_home);
            Recognised {
                held: held.map(|held| held.session.id),
                device: Device { traits, ..device },
                device_secret,
                is_new: false,
            }
        }
        // A secret that is not known here is not taken over: whoever made it up could make it up again.
        None => Recognised {
            device: Device {
                id: DeviceId::new(&*core.clock, &*core.random),
                account_id: account.id,
                traits,
                given_name: None,
                first_seen_at: core.now(),
                continued_by: None,
                before_merge: None,
            },
            device_secret: Secret::new(&*core.random),
            is_new: true,
            held: None,
        },
    })
}

/// The entries of the history of a sign-in.
fn history(
    core: &Core,
    session: &Session,
    device: &Device,
    profile: Option<&Profile>,
    alerted: bool,
) -> Vec<HistoryEntry> {
    let details = [
        (HistoryKind::SignIn, HistoryDetail::SignedIn { method: session.method }),
        (HistoryKind::Alert, HistoryDetail::Judged { verdict: session.familiarity.verdict }),
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
            detail: Some(detail),
            ..core.entry(session.account_id, kind)
        })
        .collect()
}

fn live_row(session: &Session, proven: &Proven, tokens: NewTokens, lines: Lines) -> LiveRow {
    LiveRow {
        token: tokens.token,
        expires_at: tokens.expires_at,
        token_since: session.created_at,
        renews: tokens.renews,
        waits: false,
        id: session.id,
        account_id: session.account_id,
        login: proven.account.login.as_str().into(),
        device_id: session.device_id,
        method: session.method,
        profile: proven.profile.as_ref().map(|profile| Arc::new(profile.into())),
        address: session.address,
        last_active_at: session.last_active_at,
        held: false,
        guard: None,
        lines,
    }
}

fn announce(core: &Core, session: &Session, replaced: &[EndedKey], alert: Option<&Alert>) {
    let Session { account_id, device_id, id: session_id, .. } = *session;
    let replaced = replaced
        .iter()
        .map(|key| EventKind::SignedOut { device_id: key.device_id, session_id: key.session_id });
    let raised = alert.map(|alert| EventKind::AlertRaised { alert_id: alert.id, device_id });
    for event in replaced.chain([EventKind::SignedIn { device_id, session_id }]).chain(raised) {
        core.announcer.announce(&*core.clock, account_id, event);
    }
}
