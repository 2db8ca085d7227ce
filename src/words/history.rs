//! What an entry of the history says beyond its kind, in a few words.

use std::borrow::Cow;

use crate::model::{
    AlertKind, Answer, Budget, EndedReason, Guess, HistoryDetail, Part, ProfileDeed, SignInMethod, Verdict,
};

/// A detail in a few words; empty where a name was taken back.
pub fn detail(detail: &HistoryDetail) -> Cow<'_, str> {
    Cow::Borrowed(match detail {
        HistoryDetail::SignedIn { method } => match method {
            SignInMethod::Password => "with the password",
            SignInMethod::Code => "with a code",
            SignInMethod::Setup => "during set-up",
            SignInMethod::Drill => "in a fire drill",
            SignInMethod::Service => "at a watched service",
        },
        HistoryDetail::Ended { reason } => match reason {
            EndedReason::SignedOutHere => "by itself",
            EndedReason::SignedOutRemotely => "from another device",
            EndedReason::NotMe => "it was not me",
            EndedReason::PasswordChanged => "because the password was changed",
            EndedReason::Replaced => "because it signed in anew",
            EndedReason::Revoked => "by its own app",
            EndedReason::TokenReplayed => "because two devices used its sign-in",
            EndedReason::EndedAtService => "at the service itself",
            EndedReason::ServiceRemoved => "because the service is not watched any more",
        },
        HistoryDetail::Judged { verdict } => match verdict {
            Verdict::Familiar => "familiar",
            Verdict::NewDevice => "a device never seen before",
            Verdict::NewPlace => "a place never been at before",
            Verdict::Suspicious => "may be somebody else",
        },
        HistoryDetail::About { about } => match about {
            AlertKind::SignIn => "a sign-in",
            AlertKind::TakesOver => "signed others out, or changed the password",
            AlertKind::WrongPins => "somebody keeps guessing",
            AlertKind::AsksToVouch => "asks to speak for the household",
        },
        HistoryDetail::Answered { answer } => match answer {
            Answer::Me => "it was me",
            Answer::NotMe => "it was not me",
            Answer::Unsure => "not sure",
        },
        HistoryDetail::Guessed { what } => match what {
            Guess::Pin => "a PIN",
            Guess::Password => "the password",
        },
        HistoryDetail::Renamed { name } => name.as_deref().unwrap_or_default(),
        HistoryDetail::Profile { change } => match change {
            ProfileDeed::Created => "added",
            ProfileDeed::Changed => "changed",
            ProfileDeed::Deleted => "deleted",
        },
        HistoryDetail::Replaces { name }
        | HistoryDetail::Channel { name, .. }
        | HistoryDetail::AtService { name }
        | HistoryDetail::EndedAt { name, .. } => name,
        HistoryDetail::Budget { budget } => match budget {
            Budget::Yearly => "at most one false alarm a year",
            Budget::Quarterly => "at most one false alarm in three months",
            Budget::Monthly => "at most one false alarm a month",
            Budget::Weekly => "at most one false alarm a week",
        },
        HistoryDetail::Part { part } => match part {
            Part::Known => "what was known of the account",
            Part::Settings => "what was set about alerts",
        },
        HistoryDetail::HomeNetwork { on: true } => "on",
        HistoryDetail::HomeNetwork { on: false } => "off",
        HistoryDetail::SaidBefore { text } => text,
        HistoryDetail::Unknown => "something that this version of Latchkey does not know",
    })
}
