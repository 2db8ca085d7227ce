//! The words of a notice: what happened, where and when, and how it ended.

use std::sync::Arc;

use jiff::tz::TimeZone;

use super::{NoticeId, Seat};
use crate::clock::Clock;
use crate::model::{ActedBy, AlertKind, AlertState, Telling, Timestamp};
use crate::wire::{Alert, AlertSettings, AnswerEffect, AnswerOutcome};
use crate::words;

/// What a person is told, as plain text. It contains what a device calls itself: whoever draws it escapes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Which it is: the alert it is about, and whom it is for.
    pub id: NoticeId,
    /// A few fixed words; nothing in them comes from a device.
    pub title: &'static str,
    /// One fact a line.
    pub lines: Vec<String>,
    /// What it can be answered with.
    pub buttons: Buttons,
    /// Whether it comes without a sound.
    pub quiet: bool,
}

/// What a notice can be answered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Buttons {
    /// Nothing: it says how something ended.
    None,
    /// **No, sign it out** and **Yes, it is ours**.
    SignOut,
    /// **No, it is not** and **Yes, it is ours**: the session has ended, and nothing is left to sign out.
    NotMe,
}

impl Buttons {
    /// Those of an alert that waits, by whether its session is signed in.
    pub fn about(signed_in: bool) -> Self {
        if signed_in { Self::SignOut } else { Self::NotMe }
    }
}

/// Finds the words, in the time zone of whoever reads them, and by a clock as theirs.
#[derive(Clone, Debug)]
pub struct Words {
    clock: Arc<dyn Clock>,
    zone: TimeZone,
    /// Whether its clock has twelve hours and not twenty-four.
    twelve_hours: bool,
}

impl Words {
    /// Words for readers in `zone`, whose clock has twenty-four hours as far as is known.
    pub fn new(clock: Arc<dyn Clock>, zone: TimeZone) -> Self {
        Self { clock, zone, twelve_hours: false }
    }

    /// The same, for readers who say "8:14 PM" and not "20:14", or the other way round.
    #[must_use]
    pub fn with_twelve_hours(self, twelve_hours: bool) -> Self {
        Self { twelve_hours, ..self }
    }

    /// What is told of an alert that waits for its answer: device, account, place, time and the first reason. Without a sound in
    /// the quiet hours of the home, by its `rules`, and when it is only a new device at home.
    pub fn raised(&self, seat: &Seat, alert: &Alert, rules: Option<&AlertSettings>) -> Notice {
        let title = if alert.is_drill() {
            "Fire drill: a made-up stranger signed in"
        } else {
            words::title(alert.kind, alert.verdict, &alert.did)
        };
        let mut lines = vec![
            format!("{}, on the account {}", alert.device_name, alert.account),
            format!("{}, {}", words::near(&alert.place.area()), self.moment(alert.at)),
        ];
        let reasons = if alert.kind == AlertKind::SignIn { 1 } else { alert.reasons.len() };
        lines.extend(alert.reasons.iter().take(reasons).map(|reason| words::reason(reason).to_string()));
        if let Some(at) = alert.did.may_vouch_at {
            lines.push(format!("Unless you answer, it may {}.", self.moment(at)));
        }
        if is_held(alert) {
            lines.push("It is on hold until you answer.".to_owned());
        }
        if !alert.signed_in {
            lines.push(self.standing(alert));
            lines.extend(done_by(alert));
        }
        // What a device does to others is told at any hour.
        let is_night =
            alert.kind == AlertKind::SignIn && rules.is_some_and(|rules| self.is_silenced(alert, rules));
        let quiet = alert.telling == Telling::Quietly || is_night;
        let id = NoticeId { seat: seat.clone(), alert_id: alert.id };
        Notice { id, title, lines, buttons: Buttons::about(alert.signed_in), quiet }
    }

    /// What is told after an answer was given here.
    pub fn answered(&self, id: &NoticeId, outcome: &AnswerOutcome) -> Notice {
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
            AnswerEffect::Asked => ("Asked to sign it out", words::sign_out::ASKED.to_owned()),
            AnswerEffect::Refused => ("Not signed out", words::sign_out::REFUSED.to_owned()),
        };
        let mut notice = settled(id.clone(), alert, title, line);
        // Somebody else was first, and whoever answered here hears who.
        if matches!(outcome.effect, AnswerEffect::AlreadySignedOut | AnswerEffect::AlreadyAnswered) {
            notice.lines.extend(done_by(alert));
        }
        notice
    }

    /// What is told when an alert was settled somewhere else: answered in a window, or the device signed out.
    pub fn settled_elsewhere(&self, seat: &Seat, alert: &Alert) -> Notice {
        let title = match (alert.is_drill(), alert.signed_in) {
            (true, false) => "The fire drill is over",
            (_, true) => "Answered",
            (false, false) => "Signed out",
        };
        let id = NoticeId { seat: seat.clone(), alert_id: alert.id };
        let mut notice = settled(id, alert, title, self.standing(alert));
        notice.lines.extend(done_by(alert));
        notice
    }

    /// What is told when an answer did not get through. With `buttons` it can be tapped again.
    pub fn not_answered(id: NoticeId, why: &str, buttons: Buttons) -> Notice {
        let lines = vec![why.to_owned()];
        Notice { id, title: "That did not work yet", lines, buttons, quiet: false }
    }

    /// What is told after a tap on a notice that was told to somebody else: of another home or account.
    pub fn not_of_here(id: NoticeId) -> Notice {
        let lines = vec![
            "This notice is of another home or account than the one this desktop looks at now. \
             Open Latchkey to answer it there."
                .to_owned(),
        ];
        Notice { id, title: "Nothing was done", lines, buttons: Buttons::None, quiet: false }
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
            (_, true) if alert.asked_at.is_some() => words::sign_out::ASKED.to_owned(),
            (AlertState::NotMe, true) => "It is still signed in. Open Latchkey to sign it out.".to_owned(),
            (_, false) => format!("It was signed out {}.", self.moment_of_end(alert)),
        }
    }

    /// "20:14:03", when the session ended: the second matters, because the next request is compared with it.
    fn ended(&self, alert: &Alert) -> String {
        let format = if self.twelve_hours { "%-I:%M:%S %p" } else { "%H:%M:%S" };
        self.local(alert.ended_at.unwrap_or_else(|| self.clock.now()), format)
    }

    fn moment_of_end(&self, alert: &Alert) -> String {
        alert.ended_at.map_or_else(|| "before".to_owned(), |at| self.moment(at))
    }

    /// "today at 20:14", "on 3 March at 20:14".
    fn moment(&self, at: Timestamp) -> String {
        let same_day = self.local(at, "%F") == self.local(self.clock.now(), "%F");
        let time = self.local(at, if self.twelve_hours { "%-I:%M %p" } else { "%H:%M" });
        if same_day {
            format!("today at {time}")
        } else {
            format!("{} at {time}", self.local(at, "on %-d %B"))
        }
    }

    /// Whether the quiet hours silence it now, by the clock of the home: whoever reads it may be away.
    fn is_silenced(&self, alert: &Alert, rules: &AlertSettings) -> bool {
        // A home that does not say, or says what is not known here, is taken to be where the reader is.
        let home = TimeZone::get(&rules.time_zone).unwrap_or_else(|_| self.zone.clone());
        let minute = self.minute_in(home);
        rules.settings.quiet_hours.is_some_and(|hours| hours.silence(alert.verdict, minute))
    }

    /// The minute of the day, 0 to 1439, in a time zone.
    fn minute_in(&self, zone: TimeZone) -> u16 {
        jiff::Timestamp::from_millisecond(self.clock.now().as_millis()).map_or(0, |now| {
            let time = now.to_zoned(zone).time();
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

/// Who did what was done about an alert, by the names of then; `None` where nobody did, or it is not known.
fn done_by(alert: &Alert) -> Option<String> {
    let ActedBy { profile_name, device_name, channel, .. } = alert.acted_by.as_ref()?;
    match (profile_name, device_name, channel) {
        (Some(name), Some(device), Some(_)) => Some(format!("Done by {name}, by a button on {device}.")),
        (Some(name), None, Some(_)) => Some(format!("Done by a button that was sent to {name}.")),
        (None, Some(device), Some(_)) => Some(format!("Done by a button on {device}.")),
        (None, None, Some(_)) => Some("Done by a button that was sent out.".to_owned()),
        (Some(name), Some(device), None) => Some(format!("Done by {name}, on {device}.")),
        (Some(name), None, None) => Some(format!("Done by {name}.")),
        (None, Some(device), None) => Some(format!("Done on {device}.")),
        (None, None, None) => None,
    }
}

fn settled(id: NoticeId, alert: &Alert, title: &'static str, line: String) -> Notice {
    Notice { id, title, lines: vec![alert.device_name.clone(), line], buttons: Buttons::None, quiet: false }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;
    use crate::familiarity::Settings;
    use crate::model::{
        AlertId, ChannelKind, Deeds, DeviceId, DeviceKind, PlaceScope, QuietHours, Reason, SessionId, Verdict,
    };
    use crate::random::SeededRandom;
    use crate::wire::Place;

    /// 21 September 2026, 14:13:20 UTC.
    const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

    fn words() -> Words {
        let zone = TimeZone::fixed(jiff::tz::offset(2));
        Words::new(Arc::new(ManualClock::at(NOW)), zone)
    }

    /// What is set at a home in that time zone.
    fn quiet(hours: QuietHours, zone: &str) -> AlertSettings {
        let settings = Settings { quiet_hours: Some(hours), ..Settings::default() };
        AlertSettings {
            settings,
            time_zone: zone.into(),
            learning: None,
            budgets: Vec::new(),
            first_requests: Vec::new(),
        }
    }

    fn seat() -> Seat {
        Seat::new("http://nas:8470/", DeviceId::new(&ManualClock::at(NOW), &SeededRandom::new(5)))
    }

    fn id(alert: &Alert) -> NoticeId {
        NoticeId { seat: seat(), alert_id: alert.id }
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
            kind: AlertKind::SignIn,
            did: Deeds::default(),
            verdict: Verdict::NewDevice,
            score: Some(50.0),
            probably: None,
            telling: Telling::Aloud,
            reasons: vec![Reason::FirstOnAccount, Reason::UsedLine],
            place: Place {
                scope: PlaceScope::Located,
                country_code: Some("BR".into()),
                city: Some("Porto Alegre".into()),
                ..Place::default()
            },
            at: NOW.before(std::time::Duration::from_mins(1)),
            state: AlertState::Open,
            answered_at: None,
            acted_by: None,
            signed_in: true,
            held_at: None,
            asked_at: None,
            ended_at: None,
            refused_at: None,
        }
    }

    #[test]
    fn an_alert_is_told_with_device_place_and_the_readers_time() {
        let notice = words().raised(&seat(), &alert(), None);
        assert_eq!(notice.title, "A new device signed in");
        assert_eq!(
            notice.lines,
            [
                "Firefox on Windows, on the account ana",
                "Near Porto Alegre, Brazil, today at 16:12",
                "First time on this account"
            ]
        );
        assert_eq!(notice.buttons, Buttons::SignOut);
    }

    #[test]
    fn a_reader_with_a_clock_of_twelve_hours_is_told_by_that() {
        let notice = words().with_twelve_hours(true).raised(&seat(), &alert(), None);
        assert_eq!(notice.lines[1], "Near Porto Alegre, Brazil, today at 4:12 PM");
        let before = Alert { at: NOW.before(std::time::Duration::from_hours(24)), ..alert() };
        let notice = words().with_twelve_hours(true).raised(&seat(), &before, None);
        assert_eq!(notice.lines[1], "Near Porto Alegre, Brazil, on 20 September at 4:13 PM");
    }

    #[test]
    fn a_fire_drill_says_that_it_is_one_from_its_first_word_to_its_last() {
        let drill = Alert { reasons: vec![Reason::Drill], ..alert() };
        let notice = words().raised(&seat(), &drill, None);
        assert_eq!(notice.title, "Fire drill: a made-up stranger signed in");
        assert_eq!(notice.lines[2], "This is a fire drill: the stranger is made up");
        assert_eq!(notice.buttons, Buttons::SignOut);
        let over = Alert { signed_in: false, ended_at: Some(NOW), ..drill };
        assert_eq!(words().settled_elsewhere(&seat(), &over).title, "The fire drill is over");
    }

    #[test]
    fn an_alert_whose_session_has_ended_says_so_and_offers_no_sign_out() {
        let ended = Alert { signed_in: false, ended_at: Some(NOW), ..alert() };
        let notice = words().raised(&seat(), &ended, None);
        assert_eq!(notice.buttons, Buttons::NotMe);
        assert_eq!(notice.lines[3], "It was signed out today at 16:13.");
    }

    #[test]
    fn a_new_device_at_home_and_the_quiet_hours_make_no_sound_but_a_theft_does() {
        // It is 16:13 where the reader is.
        let siesta = QuietHours { from_minute: 16 * 60, to_minute: 17 * 60 };
        let night = QuietHours { from_minute: 22 * 60, to_minute: 7 * 60 };
        assert!(!words().raised(&seat(), &alert(), None).quiet);
        assert!(!words().raised(&seat(), &alert(), Some(&quiet(night, ""))).quiet);
        assert!(words().raised(&seat(), &alert(), Some(&quiet(siesta, ""))).quiet);
        let at_home = Alert { telling: Telling::Quietly, ..alert() };
        assert!(words().raised(&seat(), &at_home, None).quiet);
        let stolen = Alert { verdict: Verdict::Suspicious, ..alert() };
        assert!(!words().raised(&seat(), &stolen, Some(&quiet(siesta, ""))).quiet);
    }

    #[test]
    fn the_quiet_hours_go_by_the_clock_of_the_home_and_not_by_the_readers() {
        // It is 16:13 where the reader is, 17:13 in Riga and 23:13 in Tokyo.
        let night = QuietHours { from_minute: 22 * 60, to_minute: 7 * 60 };
        assert!(!words().raised(&seat(), &alert(), Some(&quiet(night, "Europe/Riga"))).quiet);
        assert!(words().raised(&seat(), &alert(), Some(&quiet(night, "Asia/Tokyo"))).quiet);
        let tea = QuietHours { from_minute: 17 * 60, to_minute: 18 * 60 };
        assert!(words().raised(&seat(), &alert(), Some(&quiet(tea, "Europe/Riga"))).quiet);
        assert!(!words().raised(&seat(), &alert(), Some(&quiet(tea, "not a zone"))).quiet, "as the reader's");
    }

    #[test]
    fn the_quiet_hours_keep_to_the_clock_when_it_is_put_forward_and_back() {
        let night = quiet(QuietHours { from_minute: 22 * 60, to_minute: 7 * 60 }, "Europe/Riga");
        // Riga's clock is put forward on 28 March 2027 and back on 31 October, both at 01:00 UTC.
        for (at, is_quiet) in [
            ("2027-03-27T04:59:00Z", true),
            ("2027-03-27T05:00:00Z", false),
            ("2027-03-28T03:59:00Z", true),
            ("2027-03-28T04:00:00Z", false),
            ("2027-10-30T18:59:00Z", false),
            ("2027-10-30T19:00:00Z", true),
            ("2027-10-31T04:59:00Z", true),
            ("2027-10-31T05:00:00Z", false),
            ("2027-10-31T19:59:00Z", false),
            ("2027-10-31T20:00:00Z", true),
        ] {
            let now: jiff::Timestamp = at.parse().unwrap();
            let clock = ManualClock::at(Timestamp::from_millis(now.as_millisecond()));
            let words = Words::new(Arc::new(clock), TimeZone::UTC);
            assert_eq!(words.raised(&seat(), &alert(), Some(&night)).quiet, is_quiet, "{at}");
        }
    }

    #[test]
    fn a_place_that_is_not_located_has_words_of_its_own_and_another_day_its_date() {
        let yesterday = Alert {
            place: Place::default(),
            at: NOW.before(std::time::Duration::from_hours(24)),
            reasons: Vec::new(),
            verdict: Verdict::NewPlace,
            ..alert()
        };
        let notice = words().raised(&seat(), &yesterday, None);
        assert_eq!(notice.title, "Signed in from a new place");
        assert_eq!(notice.lines[1], "At an unknown place, on 20 September at 16:13");
        let country = Alert { place: Place { city: None, ..alert().place }, ..alert() };
        let notice = words().raised(&seat(), &country, None);
        assert_eq!(notice.lines[1], "Somewhere in Brazil, today at 16:12");
    }

    #[test]
    fn every_effect_of_an_answer_is_told_and_none_asks_again() {
        let ended = Alert { signed_in: false, ended_at: Some(NOW), state: AlertState::NotMe, ..alert() };
        let told = |effect, alert: &Alert| {
            let notice = words().answered(
                &id(alert),
                &AnswerOutcome { alert: alert.clone(), effect, also_signed_out: Vec::new() },
            );
            assert_eq!(notice.buttons, Buttons::None);
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
        let asked = Alert { state: AlertState::NotMe, asked_at: Some(NOW), ..alert() };
        assert_eq!(told(AnswerEffect::Asked, &asked), words::sign_out::ASKED);
        assert_eq!(told(AnswerEffect::AlreadyAnswered, &asked), words::sign_out::ASKED);
        assert_eq!(told(AnswerEffect::Refused, &alert()), words::sign_out::REFUSED);
    }

    #[test]
    fn what_a_device_did_to_others_is_told_whole_and_at_any_hour() {
        let siesta = QuietHours { from_minute: 16 * 60, to_minute: 17 * 60 };
        let reasons = vec![Reason::SignedOthersOut { count: 2 }, Reason::ChangedPassword];
        let did = Deeds { signed_out_count: 2, password_changed_at: Some(NOW), ..Deeds::default() };
        let deed = Alert { kind: AlertKind::TakesOver, did, reasons, ..alert() };
        let notice = words().raised(&seat(), &deed, Some(&quiet(siesta, "")));
        assert_eq!((notice.title, notice.quiet), ("An unfamiliar device signed others out", false));
        assert_eq!(
            notice.lines[2..],
            ["This unfamiliar device signed out 2 devices", "It changed the password"]
        );
        let did =
            Deeds { may_vouch_at: Some(NOW.after(std::time::Duration::from_hours(24))), ..Deeds::default() };
        let asks = Alert { kind: AlertKind::AsksToVouch, did, reasons: Vec::new(), ..alert() };
        let notice = words().raised(&seat(), &asks, Some(&quiet(siesta, "")));
        assert_eq!(notice.lines[2], "Unless you answer, it may on 22 September at 16:13.");
    }

    #[test]
    fn a_session_on_hold_is_told_so_and_stays_so_while_nobody_is_sure() {
        let held = Alert { verdict: Verdict::Suspicious, held_at: Some(NOW), ..alert() };
        let notice = words().raised(&seat(), &held, None);
        assert_eq!(notice.title, "This may be somebody else");
        assert_eq!(notice.lines[3], "It is on hold until you answer.");
        let unsure = Alert { state: AlertState::Unsure, ..held };
        let kept = AnswerOutcome {
            alert: unsure.clone(),
            effect: AnswerEffect::KeptInSight,
            also_signed_out: Vec::new(),
        };
        assert_eq!(
            words().answered(&id(&unsure), &kept).lines[1],
            "It stays on hold, and you find it under Alerts."
        );
        let standing = words().settled_elsewhere(&seat(), &unsure);
        assert_eq!(standing.lines[1], "It is on hold until somebody says whose it is.");
    }

    #[test]
    fn whoever_hears_that_somebody_was_first_hears_who() {
        let by = |name: Option<&str>, device: Option<&str>, channel| ActedBy {
            profile_name: name.map(str::to_owned),
            device_name: device.map(str::to_owned),
            channel,
            ..ActedBy::default()
        };
        let push = Some(ChannelKind::WebPush);
        for (by, line) in [
            (by(Some("Rui"), Some("Rui's phone"), None), "Done by Rui, on Rui's phone."),
            (by(None, Some("Rui's phone"), None), "Done on Rui's phone."),
            (by(Some("Rui"), Some("Rui's phone"), push), "Done by Rui, by a button on Rui's phone."),
            (by(None, Some("Rui's phone"), push), "Done by a button on Rui's phone."),
            (by(Some("Rui"), None, push), "Done by a button that was sent to Rui."),
            (by(None, None, Some(ChannelKind::Ntfy)), "Done by a button that was sent out."),
        ] {
            let ended = Alert { signed_in: false, ended_at: Some(NOW), acted_by: Some(by), ..alert() };
            assert_eq!(words().settled_elsewhere(&seat(), &ended).lines[2], line);
            assert_eq!(words().raised(&seat(), &ended, None).lines[4], line);
            let told = |effect| {
                let also_signed_out = Vec::new();
                words()
                    .answered(&id(&ended), &AnswerOutcome { alert: ended.clone(), effect, also_signed_out })
            };
            assert_eq!(told(AnswerEffect::AlreadySignedOut).lines[2], line);
            assert_eq!(told(AnswerEffect::AlreadyAnswered).lines[2], line);
            assert_eq!(told(AnswerEffect::SignedOut).lines.len(), 2, "whoever did it knows");
        }
    }

    #[test]
    fn an_alert_settled_elsewhere_says_how_it_stands() {
        let me = Alert { state: AlertState::Me, ..alert() };
        assert_eq!(
            words().settled_elsewhere(&seat(), &me).lines[1],
            "Somebody said it was them. It stays signed in."
        );
        let ended = Alert { signed_in: false, ended_at: Some(NOW), ..alert() };
        assert_eq!(words().settled_elsewhere(&seat(), &ended).lines[1], "It was signed out today at 16:13.");
    }
}
