//! What becomes of what somebody would be told: whether the household answers, and what.

use clap::ValueEnum;

use super::attempt::Attempt;
use crate::familiarity::Judgement;
use crate::model::Telling;

/// Who answers what somebody is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Answers {
    /// The household, at once: it was them, unless the file marks the row as an attack
    #[default]
    Ours,
    /// Nobody: every row like one that was told is told again
    Nobody,
}

/// What the household says of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// It was them.
    Ours,
    /// It was not.
    NotOurs,
}

impl Answers {
    /// What is answered about a row, if that is asked at all. Of one that was not let in nobody is asked.
    pub(super) fn about(self, attempt: &Attempt<'_>, judged: &Judgement) -> Option<Answer> {
        if self == Self::Nobody || judged.telling == Telling::Nothing || !attempt.succeeded {
            return None;
        }
        let is_attack = attempt.is_attack_address || attempt.is_takeover;
        Some(if is_attack { Answer::NotOurs } else { Answer::Ours })
    }

    /// What is assumed about answers, in a line of the summary.
    pub(super) const fn in_words(self) -> &'static str {
        match self {
            Self::Ours => "a row that is told is taken as answered \"ours\" unless marked as an attack",
            Self::Nobody => "nobody answers: rows like one that was told are told again",
        }
    }
}
