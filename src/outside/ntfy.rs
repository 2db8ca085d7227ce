//! ntfy: notifications by topic, at ntfy.sh or on a server of the household's own. Written against ntfy 2.13 to 2.17
//! (docs/publish.md there); what an older server does not know, it leaves out.
//!
//! Whoever knows the topic reads everything in it, the buttons' addresses too, and so does the server. What is sent here has
//! to be fit for that.

use http::{HeaderMap, HeaderValue, Method, header};
use serde::{Deserialize, Serialize};
use url::Url;

use super::address::{Guard, NotThere, Reach};
use super::handed::{Handed, quoted};
use super::outlet::{Answer, Message, Outlet};
use crate::clock::Clock;
use crate::model::{Secret, clean_text};

/// The longest message with everything in it, in bytes: what goes on to phones through Google and Apple is dropped from about
/// 4,000 on, with what the server adds.
const MOST_BYTES: usize = 3000;
/// More buttons are refused by the server (40018).
const MOST_ACTIONS: usize = 3;
/// The longest title, in characters.
const MOST_TITLE_CHARS: usize = 120;
/// Names that are pages of an ntfy server (40010).
const PAGES: [&str; 10] =
    ["docs", "static", "file", "app", "metrics", "account", "settings", "signup", "login", "v1"];

/// A topic, or what a message takes the place of: letters, digits, `-` and `_`, 64 at the most.
#[derive(Clone, PartialEq, Eq)]
pub struct Name(String);

impl Name {
    /// The name; `None` when an ntfy server would not take it.
    pub fn new(text: &str) -> Option<Self> {
        let is_name = (1..=64).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        is_name.then(|| Self(text.to_owned()))
    }

    /// Its text. A topic's is a secret: whoever has it, reads and writes there.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Name(…)")
    }
}

/// A topic on a server, and the token for it when it asks for one.
#[derive(Clone, Debug)]
pub struct Place {
    server: Url,
    topic: Name,
    token: Option<Secret>,
}

/// Why something is no topic on a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoPlace {
    /// Not of the form.
    #[error("The address reads like https://ntfy.sh/your-topic: a server, then the topic and nothing else.")]
    Form,
    /// The server cannot be sent to.
    #[error(transparent)]
    Server(#[from] NotThere),
    /// The token cannot stand in a request.
    #[error("That is no access token. One reads like tk_ and 29 more letters and digits.")]
    Token,
}

impl Place {
    /// The topic that an address such as `https://ntfy.sh/your-topic` names.
    ///
    /// # Errors
    ///
    /// [`NoPlace`], with a sentence for whoever gave it.
    pub fn parse(address: &str, token: Option<Secret>, guard: &Guard) -> Result<Self, NoPlace> {
        let mut server: Url = address.trim().parse().map_err(|_| NoPlace::Form)?;
        guard.check(&server, Reach::HomeNetwork)?;
        if server.query().is_some() || server.fragment().is_some() {
            return Err(NoPlace::Form);
        }
        let topic = server.path().strip_prefix('/').and_then(|topic| Name::new(topic.trim_end_matches('/')));
        let topic = topic.filter(|topic| !PAGES.contains(&topic.reveal())).ok_or(NoPlace::Form)?;
        server.set_path("/");
        if token.as_ref().is_some_and(|token| !is_token(token)) {
            return Err(NoPlace::Token);
        }
        Ok(Self { server, topic, token })
    }

    /// Whose server it is, as a log may say it.
    pub fn origin(&self) -> String {
        self.server.origin().ascii_serialization()
    }

    fn headers(&self) -> HeaderMap {
        bearing(self.token.as_ref())
    }

    /// What the answer means; the server's own words are in a field of it.
    fn outcome(&self, answer: &Answer) -> Handed {
        #[derive(Deserialize)]
        struct Said {
            error: String,
        }
        let said = serde_json::from_slice::<Said>(&answer.body).map(|said| said.error).unwrap_or_default();
        let token = self.token.as_ref().map_or("", Secret::reveal);
        Handed::of(answer.status, answer.after, &quoted(&said, &[self.topic.reveal(), token]))
    }
}

/// Whether a text may stand in a request as an access token.
pub(super) fn is_token(token: &Secret) -> bool {
    let text = token.reveal();
    (1..=256).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The headers of a request that brings an access token, which was looked at before ([`is_token`]); none without one.
pub(super) fn bearing(token: Option<&Secret>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    if let Some(token) = token {
        let mut value = HeaderValue::try_from(format!("Bearer {}", token.reveal())).expect("checked before");
        value.set_sensitive(true);
        headers.insert(header::AUTHORIZATION, value);
    }
    headers
}

/// How much a message stands out, 1 to 5 in ntfy's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Priority {
    /// Without a sound.
    Low = 2,
    /// As usual.
    Default = 3,
    /// With a long vibration, and a pop-over.
    High = 4,
    /// As loud as it gets.
    Urgent = 5,
}

/// A button on the notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Opens a page.
    Open {
        /// What it says.
        label: String,
        /// Which.
        url: Url,
    },
    /// Has the phone send this, without opening anything; the notification goes when it worked.
    Post {
        /// What it says.
        label: String,
        /// Where to.
        url: Url,
        /// What. Everybody who reads the topic can send the same.
        body: String,
    },
}

/// A message to a topic.
#[derive(Clone, Debug)]
pub struct Note {
    /// Its title.
    pub title: String,
    /// Its text. Cut when it is too long for phones.
    pub text: String,
    /// How much it stands out.
    pub priority: Priority,
    /// Words that ntfy draws as signs: `rotating_light`.
    pub tags: Vec<String>,
    /// What a tap on it opens.
    pub opens: Option<Url>,
    /// Three at the most.
    pub actions: Vec<Action>,
    /// Of several with the same name the newest takes the others' place, where the server is 2.16 or newer.
    pub in_place_of: Option<Name>,
}

/// As it travels.
#[derive(Serialize)]
struct Written<'a> {
    topic: &'a str,
    title: String,
    message: String,
    priority: u8,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    click: Option<&'a Url>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    actions: Vec<WrittenAction<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sequence_id: Option<&'a str>,
}

#[derive(Serialize)]
struct WrittenAction<'a> {
    action: &'static str,
    label: String,
    url: &'a Url,
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<&'a str>,
    clear: bool,
}

impl Action {
    fn written(&self) -> WrittenAction<'_> {
        let label = |label: &str| clean_text(label, 40);
        match self {
            Self::Open { label: says, url } => WrittenAction {
                action: "view",
                label: label(says),
                url,
                method: None,
                body: None,
                clear: false,
            },
            Self::Post { label: says, url, body } => WrittenAction {
                action: "http",
                label: label(says),
                url,
                method: Some("POST"),
                body: Some(body),
                clear: true,
            },
        }
    }
}

impl Note {
    /// The body of the request; `None` when there is too much in it without its text.
    fn written(&self, place: &Place) -> Option<Vec<u8>> {
        if self.actions.len() > MOST_ACTIONS {
            return None;
        }
        let mut written = Written {
            topic: place.topic.reveal(),
            title: clean_text(&self.title, MOST_TITLE_CHARS),
            message: self.text.trim().to_owned(),
            priority: self.priority as u8,
            tags: self.tags.iter().map(String::as_str).collect(),
            click: self.opens.as_ref(),
            actions: self.actions.iter().map(Action::written).collect(),
            sequence_id: self.in_place_of.as_ref().map(Name::reveal),
        };
        loop {
            let body = serde_json::to_vec(&written).expect("text and numbers");
            if body.len() <= MOST_BYTES {
                return Some(body);
            }
            let kept =
                written.message.chars().count().checked_sub((body.len() - MOST_BYTES).div_ceil(6) + 1)?;
            written.message = written.message.chars().take(kept).chain(['…']).collect();
            if kept == 0 {
                written.message.clear();
            }
        }
    }
}

/// Publishes a message.
pub async fn publish(outlet: &Outlet, place: &Place, note: &Note, clock: &dyn Clock) -> Handed {
    let Some(body) = note.written(place) else {
        return Handed::refused(
            "the message is longer than phones are handed, or has more than three buttons",
        );
    };
    let mut headers = place.headers();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let message = Message { method: Method::POST, url: place.server.clone(), headers, body };
    match outlet.send(message, Reach::HomeNetwork, clock).await {
        Ok(answer) => place.outcome(&answer),
        Err(handed) => handed,
    }
}

/// Takes a notification off the phones that show it. Servers before 2.16 cannot, which is no failure: what was published in its
/// place says what became of it.
pub async fn clear(outlet: &Outlet, place: &Place, in_place_of: &Name, clock: &dyn Clock) -> Handed {
    let mut url = place.server.clone();
    url.set_path(&format!("/{}/{}/clear", place.topic.reveal(), in_place_of.reveal()));
    let message = Message { method: Method::PUT, url, headers: place.headers(), body: Vec::new() };
    match outlet.send(message, Reach::HomeNetwork, clock).await {
        Ok(answer) if matches!(answer.status.as_u16(), 404 | 405) => Handed::Done,
        Ok(answer) => place.outcome(&answer),
        Err(handed) => handed,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::outside::outlet::tests::{Peer, clock, outlet};

    fn place(origin: &str) -> Place {
        let token = Some(Secret::received("tk_0123456789abcdefghijklmnopqrs"));
        Place::parse(&format!("{origin}/Topic-of_ours"), token, &Guard::default()).expect("a topic")
    }

    fn note() -> Note {
        Note {
            title: "A new device\r\nX-Priority: 5".into(),
            text: "“Hall tablet” signed in.\nNear Lisbon.".into(),
            priority: Priority::High,
            tags: vec!["rotating_light".into()],
            opens: Some("https://home.example/alerts/1".parse().expect("an address")),
            actions: vec![
                Action::Post {
                    label: "No, sign it out".into(),
                    url: "https://home.example/api/v1/actions/abc".parse().expect("an address"),
                    body: r#"{"answer":"not_me"}"#.into(),
                },
                Action::Open {
                    label: "Open".into(),
                    url: "https://home.example/".parse().expect("an address"),
                },
            ],
            in_place_of: Name::new("018f-alert"),
        }
    }

    #[tokio::test]
    async fn a_message_is_published_as_json_at_the_root() {
        let peer = Peer::answering(200, &[], "{}").await;
        let outlet = outlet(&[]);
        assert_eq!(publish(&outlet, &place(&peer.origin), &note(), &clock()).await, Handed::Done);
        let heard = peer.only();
        assert_eq!((heard.method.as_str(), heard.path.as_str()), ("POST", "/"));
        assert_eq!(heard.header("authorization"), "Bearer tk_0123456789abcdefghijklmnopqrs");
        assert_eq!(
            serde_json::from_slice::<Value>(&heard.body).expect("JSON"),
            json!({
                "topic": "Topic-of_ours",
                "title": "A new device X-Priority: 5",
                "message": "“Hall tablet” signed in.\nNear Lisbon.",
                "priority": 4,
                "tags": ["rotating_light"],
                "click": "https://home.example/alerts/1",
                "actions": [
                    {
                        "action": "http", "label": "No, sign it out", "method": "POST", "clear": true,
                        "url": "https://home.example/api/v1/actions/abc", "body": r#"{"answer":"not_me"}"#,
                    },
                    { "action": "view", "label": "Open", "url": "https://home.example/", "clear": false },
                ],
                "sequence_id": "018f-alert",
            })
        );
    }

    #[tokio::test]
    async fn what_the_server_says_is_an_outcome_without_the_topic_in_it() {
        for (status, body, expected) in [
            (
                429,
                r#"{"code":42908,"http":429,"error":"limit reached"}"#,
                Handed::later("the server answers 429 Too Many Requests: \"limit reached\""),
            ),
            (
                403,
                r#"{"code":40301,"error":"forbidden"}"#,
                Handed::refused("the server answers 403 Forbidden: \"forbidden\""),
            ),
            (400, r#"{"error":"no Topic-of_ours"}"#, Handed::refused("the server answers 400 Bad Request")),
            (404, "404 page not found", Handed::refused("the server answers 404 Not Found")),
            (507, r#"{"code":50701}"#, Handed::later("the server answers 507 Insufficient Storage")),
        ] {
            let peer = Peer::answering(status, &[], body).await;
            let handed = publish(&outlet(&[]), &place(&peer.origin), &note(), &clock()).await;
            assert_eq!(handed, expected, "{status}");
        }
    }

    #[tokio::test]
    async fn what_was_answered_is_cleared_where_the_server_can() {
        let sequence = Name::new("018f-alert").expect("a name");
        for (status, expected) in [(200, true), (404, true), (405, true), (401, false), (500, false)] {
            let peer = Peer::answering(status, &[], "").await;
            let handed = clear(&outlet(&[]), &place(&peer.origin), &sequence, &clock()).await;
            assert_eq!(handed == Handed::Done, expected, "{status}: {handed:?}");
            let heard = peer.only();
            assert_eq!(
                (heard.method.as_str(), heard.path.as_str()),
                ("PUT", "/Topic-of_ours/018f-alert/clear")
            );
            assert!(heard.header("authorization").starts_with("Bearer "));
        }
    }

    #[test]
    fn a_topic_is_named_by_its_address() {
        let parse =
            |address: &str| Place::parse(address, None, &Guard::default()).map(|place| place.origin());
        assert_eq!(parse(" https://ntfy.sh/abc "), Ok("https://ntfy.sh".into()));
        assert_eq!(parse("http://192.168.1.5:8080/abc/"), Ok("http://192.168.1.5:8080".into()));
        for (wrong, why) in [
            ("ntfy.sh/abc", NoPlace::Form),
            ("https://ntfy.sh", NoPlace::Form),
            ("https://ntfy.sh/docs", NoPlace::Form),
            ("https://ntfy.sh/a/b", NoPlace::Form),
            ("https://ntfy.sh/a?auth=x", NoPlace::Form),
            ("https://ntfy.sh/a,b", NoPlace::Form),
            ("https://ntfy.sh/%61b", NoPlace::Form),
            ("http://ntfy.sh.example:81/abc#x", NoPlace::Form),
            ("http://93.184.216.34/abc", NoPlace::Server(NotThere::PlainOutside)),
            ("https://u:p@ntfy.sh/abc", NoPlace::Server(NotThere::NoServer)),
            ("https://169.254.169.254/abc", NoPlace::Server(NotThere::Forbidden)),
        ] {
            assert_eq!(parse(wrong), Err(why), "{wrong}");
        }
        for token in ["", "a b", "tk_x\r\nX: y", "ä"] {
            let place = Place::parse("https://ntfy.sh/abc", Some(Secret::received(token)), &Guard::default());
            assert_eq!(place.err(), Some(NoPlace::Token), "{token:?}");
        }
        assert!(!format!("{:?}", place("https://ntfy.sh")).contains("Topic"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn no_message_is_longer_than_phones_are_handed(text in "(?s).{0,4000}", title in ".{0,300}") {
            let place = place("https://ntfy.sh");
            let written = Note { text: text.clone(), title, ..note() }.written(&place).expect("its text is cut");
            prop_assert!(written.len() <= MOST_BYTES);
            let json: Value = serde_json::from_slice(&written).expect("JSON");
            let message = json["message"].as_str().expect("a text");
            prop_assert!(text.trim().starts_with(message.trim_end_matches('…')));
        }
    }

    #[test]
    fn what_is_too_much_without_its_text_is_refused() {
        let place = place("https://ntfy.sh");
        let action = note().actions.remove(0);
        assert!(Note { actions: vec![action; 4], ..note() }.written(&place).is_none());
        let long = format!("https://home.example/{}", "x".repeat(3000)).parse().expect("an address");
        assert!(Note { opens: Some(long), ..note() }.written(&place).is_none());
    }
}
