//! What comes out of judging.

use crate::model::{Familiarity, Telling};

/// What a sign-in was judged to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// Verdict, score and reasons.
    pub familiarity: Familiarity,
    /// Whether and how somebody is told.
    pub telling: Telling,
    /// Whether a trusted phone explains the place.
    pub is_explained: bool,
    /// Whether the home is still learning.
    pub is_learning: bool,
}
