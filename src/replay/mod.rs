//! Replaying sign-ins from a file through the rule of [`crate::familiarity`], one verdict a line: whoever has the
//! public data set of sign-ins, or logs of their own, can check what the rule does to them.
//!
//! The file is read as a stream ([`rows`]), its columns are found by name ([`columns`]), each line becomes an
//! [`attempt`] with a [`place`] and a [`client`], is judged, learnt from and answered ([`users`]), and is written out
//! ([`verdicts`]). What is kept in memory is a summary of bounded size for each user, and nothing of the file.

mod answers;
mod attempt;
mod bounded;
mod client;
mod columns;
mod interruptible;
mod place;
mod progress;
mod rows;
mod summary;
#[cfg(test)]
mod tests;
mod unreadable;
mod users;
mod verdicts;

use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::familiarity::{Budget, Client, Identity, SignIn};
use crate::geo::Locator;
pub use answers::Answers;
use attempt::Attempt;
use client::Clients;
use columns::Columns;
use interruptible::Interruptible;
use place::Places;
use progress::Progress;
use rows::Rows;
use summary::Summary;
use users::Users;
use verdicts::Verdicts;

/// Bytes that are read, and written, at once.
const PIECE: usize = 1 << 17;

/// Lines between two looks at whether to stop.
const LOOK_EVERY: u64 = 1 << 10;

/// What to replay, and how.
#[derive(Clone, Debug, clap::Args)]
pub struct Order {
    /// The sign-ins, as a CSV file with a line of column names; - for standard input
    #[arg(value_name = "FILE.csv")]
    pub file: PathBuf,
    /// Where to write the verdicts; standard output unless told
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Place database (MaxMind's file format) for rows that do not say a country; may be given again
    #[arg(long, env = "LATCHKEY_GEOIP", value_name = "FILE", value_delimiter = ',')]
    pub geoip: Vec<PathBuf>,
    /// False alarms to put up with: at most one in such a time
    #[arg(long, value_name = "HOW OFTEN", default_value = Budget::Monthly.as_str(), value_parser = budgets())]
    pub budget: Budget,
    /// Who answers what somebody is told
    #[arg(long, value_name = "WHOSE", value_enum, default_value_t)]
    pub answers: Answers,
}

fn budgets() -> impl TypedValueParser<Value = Budget> {
    let by_name = |name: String| Budget::ALL.into_iter().find(|budget| budget.as_str() == name);
    PossibleValuesParser::new(Budget::ALL.map(Budget::as_str))
        .map(move |name| by_name(name).unwrap_or_default())
}

/// How a replay ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The file was read to its end.
    Done,
    /// It was told to stop.
    Stopped,
    /// Nobody reads the verdicts any more.
    Unheard,
}

/// Replays a file. Verdicts go where the order says; progress, and the summary at the end, to standard error.
///
/// # Errors
///
/// A sentence with the name of the file that cannot be read, written, or made sense of.
pub fn replay(order: &Order, clock: &dyn Clock, stop: &AtomicBool) -> Result<Ended> {
    let locator = Locator::in_memory(&order.geoip)?;
    let lacks = locator.lacks();
    let (input, bytes) = open(&order.file, stop)?;
    let name = shown(&order.file);
    let input = Rows::new(input);
    // Whoever reads the verdicts as they come needs no other progress.
    let told = io::stderr();
    let is_read_here = order.out.is_none() && io::stdout().is_terminal();
    let mut progress = Progress::new(clock, bytes, told.is_terminal(), is_read_here, told.lock());
    if let Some(lacks) = lacks {
        progress.say(lacks);
    }
    let rule = Rule { budget: order.budget, answers: order.answers };
    let mut replaying = match Replaying::begin(input, &name, rule, locator, progress) {
        Ok(replaying) => replaying,
        // Nobody had sent it so much as the names of the columns.
        Err(_) if stop.load(Ordering::Relaxed) => {
            let _ = writeln!(io::stderr(), "Stopped. Nothing was read.");
            return Ok(Ended::Stopped);
        }
        Err(error) => return Err(error),
    };
    // Only now: a file that cannot be judged must not cost the verdicts of an earlier one.
    let (output, out_name): (Box<dyn Write>, _) = match &order.out {
        Some(path) => (Box::new(create(path, &order.file)?), shown(path)),
        None => (Box::new(io::stdout().lock()), "standard output".to_owned()),
    };
    let ended = replaying.run(output, &out_name, stop);
    // The program ends now. To give back what is known of millions of users piece by piece would take seconds.
    std::mem::forget(replaying.users);
    ended
}

/// How it is judged.
#[derive(Clone, Copy, Debug)]
struct Rule {
    budget: Budget,
    answers: Answers,
}

/// A replay under way.
struct Replaying<'a, R, T: Write> {
    input: Rows<R>,
    name: &'a str,
    columns: Columns,
    places: Places,
    clients: Clients,
    users: Users,
    summary: Summary,
    progress: Progress<'a, T>,
}

impl<'a, R: BufRead, T: Write> Replaying<'a, R, T> {
    /// Reads the line of column names.
    fn begin(
        mut input: Rows<R>,
        name: &'a str,
        rule: Rule,
        locator: Locator,
        progress: Progress<'a, T>,
    ) -> Result<Self> {
        let columns = columns::read(&mut input, name)?;
        Ok(Self {
            input,
            name,
            summary: Summary::new(rule.budget, rule.answers, &columns),
            columns,
            places: Places::new(locator),
            clients: Clients::new(),
            users: Users::new(rule.budget, rule.answers),
            progress,
        })
    }

    /// Judges line after line, and sums up, also when it goes wrong on the way.
    fn run(&mut self, output: impl Write, out_name: &str, stop: &AtomicBool) -> Result<Ended> {
        let mut verdicts = Verdicts::new(output);
        let ended = self.judge_all(&mut verdicts, stop);
        // What was judged is written also when the rest cannot be read.
        let ended = verdicts.finish().map_err(Trouble::Output).and(ended);
        if !matches!(&ended, Err(Trouble::Output(cause)) if cause.kind() == ErrorKind::BrokenPipe) {
            self.progress.sum_up(&self.summary, self.users.len(), matches!(ended, Ok(Ended::Stopped)));
        }
        match ended {
            Ok(ended) => Ok(ended),
            Err(Trouble::Output(cause)) if cause.kind() == ErrorKind::BrokenPipe => Ok(Ended::Unheard),
            Err(Trouble::Output(cause)) => Err(Error::file(format!("cannot write {out_name}"), cause)),
            Err(Trouble::Input(cause)) => Err(Error::file(format!("cannot read {}", self.name), cause)),
        }
    }

    fn judge_all<W: Write>(
        &mut self,
        verdicts: &mut Verdicts<W>,
        stop: &AtomicBool,
    ) -> Result<Ended, Trouble> {
        loop {
            if self.summary.lines().is_multiple_of(LOOK_EVERY) {
                if stop.load(Ordering::Relaxed) {
                    return Ok(Ended::Stopped);
                }
                self.progress.look(self.summary.rows(), self.input.bytes());
            }
            let row = match self.input.read() {
                Ok(Some(row)) => row,
                Ok(None) => return Ok(Ended::Done),
                // It waited for more, and was told to stop.
                Err(_) if stop.load(Ordering::Relaxed) => return Ok(Ended::Stopped),
                Err(cause) => return Err(Trouble::Input(cause)),
            };
            let read = row.and_then(|row| {
                let attempt = Attempt::read(&self.columns, &row).map_err(|why| (row.line(), why))?;
                Ok((row, attempt))
            });
            match read {
                Ok((row, attempt)) => {
                    let (place, mistake) = self.places.of(&self.columns, &row, attempt.address);
                    if let Some(line) =
                        mistake.and_then(|country| self.summary.no_country(row.line(), &country))
                    {
                        self.progress.say(&line);
                    }
                    let sign_in = SignIn {
                        at: attempt.at,
                        identity: Identity::Unnamed,
                        agent: Client::default(),
                        client: self.clients.of(&self.columns, &row),
                        address: attempt.address,
                        place,
                        profile: None,
                    };
                    let judged = self.users.judge(&attempt, &sign_in);
                    self.summary.judged(&attempt, &judged);
                    verdicts.write(&attempt, &judged).map_err(Trouble::Output)?;
                }
                Err((line, why)) => {
                    if let Some(first) = self.summary.unreadable(line, &why) {
                        self.progress.say(&first);
                    }
                }
            }
        }
    }
}

/// What went wrong on the way.
enum Trouble {
    Input(io::Error),
    Output(io::Error),
}

/// What is to be read, and how long it is, if that is known. What is no plain file may have nothing to say for a long time.
fn open<'a>(path: &Path, stop: &'a AtomicBool) -> Result<(Box<dyn BufRead + 'a>, Option<u64>)> {
    if path.as_os_str() == "-" {
        return Ok((Box::new(Interruptible::new(io::stdin(), stop)), None));
    }
    let failed = |cause| Error::file(format!("cannot read {}", path.display()), cause);
    let file = File::open(path).map_err(failed)?;
    let about = file.metadata().map_err(failed)?;
    if !about.is_file() {
        return Ok((Box::new(Interruptible::new(file, stop)), None));
    }
    Ok((Box::new(BufReader::with_capacity(PIECE, file)), Some(about.len())))
}

fn create(path: &Path, input: &Path) -> Result<File> {
    if path.canonicalize().is_ok_and(|path| input.canonicalize().is_ok_and(|input| input == path)) {
        let message = format!("{} is what is read. Name another file with --out.", path.display());
        return Err(Error::Config(message));
    }
    File::create(path).map_err(|cause| Error::file(format!("cannot write {}", path.display()), cause))
}

fn shown(path: &Path) -> String {
    if path.as_os_str() == "-" { "standard input".to_owned() } else { path.display().to_string() }
}
