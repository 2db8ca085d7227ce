//! What a judgement becomes when the device was let in by one of the household: somebody looked at what asks, and said yes.

use super::confirmed;
use super::judgement::Judgement;
use crate::model::{Telling, Verdict};

/// What is judged of a device that a familiar one has let in, on that one's own line or from elsewhere. On its own line that was
/// the answer, and nobody is asked it again. Whoever lets somebody in who is elsewhere may have been talked into it: the others
/// of the household are told, without a sound. What looks stolen is told as ever.
pub fn let_in(judged: Judgement, is_on_its_line: bool) -> Judgement {
    match (judged.familiarity.verdict, is_on_its_line) {
        (Verdict::Familiar | Verdict::Suspicious, _) => judged,
        (Verdict::NewDevice | Verdict::NewPlace, true) => {
            Judgement { familiarity: confirmed(&judged.familiarity), telling: Telling::Nothing, ..judged }
        }
        (Verdict::NewDevice | Verdict::NewPlace, false) => match judged.telling {
            Telling::Aloud => Judgement { telling: Telling::Quietly, ..judged },
            Telling::Quietly | Telling::Nothing => judged,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Familiarity, Reason};

    fn judged(verdict: Verdict) -> Judgement {
        Judgement {
            familiarity: Familiarity {
                verdict,
                score: Some(5000.0),
                reasons: vec![Reason::FirstOnAccount],
                probably: None,
            },
            telling: Telling::Aloud,
            is_explained: false,
            is_learning: false,
        }
    }

    #[test]
    fn a_device_that_is_let_in_on_the_same_line_is_answered_for() {
        let judged = let_in(judged(Verdict::NewDevice), true);
        assert_eq!((judged.familiarity.verdict, judged.telling), (Verdict::Familiar, Telling::Nothing));
        assert_eq!(judged.familiarity.reasons, [Reason::Confirmed]);
    }

    #[test]
    fn a_device_that_is_let_in_from_elsewhere_is_told_without_a_sound() {
        let judged = let_in(judged(Verdict::NewDevice), false);
        assert_eq!((judged.familiarity.verdict, judged.telling), (Verdict::NewDevice, Telling::Quietly));
        assert_eq!(judged.familiarity.reasons, [Reason::FirstOnAccount]);
    }

    #[test]
    fn what_looks_stolen_is_told_whoever_let_it_in() {
        for is_on_its_line in [true, false] {
            let before = judged(Verdict::Suspicious);
            assert_eq!(let_in(before.clone(), is_on_its_line), before);
        }
    }
}
