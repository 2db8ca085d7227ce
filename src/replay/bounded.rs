//! A memory of bounded size for what is worked out once and met again and again.

use std::collections::HashMap;

/// Most answers that are kept.
const MOST_ANSWERS: usize = 1 << 14;

/// Longest question that is kept, in bytes.
const LONGEST_QUESTION: usize = 1 << 10;

/// Answers by question. Full, it begins anew: what is asked often is back at once.
#[derive(Debug)]
pub(super) struct Bounded<V> {
    answers: HashMap<Box<[u8]>, V>,
    /// The question, put together from its parts without a new piece of memory for each.
    question: Vec<u8>,
}

impl<V: Clone> Bounded<V> {
    pub(super) fn new() -> Self {
        Self { answers: HashMap::new(), question: Vec::new() }
    }

    /// The answer to a question of several parts, from memory or from `find`.
    pub(super) fn answer(&mut self, parts: &[&[u8]], find: impl FnOnce() -> V) -> V {
        self.question.clear();
        for part in parts {
            // The length goes before the part, so that "ab" and "c" are not "a" and "bc".
            self.question.extend_from_slice(&part.len().to_le_bytes());
            self.question.extend_from_slice(part);
        }
        if let Some(answer) = self.answers.get(self.question.as_slice()) {
            return answer.clone();
        }
        let answer = find();
        if self.question.len() <= LONGEST_QUESTION {
            if self.answers.len() >= MOST_ANSWERS {
                self.answers.clear();
            }
            self.answers.insert(self.question.as_slice().into(), answer.clone());
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_is_not_worked_out_again_and_parts_stay_apart() {
        let mut bounded = Bounded::new();
        assert_eq!(bounded.answer(&[b"ab", b"c"], || 1), 1);
        assert_eq!(bounded.answer(&[b"ab", b"c"], || 2), 1);
        assert_eq!(bounded.answer(&[b"a", b"bc"], || 3), 3);
    }

    #[test]
    fn it_never_keeps_more_than_its_bound() {
        let mut bounded = Bounded::new();
        for number in 0..=MOST_ANSWERS {
            bounded.answer(&[&number.to_le_bytes()], || number);
            assert!(bounded.answers.len() <= MOST_ANSWERS);
        }
        let long = vec![b'x'; LONGEST_QUESTION + 1];
        bounded.answer(&[&long], || 0);
        assert_eq!(bounded.answer(&[&long], || 1), 1, "a long question was kept");
    }
}
