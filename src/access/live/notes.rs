//! What a session did since it was last written down, and where it was judged.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::num::NonZeroU64;
use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;
use tokio::sync::Notify;

use super::proofs::Proofs;
use crate::model::{Line, Lines};

/// Networks in which a session looks stolen and is let through: as many as lines.
const MOST_DOUBTED: usize = 8;

/// Whether a session was judged where a request of it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// It was.
    Before,
    /// It was not: somebody has to judge first.
    Anew,
    /// It was, and looks stolen there, and was let through all the same: nothing of it is noted.
    Doubted,
}

/// What a session did since it was last written down. Small: what only sessions in use have is apart.
#[derive(Clone, Debug, Default)]
pub struct Notes {
    /// The address of its last request, if anybody vouched for it.
    pub address: Option<IpAddr>,
    /// Whether that is another one than was written down.
    pub moved: bool,
    /// Whether it said that something plays.
    pub playing: bool,
    /// Whether there are lines that are not written down.
    pub(super) has_new_lines: bool,
    /// How often its lines were forgotten: what was judged before such a moment does not count after it.
    pub(super) times_forgotten: u32,
    /// The lines and programs it was judged on: what comes from one of them needs no judgement.
    pub(super) lines: Lines,
    said: Option<Box<Said>>,
    rare: Option<Box<Rare>>,
}

/// What a session that is in use says of itself.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// The program of its last request; `None` until there was one since the home started.
    pub program: Option<NonZeroU64>,
    /// What it said it was playing.
    pub title: Option<String>,
    /// The site behind the guard it was used at.
    pub site: Option<String>,
    /// When listeners were last told that it is active, by the clock's elapsed time.
    pub announced_at: Option<Duration>,
}

/// What hardly any session has: apart, so that a million others do not carry the room for it.
#[derive(Clone, Debug, Default)]
struct Rare {
    /// The lines where it looks stolen and is not held, with their networks: what comes from there is let through, and
    /// neither learnt nor believed.
    doubted: VecDeque<(Line, Option<IpNet>)>,
    /// Wakes its streams of events when it has ended or is held.
    over: Option<Arc<Notify>>,
    /// What it has proven lately.
    proofs: Proofs,
}

impl Notes {
    /// As a session has them that was not in use since the home started.
    pub(super) fn at_start(address: Option<IpAddr>, lines: Lines) -> Self {
        Self { address, lines, ..Self::default() }
    }

    /// What it said of itself.
    pub fn said(&mut self) -> &mut Said {
        self.said.get_or_insert_default()
    }

    /// The program of its last request; `None` until there was one since the home started.
    pub fn program(&self) -> Option<NonZeroU64> {
        self.said.as_ref()?.program
    }

    /// Whether what comes from a line looks stolen and is let through.
    pub(super) fn has_doubted(&self, line: Line) -> bool {
        self.rare.as_ref().is_some_and(|rare| rare.doubted.iter().any(|(doubted, _)| *doubted == line))
    }

    /// Whether it looks stolen in a network, and is let through.
    pub(super) fn has_doubted_in(&self, network: Option<IpNet>) -> bool {
        let in_it = |rare: &Rare| rare.doubted.iter().any(|(_, doubted)| *doubted == network);
        self.rare.as_deref().is_some_and(in_it)
    }

    /// Whether it looks stolen anywhere, and is let through.
    pub(super) fn has_doubts(&self) -> bool {
        self.rare.as_ref().is_some_and(|rare| !rare.doubted.is_empty())
    }

    /// Notes that it looks stolen on a line, and is let through there.
    pub(super) fn doubt(&mut self, line: Line, network: Option<IpNet>) {
        self.lines = self.lines.without(line);
        self.trust(line);
        let doubted = &mut self.rare().doubted;
        doubted.push_back((line, network));
        if doubted.len() > MOST_DOUBTED {
            doubted.pop_front();
        }
    }

    /// Forgets that it looked stolen on a line.
    pub(super) fn trust(&mut self, line: Line) {
        if let Some(rare) = &mut self.rare {
            rare.doubted.retain(|(doubted, _)| *doubted != line);
        }
    }

    /// Forgets wherever it looked stolen.
    pub(super) fn forget_doubts(&mut self) {
        if let Some(rare) = &mut self.rare {
            rare.doubted.clear();
        }
    }

    /// What wakes its streams of events.
    pub(super) fn over(&mut self) -> &mut Arc<Notify> {
        self.rare().over.get_or_insert_default()
    }

    /// The same, if there ever was a stream.
    pub(super) fn over_if_any(&self) -> Option<Arc<Notify>> {
        self.rare.as_ref()?.over.clone()
    }

    /// What it has proven lately.
    pub(super) fn proofs(&mut self) -> &mut Proofs {
        &mut self.rare().proofs
    }

    /// The same, if it ever proved anything.
    pub(super) fn proofs_if_any(&mut self) -> Option<&mut Proofs> {
        self.rare.as_mut().map(|rare| &mut rare.proofs)
    }

    fn rare(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }
}
