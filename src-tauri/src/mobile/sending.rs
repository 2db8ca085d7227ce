//! Sending an answer from a notification: to the home, as whoever is signed in here; where that is not good enough, by the button's
//! own secret, which can sign out and nothing else; and by the relay, where the home is not there at all (decisions 21 and 24). The
//! service worker does the same (`ui/src/sw/press.ts`), once; an app goes on trying for a day.

use std::time::Duration;

use latchkey::clock::Clock;
use latchkey::home::Home;
use latchkey::model::{Answer, KeyPin};
use latchkey::outside::Outlet;
use latchkey::outside::relay::{self, Carried, ReplySecret};
use latchkey::random::Random;
use latchkey::wire::{AlertAnswer, AnswerOutcome};
use tauri::Url;

use super::answers::Given;
use super::button;
use super::failed::{Failed, word};
use super::told::{About, Shown, Stands};
use super::words;

/// How long the home is waited for.
const PATIENCE: Duration = Duration::from_secs(20);
/// The same, where there is another way.
const PATIENCE_WITH_RELAY: Duration = Duration::from_secs(6);
/// After that an answer is not sent any more: who has signed in on that device since may be somebody else (decision 19).
const GOOD_FOR: Duration = Duration::from_hours(24);
/// A phone's clock is set by the network that it waited for.
const SKEW: Duration = Duration::from_mins(10);

/// What came of sending an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Came {
    /// It is over, one way or the other.
    Over(Shown),
    /// It is tried again.
    Waits(Shown),
}

/// What an answer is sent with.
pub struct Sender<'a> {
    /// The home that this phone looks at.
    pub home: &'a dyn Home,
    /// The name that it goes by here: its address.
    pub home_name: &'a str,
    /// Its key, where it is known by that.
    pub home_pin: Option<KeyPin>,
    /// What is signed with that goes by the relay.
    pub signer: Option<&'a ReplySecret>,
    /// The way to the relay.
    pub outlet: &'a Outlet,
    /// How often, and after what time, the relay is asked for the home's receipt.
    pub pauses: &'a [Duration],
    /// The time.
    pub clock: &'a dyn Clock,
    /// Randomness.
    pub random: &'a dyn Random,
}

impl Sender<'_> {
    /// Sends an answer. Never fails: what went wrong is shown.
    pub async fn send(&self, given: &Given) -> Came {
        let about = &given.about;
        if !self.clock.now().after(SKEW).is_within(GOOD_FOR + SKEW, given.at) {
            return Came::Over(about.saying(words::TOO_LATE).with_buttons(about));
        }
        if about.home != self.home_name {
            return Came::Over(about.saying(words::OTHER_HOME));
        }
        let failed = match self.give(about, given.answer).await {
            Ok((effect, is_signed_in)) => return said(about, &effect, is_signed_in, None),
            Err(failed) => failed,
        };
        let failed = match &about.sign_out_url {
            Some(url) if given.answer == Answer::NotMe => {
                match button::press(url, self.pin_at(url), self.patience(about)).await {
                    Ok(effect) => return said(about, &effect, None, None),
                    Err(failed) => failed,
                }
            }
            _ => failed,
        };
        match failed {
            Failed::Refused(why) => {
                let why = format!("Not answered because: {why}");
                Came::Over(about.shown(words::FAILED, &why).with_buttons(about))
            }
            Failed::Busy => Came::Waits(about.saying(words::BUSY)),
            Failed::Away => self.carry(about, given.answer).await,
        }
    }

    /// The key that is shown at an address. At another than the home's own, which the home said in its push, a proxy stands before
    /// it with a certificate that this phone knows.
    fn pin_at(&self, url: &Url) -> Option<KeyPin> {
        let is_its_own = self.home_name.parse::<Url>().is_ok_and(|home| home.origin() == url.origin());
        self.home_pin.filter(|_| is_its_own)
    }

    fn patience(&self, about: &About) -> Duration {
        if about.reply.is_some() && self.signer.is_some() { PATIENCE_WITH_RELAY } else { PATIENCE }
    }

    /// As whoever is signed in here: the home's word for what it did, and whether the device is signed in still.
    async fn give(&self, about: &About, answer: Answer) -> Result<(String, Option<bool>), Failed> {
        let id = about.alert_id.ok_or_else(|| Failed::Refused(words::UNEXPECTED.to_owned()))?;
        let asked = self.home.answer_alert(id, AlertAnswer { answer });
        let outcome = tokio::time::timeout(self.patience(about), asked).await.map_err(|_| Failed::Away)??;
        let AnswerOutcome { alert, effect, .. } = outcome;
        let effect = word(effect).ok_or(Failed::Away)?;
        Ok((effect, Some(alert.signed_in)))
    }

    /// By the relay, where there is one.
    async fn carry(&self, about: &About, answer: Answer) -> Came {
        let (Some(way), Some(signer), Some(id)) = (&about.reply, self.signer, about.alert_id) else {
            return Came::Waits(about.saying(words::WAITS));
        };
        // Sealed anew each time: what is in it is good for minutes.
        let issued_at = self.clock.now().as_millis();
        let given = relay::Given { alert_id: &id.to_string(), answer: answer.as_str(), issued_at };
        let carried =
            relay::carry(self.outlet, way, signer, given, self.pauses, self.clock, self.random).await;
        match carried {
            Carried::Receipt(receipt) => said(about, &receipt.effect, None, receipt.by.as_deref()),
            Carried::Unconfirmed => Came::Waits(about.saying(words::UNCONFIRMED)),
            Carried::NotCarried => Came::Waits(about.saying(words::WAITS)),
        }
    }
}

/// What an answer did, in words. What the home says must be known here to be taken for done.
fn said(about: &About, effect: &str, is_signed_in: Option<bool>, first: Option<&str>) -> Came {
    let word = if effect == "already_answered" && is_signed_in == Some(false) {
        "already_signed_out"
    } else {
        effect
    };
    let Some((title, body)) = words::of(word) else {
        let why = format!("Not answered because: {}", words::UNEXPECTED);
        return Came::Over(about.shown(words::FAILED, &why).with_buttons(about));
    };
    let shown = about.saying((title, body));
    let shown = match first {
        Some(name) => Shown { body: format!("{name} had answered before.\n{}", shown.body), ..shown },
        None => shown,
    };
    if effect == "open_latchkey" {
        return Came::Over(shown.with_buttons(about));
    }
    // Where somebody else had answered before, what the home says of that is news.
    let stands = if effect.starts_with("already_") { Stands::Open } else { Stands::AnsweredHere };
    Came::Over(Shown { stands, ..shown })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use latchkey::clock::ManualClock;
    use latchkey::home::there::There;
    use latchkey::model::Timestamp;
    use latchkey::outside::Guard;
    use latchkey::outside::relay::HomeKey;
    use latchkey::random::SeededRandom;
    use serde_json::json;

    use super::*;
    use crate::mobile::tests::{Canned, closed_port};
    use crate::mobile::told::told;

    const ALERT: &str = "01921f3a-5c00-7000-8000-0000000000a1";

    /// A notification of the home at an address.
    fn about(home: &str, more: serde_json::Value) -> About {
        let mut pushed = json!({
            "notification": { "title": "New device", "tag": "t" }, "kind": "alert", "alert_id": ALERT,
        });
        let serde_json::Value::Object(more) = more else { panic!("not an object") };
        pushed.as_object_mut().unwrap().extend(more);
        serde_json::from_str(&told(home, pushed.to_string().as_bytes()).about).unwrap()
    }

    async fn sent(home: &str, given: &Given, clock: &Arc<ManualClock>) -> Came {
        let random = SeededRandom::new(1);
        let there = There::new(home.parse().unwrap(), None);
        let (signer, outlet) = (ReplySecret::new(&random), Outlet::new(Guard::default()));
        let sender = Sender {
            home: &there,
            home_name: home,
            home_pin: None,
            signer: Some(&signer),
            outlet: &outlet,
            pauses: &[Duration::ZERO],
            clock: &**clock,
            random: &random,
        };
        sender.send(given).await
    }

    fn now() -> (Arc<ManualClock>, Timestamp) {
        let now = Timestamp::from_millis(1_790_000_000_000);
        (Arc::new(ManualClock::at(now)), now)
    }

    fn title(came: &Came) -> (&str, bool, usize) {
        match came {
            Came::Over(shown) => (&shown.title, true, shown.buttons.len()),
            Came::Waits(shown) => (&shown.title, false, shown.buttons.len()),
        }
    }

    #[tokio::test]
    async fn a_home_that_is_not_there_is_waited_for_and_after_a_day_somebody_is_asked_again() {
        let (clock, at) = now();
        let home = closed_port();
        let given = Given { about: about(&home, json!({})), answer: Answer::NotMe, at };
        assert_eq!(title(&sent(&home, &given, &clock).await), (words::WAITS.0, false, 0));
        clock.advance(GOOD_FOR);
        assert_eq!(title(&sent(&home, &given, &clock).await), (words::TOO_LATE.0, true, 1));
        // A clock that was set right is no matter, and one that was set back makes nothing last longer.
        clock.set(at.before(Duration::from_mins(1)));
        assert_eq!(title(&sent(&home, &given, &clock).await), (words::WAITS.0, false, 0));
        clock.set(at.before(SKEW + Duration::from_secs(1)));
        assert_eq!(title(&sent(&home, &given, &clock).await), (words::TOO_LATE.0, true, 1));
    }

    #[tokio::test]
    async fn an_answer_goes_to_the_home_that_asked_and_to_no_other() {
        let (clock, at) = now();
        let other = Canned::answering(200, "{}");
        let given = Given { about: about("https://home.example/", json!({})), answer: Answer::Me, at };
        let came = sent(&other.origin, &given, &clock).await;
        let Came::Over(shown) = came else { panic!("it waits") };
        assert!(shown.body.starts_with(words::OTHER_HOME.1), "{}", shown.body);
        assert!(other.heard().is_empty());
    }

    #[tokio::test]
    async fn a_home_that_can_do_nothing_now_is_tried_again_and_one_that_says_no_is_believed() {
        let (clock, at) = now();
        let refusal = r#"{"error":"kids_profile","message":"Ask a grown-up."}"#;
        for (status, expected) in [
            (503, (words::BUSY.0, false, 0)),
            (429, (words::BUSY.0, false, 0)),
            (403, (words::FAILED, true, 1)),
        ] {
            let body = if status == 403 { refusal } else { r#"{"error":"busy","message":"Busy."}"# };
            let home = Canned::answering(status, body);
            let given = Given { about: about(&home.origin, json!({})), answer: Answer::Me, at };
            assert_eq!(title(&sent(&home.origin, &given, &clock).await), expected, "{status}");
        }
        // Who stands before it, and is no home.
        let page = Canned::answering(200, "<html>Welcome to our Wi-Fi");
        let given = Given { about: about(&page.origin, json!({})), answer: Answer::Me, at };
        assert_eq!(title(&sent(&page.origin, &given, &clock).await), (words::WAITS.0, false, 0));
    }

    #[tokio::test]
    async fn not_me_goes_by_the_buttons_secret_where_whoever_is_signed_in_is_not_good_enough() {
        let (clock, at) = now();
        let home = Canned::answering(401, r#"{"error":"session_ended","message":"Signed out."}"#);
        let button =
            Canned::answering(200, r#"{"effect":"signed_out","device_name":"Hall tablet","ended_at":null}"#);
        let url = format!("{}/api/v1/actions/abc", button.origin);
        let about = about(&home.origin, json!({ "sign_out_url": url }));
        let given = Given { about, answer: Answer::NotMe, at };
        let came = sent(&home.origin, &given, &clock).await;
        let Came::Over(shown) = came else { panic!("it waits") };
        assert_eq!((shown.title.as_str(), shown.stands), ("Signed out", Stands::AnsweredHere));
        assert_eq!(shown.body, "Its next request will be refused.\nNew device");
        let heard = button.heard();
        assert_eq!(heard.len(), 1);
        assert!(
            heard[0].starts_with("POST /api/v1/actions/abc ") && heard[0].ends_with(r#"{"answer":"not_me"}"#)
        );
        // To vouch takes somebody who is signed in.
        let given = Given { answer: Answer::Me, ..given };
        assert_eq!(title(&sent(&home.origin, &given, &clock).await), (words::FAILED, true, 2));
        assert_eq!(button.heard().len(), 1);
    }

    #[tokio::test]
    async fn what_a_relay_takes_is_not_done_before_the_home_says_so() {
        let (clock, at) = now();
        let home = closed_port();
        let relay = Canned::answering(200, "{}");
        let home_key = HomeKey::new(&SeededRandom::new(2)).public_key();
        let way = |url: &str| {
            let inbox_url = format!("{url}/AQEBAQEBAQEBAQEBAQEBAQ");
            json!({ "reply": { "inbox_url": inbox_url, "home_key": home_key, "channel_id": "c", "token": "t" } })
        };
        let given = Given { about: about(&home, way(&relay.origin)), answer: Answer::Me, at };
        assert_eq!(title(&sent(&home, &given, &clock).await), (words::UNCONFIRMED.0, false, 0));
        let heard = relay.heard();
        assert_eq!(heard.len(), 2, "{heard:?}");
        assert!(!heard[0].contains(ALERT), "{}", heard[0]);
        let given = Given { about: about(&home, way(&closed_port())), answer: Answer::Me, at };
        assert_eq!(title(&sent(&home, &given, &clock).await), (words::WAITS.0, false, 0));
    }

    #[test]
    fn what_this_app_does_not_know_is_not_taken_for_done() {
        let about = about("https://home.example/", json!({ "sign_out_url": "https://home.example/x" }));
        for effect in ["", "signed_in", "something_new"] {
            assert_eq!(title(&said(&about, effect, None, None)), (words::FAILED, true, 2), "{effect}");
        }
        let Came::Over(shown) = said(&about, "already_answered", Some(false), Some("Ana")) else {
            panic!("it waits")
        };
        assert_eq!((shown.title.as_str(), shown.stands), ("Already signed out", Stands::Open));
        assert!(shown.body.starts_with("Ana had answered before.\n"), "{}", shown.body);
    }
}
