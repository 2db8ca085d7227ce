//! What is to be told through channels, and what came of it: the verbs of whoever carries the jobs out.
//!
//! What is said is not kept: it is made of how the alert stands when it is said. So however often somebody was told late, they
//! hear the last word and not the first.

use std::sync::Arc;
use std::time::Duration;

use url::Url;

use super::Core;
use super::caller::{Caller, Manager};
use super::reach::is_this_computer;
use crate::error::Result;
use crate::model::{
    AlertState, Answer, Channel, ChannelState, DeviceListing, Job, JobState, JobWork, ProfileKind, Replies,
    Secret, Target, Timestamp,
};
use crate::outside::ntfy::Name;
use crate::outside::relay::Relay;
use crate::store::{BegunJob, EndedJob};
use crate::wire::{Alert, EventKind, HandOver, NoAddress};

/// How long until the second attempt; doubled with each.
const FIRST_WAIT: Duration = Duration::from_secs(5);

/// Longest wait between two attempts: after a night without a network nobody waits longer than that for the alert.
const LONGEST_WAIT: Duration = Duration::from_mins(5);

/// Longest wait that the other side may ask for.
const LONGEST_ASKED: Duration = Duration::from_hours(1);

/// Attempts, after which it is given up: some three days of them. They are counted, and not timed: a clock that jumps ahead
/// must not silence an alert.
const MOST_ATTEMPTS: u32 = 900;

/// The same, of saying that a channel works: whoever asked waits for it.
const MOST_TRIES: u32 = 3;

/// Something to say through a channel.
#[derive(Clone, Debug)]
pub struct Due {
    /// The job it is of.
    pub job: Job,
    /// The channel.
    pub channel: Channel,
    /// What to say.
    pub say: Say,
    /// What signs the device out, for a button; `None` where nothing is left to sign out.
    pub signs_out: Option<Secret>,
    /// The time zone of whoever reads it.
    pub zone: String,
    /// Where whoever reads it can open the home, or why nowhere.
    pub address: Result<String, NoAddress>,
    /// Where its device posts an answer while the home cannot be reached; `None` where it cannot, or there is no relay.
    pub inbox: Option<InboxAt>,
}

/// Where a device posts its answers.
#[derive(Clone, Debug)]
pub struct InboxAt {
    /// The address of its topic.
    pub url: String,
    /// What the relay asks for, if it does.
    pub token: Option<Secret>,
}

/// What to say.
#[derive(Clone, Debug)]
pub enum Say {
    /// That an alert waits. Said again, as when an answer to it was lost, it takes the place of what was said.
    Raised(Box<Alert>),
    /// That it still waits, with something about it changed: no news that anybody should be woken for.
    Changed(Box<Alert>),
    /// That it waits no more.
    Settled(Box<Alert>),
    /// That the channel works.
    Works,
}

/// What came of saying it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The other side has it.
    Taken,
    /// The other side cannot be reached, or asks to come back later.
    Later {
        /// When it asks to.
        after: Option<Duration>,
        /// Why, for a person.
        why: String,
    },
    /// Whoever it was for is not reached there any more.
    Gone {
        /// Why.
        why: String,
    },
    /// The other side refuses it, and would again.
    Refused {
        /// Why.
        why: String,
    },
}

/// Begins what is due, at most `most`: it is noted before anything is said. What there is nothing left to say of is done by it.
pub async fn begin(core: &Core, most: u32) -> Result<Vec<Due>> {
    let now = core.now();
    let jobs = core.store.due_jobs(now, now.after(LONGEST_ASKED), most).await?;
    let (mut due, mut over) = (Vec::with_capacity(jobs.len()), Vec::new());
    for job in jobs {
        if let Some((channel, say)) = said(core, &job).await? {
            let mut told = with_button(core, job, channel, say);
            told.inbox = inbox(core, &told.channel).await?;
            due.push(told);
        } else {
            note(core, &job, HandOver::Silent, None);
            over.push(EndedJob { job, state: JobState::Done, due_at: now, channel: None, detail: None });
        }
    }
    if !over.is_empty() {
        core.store.end_jobs(&over, now).await?;
    }
    if due.is_empty() {
        return Ok(due);
    }
    let begun: Vec<_> = due
        .iter()
        .map(|Due { job, signs_out, inbox, .. }| BegunJob {
            job,
            actions: signs_out.iter().map(|token| (token.hash(), Answer::NotMe)).collect(),
            hands_relay_token: inbox.as_ref().is_some_and(|inbox| inbox.token.is_some()),
        })
        .collect();
    let ids = core.store.begin_jobs(&begun, now).await?;
    due.retain(|due| ids.contains(&due.job.id));
    Ok(due)
}

/// When the next is due, if one waits.
pub async fn next(core: &Core) -> Result<Option<Timestamp>> {
    core.store.next_job_at().await
}

/// Takes up what was under way when the home ended: it may have been said, and is said again in the same place.
pub async fn resume(core: &Core) -> Result<()> {
    core.store.resume_jobs(core.now()).await
}

/// Notes what came of it.
pub async fn end(core: &Core, outcomes: &[(Job, Outcome)]) -> Result<()> {
    let now = core.now();
    let ended: Vec<_> = outcomes.iter().map(|(job, outcome)| ended(core, job, outcome, now)).collect();
    core.store.end_jobs(&ended, now).await?;
    for (job, outcome) in outcomes {
        let (state, why) = match outcome {
            Outcome::Taken => (HandOver::Taken, None),
            Outcome::Later { why, .. } => (HandOver::Late, Some(why.as_str())),
            Outcome::Gone { why } | Outcome::Refused { why } => (HandOver::Refused, Some(why.as_str())),
        };
        note(core, job, state, why);
    }
    let mut accounts: Vec<_> = outcomes.iter().map(|(job, _)| job.account_id).collect();
    accounts.sort_unstable();
    accounts.dedup();
    for account_id in accounts {
        core.announcer.announce(&*core.clock, account_id, EventKind::ChannelsChanged);
    }
    Ok(())
}

/// Notes how it went, where it is of a fire drill.
fn note(core: &Core, job: &Job, state: HandOver, why: Option<&str>) {
    let JobWork::Tell { channel_id, alert_id } = job.work else { return };
    let about = (alert_id, channel_id);
    if core.drills.handed_over(job.account_id, about, state, why, core.clock.elapsed()) {
        core.announcer.announce(&*core.clock, job.account_id, EventKind::DrillChanged);
    }
}

fn ended(core: &Core, job: &Job, outcome: &Outcome, now: Timestamp) -> EndedJob {
    let (state, channel, detail, due_at) = match outcome {
        Outcome::Taken => (JobState::Done, ChannelState::Ok, None, now),
        Outcome::Gone { why } => (JobState::GivenUp, ChannelState::Gone, Some(why), now),
        Outcome::Refused { why } => (JobState::Refused, ChannelState::Refused, Some(why), now),
        Outcome::Later { after, why } => {
            let tried = job.attempts.saturating_add(1);
            let most = match job.work {
                JobWork::Tell { .. } | JobWork::End { .. } => MOST_ATTEMPTS,
                JobWork::Try { .. } => MOST_TRIES,
            };
            let state = if tried < most { JobState::Waiting } else { JobState::GivenUp };
            let asked = after.unwrap_or_default().min(LONGEST_ASKED);
            (state, ChannelState::Late, Some(why), now.after(wait(core, job.attempts).max(asked)))
        }
    };
    EndedJob { job: job.clone(), state, due_at, channel: Some(channel), detail: detail.cloned() }
}

/// How long to wait after so many attempts that came to nothing: twice as long each time, and by up to half of it more or less,
/// so that not all of many come back at once.
pub(super) fn wait(core: &Core, attempts: u32) -> Duration {
    let longest = FIRST_WAIT.saturating_mul(1 << attempts.min(16)).min(LONGEST_WAIT);
    let mut byte = [0];
    core.random.fill(&mut byte);
    longest.mul_f64(0.5 + f64::from(byte[0]) / 256.0)
}

fn with_button(core: &Core, job: Job, channel: Channel, say: Say) -> Due {
    let signs_out = match &say {
        Say::Raised(alert) | Say::Changed(alert) if alert.signed_in => Some(Secret::new(&*core.random)),
        _ => None,
    };
    let zone = channel.time_zone.as_ref().unwrap_or(&core.zone).as_str().to_owned();
    let address = address(core, &channel.target);
    Due { job, channel, say, signs_out, zone, address, inbox: None }
}

/// Where whoever reads what goes there can open the home: by the address that somebody configured, whatever that is. Otherwise a browser
/// has it open on this very computer, as it would not be told elsewhere, a program here reaches it as the computer does, and anybody
/// else needs an address that others open. To a browser that one is another site: it presses no button there.
fn address(core: &Core, target: &Target) -> Result<String, NoAddress> {
    let is_here = match target {
        Target::WebPush(_) => true,
        Target::WebHook { url, .. } => Url::parse(url).is_ok_and(|url| is_this_computer(&url)),
        Target::Ntfy { .. } | Target::UnifiedPush(_) | Target::Email { .. } => false,
    };
    if is_here || core.reach.public_url.is_some() {
        return Ok(core.public_url.clone());
    }
    core.reach.origins(&core.home_network)?.into_iter().next().ok_or(NoAddress::NoNetwork)
}

/// What there is to say of a job; `None` when it is nothing.
async fn said(core: &Core, job: &Job) -> Result<Option<(Channel, Say)>> {
    let Some(channel_id) = job.work.channel_id() else { return Ok(None) };
    let Some(channel) = core.store.channel(job.account_id, channel_id).await? else { return Ok(None) };
    if !may_hear(core, &channel).await? {
        return Ok(None);
    }
    let say = match job.work {
        JobWork::End { .. } => None,
        JobWork::Try { .. } => Some(Say::Works),
        JobWork::Tell { alert_id, .. } => {
            let Some(listing) = core.store.alert(job.account_id, alert_id).await? else { return Ok(None) };
            let alert = Box::new(Alert::from(listing));
            match alert.state {
                AlertState::Open if job.done > 0 => Some(Say::Changed(alert)),
                AlertState::Open => Some(Say::Raised(alert)),
                // Nobody heard that it waited.
                _ if !job.may_have_been_heard() => None,
                _ => Some(Say::Settled(alert)),
            }
        }
    };
    Ok(say.map(|say| (channel, say)))
}

/// Whether who is told by a channel may know of alerts: a person who manages the account, and where it ends on a device, that
/// device signed in, not held, and in the hands of somebody who does.
pub(super) async fn may_hear(core: &Core, channel: &Channel) -> Result<bool> {
    if let Some(id) = channel.profile_id {
        let profiles = core.store.profiles(channel.account_id).await?;
        if !profiles.iter().any(|profile| profile.id == id && profile.kind == ProfileKind::Adult) {
            return Ok(false);
        }
    }
    if !channel.target.is_of_one_device() {
        return Ok(true);
    }
    Ok(at_the_end(core, channel).await?.is_some())
}

/// Who is at the end of a channel that ends on a device: its session, if that is alive, not held, and of somebody who manages.
pub(super) async fn at_the_end(core: &Core, channel: &Channel) -> Result<Option<Manager>> {
    let listing = core.store.device(channel.account_id, channel.device_id).await?;
    let session = listing.as_ref().and_then(DeviceListing::held_at_home);
    let session = session.and_then(|held| core.live.by_id(held.session.id));
    Ok(session.and_then(|session| {
        let caller = Caller::of(Arc::clone(&session), None);
        caller.unless_ended(()).and_then(|()| caller.manager()).ok()
    }))
}

/// Where the device at the end of a channel posts its answers, where it can seal them and there is a relay.
async fn inbox(core: &Core, channel: &Channel) -> Result<Option<InboxAt>> {
    let Some(Replies { inbox, .. }) = &channel.replies else { return Ok(None) };
    let Some(chosen) = core.store.relay(channel.account_id).await? else { return Ok(None) };
    let relay = Relay::parse(&chosen.url, chosen.token.clone(), &core.offers.guard).ok();
    let found = relay.zip(Name::new(inbox));
    Ok(found.map(|(relay, topic)| InboxAt { url: relay.topic_url(&topic), token: chosen.token }))
}
