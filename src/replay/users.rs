//! What is known of every user of a file: a summary of bounded size each.

use std::collections::HashMap;

use crate::familiarity::{Budget, Judgement, Known, SignIn, judge};

/// Judges sign-ins, and learns from them.
pub(super) struct Users {
    budget: Budget,
    /// Boxed, because the table keeps room for more users than it has.
    known: HashMap<Box<[u8]>, Box<Known>>,
    /// What is known of a user who never signed in.
    nothing: Known,
}

impl Users {
    pub(super) fn new(budget: Budget) -> Self {
        Self { budget, known: HashMap::new(), nothing: Known::default() }
    }

    /// How many ever signed in.
    pub(super) fn len(&self) -> usize {
        self.known.len()
    }

    /// Judges an attempt, and learns from it when it was let in. Those that were not make no user: whoever guesses
    /// names would fill the memory with them.
    pub(super) fn judge(&mut self, user: &[u8], sign_in: &SignIn, succeeded: bool) -> Judgement {
        let Some(known) = self.known.get_mut(user) else {
            let judged = judge(&self.nothing, sign_in, self.budget);
            if succeeded {
                let mut known = Box::<Known>::default();
                learn(&mut known, sign_in, &judged);
                self.known.insert(user.into(), known);
            }
            return judged;
        };
        let judged = judge(known, sign_in, self.budget);
        if succeeded {
            learn(known, sign_in, &judged);
        }
        judged
    }
}

/// Learns, and keeps no room for what may come: most users have one device and one place, and a list takes room for
/// four when it gets its first entry.
fn learn(known: &mut Known, sign_in: &SignIn, judged: &Judgement) {
    known.learn(sign_in, judged);
    known.devices.shrink_to_fit();
    known.places.shrink_to_fit();
    known.prefixes.shrink_to_fit();
    known.networks.shrink_to_fit();
}
