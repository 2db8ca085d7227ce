//! Who may say "it was me", and change what the household is told. What counts is where this very request comes from and
//! how the session was judged there, and never what is on record of it: a copy of a session has the record of its owner.
//!
//! See `docs/decisions/0006-who-may-say-that-it-was-me.md`.

use std::collections::HashSet;
use std::time::Duration;

use super::Core;
use super::caller::{Caller, Manager};
use super::waits::WAIT;
use crate::error::{Error, Result};
use crate::model::{
    Alert, AlertId, AlertKind, AlertState, Deeds, DeviceId, DeviceKind, EndedReason, Familiarity,
    HistoryDetail, HistoryEntry, HistoryKind, Place, PlaceScope, ProfileKind, Reason, Session, SignInMethod,
    Telling, Verdict,
};
use crate::store::{Ender, Manages, Turn, Wait};
use crate::wire::EventKind;

/// How long somebody who manages the account counts as there after their last request.
const THERE_FOR: Duration = Duration::from_hours(24 * 30);

/// What somebody wants to say.
#[derive(Clone, Copy, Debug)]
pub(super) enum About {
    /// Whose the device of an alert is.
    Alert(AlertId, DeviceId),
    /// That a device is one the account knew before.
    Merge {
        /// The device.
        id: DeviceId,
        /// The one it is.
        earlier: DeviceId,
    },
    /// What the household is told, and when; and from where its home can be reached.
    Settings,
    /// Who manages: PINs and kinds of profiles. Whoever does not manage is told nothing, which a stranger would like.
    Profiles,
}

impl About {
    /// The device in question, if it is about one.
    const fn device(self) -> Option<DeviceId> {
        match self {
            Self::Alert(_, id) | Self::Merge { id, .. } => Some(id),
            Self::Settings | Self::Profiles => None,
        }
    }

    /// As it is kept while somebody waits for it.
    fn key(self) -> String {
        match self {
            Self::Alert(id, _) => format!("alert {id}"),
            Self::Merge { id, earlier } => format!("merge {id} {earlier}"),
            Self::Settings => "settings".to_owned(),
            Self::Profiles => "profiles".to_owned(),
        }
    }
}

/// Whether the caller may speak for the household; why not otherwise.
///
/// A device that is familiar may, judged so where this request comes from, and one at home, where the household would see a
/// stranger; never the device in question. Where nobody else is left, the home's own computer may, or after a day that is
/// told on every channel whoever asked.
///
/// # Errors
///
/// [`Error::NotFamiliar`], and where nobody else is left [`Error::WaitStarted`] and [`Error::Waiting`].
pub(super) async fn may_vouch(core: &Core, turn: &Turn<'_>, manager: &Manager, about: About) -> Result<()> {
    match voice(core, manager, about).await? {
        Voice::Speaks => Ok(()),
        Voice::IsOneOfOthers => Err(Error::NotFamiliar),
        Voice::IsAlone => wait(core, turn, manager, about).await,
    }
}

/// Whether the caller may speak for the household now. Asks for nothing.
pub(super) async fn speaks(core: &Core, manager: &Manager, about: About) -> Result<bool> {
    Ok(matches!(voice(core, manager, about).await?, Voice::Speaks))
}

/// Whether a device that shows it is itself, and not where it is, may speak for the household: an answer that a relay carries has
/// no address. Nothing stands for being at home then, and nobody is alone. What cannot be looked at here must be well
/// everywhere: the session was familiar on every line that it is judged on, looks stolen on none, and no alert waits about its
/// device. One that is not judged anywhere yet is in doubt.
pub(super) async fn speaks_from_away(core: &Core, manager: &Manager, about: About) -> Result<bool> {
    let is_about_itself = about.device() == Some(manager.device_id());
    if is_about_itself || !manager.caller().session.is_familiar_everywhere() {
        return Ok(false);
    }
    Ok(!core.store.is_told(manager.device_id()).await?)
}

/// Whether the caller's device is the household's, as far as is known, where this request comes from. What the session was found
/// to be elsewhere, later or earlier, says nothing: a copy and its owner take turns.
pub(super) async fn is_familiar(core: &Core, caller: &Caller) -> Result<bool> {
    let is_familiar_here = caller.line.is_some_and(|line| caller.session.is_familiar_on(line));
    if !is_familiar_here || caller.session.is_doubted_at(caller.address) {
        return Ok(false);
    }
    Ok(!core.store.is_told(caller.session.device_id).await?)
}

enum Voice {
    /// It counts.
    Speaks,
    /// It does not, and there are others whose does.
    IsOneOfOthers,
    /// It does not, and nobody else is left.
    IsAlone,
}

async fn voice(core: &Core, manager: &Manager, about: About) -> Result<Voice> {
    let caller = manager.caller();
    let scope = place(core, caller).scope;
    let is_at_home = matches!(scope, PlaceScope::HomeNetwork | PlaceScope::ThisComputer);
    let is_about_itself = about.device() == Some(manager.device_id());
    Ok(if !is_about_itself && (is_at_home || is_familiar(core, caller).await?) {
        Voice::Speaks
    } else if is_anybody_left(core, manager).await? {
        Voice::IsOneOfOthers
    } else if scope == PlaceScope::ThisComputer {
        Voice::Speaks
    } else {
        Voice::IsAlone
    })
}

/// Whether somebody else of the household is there who may manage the account. Whom the asker or a stranger signed out is
/// there all the same: otherwise whoever profits from it could bring it about.
async fn is_anybody_left(core: &Core, manager: &Manager) -> Result<bool> {
    let (account_id, own) = (manager.account_id(), manager.device_id());
    let since = core.waits.no_later_than_now(&*core.clock).before(THERE_FOR);
    let mut askers: HashSet<_> =
        core.store.let_in_by(account_id, own).await?.into_iter().map(|(_, device_id)| device_id).collect();
    askers.insert(own);
    let sessions = core.store.who_manages(account_id, own, since).await?;
    Ok(sessions.iter().any(|session| {
        // What is written down of a live one may be old.
        let live = core.live.by_id(session.id).map(|live| live.last_active_at());
        manages(session)
            && live.map_or(session.last_active_at, |live| live.max(session.last_active_at)) >= since
            && counts(session, &askers)
    }))
}

/// Whether a person who manages the account is behind a session: no child, and nothing that stands in a living room for
/// everybody.
fn manages(session: &Manages) -> bool {
    let is_shared = matches!(
        session.kind,
        DeviceKind::Tv | DeviceKind::StreamingBox | DeviceKind::Speaker | DeviceKind::Console
    );
    !is_shared
        && match session.profile {
            Some(ProfileKind::Adult) => true,
            Some(ProfileKind::Kids) => false,
            None => {
                !matches!(session.method, SignInMethod::Code | SignInMethod::Drill | SignInMethod::Service)
            }
        }
}

/// Whether a session is alive, or was ended by somebody whose word does not count here.
#[expect(clippy::match_same_arms, reason = "each case has a reason of its own")]
fn counts(session: &Manages, askers: &HashSet<DeviceId>) -> bool {
    match (session.ended, session.ender) {
        (None, _) => true,
        // The device speaks by its newer session.
        (Some(EndedReason::Replaced), _) => false,
        // Somebody at the home's own computer chose a new password.
        (Some(EndedReason::PasswordChanged), None) => false,
        // The home did it by itself, for a reason that somebody may have given it.
        (Some(_), None) => true,
        (Some(_), Some(Ender { device_id, verdict, is_told, .. })) => {
            askers.contains(&device_id) || verdict != Verdict::Familiar || is_told
        }
    }
}

/// Lets a day pass before a device speaks for a household in which nobody else is left.
async fn wait(core: &Core, turn: &Turn<'_>, manager: &Manager, about: About) -> Result<()> {
    let (account_id, session_id) = (manager.account_id(), manager.session_id());
    let (now, what) = (core.now(), about.key());
    if let Some(wait) = core.store.wait(account_id).await? {
        let is_alive = core.live.by_id(wait.session_id).is_some_and(|session| !session.has_ended());
        if is_alive && let Some(left) = core.waits.left(&*core.clock, &wait) {
            return Err(Error::Waiting { until: now.after(left) });
        }
        if wait.session_id == session_id && wait.what == what {
            return Ok(());
        }
    }
    let until = now.after(WAIT);
    let wait = Wait { account_id, session_id, what, asked_at: now, due_at: until };
    let did = Deeds { may_vouch_at: Some(until), ..Deeds::default() };
    let quiet_days = u32::try_from(THERE_FOR.as_secs() / (24 * 60 * 60)).unwrap_or(u32::MAX);
    let why = vec![Reason::AsksToVouch { quiet_days }];
    let alert = alert(core, manager.caller(), AlertKind::AsksToVouch, did, why).await?;
    let entry =
        entry(core, manager.caller(), HistoryKind::VouchAsked, &alert.place, AlertKind::AsksToVouch).await?;
    core.store.begin_wait(turn, &wait, &alert, &entry).await?;
    core.waits.begin(&*core.clock, wait);
    announce(core, &alert);
    Err(Error::WaitStarted { until })
}

/// An alert about what a device does, and not about how it came in. It is told aloud, at any hour.
pub(super) async fn alert(
    core: &Core,
    caller: &Caller,
    kind: AlertKind,
    did: Deeds,
    reasons: Vec<Reason>,
) -> Result<Alert> {
    let session = own(core, caller).await?;
    Ok(Alert {
        id: AlertId::in_order(&core.order, &*core.clock, &*core.random),
        account_id: session.account_id,
        device_id: session.device_id,
        session_id: session.id,
        kind,
        did,
        at: core.now(),
        place: place(core, caller),
        familiarity: Familiarity { reasons, ..session.familiarity },
        telling: Telling::Aloud,
        sign_in: None,
        state: AlertState::Open,
        answered_at: None,
        acted_by: None,
    })
}

/// The entry in the history of such an alert.
pub(super) async fn entry(
    core: &Core,
    caller: &Caller,
    kind: HistoryKind,
    place: &Place,
    about: AlertKind,
) -> Result<HistoryEntry> {
    let listing = core.store.device(caller.account_id(), caller.session.device_id).await?;
    Ok(HistoryEntry {
        device_id: Some(caller.session.device_id),
        device_name: listing.map(|listing| listing.device.name().to_owned()),
        session_id: Some(caller.session.id),
        profile_name: caller.session.profile().map(|profile| profile.name.clone()),
        address: caller.address.map(|address| address.to_string()),
        place: Some(place.clone()),
        detail: Some(HistoryDetail::About { about }),
        ..core.entry(caller.account_id(), kind)
    })
}

/// Tells of an alert that is on disk.
pub(super) fn announce(core: &Core, alert: &Alert) {
    let raised = EventKind::AlertRaised { alert_id: alert.id, device_id: alert.device_id };
    core.announcer.announce(&*core.clock, alert.account_id, raised);
}

/// Where this request comes from.
fn place(core: &Core, caller: &Caller) -> Place {
    core.locator.locate(caller.address)
}

async fn own(core: &Core, caller: &Caller) -> Result<Session> {
    let listing = core.store.device(caller.account_id(), caller.session.device_id).await?;
    let listing = listing.ok_or(Error::NotFound("device"))?;
    // The device may have signed in again since.
    let own = listing.sessions.into_iter().find(|own| own.session.id == caller.session.id);
    own.map(|own| own.session).ok_or(Error::SessionEnded)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;
    use crate::model::{SessionId, Timestamp};
    use crate::random::SeededRandom;

    /// A phone of the household, whoever asks, and another device.
    fn phone() -> (Manages, DeviceId, DeviceId) {
        let (clock, random) =
            (ManualClock::at(Timestamp::from_millis(1_790_000_000_000)), SeededRandom::new(1));
        let phone = Manages {
            id: SessionId::new(&clock, &random),
            kind: DeviceKind::Phone,
            method: SignInMethod::Password,
            profile: Some(ProfileKind::Adult),
            verdict: Verdict::Familiar,
            last_active_at: Timestamp::from_millis(0),
            ended: None,
            ender: None,
        };
        (phone, DeviceId::new(&clock, &random), DeviceId::new(&clock, &random))
    }

    #[test]
    fn televisions_children_and_devices_by_code_that_nobody_chose_for_do_not_manage() {
        let (phone, ..) = phone();
        assert!(manages(&phone));
        assert!(manages(&Manages { profile: None, ..phone.clone() }));
        for other in [
            Manages { kind: DeviceKind::Tv, ..phone.clone() },
            Manages { kind: DeviceKind::StreamingBox, ..phone.clone() },
            Manages { kind: DeviceKind::Speaker, ..phone.clone() },
            Manages { kind: DeviceKind::Console, ..phone.clone() },
            Manages { profile: Some(ProfileKind::Kids), ..phone.clone() },
            Manages { profile: None, method: SignInMethod::Code, ..phone.clone() },
        ] {
            assert!(!manages(&other), "{other:?}");
        }
    }

    #[test]
    fn whom_the_household_signed_out_is_gone_and_whom_a_stranger_signed_out_is_not() {
        let (phone, asker, other) = phone();
        let ended = |ender| Manages { ended: Some(EndedReason::SignedOutRemotely), ender, ..phone.clone() };
        let familiar = Ender { id: phone.id, device_id: other, verdict: Verdict::Familiar, is_told: false };
        let askers = HashSet::from([asker]);
        assert!(counts(&phone, &askers));
        assert!(!counts(&ended(Some(familiar)), &askers));
        for ender in [
            Some(Ender { device_id: asker, ..familiar }),
            Some(Ender { verdict: Verdict::NewDevice, ..familiar }),
            Some(Ender { is_told: true, ..familiar }),
            None,
        ] {
            assert!(counts(&ended(ender), &askers), "{ender:?}");
        }
        let replaced = Manages { ended: Some(EndedReason::Replaced), ..phone.clone() };
        assert!(!counts(&replaced, &askers));
    }
}
