//! How well a sign-in fits what is known of the account. Pure functions: what is known ([`Known`]) and a sign-in
//! ([`SignIn`]) in, a verdict with its score and reasons ([`Judgement`]) out.
//!
//! The rule weighs two things: what the device is ([`client`]; its secret first) and where it is ([`place`], [`network`]).
//! Each says how many times likelier a stranger makes the observation than the household does; the product is the
//! score. Above the threshold of the person's alert budget ([`budget`]) somebody is told. Three things go before the
//! weighing: a session that looks stolen ([`stolen`]), a place that a trusted phone explains ([`travel`]), and a cause
//! that was told already ([`quiet`]). Every number is in [`thresholds`], and what they cost and catch is measured by
//! `./dev bench familiarity`.
//!
//! Source of the form: Freeman et al., "Who Are You? A Statistical Approach to Measuring User Authenticity", NDSS 2016
//! (doi 10.14722/ndss.2016.23240). What a household needs beyond it is in `docs/decisions/`.

mod bounded;
pub mod budget;
pub mod changed;
pub mod client;
pub mod first_request;
mod judgement;
pub mod known;
pub mod known_device;
mod learning;
pub mod let_in;
pub mod network;
pub mod place;
pub mod quiet;
mod reasons;
pub mod settings;
pub mod sign_in;
pub mod spot;
mod standing;
pub mod stolen;
#[cfg(test)]
mod tests;
pub mod thresholds;
pub mod travel;
mod unanswered;
pub mod used;
mod version;

pub use crate::model::QuietHours;
pub use budget::Budget;
pub use client::Client;
pub use judgement::Judgement;
pub use known::Known;
pub use settings::Settings;
pub use sign_in::{Identity, SignIn};

use crate::model::{Familiarity, Reason, Telling, Verdict};
use place::{Nearness, is_own_line, nearness};
use quiet::Learning;
use standing::Standing;
use stolen::{Theft, theft};
use thresholds::stolen as stolen_ratio;

/// Judges a sign-in, or a session that goes on from somewhere else, from what is known of the account.
pub fn judge(known: &Known, sign_in: &SignIn, budget: Budget) -> Judgement {
    if known.is_empty() {
        return first();
    }
    let near = nearness(known, sign_in);
    let device = Standing::of(known, sign_in);
    let theft = match &device {
        Standing::Trusted(device) | Standing::Waiting(device) => theft(device, sign_in, near),
        Standing::Probably(..) | Standing::New(_) => None,
    };
    let score = device.ratio(sign_in.identity) + near.ratio() + theft.map_or(0.0, |_| stolen_ratio::RULE);
    let learning = quiet::learning(known, sign_in.at);
    let companion = travel::companion(known, sign_in);
    let is_over = score > budget.threshold();
    let verdict = verdict(&device, sign_in.identity, near, theft, is_over, companion.is_some());
    let is_own_line = is_own_line(known, sign_in, near);
    let is_learnt = quiet::may_be_learnt(learning, verdict, near, is_own_line);
    // After the first day it says so only of what it would have told of.
    let is_learning = learning == Learning::Nearby || (is_learnt && verdict != Verdict::Familiar);
    let verdict = if is_learnt { Verdict::Familiar } else { verdict };
    let telling = quiet::telling(&quiet::About { known, sign_in, verdict, device: &device, near, is_over });
    let reasons = reasons::reasons(&reasons::About {
        known,
        sign_in,
        device: &device,
        near,
        theft,
        companion: companion.filter(|_| !near.is_known_connection()),
        is_learning,
        verdict,
    });
    Judgement {
        familiarity: Familiarity {
            verdict,
            score: Some(to_score(score)),
            reasons,
            probably: device.probably(),
        },
        telling,
        is_explained: companion.is_some(),
        is_learning,
    }
}

/// What a judgement becomes when a person has said that it was them.
pub fn confirmed(judged: &Familiarity) -> Familiarity {
    Familiarity {
        verdict: Verdict::Familiar,
        score: judged.score,
        reasons: vec![Reason::Confirmed],
        // It may be said later which device it is, and be taken back and said again.
        probably: judged.probably,
    }
}

/// The account's very first device: there is nothing to compare it with.
fn first() -> Judgement {
    Judgement {
        familiarity: Familiarity {
            verdict: Verdict::Familiar,
            score: Some(1.0),
            reasons: vec![Reason::FirstDevice],
            probably: None,
        },
        telling: Telling::Nothing,
        is_explained: false,
        is_learning: true,
    }
}

/// The verdict, from the score and what it is made of.
fn verdict(
    device: &Standing<'_>,
    identity: Identity,
    near: Nearness,
    theft: Option<Theft>,
    is_over: bool,
    is_explained: bool,
) -> Verdict {
    match device {
        _ if theft.is_some() => Verdict::Suspicious,
        // What is like no known device is new, wherever it is: the household has one more, or somebody else has.
        Standing::Waiting(_) | Standing::New(Some(_)) => Verdict::NewDevice,
        // Without its secret even the likeliest device may be somebody else's; and behind a proxy or a container that
        // does not say where requests come from, everybody is at home.
        Standing::New(None) | Standing::Probably(..) if identity != Identity::Unnamed => Verdict::NewDevice,
        // Only a place that speaks for a stranger by itself is told as one.
        _ if is_over && !is_explained && near.ratio() > 0.0 => Verdict::NewPlace,
        Standing::Trusted(_) | Standing::Probably(..) | Standing::New(None) => Verdict::Familiar,
    }
}

/// A likelihood ratio from its decimal logarithm, to two figures: more would say that it is known more exactly.
fn to_score(log: f64) -> f64 {
    let magnitude = 10f64.powf(log.floor());
    (10f64.powf(log) / magnitude * 10.0).round() / 10.0 * magnitude
}
