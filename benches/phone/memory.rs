//! What telling costs in memory: of the home itself, and of each session in a home that tells many.

use std::path::Path;

use super::common::{figure, fill, median, resident_kilobytes};
use super::program::Program;
use super::{Outcome, many};

/// Sessions whose memory is counted. An eighth of those of `./dev bench guard`: tables that double then are as full as they
/// are there, so that the two figures can be compared.
pub const SESSIONS: usize = 125_000;

/// Most that a session may take, in bytes: the limit in `benches/guard/starts.rs`.
const MOST_BYTES: f64 = 300.0;

const ROUNDS: usize = 3;

/// Resident memory of a home, in kilobytes.
pub struct Resident(f64);

impl Resident {
    /// As it is now.
    pub fn of(home: &Program) -> Self {
        let (held, _) = resident_kilobytes(home.id());
        #[expect(clippy::cast_precision_loss, reason = "for people")]
        let held = held as f64;
        Self(held)
    }

    /// Prints it beside what it was.
    pub fn print_growth(&self, after: &Self, what: &str) {
        figure(what, &format!("{:.1} -> {:.1} MB", self.0 / 1024.0, after.0 / 1024.0), "-", true);
    }
}

/// Measures, in the folder of a home that has channels.
pub async fn measure(folder: &Path, push_origin: &str) -> Outcome {
    let mut without = Vec::new();
    for _ in 0..ROUNDS {
        without.push(started(folder, push_origin)?);
    }
    fill(folder, SESSIONS, 1).await;
    let without = median(without);
    let mut of_each = Vec::new();
    for _ in 0..ROUNDS {
        #[expect(clippy::cast_precision_loss, reason = "for people")]
        let sessions = SESSIONS as f64;
        of_each.push((started(folder, push_origin)? - without) * 1024.0 / sessions);
    }
    let of_each = median(of_each);
    let what = format!("resident memory of a session, beside {} channels", many::CHANNELS);
    figure(&what, &format!("{of_each:.0} bytes"), "<= 300 bytes, as guard", of_each <= MOST_BYTES);
    Ok(())
}

/// Starts the home; its resident memory once it is open, in kilobytes.
fn started(folder: &Path, push_origin: &str) -> Outcome<f64> {
    let home = Program::start(folder, push_origin)?;
    let Resident(held) = Resident::of(&home);
    home.stop()?;
    Ok(held)
}
