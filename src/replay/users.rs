//! What is known of every user of a file: a summary of bounded size each.

use std::collections::HashMap;

use super::answers::{Answer, Answers};
use super::attempt::Attempt;
use crate::familiarity::{Budget, Judgement, Known, SignIn, judge};

/// Judges sign-ins, and learns from them and from what is answered.
pub(super) struct Users {
    budget: Budget,
    answers: Answers,
    /// Boxed, because the table keeps room for more users than it has.
    known: HashMap<Box<[u8]>, Box<Known>>,
    /// What is known of a user who never signed in.
    nothing: Known,
}

impl Users {
    pub(super) fn new(budget: Budget, answers: Answers) -> Self {
        Self { budget, answers, known: HashMap::new(), nothing: Known::default() }
    }

    /// How many ever signed in.
    pub(super) fn len(&self) -> usize {
        self.known.len()
    }

    /// Judges an attempt, and learns from it when it was let in. Those that were not make no user: whoever guesses
    /// names would fill the memory with them.
    pub(super) fn judge(&mut self, attempt: &Attempt<'_>, sign_in: &SignIn) -> Judgement {
        let Some(known) = self.known.get_mut(attempt.user) else {
            let judged = judge(&self.nothing, sign_in, self.budget);
            if attempt.succeeded {
                let mut known = Box::<Known>::default();
                learn(&mut known, sign_in, &judged, self.answers.about(attempt, &judged));
                self.known.insert(attempt.user.into(), known);
            }
            return judged;
        };
        let judged = judge(known, sign_in, self.budget);
        if attempt.succeeded {
            learn(known, sign_in, &judged, self.answers.about(attempt, &judged));
        }
        judged
    }
}

/// Learns, as a home does when it lets somebody in and when it is answered, and keeps no room for what may come: most users
/// have one device and one place, and a list takes room for four when it gets its first entry.
fn learn(known: &mut Known, sign_in: &SignIn, judged: &Judgement, answer: Option<Answer>) {
    known.learn(sign_in, judged);
    match answer {
        None => {}
        Some(Answer::Ours) => known.confirm_told(sign_in),
        Some(Answer::NotOurs) => known.deny(sign_in, judged.familiarity.verdict),
    }
    known.devices.shrink_to_fit();
    known.places.shrink_to_fit();
    known.prefixes.shrink_to_fit();
    known.networks.shrink_to_fit();
}
