//! What a replay comes to: how many rows, which verdicts, and how many of the marked ones were told.

use std::fmt;

use super::answers::Answers;
use super::attempt::Attempt;
use super::columns::{Column, Columns};
use super::unreadable::Unreadable;
use crate::familiarity::{Budget, Judgement};
use crate::model::{Telling, Timestamp, Verdict};

/// Unreadable rows that are named, and countries that are none.
const NAMED: u64 = 5;

/// Counts, row by row.
#[derive(Clone, Debug)]
pub(super) struct Summary {
    budget: Budget,
    answers: Answers,
    /// Rows judged.
    rows: u64,
    unreadable: u64,
    /// Rows that name a country which is none.
    without_country: u64,
    failed: u64,
    out_of_order: u64,
    before: Option<Timestamp>,
    verdicts: [u64; VERDICTS.len()],
    attack_addresses: Option<Marked>,
    takeovers: Option<Marked>,
    /// Those without a mark.
    others: Marked,
}

const VERDICTS: [Verdict; 4] =
    [Verdict::Familiar, Verdict::NewDevice, Verdict::NewPlace, Verdict::Suspicious];

/// Rows of one sort, and how many of them somebody would have been told of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Marked {
    rows: u64,
    aloud: u64,
    quietly: u64,
    /// Those of users of whom too little was known, or nothing.
    learning: u64,
}

impl Marked {
    fn count(&mut self, judged: &Judgement) {
        self.rows += 1;
        self.learning += u64::from(judged.is_learning);
        match judged.telling {
            Telling::Nothing => {}
            Telling::Quietly => self.quietly += 1,
            Telling::Aloud => self.aloud += 1,
        }
    }
}

impl Summary {
    pub(super) fn new(budget: Budget, answers: Answers, columns: &Columns) -> Self {
        let marked = |column| columns.has(column).then(Marked::default);
        Self {
            budget,
            answers,
            rows: 0,
            unreadable: 0,
            without_country: 0,
            failed: 0,
            out_of_order: 0,
            before: None,
            verdicts: [0; VERDICTS.len()],
            attack_addresses: marked(Column::AttackAddress),
            takeovers: marked(Column::Takeover),
            others: Marked::default(),
        }
    }

    /// Rows judged so far.
    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// Rows met so far, judged or not.
    pub(super) fn lines(&self) -> u64 {
        self.rows + self.unreadable
    }

    /// Counts a row that was judged.
    pub(super) fn judged(&mut self, attempt: &Attempt<'_>, judged: &Judgement) {
        self.rows += 1;
        self.failed += u64::from(!attempt.succeeded);
        self.out_of_order += u64::from(self.before.is_some_and(|before| attempt.at < before));
        self.before = Some(attempt.at);
        let verdict = judged.familiarity.verdict;
        if let Some(at) = VERDICTS.iter().position(|known| *known == verdict) {
            self.verdicts[at] += 1;
        }
        if let Some(marked) = self.attack_addresses.as_mut().filter(|_| attempt.is_attack_address) {
            marked.count(judged);
        }
        if let Some(marked) = self.takeovers.as_mut().filter(|_| attempt.is_takeover) {
            marked.count(judged);
        }
        if !attempt.is_attack_address && !attempt.is_takeover {
            self.others.count(judged);
        }
    }

    /// Counts a row that cannot be read; for the first few, what to say about it.
    pub(super) fn unreadable(&mut self, line: u64, why: &Unreadable) -> Option<String> {
        self.unreadable += 1;
        (self.unreadable <= NAMED).then(|| format!("line {line} is left out: {why}"))
    }

    /// Counts a row whose country is none; for the first few, what to say about it.
    pub(super) fn no_country(&mut self, line: u64, country: &str) -> Option<String> {
        self.without_country += 1;
        (self.without_country <= NAMED).then(|| {
            format!(
                "line {line}: \"{country}\" is no country known here; its code of two letters is, such as NO"
            )
        })
    }

    /// The first line of the summary.
    pub(super) fn headline(&self, users: usize, was_stopped: bool) -> String {
        format!(
            "{}{} of {}, with at most one false alarm {}",
            if was_stopped { "Stopped. So far " } else { "" },
            counted(self.rows, "row"),
            counted(users as u64, "user"),
            match self.budget {
                Budget::Yearly => "a year",
                Budget::Quarterly => "in three months",
                Budget::Monthly => "a month",
                Budget::Weekly => "a week",
            }
        )
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdicts = VERDICTS.iter().zip(self.verdicts);
        let verdicts = verdicts.map(|(verdict, rows)| format!("{} {}", verdict.as_str(), figure(rows)));
        writeln!(f, "  {}", self.answers.in_words())?;
        writeln!(f, "  verdicts: {}", verdicts.collect::<Vec<_>>().join(", "))?;
        for (what, marked) in
            [("Is Attack IP", self.attack_addresses), ("Is Account Takeover", self.takeovers)]
        {
            if let Some(marked) = marked {
                writeln!(f, "  {what}: {marked}")?;
            }
        }
        if self.attack_addresses.is_some() || self.takeovers.is_some() {
            writeln!(f, "  neither: {}", self.others)?;
        } else {
            writeln!(f, "  in all: {}", self.others)?;
        }
        for (rows, what) in [
            (self.failed, "not successful (judged, and not learnt from)"),
            (self.out_of_order, "out of time order (judged as they came)"),
            (self.without_country, "with a country that is none known here (placed by the address)"),
            (self.unreadable, "left out as unreadable"),
        ] {
            if rows > 0 {
                writeln!(f, "  {} {what}", counted(rows, "row"))?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Marked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told = self.aloud + self.quietly;
        write!(f, "{} of {} told", figure(told), counted(self.rows, "row"))?;
        if self.rows > 0 {
            #[expect(clippy::cast_precision_loss, reason = "a share, for people")]
            let share = told as f64 * 100.0 / self.rows as f64;
            write!(f, " ({share:.1} %)")?;
        }
        if self.quietly > 0 {
            write!(f, ", {} of them without a sound", figure(self.quietly))?;
        }
        if self.learning > 0 {
            write!(f, "; {} while the user was new", figure(self.learning))?;
        }
        Ok(())
    }
}

/// "1 row", "12,000 rows".
fn counted(count: u64, what: &str) -> String {
    format!("{} {what}{}", figure(count), if count == 1 { "" } else { "s" })
}

/// A count with commas at the thousands.
pub(super) fn figure(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_kept_apart() {
        assert_eq!([0, 999, 1000, 33_000_000].map(figure), ["0", "999", "1,000", "33,000,000"]);
    }

    #[test]
    fn a_share_is_told_with_what_made_no_sound() {
        let marked = Marked { rows: 8, aloud: 2, quietly: 1, learning: 4 };
        assert_eq!(
            marked.to_string(),
            "3 of 8 rows told (37.5 %), 1 of them without a sound; 4 while the user was new"
        );
        assert_eq!(Marked::default().to_string(), "0 of 0 rows told");
    }
}
