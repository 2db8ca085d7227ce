//! What is published, as those who listen hear it; and the receiver of the tests, held against what ntfy's documents say.

use latchkey::clock::{Clock, ManualClock};
use latchkey::model::{Secret, Timestamp};
use latchkey::outside::ntfy::{Action, Name, Note, Place, Priority, clear, publish};
use latchkey::outside::{Guard, Handed, Outlet};
use reqwest::{Client, Response};
use serde_json::{Value, json};

use crate::support::ntfy::Ntfy;

fn clock() -> impl Clock {
    ManualClock::at(Timestamp::from_millis(1_790_000_000_000))
}

fn place(ntfy: &Ntfy, token: Option<&str>) -> Place {
    Place::parse(&format!("{}/household", ntfy.origin), token.map(Secret::received), &Guard::default())
        .expect("a topic")
}

fn note(text: &str) -> Note {
    Note {
        title: "A new device signed in".into(),
        text: text.into(),
        priority: Priority::High,
        tags: vec!["rotating_light".into()],
        opens: Some("https://home.example/".parse().expect("an address")),
        actions: vec![Action::Post {
            label: "No, sign it out".into(),
            url: "https://home.example/api/v1/actions/abc".parse().expect("an address"),
            body: r#"{"answer":"not_me"}"#.into(),
        }],
        in_place_of: Name::new("alert-1"),
    }
}

/// Somebody who listens, line by line.
struct Ear(Response, Vec<u8>);

impl Ear {
    async fn to(ntfy: &Ntfy, path: &str) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().no_proxy().build().expect("a client");
        let response = client.get(format!("{}{path}", ntfy.origin)).send().await.expect("answers");
        assert_eq!(response.status(), 200);
        Self(response, Vec::new())
    }

    /// The next line; `None` when it was hung up.
    async fn line(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.1.iter().position(|byte| *byte == b'\n') {
                let line = self.1.drain(..=end).collect::<Vec<_>>();
                return Some(String::from_utf8(line[..end].to_vec()).expect("text"));
            }
            match self.0.chunk().await {
                Ok(Some(chunk)) => self.1.extend_from_slice(&chunk),
                Ok(None) | Err(_) => return None,
            }
        }
    }

    async fn hears(&mut self) -> Value {
        serde_json::from_str(&self.line().await.expect("a line")).expect("JSON")
    }
}

async fn asked(
    ntfy: &Ntfy,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: impl Into<reqwest::Body>,
) -> (u16, Value) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder().no_proxy().build().expect("a client");
    let mut request =
        client.request(method.parse().expect("a method"), format!("{}{path}", ntfy.origin)).body(body);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = request.send().await.expect("answers");
    let status = answer.status().as_u16();
    (status, serde_json::from_str(&answer.text().await.expect("a body")).unwrap_or_default())
}

#[tokio::test]
async fn what_is_published_is_heard_and_what_was_answered_is_cleared() {
    let ntfy = Ntfy::start().await;
    ntfy.turn(|knobs| knobs.token = Some("tk_secret".into()));
    let (outlet, clock) = (Outlet::new(Guard::default()), clock());
    let refused = |handed: Handed| matches!(handed, Handed::Refused { .. });
    assert!(refused(publish(&outlet, &place(&ntfy, None), &note("x"), &clock).await));
    assert!(refused(publish(&outlet, &place(&ntfy, Some("tk_wrong")), &note("x"), &clock).await));
    let place = place(&ntfy, Some("tk_secret"));
    assert_eq!(publish(&outlet, &place, &note("Near Łódź"), &clock).await, Handed::Done);
    ntfy.turn(|knobs| knobs.token = None);
    let mut ear = Ear::to(&ntfy, "/household/json?since=all").await;
    assert_eq!(ear.hears().await["event"], "open");
    let heard = ear.hears().await;
    assert_eq!(
        (&heard["event"], &heard["message"], &heard["priority"], &heard["sequence_id"]),
        (&"message".into(), &"Near Łódź".into(), &4.into(), &"alert-1".into())
    );
    assert_eq!(heard["actions"][0]["body"], r#"{"answer":"not_me"}"#);
    assert_eq!(heard["actions"][0]["clear"], true);
    assert_eq!(clear(&outlet, &place, &Name::new("alert-1").expect("a name"), &clock).await, Handed::Done);
    let heard = ear.hears().await;
    assert_eq!((&heard["event"], &heard["sequence_id"]), (&"message_clear".into(), &"alert-1".into()));

    ntfy.turn(|knobs| knobs.is_old = true);
    assert_eq!(publish(&outlet, &place, &note("again"), &clock).await, Handed::Done);
    assert_eq!(ear.hears().await.get("sequence_id"), None);
    assert_eq!(clear(&outlet, &place, &Name::new("alert-1").expect("a name"), &clock).await, Handed::Done);
    for (refuse, is_later) in [
        ((429, 42901, "limit reached"), true),
        ((507, 50701, "no subscriber"), true),
        ((400, 40009, "no topic"), false),
    ] {
        ntfy.turn(|knobs| knobs.refuse = Some(refuse));
        let handed = publish(&outlet, &place, &note("x"), &clock).await;
        assert_eq!(matches!(handed, Handed::Later { after: None, .. }), is_later, "{handed:?}");
    }
}

#[tokio::test]
async fn the_longest_message_of_ours_stays_a_message() {
    let ntfy = Ntfy::start().await;
    let handed =
        publish(&Outlet::new(Guard::default()), &place(&ntfy, None), &note(&"Ł".repeat(9000)), &clock())
            .await;
    assert_eq!(handed, Handed::Done);
    let kept = ntfy.kept("household").pop().expect("a message");
    assert!(
        kept.get("attachment").is_none() && kept["message"].as_str().is_some_and(|text| text.ends_with('…')),
        "{kept:?}"
    );
}

#[tokio::test]
async fn the_receiver_takes_what_ntfy_takes_and_refuses_what_it_refuses() {
    let ntfy = Ntfy::start().await;
    let longest = "x".repeat(4095);
    let none: &[(&str, &str)] = &[];
    for (method, path, headers, body, expected) in [
        (
            "POST",
            "/t",
            &[("X-Title", "T"), ("Prio", "urgent"), ("Tags", "a, b")][..],
            " hi \n",
            json!({ "message": "hi", "title": "T", "priority": 5, "tags": ["a", "b"] }),
        ),
        ("PUT", "/t?title=Q&p=1", none, "", json!({ "message": "triggered", "title": "Q", "priority": 1 })),
        ("GET", "/t/publish?message=a%5Cnb", none, "", json!({ "message": "a\nb" })),
        ("POST", "/t", &[("Priority", "u=4")], "x", json!({ "message": "x" })),
        ("POST", "/t/seq-1", none, "x", json!({ "message": "x", "sequence_id": "seq-1" })),
        ("POST", "/t", none, &longest, json!({ "message": longest })),
        ("POST", "/t", none, &"x".repeat(4096), json!({ "message": "You received a file: attachment.txt" })),
        ("POST", "/t?up=1", none, &"x".repeat(5000), json!({ "message": "x".repeat(4096) })),
        ("POST", "/t", &[("Content-Encoding", "aes128gcm")], " x ", json!({ "message": " x " })),
        (
            "POST",
            "/",
            &[],
            r#"{"topic":"t","message":"m","priority":2}"#,
            json!({ "message": "m", "priority": 2 }),
        ),
        // JSON sent to a topic is shown as it is.
        ("POST", "/t", none, r#"{"topic":"t"}"#, json!({ "message": r#"{"topic":"t"}"# })),
    ] {
        let (status, answer) = asked(&ntfy, method, path, headers, body.to_owned()).await;
        assert_eq!(
            (status, &answer["event"], &answer["topic"]),
            (200, &"message".into(), &"t".into()),
            "{answer}"
        );
        for (name, value) in expected.as_object().expect("fields") {
            assert_eq!(answer[name], *value, "{method} {path} {name}");
        }
        assert_eq!(answer["id"].as_str().map(str::len), Some(12));
    }
    for (path, headers, body, status, code) in [
        ("/docs", none, "x", 400, 40010),
        ("/a%20b", none, "x", 400, 40009),
        ("/t", &[("Priority", "loud")], "x", 400, 40007),
        ("/t", &[("Actions", "[{}]")], "x", 400, 40018),
        ("/", none, "hi", 400, 40024),
        ("/", none, r#"{"topic":"t","message":7}"#, 400, 40024),
        ("/", none, r#"{"message":"m"}"#, 400, 40009),
        ("/", none, r#"{"topic":"t","actions":[{"action":"view","label":"l"}]}"#, 400, 40018),
        ("/", none, &format!("{{\"topic\":\"t\",\"message\":\"{}\"}}", "x".repeat(8200)), 413, 41303),
        ("/", none, r#"{"topic":"t","sequence_id":"a b"}"#, 400, 40049),
    ] {
        let (answered, answer) = asked(&ntfy, "POST", path, headers, body.to_owned()).await;
        assert_eq!((answered, &answer["code"]), (status, &code.into()), "{path} {answer}");
    }
    assert_eq!(asked(&ntfy, "GET", "/t?up=1", &[], "").await.1, json!({ "unifiedpush": { "version": 1 } }));
    assert_eq!(asked(&ntfy, "GET", "/v1/health", &[], "").await.1, json!({ "healthy": true }));
    assert_eq!(asked(&ntfy, "GET", "/t/json?since=yesterday", &[], "").await.1["code"], 40008);
}

#[tokio::test]
async fn the_receiver_hands_out_what_is_kept_from_where_one_was() {
    let ntfy = Ntfy::start().await;
    for (second, text) in [(0, "one"), (10, "two"), (20, "three")] {
        ntfy.set_time(1_790_000_000 + second);
        asked(&ntfy, "POST", "/t", &[], text).await;
    }
    let second = ntfy.kept("t")[1]["id"].as_str().expect("an id").to_owned();
    for (query, expected) in [
        ("poll=1", &["one", "two", "three"][..]),
        ("poll=1&since=latest", &["three"]),
        ("poll=1&since=none", &[]),
        ("poll=1&since=1790000010", &["two", "three"]),
        ("poll=1&since=15s", &["two", "three"]),
        (&format!("poll=1&since={second}"), &["three"]),
        // The trap: what it does not know it takes for the beginning.
        ("poll=1&since=UnknownIdXyz", &["one", "two", "three"]),
        ("poll=1&message=two", &["two"]),
    ] {
        let mut ear = Ear::to(&ntfy, &format!("/t/json?{query}")).await;
        let mut heard = Vec::new();
        while let Some(line) = ear.line().await {
            let message: Value = serde_json::from_str(&line).expect("JSON");
            heard.push(message["message"].as_str().expect("a text").to_owned());
        }
        assert_eq!(heard, expected, "{query}");
    }
    let mut events = Ear::to(&ntfy, "/t,other/sse?since=latest").await;
    assert_eq!(events.line().await.as_deref(), Some("event: open"));
    assert!(events.line().await.is_some_and(|line| line.contains(r#""topic":"t,other""#)));
    assert_eq!(events.line().await.as_deref(), Some(""));
    assert!(events.line().await.is_some_and(|line| line.starts_with("data: {") && line.contains("three")));
    let mut raw = Ear::to(&ntfy, "/t/raw").await;
    assert_eq!(raw.line().await.as_deref(), Some(""));
    asked(&ntfy, "POST", "/t", &[], "a\nb").await;
    assert_eq!(raw.line().await.as_deref(), Some("a b"));
}

#[tokio::test]
async fn the_receiver_does_wrong_what_it_is_told_to() {
    let ntfy = Ntfy::start().await;
    let mut ear = Ear::to(&ntfy, "/t/json").await;
    assert_eq!(ear.hears().await["event"], "open");
    assert_eq!((ntfy.listeners("t"), ntfy.listeners("other")), (1, 0));
    let text = async |ear: &mut Ear| ear.hears().await["message"].as_str().expect("a text").to_owned();

    ntfy.turn(|knobs| knobs.repeat = true);
    asked(&ntfy, "POST", "/t", &[], "twice").await;
    assert_eq!([text(&mut ear).await, text(&mut ear).await], ["twice", "twice"]);
    ntfy.turn(|knobs| (knobs.repeat, knobs.reorder) = (false, true));
    asked(&ntfy, "POST", "/t", &[], "first").await;
    asked(&ntfy, "POST", "/t", &[], "second").await;
    assert_eq!([text(&mut ear).await, text(&mut ear).await], ["second", "first"]);
    ntfy.turn(|knobs| (knobs.reorder, knobs.lose) = (false, 1));
    assert_eq!(asked(&ntfy, "POST", "/t", &[], "lost").await.0, 200);
    asked(&ntfy, "POST", "/t", &[], "heard").await;
    assert_eq!(text(&mut ear).await, "heard");
    ntfy.replay(ntfy.kept("t")[0]["id"].as_str().expect("an id"));
    assert_eq!(text(&mut ear).await, "twice");
    ntfy.forge("t", "nobody's");
    assert_eq!(text(&mut ear).await, "nobody's");
    ntfy.keep_alive();
    assert_eq!(ear.hears().await["event"], "keepalive");
    ntfy.hand_out(json!({ "event": "of_tomorrow", "topic": "t", "new": [1] }));
    assert_eq!(ear.hears().await["new"], json!([1]));
    ntfy.forget();
    assert_eq!(ear.line().await, None);
    assert!(ntfy.kept("t").is_empty());
    ntfy.turn(|knobs| knobs.keeps_nothing = true);
    asked(&ntfy, "POST", "/t", &[], "unheard").await;
    assert!(ntfy.kept("t").is_empty());
}
