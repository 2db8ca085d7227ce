//! What is said through a channel: words and buttons, the same for every kind; how they are packed is the courier's.

use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::access::telling::{Due, Say};
use crate::alerting::{Seat, Words};
use crate::clock::Clock;
use crate::model::{AlertId, AlertKind, Answer, Channel, Says, Secret, Target, Telling, Timestamp, Verdict};
use crate::wire::Alert;

/// What is said where there is nothing to press.
const LACKS_ADDRESS: &str = "There is no button here, as your home cannot be opened from elsewhere. \"Get told\" in Latchkey says what to do.";

/// What is said.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "facts that go together in any way")]
pub struct Message {
    /// What it says.
    pub kind: Kind,
    /// The alert it is about, if it is about one.
    pub alert_id: Option<AlertId>,
    /// Names what it is about: the same again takes the place of what was said. Letters, digits and `-`, at most 32.
    pub tag: String,
    /// A few words.
    pub title: String,
    /// One fact a line. It contains what a device calls itself: whoever draws it escapes it.
    pub lines: Vec<String>,
    /// When what it is about happened.
    pub at: Timestamp,
    /// Whether it comes without a sound.
    pub quiet: bool,
    /// Whether something of it was said before, so that it is no news.
    pub again: bool,
    /// Which of the messages after the first it is; `None`: the first.
    pub update: Option<u32>,
    /// Where a tap on it leads; `None` where whoever reads it cannot open the home.
    pub open_url: Option<String>,
    /// Whether that is to be said: there would be something to open, or to press.
    pub lacks_address: bool,
    /// Whether what it is about can still be signed out, by a button or by an app of its own.
    pub signs_out: bool,
    /// What can be pressed.
    pub button: Option<Button>,
    /// How it is answered while the home cannot be reached.
    pub reply: Option<ReplyWay>,
}

/// How a browser answers by a relay.
#[derive(Clone, PartialEq, Eq)]
pub struct ReplyWay {
    /// Where its sealed answer is posted.
    pub inbox_url: String,
    /// What the relay asks for, if it does.
    pub relay_token: Option<Secret>,
    /// The secret of the button, which goes into the answer.
    pub token: Secret,
}

impl std::fmt::Debug for ReplyWay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ReplyWay(…)")
    }
}

/// What sort of message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An alert waits for an answer.
    Alert,
    /// The same in a fire drill: nobody is there, and the answer is to be tried.
    Drill,
    /// It waits no more.
    Settled,
    /// The channel works.
    Test,
}

impl Kind {
    /// Its name in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Alert => "alert",
            Self::Drill => "drill",
            Self::Settled => "settled",
            Self::Test => "test",
        }
    }
}

/// Something to press: it answers without anybody signing in, once.
#[derive(Clone, PartialEq, Eq)]
pub struct Button {
    /// What it says.
    pub label: &'static str,
    /// What it answers.
    pub answer: Answer,
    /// Where it is sent (POST), or opened (GET), which asks before it does anything.
    pub url: String,
}

impl std::fmt::Debug for Button {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Button({})", self.label)
    }
}

impl Message {
    /// What is due, in the words of whoever reads it. Buttons and links lead to where they can open the home; there are none where
    /// that is nowhere, and a line says so.
    pub fn of(due: &Due, clock: Arc<dyn Clock>) -> Self {
        let zone = TimeZone::get(&due.zone).unwrap_or(TimeZone::UTC);
        let address = due.address.as_deref().ok();
        let button = due.signs_out.as_ref().zip(address).map(|(token, address)| Button {
            label: "No, sign it out",
            answer: Answer::NotMe,
            url: format!("{address}/api/v1/actions/{}", token.reveal()),
        });
        let said = match &due.say {
            Say::Works => works(due, &*clock, address),
            Say::Raised(alert) => raised(due, alert, clock, zone, address, false),
            Say::Changed(alert) => raised(due, alert, clock, zone, address, true),
            Say::Settled(alert) => settled(due, alert, clock, zone, address),
        };
        // An app that hears by UnifiedPush knows itself where its home is.
        let finds_home = address.is_some() || matches!(due.channel.target, Target::UnifiedPush(_));
        let lacks_address = !finds_home && said.kind != Kind::Settled;
        let reply = due.inbox.clone().zip(due.signs_out.clone()).map(|(inbox, token)| ReplyWay {
            inbox_url: inbox.url,
            relay_token: inbox.token,
            token,
        });
        Self { lacks_address, signs_out: due.signs_out.is_some(), button, reply, ..said }
    }

    /// The same for who is not to be told what happened: a server in between reads it.
    #[must_use]
    pub fn without_words(self) -> Self {
        let line = match self.kind {
            Kind::Alert => "Something needs a look. Open Latchkey.",
            Kind::Drill => "This is a fire drill. Open Latchkey.",
            Kind::Settled => "It was looked at. There is nothing to do.",
            Kind::Test => "This is what an alert looks like here.",
        };
        Self { title: "Latchkey".into(), lines: vec![line.into()], ..self }
    }

    /// Its lines, and what it lacks.
    pub fn paragraphs(&self) -> Vec<String> {
        let lacks = self.lacks_address.then(|| LACKS_ADDRESS.to_owned());
        self.lines.iter().cloned().chain(lacks).collect()
    }

    /// The same as one text.
    pub fn text(&self) -> String {
        self.paragraphs().join("\n")
    }
}

/// How a channel is to be told: what a server in between reads is kept short there.
pub fn says(channel: &Channel) -> Says {
    match &channel.target {
        Target::Ntfy { says, .. } => *says,
        _ => Says::Everything,
    }
}

fn tag(id: AlertId) -> String {
    // A topic of a push message has at most 32 characters (RFC 8030 section 5.4): an id without its dashes.
    id.to_string().replace('-', "")
}

fn open_url(address: Option<&str>, id: AlertId) -> Option<String> {
    address.map(|address| format!("{address}/#/alerts/{id}"))
}

fn raised(
    due: &Due,
    alert: &Alert,
    clock: Arc<dyn Clock>,
    zone: TimeZone,
    address: Option<&str>,
    again: bool,
) -> Message {
    let quiet = again || is_silenced(&due.channel, alert, &*clock, &zone);
    let words = Words::new(clock, zone);
    let notice = words.raised(&Seat::new("", due.channel.device_id), alert, None);
    Message {
        kind: if alert.is_drill() { Kind::Drill } else { Kind::Alert },
        alert_id: Some(alert.id),
        tag: tag(alert.id),
        title: notice.title.to_owned(),
        lines: notice.lines,
        at: alert.at,
        quiet: quiet || notice.quiet,
        again: again || due.job.may_have_been_heard(),
        update: again.then(|| update(due)),
        open_url: open_url(address, alert.id),
        lacks_address: false,
        signs_out: false,
        button: None,
        reply: None,
    }
}

fn settled(
    due: &Due,
    alert: &Alert,
    clock: Arc<dyn Clock>,
    zone: TimeZone,
    address: Option<&str>,
) -> Message {
    let words = Words::new(clock, zone);
    let notice = words.settled_elsewhere(&Seat::new("", due.channel.device_id), alert);
    Message {
        kind: Kind::Settled,
        alert_id: Some(alert.id),
        tag: tag(alert.id),
        title: notice.title.to_owned(),
        lines: notice.lines,
        at: alert.at,
        quiet: true,
        again: true,
        update: Some(update(due)),
        open_url: open_url(address, alert.id),
        lacks_address: false,
        signs_out: false,
        button: None,
        reply: None,
    }
}

fn works(due: &Due, clock: &dyn Clock, address: Option<&str>) -> Message {
    Message {
        kind: Kind::Test,
        alert_id: None,
        tag: "test".to_owned(),
        title: "This works".to_owned(),
        lines: vec![format!("Alerts come to {} like this.", due.channel.name.as_str())],
        at: clock.now(),
        quiet: false,
        again: false,
        update: None,
        open_url: address.map(str::to_owned),
        lacks_address: false,
        signs_out: false,
        button: None,
        reply: None,
    }
}

fn update(due: &Due) -> u32 {
    u32::try_from(due.job.revision).unwrap_or(u32::MAX)
}

/// Whether it comes without a sound: by the quiet hours of whoever reads it, and when it is only a new device at home. What looks
/// stolen always has one.
fn is_silenced(channel: &Channel, alert: &Alert, clock: &dyn Clock, zone: &TimeZone) -> bool {
    // What a device does to others is told at any hour.
    if alert.verdict == Verdict::Suspicious || alert.kind != AlertKind::SignIn {
        return false;
    }
    let minute = jiff::Timestamp::from_millisecond(clock.now().as_millis()).map_or(0, |now| {
        let time = now.to_zoned(zone.clone()).time();
        u16::from(time.hour().unsigned_abs()) * 60 + u16::from(time.minute().unsigned_abs())
    });
    alert.telling == Telling::Quietly
        || channel.quiet_hours.is_some_and(|hours| hours.silence(alert.verdict, minute))
}
