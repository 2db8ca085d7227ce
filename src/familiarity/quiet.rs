//! Quiet: when nobody is told, and when somebody is told without a sound.

use super::known::Known;
use super::place::Nearness;
use super::sign_in::SignIn;
use super::spot::{Spot, is_one_cause};
use super::standing::Standing;
use super::thresholds::{LEARN_FOR, LEARN_NEARBY_FOR, LEARN_NEARBY_SIGN_INS};
use super::used::{is_exit_told, is_leaving_told};
use crate::model::{Telling, Timestamp, Verdict};

/// What a new home takes as the household's without asking: there is nothing to compare with yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Learning {
    /// What is near where it was set up: in its first day or its first five sign-ins, whichever ends first.
    Nearby,
    /// What comes up on its own line: in its first days.
    OwnLine,
    /// Nothing any more.
    Over,
}

/// How far the home has learnt, unless somebody said that it has learnt enough.
pub fn learning(known: &Known, at: Timestamp) -> Learning {
    let lasts = |time| known.first_at.is_none_or(|first| first.after(time) > at);
    if known.is_taught || !lasts(LEARN_FOR) {
        Learning::Over
    } else if known.sign_ins < LEARN_NEARBY_SIGN_INS && lasts(LEARN_NEARBY_FOR) {
        Learning::Nearby
    } else {
        Learning::OwnLine
    }
}

/// Whether a new home takes a sign-in as the household's without asking. Not what comes from another country or out of a data
/// centre, and not what looks stolen: a stranger's best moment would otherwise be the first day.
pub fn may_be_learnt(learning: Learning, verdict: Verdict, near: Nearness, is_own_line: bool) -> bool {
    let is_learnt = match learning {
        Learning::Nearby => near <= Nearness::Near,
        Learning::OwnLine => is_own_line,
        Learning::Over => false,
    };
    is_learnt && verdict != Verdict::Suspicious
}

/// What telling depends on.
pub(super) struct About<'a> {
    pub known: &'a Known,
    pub sign_in: &'a SignIn,
    pub verdict: Verdict,
    pub device: &'a Standing<'a>,
    pub near: Nearness,
    /// Whether the score is above what the budget allows.
    pub is_over: bool,
}

/// Whether and how somebody is told: once a cause.
pub(super) fn telling(about: &About<'_>) -> Telling {
    let device = match about.device {
        Standing::Trusted(device) | Standing::Waiting(device) => Some(device),
        Standing::Probably(..) | Standing::New(_) => None,
    };
    let is_told = device.is_some_and(|device| device.is_told);
    let is_suspicion_told =
        device.is_some_and(|device| device.is_suspicion_told(&about.sign_in.place, about.sign_in.at));
    match about.verdict {
        Verdict::Familiar => Telling::Nothing,
        // One alert a cause: it waits for its answer.
        Verdict::Suspicious if is_suspicion_told => Telling::Nothing,
        // One alert about a move or a holiday, not one a device.
        Verdict::NewPlace if is_place_told(about) => Telling::Nothing,
        // The device was told when it came first, and waits for its answer; unless it turns up far from there.
        Verdict::NewDevice if is_told && !has_gone_far(about) => Telling::Nothing,
        Verdict::NewDevice if is_notice(about) => Telling::Quietly,
        Verdict::Suspicious | Verdict::NewPlace | Verdict::NewDevice => Telling::Aloud,
    }
}

/// Whether a new device is only worth a notice without a sound: at home the household will know it, and what probably
/// is a known device is offered as that one.
fn is_notice(about: &About<'_>) -> bool {
    let is_probable = matches!(about.device, Standing::Probably(..));
    about.near.is_at_home() || !about.is_over || (is_probable && about.near.is_known_connection())
}

/// Whether the place was told lately and waits for its answer.
fn is_place_told(about: &About<'_>) -> bool {
    let is_exit = !about.sign_in.place.network_kind.has_a_country();
    if is_exit && let Some(is_told) = is_exit_told(about.known, about.sign_in) {
        return is_told;
    }
    if is_leaving_told(about.known, about.sign_in) {
        return true;
    }
    about.near != Nearness::LeftTheHouse && about.known.is_told(&about.sign_in.place, about.sign_in.at)
}

/// Whether a device that waits for its answer turns up far from where it was told: that is another cause.
fn has_gone_far(about: &About<'_>) -> bool {
    let Standing::Waiting(device) = about.device else { return false };
    let is_far = about.near >= Nearness::SameNetwork
        && !is_one_cause(&device.last_spot, &Spot::of(&about.sign_in.place));
    is_far && !is_place_told(about)
}
