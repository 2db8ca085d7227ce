//! The recipes of `docs/channels.md`, as they stand there.

use std::io::{BufRead, BufReader, Lines};
use std::process::{ChildStdout, Command, Stdio};
use std::time::Duration;

use latchkey::clock::SystemClock;
use latchkey::model::Secret;
use latchkey::outside::web_hook::{Hook, send};
use latchkey::outside::{Guard, Handed, Outlet};
use latchkey::random::SystemRandom;
use serde_json::{Value, json};

use crate::support::peer::Peer;
use crate::support::server::Process;

const PAGE: &str = include_str!("../../docs/channels.md");

/// What stands between the first fences of a language after a heading.
fn recipe(heading: &str, language: &str) -> &'static str {
    let (_, after) = PAGE.split_once(&format!("\n{heading}\n")).expect("a heading");
    let (_, after) = after.split_once(&format!("```{language}\n")).expect("a recipe");
    after.split_once("\n```").expect("its end").0
}

/// The receiver, with another `told` in place of its own.
fn receiver(told: Option<&str>) -> String {
    let whole = recipe("## A web hook", "python");
    let Some(told) = told else { return whole.to_owned() };
    let (before, after) = whole.split_once("\n\ndef told(").expect("what passes on");
    let (_, after) = after.split_once("\n\nclass ").expect("what follows");
    format!("{before}\n\n{told}\n\nclass {after}")
}

/// A receiver that runs.
struct Receiver {
    url: String,
    secret: Secret,
    says: Lines<BufReader<ChildStdout>>,
    outlet: Outlet,
    _process: Process,
}

impl Receiver {
    fn start(told: Option<&str>, settings: &[(&str, &str)]) -> Self {
        // Free a moment ago.
        let port =
            std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("one").port();
        let secret = Secret::new(&SystemRandom);
        let mut child = Command::new("python3")
            .args(["-c", &receiver(told)])
            .env("LATCHKEY_HOOK_SECRET", secret.reveal())
            .env("PORT", port.to_string())
            .env("no_proxy", "127.0.0.1")
            .envs(settings.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("python3 is here");
        let says = BufReader::new(child.stdout.take().expect("its output")).lines();
        let url = format!("http://127.0.0.1:{port}/hook");
        let outlet = Outlet::new(Guard::default());
        Self { url, secret, says, outlet, _process: Process::from(child) }
    }

    async fn sent(&self, body: &Value, secret: &Secret) -> Handed {
        let url = self.url.parse().expect("an address");
        let hook = Hook::new(url, "hook-1", secret.clone(), &Guard::default()).expect("a hook");
        send(&self.outlet, &hook, body.to_string().into_bytes(), &SystemClock, &SystemRandom).await
    }

    /// Tells it, once it listens.
    async fn takes(&self, body: &Value) {
        // It takes a moment to.
        let mut again = tokio::time::interval(Duration::from_millis(20));
        let first = async {
            loop {
                again.tick().await;
                match self.sent(body, &self.secret).await {
                    Handed::Later { .. } => {}
                    other => break other,
                }
            }
        };
        let first = tokio::time::timeout(Duration::from_mins(1), first).await.expect("it listens");
        assert_eq!(first, Handed::Done);
    }
}

/// What a web hook is sent of an alert.
fn alert() -> Value {
    json!({
        "kind": "alert",
        "alert_id": "01921f3a-5c00-7000-8000-0000000000a1",
        "title": "A new device signed in",
        "text": "Łódź",
        "at": "2026-09-21T14:13:20Z",
        "quiet": false,
        "open_url": "https://latchkey.home.example/#/alerts/1",
        "actions": [{
            "answer": "not_me",
            "label": "No, sign it out",
            "url": "https://latchkey.home.example/api/v1/actions/abc",
        }],
    })
}

/// What it is sent once nothing is left to answer, by a home that others cannot open.
fn settled() -> Value {
    let mut settled = alert();
    settled["kind"] = json!("settled");
    settled["quiet"] = json!(true);
    settled["open_url"] = Value::Null;
    settled["actions"] = json!([]);
    settled
}

#[tokio::test]
async fn the_receiver_of_the_documents_takes_what_is_signed_and_nothing_else() {
    let mut receiver = Receiver::start(None, &[]);
    receiver.takes(&alert()).await;
    let said = receiver.says.next().expect("a line").expect("text");
    assert_eq!(said, "A new device signed in - Łódź");
    let forged = receiver.sent(&alert(), &Secret::new(&SystemRandom)).await;
    assert!(matches!(forged, Handed::Refused { .. }), "{forged:?}");
}

/// Gotify's `POST /message` (its API's description: `title`, `message` and a `priority` of 0 to 10; extras by name, JSON only).
#[tokio::test]
async fn what_is_passed_on_to_gotify_is_what_it_takes() {
    let gotify = Peer::answering(200).await;
    let settings = [("GOTIFY_URL", gotify.origin.as_str()), ("GOTIFY_TOKEN", "AbC.dEf")];
    let receiver = Receiver::start(Some(recipe("### Gotify", "python")), &settings);
    receiver.takes(&alert()).await;
    receiver.takes(&settled()).await;
    let heard = gotify.heard();
    for one in &heard {
        assert_eq!((one.method.as_str(), one.path.as_str()), ("POST", "/message"));
        assert_eq!((one.header("x-gotify-key"), one.header("content-type")), ("AbC.dEf", "application/json"));
    }
    let said: Vec<Value> = heard.iter().map(|one| serde_json::from_slice(&one.body).expect("JSON")).collect();
    let click = json!({ "click": { "url": "https://latchkey.home.example/api/v1/actions/abc" } });
    assert_eq!(
        said,
        [
            json!({
                "title": "A new device signed in", "message": "Łódź", "priority": 8,
                "extras": { "client::notification": click },
            }),
            json!({ "title": "A new device signed in", "message": "Łódź", "priority": 2 }),
        ]
    );
}

/// Matrix's `PUT …/send/{eventType}/{txnId}` (Client-Server API, "Sending events to a room"): the same transaction is said once.
#[tokio::test]
async fn what_is_passed_on_to_matrix_is_what_it_takes_and_the_same_again_is_the_same() {
    let matrix = Peer::answering(200).await;
    let settings = [
        ("MATRIX_URL", matrix.origin.as_str()),
        ("MATRIX_ROOM", "!abc:home.example"),
        ("MATRIX_TOKEN", "syt_token"),
    ];
    let receiver = Receiver::start(Some(recipe("### Matrix", "python")), &settings);
    receiver.takes(&alert()).await;
    // Said once more, as when the answer was lost: with another button.
    let mut again = alert();
    again["actions"][0]["url"] = json!("https://latchkey.home.example/api/v1/actions/def");
    receiver.takes(&again).await;
    receiver.takes(&settled()).await;
    let heard = matrix.heard();
    let place = "/_matrix/client/v3/rooms/%21abc%3Ahome.example/send/m.room.message/";
    for one in &heard {
        assert_eq!(one.method.as_str(), "PUT");
        assert_eq!(one.header("authorization"), "Bearer syt_token");
        let transaction = one.path.strip_prefix(place).expect("a transaction of the room");
        assert!(transaction.bytes().all(|byte| byte.is_ascii_hexdigit()) && transaction.len() == 64);
    }
    assert_eq!(heard[0].path, heard[1].path);
    assert_ne!(heard[0].path, heard[2].path);
    let first: Value = serde_json::from_slice(&heard[0].body).expect("JSON");
    let lines =
        "A new device signed in\nŁódź\nNo, sign it out: https://latchkey.home.example/api/v1/actions/abc";
    assert_eq!(first, json!({ "msgtype": "m.text", "body": lines }));
    let last: Value = serde_json::from_slice(&heard[2].body).expect("JSON");
    assert_eq!(last, json!({ "msgtype": "m.notice", "body": "A new device signed in\nŁódź" }));
}

#[tokio::test]
async fn what_cannot_be_passed_on_is_to_be_sent_again() {
    let busy = Peer::answering(503).await;
    let settings = [("GOTIFY_URL", busy.origin.as_str()), ("GOTIFY_TOKEN", "AbC.dEf")];
    let receiver = Receiver::start(Some(recipe("### Gotify", "python")), &settings);
    let mut again = tokio::time::interval(Duration::from_millis(20));
    let why = async {
        loop {
            again.tick().await;
            let handed = receiver.sent(&alert(), &receiver.secret).await;
            let Handed::Later { why, .. } = handed else { panic!("{handed:?}") };
            if !busy.heard().is_empty() {
                break why;
            }
        }
    };
    let why = tokio::time::timeout(Duration::from_mins(1), why).await.expect("it listens");
    assert!(why.contains("502"), "{why}");
}

/// The automation (Home Assistant's documents of the webhook trigger and of actionable notifications).
#[cfg(target_os = "linux")]
#[test]
fn the_automation_is_one_and_names_nothing_that_is_not_sent() {
    let yaml = recipe("### Home Assistant", "yaml");
    let read: Value = serde_saphyr::from_str(yaml).expect("YAML");
    let automation = &read["automation"][0];
    let trigger = &automation["triggers"][0];
    assert_eq!((&trigger["trigger"], &trigger["local_only"]), (&json!("webhook"), &json!(true)));
    assert_eq!(trigger["allowed_methods"], json!(["POST"]));
    assert!(trigger["webhook_id"].as_str().is_some_and(|id| id.starts_with("latchkey-")));
    let action = &automation["actions"][0];
    assert!(action["action"].as_str().is_some_and(|name| name.starts_with("notify.mobile_app_")));
    let data = &action["data"];
    assert!(data["message"].as_str().is_some_and(|text| text.contains("'clear_notification'")));
    assert!(data["data"]["tag"].as_str().is_some_and(|tag| tag.contains("alert_id")), "what is cleared");
    assert_eq!(data["data"]["actions"][0]["action"], "URI");
    let sent = alert();
    let mut named = 0;
    for after in yaml.split("trigger.json.").skip(1) {
        let name: String = after.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        assert!(sent.get(&name).is_some(), "{name}");
        named += 1;
    }
    assert!(named >= 8, "{named}");
}
