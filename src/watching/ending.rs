//! Carrying out sign-outs at one service: asked one after the other, and read back together.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;

use crate::access::Core;
use crate::access::services::ending::{Came, DueEnds, confirm};
use crate::access::services::{Asked, key_is_gone, look_failed, take_in_asked, watch_line};
use crate::access::telling::Outcome;
use crate::error::{Result, causes};
use crate::model::{Job, SessionId};
use crate::services::proving::the_one;
use crate::services::{Ending, Line, Trouble};

/// From how many on the whole list is read back instead of each by itself.
const TOGETHER: usize = 3;

/// A sign-in to end, with what came of it so far.
type Asking = (Job, SessionId, Ending, Option<Came>);

/// Asks for what is due, and says what came of each.
pub async fn carry_out(core: Arc<Core>, due: DueEnds) -> Vec<(Job, Came)> {
    // Whatever a server answers: a job whose end nobody hears of would wait for the next start, and the service with it.
    if let Ok(came) = AssertUnwindSafe(carry_out_all(&core, &due)).catch_unwind().await {
        return came;
    }
    tracing::error!(service = %due.service.id, "what asks a service to end sign-ins ended in a panic");
    all_later(&due, "what it answered could not be dealt with here")
}

/// That none of them could be asked for now.
fn all_later(due: &DueEnds, why: &str) -> Vec<(Job, Came)> {
    let later = || Came::Later(Outcome::Later { after: None, why: why.to_owned() });
    due.ends.iter().map(|(job, ..)| (job.clone(), later())).collect()
}

async fn carry_out_all(core: &Arc<Core>, due: &DueEnds) -> Vec<(Job, Came)> {
    let line = match watch_line(core, due.service.id).await {
        Ok(Some(line)) => line,
        Ok(None) => {
            if let Err(error) = key_is_gone(core, due.service.clone()).await {
                tracing::warn!(error = %causes(&error), "how a service does could not be written down");
            }
            return all_later(due, "it has no key");
        }
        Err(error) => {
            tracing::warn!(error = %causes(&error), service = %due.service.id, "the key of a service cannot be read");
            return all_later(due, "its key cannot be read here");
        }
    };
    carry_out_by(core, due, &line).await
}

async fn carry_out_by(core: &Arc<Core>, due: &DueEnds, line: &Arc<Line>) -> Vec<(Job, Came)> {
    let id = due.service.id;
    let this = Asked::by(core, due.service.clone(), line);
    let mut came: Vec<Asking> =
        due.ends.iter().map(|(job, session, ending)| (job.clone(), *session, ending.clone(), None)).collect();
    let mut trouble = prove(core, due, line).await.err();
    let mut asked: Vec<String> = Vec::new();
    for (_, _, ending, outcome) in &mut came {
        // Sign-ins that end together are asked for once.
        if trouble.is_some() || asked.contains(&ending.ends_with) {
            continue;
        }
        // It may be removed, paused or have another key by now: then nothing more is asked of it.
        if !core.services.is_current(id, line) {
            break;
        }
        match due.kind.end(line, ending).await {
            Ok(()) => asked.push(ending.ends_with.clone()),
            Err(Trouble::Refused { why }) => *outcome = Some(Came::Refused(why)),
            // It can be read still, and with another key be ended: what was asked is kept until there is one.
            Err(trouble @ Trouble::TooFewRights { .. }) => {
                *outcome = Some(Came::Later(Outcome::Later { after: None, why: trouble.to_string() }));
            }
            Err(other) => trouble = Some(other),
        }
    }
    let waiting: Vec<_> = came
        .iter()
        .enumerate()
        .filter(|(_, (.., ending, outcome))| outcome.is_none() && asked.contains(&ending.ends_with))
        .map(|(place, _)| place)
        .collect();
    // A key that was refused is not tried again by reading back.
    let may_be_asked = trouble.as_ref().is_none_or(|trouble| trouble.state().may_pass());
    if !waiting.is_empty() && may_be_asked && core.services.is_current(id, line) {
        match read_back(core, due, line, (&came, &waiting)).await {
            Ok(gone) => {
                for (place, is_gone) in waiting.into_iter().zip(gone) {
                    came[place].3 = Some(if is_gone { Came::Gone } else { Came::StillThere });
                }
            }
            Err(error) => trouble = Some(trouble.unwrap_or(error)),
        }
    }
    if let Some(trouble) = &trouble {
        core.services.note_proven(id, line, false);
        if let Err(error) = look_failed(core, &this, trouble).await {
            tracing::warn!(error = %causes(&error), "how a service does could not be written down");
        }
    }
    let why = trouble.as_ref().map_or_else(|| "it was not asked".to_owned(), ToString::to_string);
    let after = match trouble {
        Some(Trouble::Busy { after }) => after,
        _ => None,
    };
    came.into_iter()
        .map(|(job, .., outcome)| {
            (job, outcome.unwrap_or_else(|| Came::Later(Outcome::Later { after, why: why.clone() })))
        })
        .collect()
}

/// Has the server show that it is the one that was added: at another one that came to its address nothing is ended, and it is not shown
/// the key.
async fn prove(core: &Core, due: &DueEnds, line: &Arc<Line>) -> Result<(), Trouble> {
    let service = &due.service;
    the_one(service.server.as_deref(), &due.kind.identify(line).await?)?;
    core.services.note_proven(service.id, line, true);
    Ok(())
}

/// Whether each of those that were asked for is gone. What is gone is written down before this answers.
async fn read_back(
    core: &Arc<Core>,
    due: &DueEnds,
    line: &Arc<Line>,
    (came, waiting): (&[Asking], &[usize]),
) -> Result<Vec<bool>, Trouble> {
    let service = &due.service;
    let mut gone = Vec::with_capacity(waiting.len());
    if waiting.len() < TOGETHER {
        for place in waiting {
            gone.push(!due.kind.is_there(line, &came[*place].2).await?);
        }
    } else if let Some(now) = kept(core.store.watched_service(service.id).await)? {
        let asked = Asked::by(core, now, line);
        let look = due.kind.look(line, asked.service.cursor.as_deref()).await?;
        let is_gone =
            |ending: &Ending| !look.sign_ins.iter().any(|sign_in| sign_in.external_id == ending.external_id);
        gone.extend(waiting.iter().map(|place| is_gone(&came[*place].2)));
        kept(take_in_asked(core, &asked, look, None).await)??;
    } else {
        return Err(Trouble::Unreachable { why: "it is not watched any more".to_owned() });
    }
    let ids: Vec<_> =
        waiting.iter().zip(&gone).filter(|(_, gone)| **gone).map(|(place, _)| came[*place].1).collect();
    kept(confirm(core, service, &ids).await)?;
    Ok(gone)
}

/// What was read, where it could be written down.
fn kept<T>(written: Result<T>) -> Result<T, Trouble> {
    written.map_err(|error| {
        tracing::warn!(error = %causes(&error), "that sign-ins are gone could not be written down");
        Trouble::Odd { why: "what it said could not be written down here".to_owned() }
    })
}
