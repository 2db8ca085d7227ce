//! Proving a service step by step, before anything is read of it, and what a person can do about the step that failed.

use super::trouble::Trouble;
use super::{About, KeyHolder, Kind, Line, Server};
use crate::model::ServiceState;

/// What is proven, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Something answers there.
    Reachable,
    /// Its certificate is trusted; with plain http there is nothing to prove.
    Certificate,
    /// It is a server of that kind.
    Kind,
    /// The key is good.
    Key,
    /// The key may do what is needed.
    Rights,
}

impl Step {
    /// Every step.
    pub const ALL: [Self; 5] = [Self::Reachable, Self::Certificate, Self::Kind, Self::Key, Self::Rights];
}

/// What proving came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Proof {
    /// The steps, in order, up to the first that failed.
    pub steps: Vec<(Step, Result<(), Trouble>)>,
    /// What the server says it is.
    pub server: Option<Server>,
    /// Whose the key is.
    pub holder: Option<KeyHolder>,
}

impl Proof {
    /// The step that failed, and why; `None` when all passed.
    pub fn failed(&self) -> Option<(Step, &Trouble)> {
        self.steps.iter().find_map(|(step, came)| came.as_ref().err().map(|trouble| (*step, trouble)))
    }

    /// How the service does by that.
    pub fn state(&self) -> ServiceState {
        self.failed().map_or(ServiceState::Ok, |(_, trouble)| trouble.state())
    }

    /// Notes that everything before a step passed, and it did not.
    fn failing(mut self, at: Step, trouble: Trouble) -> Self {
        self.steps = Step::ALL.into_iter().take_while(|step| *step < at).map(|step| (step, Ok(()))).collect();
        self.steps.push((at, Err(trouble)));
        self
    }
}

/// Proves that the server at the other end of the line is one of that kind and takes the key. The key is tried once, and only when the
/// server is what it should be: it is for nobody else.
pub async fn prove(kind: &dyn Kind, line: &Line) -> Proof {
    prove_again(kind, line, None).await
}

/// The same of a server that proved before which one it is: another one at its address is not shown the key.
pub async fn prove_again(kind: &dyn Kind, line: &Line, expected: Option<&str>) -> Proof {
    let mut proof = Proof::default();
    let identified = match kind.identify(line).await {
        Ok(server) => the_one(expected, &server).map(|()| server),
        Err(trouble) => Err(trouble),
    };
    match identified {
        Ok(server) => proof.server = Some(server),
        Err(trouble) => return proof.failing(failed_at(&trouble, Step::Kind), trouble),
    }
    match kind.try_key(line).await {
        Ok(holder) => proof.holder = Some(holder),
        Err(trouble) => return proof.failing(failed_at(&trouble, Step::Key), trouble),
    }
    proof.steps = Step::ALL.map(|step| (step, Ok(()))).to_vec();
    proof
}

/// Shows that a server is the one it should be, as far as that is known: by the id that stays its own.
///
/// # Errors
///
/// [`Trouble::OtherKind`] where it is another one.
pub fn the_one(expected: Option<&str>, server: &Server) -> Result<(), Trouble> {
    if expected.is_some() && server.id.as_deref() != expected {
        return Err(Trouble::OtherKind { expected: "server that was added" });
    }
    Ok(())
}

/// Which step a trouble belongs to, that came while `asked` was to be proven.
fn failed_at(trouble: &Trouble, asked: Step) -> Step {
    match trouble {
        // A server that is starting is as good as none, for now.
        Trouble::Unreachable { .. } | Trouble::NotAllowed(_) | Trouble::Silent | Trouble::Busy { .. } => {
            Step::Reachable
        }
        Trouble::Certificate(_) => Step::Certificate,
        Trouble::OtherKind { .. } => Step::Kind,
        Trouble::KeyRefused => Step::Key,
        Trouble::TooFewRights { .. } | Trouble::Refused { .. } if asked == Step::Key => Step::Rights,
        Trouble::TooFewRights { .. } | Trouble::Refused { .. } | Trouble::Odd { .. } | Trouble::NoPush => {
            asked
        }
    }
}

/// What a person can do about a step that failed, in plain sentences.
pub fn advice(step: Step, trouble: &Trouble, about: &About) -> String {
    let name = about.name;
    match trouble {
        Trouble::Unreachable { .. } => format!("Nothing answers at that address. {}", where_to_look(about)),
        Trouble::Silent => format!(
            "There is no answer from that address in time. {} A server that is busy or still starting may \
             need another minute.",
            where_to_look(about)
        ),
        Trouble::NotAllowed(why) => why.to_string(),
        Trouble::Certificate(what) if what.is_changed => format!(
            "It shows another certificate than the one that was confirmed. If {name} was set up anew or got a \
             new certificate, compare the new fingerprint with the server's own and confirm it. If not, \
             somebody may be in between: the key was not sent."
        ),
        Trouble::Certificate(_) => format!(
            "Nobody this computer trusts vouches for its certificate, which is usual for a server at home. \
             Compare the fingerprint with the one that {name} itself has, and confirm it when they are the same."
        ),
        Trouble::OtherKind { .. } => format!(
            "Something answers there, but it is no {name}. {} Where several servers share one address, its \
             path belongs to it, too.",
            is_the_port_right(about)
        ),
        Trouble::KeyRefused => format!(
            "{name} does not take this key. Copy it once more, from its first letter to its last, or make a \
             new one. It was tried once, so that {name} raises no alarm."
        ),
        Trouble::TooFewRights { missing } if step == Step::Kind => in_front(about, missing),
        Trouble::TooFewRights { missing } => format!(
            "The key is good, but it may not do what is needed: {}. Make one with the rights that are named \
             above, or ask whoever looks after {name}.",
            without_stop(missing)
        ),
        Trouble::Busy { after: Some(after) } => format!(
            "{name} is starting, or wants to be left alone for now. Try again in {}.",
            in_words(after.as_secs())
        ),
        Trouble::Busy { after: None } => {
            format!("{name} is starting, or wants to be left alone for now. Try again in a minute.")
        }
        Trouble::Odd { why } if step <= Step::Kind => format!(
            "What answers there is no {name} that Latchkey understands: {}. Give the address of {name} itself, \
             as you would open it at home.",
            without_stop(why)
        ),
        Trouble::Odd { why } => format!(
            "{name} answers what Latchkey does not understand: {}. Its version may be too old or too new: \
             update {name} or Latchkey.",
            without_stop(why)
        ),
        Trouble::Refused { why } if step == Step::Kind => in_front(about, why),
        Trouble::Refused { why } => format!("{name} refuses: {}.", without_stop(why)),
        Trouble::NoPush => {
            format!("{name} does not say by itself when something changed. It is looked at every minute.")
        }
    }
}

/// What to look for when nothing answers.
fn where_to_look(about: &About) -> String {
    if about.fixed_url.is_some() {
        return format!("{} is reached over the internet. Is this computer connected to it?", about.name);
    }
    format!("Is the server on, and can this computer reach it? {}", is_the_port_right(about))
}

fn is_the_port_right(about: &About) -> String {
    match about.ports.first() {
        Some(port) => format!("Is the port right? {} usually listens on {port}.", about.name),
        None => "Is the address right, with its port?".to_owned(),
    }
}

/// That something else refuses before the server itself is asked.
fn in_front(about: &About, why: &str) -> String {
    let (name, why) = (about.name, without_stop(why));
    format!(
        "What answers there refuses before it says whether it is {name}: {why}. Is there a sign-in page or a \
         proxy in front of it? Give the address that leads to {name} itself."
    )
}

/// A sentence that goes on.
fn without_stop(sentence: &str) -> &str {
    sentence.trim_end_matches(['.', ' '])
}

/// "a minute", "20 seconds": a wait, rounded up.
fn in_words(seconds: u64) -> String {
    match seconds {
        0 | 1 => "a second".to_owned(),
        2..=59 => format!("{seconds} seconds"),
        60 => "a minute".to_owned(),
        61..=7_200 => format!("{} minutes", seconds.div_ceil(60)),
        _ => format!("{} hours", seconds.div_ceil(3_600)),
    }
}

#[cfg(test)]
mod tests;
