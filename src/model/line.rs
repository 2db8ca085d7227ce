//! Lines: where, and as what program, a session was judged.

use std::fmt;

use ipnet::IpNet;
use sha2::{Digest, Sha256};

use crate::random::Random;

/// Lines a session is remembered on: home, mobile, work, each with an app and its player.
const MOST: usize = 8;

/// A line and a program on it: the /24 or /64 network of the address, and what the request says of itself. As a number that
/// says nothing to who does not have the home's [`LineKey`]. Its last bit is free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line(u64);

/// The bit of a line's number that says, where it is kept, that the session was familiar there.
const FAMILIAR: u64 = 1;

/// What a home makes its lines with, the same after a start. Secret: whoever had it could make up a program that comes out as
/// somebody else's line.
#[derive(Clone, Copy)]
pub struct LineKey([u8; 32]);

impl LineKey {
    /// A new one.
    pub fn new(random: &dyn Random) -> Self {
        let mut bytes = [0; 32];
        random.fill(&mut bytes);
        Self(bytes)
    }

    /// The bytes, for the store.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// One read from the store; `None` when it is not 32 bytes long.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The line of a network, where anybody vouches for one, and of what a request says of itself.
    pub fn line(&self, network: Option<IpNet>, said: &[Option<&str>]) -> Line {
        let mut digest = Sha256::new_with_prefix(self.0);
        let network = network.map(|network| network.to_string());
        for part in [network.as_deref()].iter().chain(said) {
            // The length before the text: where one ends and the next begins is not up to who sends them.
            digest.update(part.map_or(u64::MAX, |text| text.len() as u64).to_be_bytes());
            digest.update(part.unwrap_or_default());
        }
        let digest: [u8; 32] = digest.finalize().into();
        let (first, _) = digest.split_first_chunk().expect("32 bytes are more than eight");
        Line(u64::from_be_bytes(*first) & !FAMILIAR)
    }
}

impl fmt::Debug for LineKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LineKey(…)")
    }
}

/// The lines that a session was judged on and is the household's on, the latest last, and whether it was familiar on each.
/// Small, for there are a million.
#[derive(Clone, Debug, Default)]
pub struct Lines(Kept);

#[derive(Clone, Debug, Default)]
enum Kept {
    #[default]
    None,
    One(Judged),
    Several(Box<Several>),
}

#[derive(Clone, Debug)]
struct Several {
    count: usize,
    lines: [Judged; MOST],
}

/// A line and, in the bit that is free, whether the session was familiar there.
#[derive(Clone, Copy, Debug)]
struct Judged(u64);

impl Judged {
    const fn is_on(self, line: Line) -> bool {
        self.0 & !FAMILIAR == line.0
    }

    const fn is_familiar(self) -> bool {
        self.0 & FAMILIAR != 0
    }
}

impl Lines {
    fn as_slice(&self) -> &[Judged] {
        match &self.0 {
            Kept::None => &[],
            Kept::One(line) => std::slice::from_ref(line),
            Kept::Several(several) => &several.lines[..several.count],
        }
    }

    fn of(latest: &[Judged]) -> Self {
        let latest = &latest[latest.len().saturating_sub(MOST)..];
        Self(match latest {
            [] => Kept::None,
            [line] => Kept::One(*line),
            _ => {
                let mut lines = [Judged(0); MOST];
                lines[..latest.len()].copy_from_slice(latest);
                Kept::Several(Box::new(Several { count: latest.len(), lines }))
            }
        })
    }

    /// Whether a line is among them.
    pub fn has(&self, line: Line) -> bool {
        self.as_slice().iter().any(|judged| judged.is_on(line))
    }

    /// Whether a line is among them, and the session was familiar there.
    pub fn is_familiar_on(&self, line: Line) -> bool {
        self.as_slice().iter().any(|judged| judged.is_on(line) && judged.is_familiar())
    }

    /// Whether there are some, and the session was familiar on each.
    pub fn are_all_familiar(&self) -> bool {
        !self.as_slice().is_empty() && self.as_slice().iter().all(|judged| judged.is_familiar())
    }

    /// These and a line, as the latest, and whether the session was familiar there; the oldest is forgotten for it.
    #[must_use]
    pub fn with(&self, line: Line, is_familiar: bool) -> Self {
        let mut lines = self.without(line).as_slice().to_vec();
        lines.push(Judged(line.0 | if is_familiar { FAMILIAR } else { 0 }));
        Self::of(&lines)
    }

    /// These without a line.
    #[must_use]
    pub fn without(&self, line: Line) -> Self {
        let others: Vec<_> = self.as_slice().iter().copied().filter(|known| !known.is_on(line)).collect();
        Self::of(&others)
    }

    /// As the store keeps them: eight bytes each.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.as_slice().iter().flat_map(|line| line.0.to_be_bytes()).collect()
    }

    /// Out of the store. What cannot be read is no line: then somebody judges again.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let (lines, rest) = bytes.as_chunks();
        if rest.is_empty() {
            let lines: Vec<_> = lines.iter().map(|line| Judged(u64::from_be_bytes(*line))).collect();
            Self::of(&lines)
        } else {
            Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SeededRandom;

    #[test]
    fn the_latest_lines_are_kept_and_survive_the_store() {
        let mut lines = Lines::default();
        let line = |number: u64| Line(number << 1);
        for number in 0..20 {
            lines = lines.with(line(number), number % 3 == 0);
            let again = Lines::from_bytes(&lines.to_bytes());
            let kept = |number: &u64| again.has(line(*number));
            let expected: Vec<_> = (0..=number).rev().take(MOST).collect();
            assert_eq!((0..20).rev().filter(kept).collect::<Vec<_>>(), expected);
            let familiar = |number: &u64| again.is_familiar_on(line(*number));
            let expected: Vec<_> = expected.into_iter().filter(|number| number % 3 == 0).collect();
            assert_eq!((0..20).rev().filter(familiar).collect::<Vec<_>>(), expected);
        }
        // One that is used again is not the oldest any more.
        let lines = lines.with(line(12), true).with(line(100), false);
        assert!(lines.has(line(12)) && !lines.has(line(13)));
        assert!(!lines.without(line(12)).has(line(12)));
        // What it was found to be last is what counts.
        assert!(!lines.with(line(12), false).is_familiar_on(line(12)));
        assert!(lines.with(line(100), true).is_familiar_on(line(100)));
        // Of those on all of which it was familiar there is one at least.
        assert!(!Lines::default().are_all_familiar() && !lines.are_all_familiar());
        let twice = Lines::default().with(line(1), true).with(line(2), true);
        assert!(twice.are_all_familiar() && !twice.with(line(3), false).are_all_familiar());
    }

    #[test]
    fn what_is_damaged_is_no_line() {
        let bytes = Lines::default().with(Line(6), true).with(Line(8), true).to_bytes();
        assert!(Lines::from_bytes(&bytes[..15]).as_slice().is_empty());
        assert!(Lines::from_bytes(&[]).as_slice().is_empty());
    }

    #[test]
    fn each_part_of_a_line_counts_and_so_does_where_it_ends() {
        let key = LineKey::new(&SeededRandom::new(1));
        let network = Some("198.51.100.0/24".parse().expect("a network"));
        let line = |network, said: &[Option<&str>]| key.line(network, said);
        let one = line(network, &[Some("Firefox"), None]);
        assert_eq!(one, line(network, &[Some("Firefox"), None]));
        for other in [
            line(None, &[Some("Firefox"), None]),
            line(network, &[None, Some("Firefox")]),
            line(network, &[Some("Firefox"), Some("")]),
            line(network, &[Some("Fire"), Some("fox")]),
            LineKey::new(&SeededRandom::new(2)).line(network, &[Some("Firefox"), None]),
        ] {
            assert_ne!(one, other);
        }
    }
}
