//! The words of a notice: what happened, where and when, and how it ended.

use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::clock::Clock;
use crate::familiarity::QuietHours;
use crate::model::{AlertId, AlertState, Place, PlaceScope, Telling, Timestamp, Verdict};
use crate::wire::{Alert, AnswerEffect, AnswerOutcome};

/// What a person is told, as plain text. It contains what a device calls itself: whoever draws it escapes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The alert it is about.
    pub alert_id: AlertId,
    /// A few fixed words; nothing in them comes from a device.
    pub title: &'static str,
    /// One fact a line.
    pub lines: Vec<String>,
    /// Whether it waits for an answer.
    pub answerable: bool,
    /// Whether it comes without a sound.
    pub quiet: bool,
}

/// Finds the words, in the time zone of whoever reads them.
#[derive(Clone, Debug)]
pub struct Words {
    clock: Arc<dyn Clock>,
    zone: TimeZone,
}

impl Words {
    /// Words for readers in `zone`.
    pub fn new(clock: Arc<dyn Clock>, zone: TimeZone) -> Self {
        Self { clock, zone }
    }

    /// What is told of an alert that waits for its answer: device, account, place, time and the first reason. Without a sound in
    /// the quiet hours, and when it is only a new device at home.
    pub fn raised(&self, alert: &Alert, quiet_hours: Option<QuietHours>) -> Notice {
        let title = match alert.verdict {
            Verdict::NewPlace => "Signed in from a new place",
            Verdict::Suspicious => "This may be somebody else",
            Verdict::NewDevice | Verdict::Familiar => "A new device signed in",
        };
        let mut lines = vec![
            format!("{}, on the account {}", alert.device_name, alert.account),
            format!("{}, {}", in_words(&alert.place), self.moment(alert.at)),
        ];
        lines.extend(alert.reasons.first().cloned());
        if is_held(alert) {
            lines.push("It is on hold until you answer.".to_owned());
        }
        let is_night = quiet_hours.is_some_and(|hours| hours.silence(alert.verdict, self.minute()));
        let quiet = alert.telling == Telling::Quietly || is_night;
        Notice { alert_id: alert.id, title, lines, answerable: true, quiet }
    }

    /// What is told after an answer was given here.
    pub fn answered(&self, outcome: &AnswerOutcome) -> Notice {
        let alert = &outcome.alert;
        let (title, line) = match outcome.effect {
            AnswerEffect::SignedOut => (
                "Signed out",
                format!("Signed out at {}. Its next request will be refused.", self.ended(alert)),
            ),
            AnswerEffect::AlreadySignedOut => (
                "Already signed out",
                format!("It had already been signed out, {}.", self.moment_of_end(alert)),
            ),
            AnswerEffect::NowFamiliar => (
                "Thank you",
                "This device and this place are familiar from now on. Nothing was signed out.".to_owned(),
            ),
            AnswerEffect::FamiliarButSignedOut => (
                "Thank you",
                format!(
                    "It had already been signed out, {}. It may sign in again and will be familiar then.",
                    self.moment_of_end(alert)
                ),
            ),
            AnswerEffect::KeptInSight if is_held(alert) => {
                ("Kept in sight", "It stays on hold, and you find it under Alerts.".to_owned())
            }
            AnswerEffect::KeptInSight => {
                ("Kept in sight", "It stays signed in, and you find it under Alerts.".to_owned())
            }
            AnswerEffect::AlreadyAnswered => ("Already answered", self.standing(alert)),
        };
        settled(alert, title, line)
    }

    /// What is told when an alert was settled somewhere else: answered in a window, or the device signed out.
    pub fn settled_elsewhere(&self, alert: &Alert) -> Notice {
        let title = if alert.signed_in { "Answered on another screen" } else { "Signed out" };
        settled(alert, title, self.standing(alert))
    }

    /// What is told when an answer did not get through; it can be tapped again.
    pub fn not_answered(alert_id: AlertId, why: &str) -> Notice {
        let lines = vec![why.to_owned()];
        Notice { alert_id, title: "That did not work yet", lines, answerable: true, quiet: false }
    }

    /// How an alert stands, in a sentence.
    fn standing(&self, alert: &Alert) -> String {
        match (alert.state, alert.signed_in) {
            (AlertState::NotMe, false) => {
                format!("It was signed out {}, as somebody asked.", self.moment_of_end(alert))
            }
            (AlertState::Me, true) => "Somebody said it was them. It stays signed in.".to_owned(),
            (AlertState::Open | AlertState::Unsure, true) if is_held(alert) => {
                "It is on hold until somebody says whose it is.".to_owned()
            }
            (AlertState::Unsure, true) => "Somebody was not sure. It stays in sight, signed in.".to_owned(),
            (AlertState::Open, true) => "It is still signed in and waits for an answer.".to_owned(),
            (AlertState::NotMe, true) => "It is still signed in. Open Latchkey to sign it out.".to_owned(),
            (_, false) => format!("It was signed out {}.", self.moment_of_end(alert)),
        }
    }

    /// "20:14:03", when the session ended: the second matters, because the next request is compared with it.
    fn ended(&self, alert: &Alert) -> String {
        self.local(alert.ended_at.unwrap_or_else(|| self.clock.now()), "%H:%M:%S")
    }

    fn moment_of_end(&self, alert: &Alert) -> String {
        alert.ended_at.map_or_else(|| "before".to_owned(), |at| self.moment(at))
    }

    /// "today at 20:14", "on 3 March at 20:14".
    fn moment(&self, at: Timestamp) -> String {
        let same_day = self.local(at, "%F") == self.local(self.clock.now(), "%F");
        let time = self.local(at, "%H:%M");
        if same_day { format!("today at {time}") } else { self.local(at, "on %-d %B at %H:%M") }
    }

    /// The minute of the day where the reader is, 0 to 1439.
    fn minute(&self) -> u16 {
        jiff::Timestamp::from_millisecond(self.clock.now().as_millis()).map_or(0, |now| {
            let time = now.to_zoned(self.zone.clone()).time();
            u16::from(time.hour().unsigned_abs()) * 60 + u16::from(time.minute().unsigned_abs())
        })
    }

    fn local(&self, at: Timestamp, format: &str) -> String {
        jiff::Timestamp::from_millisecond(at.as_millis())
            .map(|at| at.to_zoned(self.zone.clone()).strftime(format).to_string())
            .unwrap_or_default()
    }
}

fn is_held(alert: &Alert) -> bool {
    alert.signed_in && alert.held_at.is_some()
}

fn settled(alert: &Alert, title: &'static str, line: String) -> Notice {
    Notice {
        alert_id: alert.id,
        title,
        lines: vec![alert.device_name.clone(), line],
        answerable: false,
        quiet: false,
    }
}

/// A place is never told as a fact: it is always "near" or "somewhere in".
fn in_words(place: &Place) -> String {
    match place.scope {
        PlaceScope::Located if place.city.is_some() => format!("Near {}", place.label),
        PlaceScope::Located => format!("Somewhere in {}", place.label),
        PlaceScope::HomeNetwork => "On the home network".to_owned(),
        PlaceScope::ThisComputer => "On this computer".to_owned(),
        PlaceScope::Unknown => "At an unknown place".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;
    use crate::model::{DeviceId, DeviceKind, SessionId};
    use crate::random::SeededRandom;

    /// 21 September 2026, 14:13:20 UTC.
    const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

    fn words() -> Words {
        let zone = TimeZone::fixed(jiff::tz::offset(2));
        Words::new(Arc::new(ManualClock::at(NOW)), zone)
    }

    fn alert() -> Alert {
        let (clock, random) = (ManualClock::at(NOW), SeededRandom::new(3));
        Alert {
            id: AlertId::new(&clock, &random),
            device_id: DeviceId::new(&clock, &random),
            session_id: SessionId::new(&clock, &random),
            account: "ana".into(),
            device_name: "Firefox on Windows".into(),
            device_kind: DeviceKind::Browser,
            verdict: Verdict::NewDevice,
            score: Some(50.0),
            probably: None,
            telling: Telling::Aloud,
            reasons: vec!["First time on this account".into(), "First time in Brazil".into()],
            place: Place {
                scope: PlaceScope::Located,
                label: "Porto Alegre, Brazil".into(),
                city: Some("Porto Alegre".into()),
                ..Place::default()
            },
            at: NOW.before(std::time::Duration::from_mins(1)),
            state: AlertState::Open,
            answered_at: None,
            signed_in: true,
            held_at: None,
            ended_at: None,
            refused_at: None,
        }
    }

    #[test]
    fn an_alert_is_told_with_device_place_and_the_readers_time() {
        let notice = words().raised(&alert(), None);
        assert_eq!(notice.title, "A new device signed in");
        assert_eq!(
            notice.lines,
            [
                "Firefox on Windows, on the account ana",
                "Near Porto Alegre, Brazil, today at 16:12",
                "First time on this account"
            ]
        );
        assert!(notice.answerable);
    }

    #[test]
    fn a_new_device_at_home_and_the_quiet_hours_make_no_sound_but_a_theft_does() {
        // It is 16:13 where the reader is.
        let siesta = QuietHours { from_minute: 16 * 60, to_minute: 17 * 60 };
        let night = QuietHours { from_minute: 22 * 60, to_minute: 7 * 60 };
        assert!(!words().raised(&alert(), None).quiet);
        assert!(!words().raised(&alert(), Some(night)).quiet);
        assert!(words().raised(&alert(), Some(siesta)).quiet);
        let at_home = Alert { telling: Telling::Quietly, ..alert() };
        assert!(words().raised(&at_home, None).quiet);
        let stolen = Alert { verdict: Verdict::Suspicious, ..alert() };
        assert!(!words().raised(&stolen, Some(siesta)).quiet);
    }

    #[test]
    fn a_place_that_is_not_located_has_words_of_its_own_and_another_day_its_date() {
        let yesterday = Alert {
            place: Place::unknown(),
            at: NOW.before(std::time::Duration::from_hours(24)),
            reasons: Vec::new(),
            verdict: Verdict::NewPlace,
            ..alert()
        };
        let notice = words().raised(&yesterday, None);
        assert_eq!(notice.title, "Signed in from a new place");
        assert_eq!(notice.lines[1], "At an unknown place, on 20 September at 16:13");
        let country = Place { city: None, label: "Brazil".into(), ..alert().place };
        assert_eq!(in_words(&country), "Somewhere in Brazil");
    }

    #[test]
    fn every_effect_of_an_answer_is_told_and_none_asks_again() {
        let ended = Alert { signed_in: false, ended_at: Some(NOW), state: AlertState::NotMe, ..alert() };
        let told = |effect, alert: &Alert| {
            let notice = words().answered(&AnswerOutcome { alert: alert.clone(), effect });
            assert!(!notice.answerable);
            assert_eq!(notice.lines[0], "Firefox on Windows");
            notice.lines[1].clone()
        };
        assert_eq!(
            told(AnswerEffect::SignedOut, &ended),
            "Signed out at 16:13:20. Its next request will be refused."
        );
        assert_eq!(
            told(AnswerEffect::AlreadySignedOut, &ended),
            "It had already been signed out, today at 16:13."
        );
        assert_eq!(
            told(AnswerEffect::NowFamiliar, &alert()),
            "This device and this place are familiar from now on. Nothing was signed out."
        );
        assert_eq!(
            told(AnswerEffect::FamiliarButSignedOut, &ended),
            "It had already been signed out, today at 16:13. It may sign in again and will be familiar then."
        );
        assert_eq!(
            told(AnswerEffect::KeptInSight, &alert()),
            "It stays signed in, and you find it under Alerts."
        );
        assert_eq!(
            told(AnswerEffect::AlreadyAnswered, &ended),
            "It was signed out today at 16:13, as somebody asked."
        );
    }

    #[test]
    fn a_session_on_hold_is_told_so_and_stays_so_while_nobody_is_sure() {
        let held = Alert { verdict: Verdict::Suspicious, held_at: Some(NOW), ..alert() };
        let notice = words().raised(&held, None);
        assert_eq!(notice.title, "This may be somebody else");
        assert_eq!(notice.lines[3], "It is on hold until you answer.");
        let unsure = Alert { state: AlertState::Unsure, ..held };
        let kept = AnswerOutcome { alert: unsure.clone(), effect: AnswerEffect::KeptInSight };
        assert_eq!(words().answered(&kept).lines[1], "It stays on hold, and you find it under Alerts.");
        let standing = words().settled_elsewhere(&unsure);
        assert_eq!(standing.lines[1], "It is on hold until somebody says whose it is.");
    }

    #[test]
    fn an_alert_settled_elsewhere_says_how_it_stands() {
        let me = Alert { state: AlertState::Me, ..alert() };
        assert_eq!(words().settled_elsewhere(&me).lines[1], "Somebody said it was them. It stays signed in.");
        let ended = Alert { signed_in: false, ended_at: Some(NOW), ..alert() };
        assert_eq!(words().settled_elsewhere(&ended).lines[1], "It was signed out today at 16:13.");
    }
}
