//! What the home pushed, as it is shown. The home sends `Pushed` (`src/delivery/courier.rs`), which a service worker reads just so
//! (`ui/src/sw/told.ts`). A home may be older or newer than this app, so that every field may be missing or be something else.

use std::fmt;

use latchkey::model::{AlertId, Answer, Timestamp};
use latchkey::outside::relay::Way;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tauri::Url;

use super::https::private;
use super::words::{self, Said};

/// What a notification is about: it is kept with it, and is all that is known when it is pressed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// The home that pushed it: an answer goes there or nowhere.
    pub home: String,
    /// The title it came with.
    pub title: String,
    /// What takes its place has the same.
    pub tag: String,
    /// The alert, if it is about one.
    pub alert_id: Option<AlertId>,
    /// Whether there is something to sign out.
    pub signs_out: bool,
    /// Where the button's own secret is sent to.
    pub sign_out_url: Option<Url>,
    /// How it is answered while the home cannot be reached.
    pub reply: Option<Way>,
}

impl fmt::Debug for About {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("About").field("tag", &self.tag).finish_non_exhaustive()
    }
}

/// A notification, for the phone's own side to show (`Notices.kt`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Shown {
    /// What takes its place has the same.
    pub tag: String,
    /// The title.
    pub title: String,
    /// What stands beneath it.
    pub body: String,
    /// The link that a tap opens.
    pub opens: String,
    /// The [`About`], which comes back with a pressed button.
    pub about: String,
    /// The buttons, the first the most useful.
    pub buttons: Vec<Button>,
    /// Whether it makes no sound.
    pub quiet: bool,
    /// Whether it is no news, where something of it stands already.
    pub again: bool,
    /// What it says of where things stand.
    pub stands: Stands,
    /// When what it is about happened, in milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<i64>,
}

/// Where things stand, as far as it changes what is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stands {
    /// Something waits, or may.
    Open,
    /// Nothing waits any more, says the home. Whoever answered by the buttons right here has read that already.
    Settled,
    /// Nothing waits any more, and that came of the buttons right here.
    AnsweredHere,
}

/// A notification's button.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Button {
    /// What it answers.
    pub answer: Answer,
    /// What it says.
    pub label: &'static str,
    /// Whether it speaks for the household: a phone that is locked is unlocked first.
    pub vouches: bool,
}

impl About {
    /// A notification in this one's place, without a sound and without buttons.
    pub fn saying(&self, (title, body): Said) -> Shown {
        let whole = [body, &self.title].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>();
        self.shown(title, &whole.join("\n"))
    }

    /// The same with any words.
    pub fn shown(&self, title: &str, body: &str) -> Shown {
        let alert = self.alert_id.map(|id| format!("#{id}")).unwrap_or_default();
        Shown {
            tag: self.tag.clone(),
            title: title.to_owned(),
            body: body.to_owned(),
            opens: format!("latchkey://alert{alert}"),
            about: serde_json::to_string(self).unwrap_or_default(),
            buttons: Vec::new(),
            quiet: true,
            again: true,
            stands: Stands::Open,
            at: None,
        }
    }

    /// What can be pressed. The first is what a watch or a narrow screen shows.
    pub fn buttons(&self) -> Vec<Button> {
        let no = Button { answer: Answer::NotMe, label: words::NO, vouches: false };
        let yes = Button { answer: Answer::Me, label: words::YES, vouches: true };
        let no = self.signs_out.then_some(no);
        no.into_iter().chain(self.alert_id.map(|_| yes)).collect()
    }
}

impl Shown {
    /// The same with what can be pressed.
    #[must_use]
    pub fn with_buttons(self, about: &About) -> Self {
        Self { buttons: about.buttons(), ..self }
    }
}

/// Reads what `home` pushed, and says what is shown.
pub fn told(home: &str, message: &[u8]) -> Shown {
    let said: Value = serde_json::from_slice(message).unwrap_or_default();
    let shown = &said["notification"];
    let kind = text(&said["kind"]).unwrap_or_default();
    let alert_id = text(&said["alert_id"]).and_then(|id| id.parse().ok());
    let title = text(&shown["title"]);
    let tag = text(&shown["tag"]).map(str::to_owned);
    let about = About {
        home: home.to_owned(),
        title: title.unwrap_or(words::TITLE).to_owned(),
        tag: tag
            .or_else(|| alert_id.map(|id: AlertId| id.to_string()))
            .unwrap_or_else(|| "latchkey".to_owned()),
        alert_id,
        // A home of an earlier version says it by the address alone.
        signs_out: said["signs_out"] == true || text(&said["sign_out_url"]).is_some(),
        sign_out_url: text(&said["sign_out_url"]).and_then(private),
        reply: way(&said["reply"]),
    };
    let missing = if title.is_some() { "" } else { words::UNREADABLE };
    let is_settled = kind == "settled";
    let buttons = if is_settled || kind == "test" { Vec::new() } else { about.buttons() };
    Shown {
        buttons,
        quiet: is_settled || shown["silent"] == true,
        again: is_settled || said["again"] == true,
        stands: if is_settled { Stands::Settled } else { Stands::Open },
        at: serde_json::from_value::<Timestamp>(said["at"].clone()).ok().map(Timestamp::as_millis),
        ..about.shown(&about.title, text(&shown["body"]).unwrap_or(missing))
    }
}

/// How it is answered by a relay; nothing where something of it is missing, or would go in the clear.
fn way(value: &Value) -> Option<Way> {
    let way = Way::deserialize(value).ok()?;
    private(&way.inbox_url).map(|_| way)
}

fn text(value: &Value) -> Option<&str> {
    value.as_str().filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const HOME: &str = "https://home.example/";
    const ALERT: &str = "01921f3a-5c00-7000-8000-0000000000a1";

    fn pushed() -> Value {
        json!({
            "web_push": 8030,
            "notification": {
                "title": "New device", "body": "Hall tablet\nNear Riga", "navigate": "https://home.example/#/alerts/1",
                "tag": "01921f3a5c00", "silent": false,
            },
            "kind": "alert", "alert_id": ALERT, "at": "2026-09-21T14:13:20.000Z", "again": false, "signs_out": true,
            "sign_out_url": "https://home.example/api/v1/actions/abc",
            "reply": {
                "inbox_url": "https://ntfy.example/AQEBAQEBAQEBAQEBAQEBAQ", "home_key": "k",
                "channel_id": "c", "token": "abc",
            },
        })
    }

    fn shown(pushed: &Value) -> Shown {
        told(HOME, pushed.to_string().as_bytes())
    }

    fn about(shown: &Shown) -> About {
        serde_json::from_str(&shown.about).unwrap()
    }

    #[test]
    fn an_alert_is_shown_with_both_buttons_and_keeps_what_it_takes_to_answer() {
        let shown = shown(&pushed());
        assert_eq!((shown.title.as_str(), shown.body.as_str()), ("New device", "Hall tablet\nNear Riga"));
        assert_eq!((shown.tag.as_str(), shown.at), ("01921f3a5c00", Some(1_790_000_000_000)));
        assert_eq!(shown.opens, format!("latchkey://alert#{ALERT}"));
        assert!(!shown.quiet && !shown.again);
        assert_eq!(shown.stands, Stands::Open);
        let buttons: Vec<_> = shown.buttons.iter().map(|button| (button.answer, button.vouches)).collect();
        assert_eq!(buttons, [(Answer::NotMe, false), (Answer::Me, true)]);
        let about = about(&shown);
        assert_eq!(
            (about.home.as_str(), about.alert_id.map(|id| id.to_string())),
            (HOME, Some(ALERT.into()))
        );
        assert!(about.sign_out_url.is_some() && about.reply.is_some());
        assert_eq!(format!("{about:?}"), "About { tag: \"01921f3a5c00\", .. }");
    }

    #[test]
    fn what_is_settled_or_a_trial_has_nothing_to_press() {
        let mut settled = pushed();
        settled["kind"] = json!("settled");
        let settled = shown(&settled);
        assert!(settled.buttons.is_empty() && settled.quiet && settled.again);
        assert_eq!(settled.stands, Stands::Settled);
        let mut trial = pushed();
        trial["kind"] = json!("test");
        assert!(shown(&trial).buttons.is_empty() && !shown(&trial).quiet);
    }

    #[test]
    fn nothing_is_answered_in_the_clear() {
        let mut clear = pushed();
        clear["sign_out_url"] = json!("http://192.168.1.5:8470/api/v1/actions/abc");
        clear["reply"]["inbox_url"] = json!("http://192.168.1.5:2586/AQEBAQEBAQEBAQEBAQEBAQ");
        let about = about(&shown(&clear));
        assert!(about.sign_out_url.is_none() && about.reply.is_none());
    }

    #[test]
    fn whatever_a_home_leaves_out_or_garbles_something_is_shown() {
        for message in
            ["", "null", "[]", "{}", "nonsense", "{\"notification\":7,\"alert_id\":{},\"reply\":[],\"at\":3}"]
        {
            let shown = told(HOME, message.as_bytes());
            assert_eq!(
                (shown.title.as_str(), shown.body.as_str()),
                (words::TITLE, words::UNREADABLE),
                "{message}"
            );
            assert_eq!(
                (shown.tag.as_str(), shown.opens.as_str()),
                ("latchkey", "latchkey://alert"),
                "{message}"
            );
            assert!(shown.buttons.is_empty(), "{message}");
        }
        for field in ["notification", "kind", "alert_id", "at", "again", "signs_out", "sign_out_url", "reply"]
        {
            for wrong in [json!(null), json!(7), json!("x"), json!([]), json!({ "title": 1 })] {
                let mut pushed = pushed();
                pushed[field] = wrong;
                assert!(!shown(&pushed).title.is_empty(), "{field}");
            }
        }
    }
}
