//! A session goes on from a new line or as another program: somebody judges before the request is let in.

use std::sync::Arc;

use super::Core;
use super::asking::Asking;
use super::judging::{self, Lore};
use super::live::{LiveSession, Seen};
use super::sign_out;
use crate::error::{Error, Result};
use crate::familiarity::network::prefix_of;
use crate::familiarity::{Identity, SignIn, judge};
use crate::model::{
    Device, EndedReason, HistoryDetail, HistoryEntry, HistoryKind, PlaceScope, SessionListing, Telling,
    Verdict,
};
use crate::store::{EndSession, Move, Turn};
use crate::wire::EventKind;

/// Notes a request of a live session; judges it first when it comes from a line it was not judged on.
///
/// # Errors
///
/// [`Error::SessionHeld`] when the session looks stolen and is held, now or since earlier.
pub async fn seen(core: &Arc<Core>, session: &Arc<LiveSession>, asking: &Asking) -> Result<()> {
    if session.is_held() {
        return Err(Error::SessionHeld);
    }
    match core.live.touch(session, core.now(), asking) {
        Seen::Before | Seen::Doubted => Ok(()),
        // Apart on the heap: every request carries the room for what it waits for, and hardly any waits for this.
        Seen::Anew => Box::pin(judge_anew(core, session, asking)).await,
    }
}

/// What becomes of a session that two turn out to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OnTheft {
    /// It is held until somebody answers.
    Hold,
    /// It ends, as a family of refresh tokens does (RFC 9700 section 4.14.2).
    End,
    /// Nothing: whoever it was asked for what would end it, and must not get that by an old copy.
    Tell,
}

/// Judges a request that brings a token of a live session which is good no more: `identity` says whether only the place can
/// tell that there are two copies, or whether that is known.
///
/// # Errors
///
/// [`Error::SessionHeld`] when the session is held for it; [`Error::NotSignedIn`] when it looks stolen and is not held: the
/// older copy is good for nothing then.
pub(super) async fn came_back(
    core: &Core,
    turn: &Turn<'_>,
    session: &LiveSession,
    asking: &Asking,
    identity: Identity,
    on_theft: OnTheft,
) -> Result<()> {
    let looks_stolen = judge_alone(core, turn, session, asking, identity, on_theft).await?;
    goes_on(session)?;
    if looks_stolen { Err(Error::NotSignedIn) } else { Ok(()) }
}

/// Judges a request of a live session that comes from a line it was not judged on.
///
/// # Errors
///
/// [`Error::SessionHeld`] when the session looks stolen and is held.
pub(super) async fn judge_if_new(
    core: &Core,
    turn: &Turn<'_>,
    session: &LiveSession,
    asking: &Asking,
) -> Result<()> {
    goes_on(session)?;
    if !session.was_looked_at_on(core.live.line(asking)) {
        let identity = Identity::Session(session.device_id);
        judge_alone(core, turn, session, asking, identity, OnTheft::Hold).await?;
    }
    goes_on(session)
}

/// Whether a session is alive and not held.
pub(super) fn goes_on(session: &LiveSession) -> Result<()> {
    if session.has_ended() {
        Err(Error::SessionEnded)
    } else if session.is_held() {
        Err(Error::SessionHeld)
    } else {
        Ok(())
    }
}

async fn judge_anew(core: &Arc<Core>, session: &Arc<LiveSession>, asking: &Asking) -> Result<()> {
    if is_unchanged(core, session, asking).await? {
        core.live.touch(session, core.now(), asking);
        return Ok(());
    }
    let (core, session, asking) = (Arc::clone(core), Arc::clone(session), asking.clone());
    Core::carry_through(async move {
        let turn = core.store.turn().await;
        // Several requests come at once from a new line; one of them may have been judged meanwhile.
        judge_if_new(&core, &turn, &session, &asking).await?;
        core.live.touch(&session, core.now(), &asking);
        Ok(())
    })
    .await
}

/// Whether a request comes from the network its session was last in, is as familiar as the session is on record, and teaches
/// nothing new. Then there is nothing to write but that it was judged there, which waits for the next batch; and nothing to
/// wait in turn for.
async fn is_unchanged(core: &Core, current: &LiveSession, asking: &Asking) -> Result<bool> {
    let (times_forgotten, last_address) = current.before_judging();
    if asking.address.is_none() || asking.address.map(prefix_of) != last_address.map(prefix_of) {
        return Ok(false);
    }
    let Some(listing) = core.store.device(current.account_id(), current.device_id).await? else {
        return Ok(false);
    };
    let on_record = listing.session_of(current.id);
    if on_record.is_none_or(|on_record| on_record.session.familiarity.verdict != Verdict::Familiar) {
        return Ok(false);
    }
    let (lore, sign_in) =
        lore_and_sign_in(core, current, asking, Identity::Session(current.device_id)).await?;
    let judged = judge(&lore.known, &sign_in, lore.settings.budget);
    let is_familiar = judged.familiarity.verdict == Verdict::Familiar
        && judged.telling == Telling::Nothing
        && lore.known.has_learnt(&sign_in);
    Ok(is_familiar && current.note_unchanged_line(core.live.line(asking), times_forgotten))
}

/// What is known of the account when a session of it asks, and what is judged then.
async fn lore_and_sign_in(
    core: &Core,
    current: &LiveSession,
    asking: &Asking,
    identity: Identity,
) -> Result<(Lore, SignIn)> {
    let mut lore = Lore::of(core, current.account_id()).await?;
    let last_address = current.with_notes(|notes| notes.address);
    let last_place = core.locator.locate(last_address);
    lore.known.was_active(current.device_id, current.last_active_at(), last_address, &last_place);
    let agent = asking.agent(core);
    let profile = current.profile().map(|profile| profile.id);
    let sign_in = judging::sign_in(core, asking, identity, &agent, &asking.place(core), profile);
    Ok((lore, sign_in))
}

/// Judges a request, tells who must hear of it, and holds the session when it looks stolen; says whether it does.
async fn judge_alone(
    core: &Core,
    turn: &Turn<'_>,
    current: &LiveSession,
    asking: &Asking,
    identity: Identity,
    on_theft: OnTheft,
) -> Result<bool> {
    let listing = core.store.device(current.account_id(), current.device_id).await?;
    let listing = listing.ok_or(Error::SessionEnded)?;
    let on_record = listing.session_of(current.id).ok_or(Error::SessionEnded)?;
    let session = &on_record.session;
    let (mut lore, sign_in) = lore_and_sign_in(core, current, asking, identity).await?;
    let judged = judge(&lore.known, &sign_in, lore.settings.budget);
    lore.known.learn(&sign_in, &judged);
    let looks_stolen = judged.familiarity.verdict == Verdict::Suspicious;
    let is_familiar = judged.familiarity.verdict == Verdict::Familiar;
    let is_spent = matches!(identity, Identity::Spent(_) | Identity::Replayed(_));
    let ends = on_theft == OnTheft::End;
    if is_spent && !looks_stolen && !ends {
        return Ok(false);
    }
    // The owner must not be locked out of the computer that the home runs on. That this request comes from there counts,
    // and not that the session once did: a copy of its token is elsewhere.
    let is_own_desktop = sign_in.place.scope == PlaceScope::ThisComputer;
    let held_at =
        (on_theft == OnTheft::Hold && looks_stolen && lore.settings.hold_suspicious && !is_own_desktop)
            .then(|| core.now());
    let alert = judging::alert(core, session, &sign_in, &judged)?;
    // An old copy that is not held is refused again and again; it was told the first time.
    if is_spent && alert.is_none() && held_at.is_none() && !ends {
        return Ok(true);
    }
    let mut kinds = Vec::new();
    if alert.is_some() {
        kinds.push(HistoryKind::Alert);
    }
    if judged.familiarity.verdict == Verdict::NewPlace && alert.is_some() {
        kinds.insert(0, HistoryKind::NewPlace);
    }
    if held_at.is_some() {
        kinds.push(HistoryKind::SessionHeld);
    }
    let verdict = judged.familiarity.verdict;
    let about = (&listing.device, on_record);
    let entry = |kind, detail| entry_of(core, about, asking, &sign_in.place, kind, detail);
    let history: Vec<_> =
        kinds.into_iter().map(|kind| entry(kind, HistoryDetail::Judged { verdict })).collect();
    let reason = EndedReason::TokenReplayed;
    let history_of_end = ends.then(|| entry(HistoryKind::SignOut, HistoryDetail::Ended { reason }));
    let end = history_of_end.map(|history| EndSession { id: current.id, reason, by: None, history });
    let line = core.live.line(asking);
    let is_held = held_at.is_some();
    let lines = (!is_spent && !is_held).then(|| {
        if looks_stolen { current.lines_without(line) } else { current.lines_with(line, is_familiar) }
    });
    let ended = core
        .store
        .move_session(
            turn,
            &Move {
                session_id: current.id,
                account_id: current.account_id(),
                to: (!looks_stolen && !is_spent).then_some((asking.address, &sign_in.place)),
                lines: lines.as_ref(),
                // What is only told changes nothing of the session.
                familiarity: (on_theft != OnTheft::Tell).then_some(&judged.familiarity),
                alert: alert.as_ref(),
                held_at,
                known: &lore.to_known()?,
                history: &history,
                end: end.as_ref(),
            },
        )
        .await?;
    sign_out::retire(core, turn, ended.as_slice());
    if is_held {
        current.hold(turn, true);
    } else if looks_stolen && !is_spent {
        current.doubt_line(line, asking.address);
    } else if !is_spent {
        current.note_line(line, asking.address, is_familiar);
    }
    let raised = alert.map(|alert| EventKind::AlertRaised { alert_id: alert.id, device_id: alert.device_id });
    let changed = EventKind::DeviceChanged { device_id: current.device_id };
    for event in raised.into_iter().chain([changed]) {
        core.announcer.announce(&*core.clock, current.account_id(), event);
    }
    Ok(looks_stolen)
}

fn entry_of(
    core: &Core,
    (device, on_record): (&Device, &SessionListing),
    asking: &Asking,
    place: &crate::model::Place,
    kind: HistoryKind,
    detail: HistoryDetail,
) -> HistoryEntry {
    HistoryEntry {
        device_id: Some(device.id),
        device_name: Some(device.name().to_owned()),
        session_id: Some(on_record.session.id),
        profile_name: on_record.profile.as_ref().map(|profile| profile.name.as_str().to_owned()),
        address: asking.address.map(|address| address.to_string()),
        place: Some(place.clone()),
        detail: Some(detail),
        ..core.entry(device.account_id, kind)
    }
}
