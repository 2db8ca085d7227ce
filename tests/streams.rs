//! Streams of events over HTTP: they end with their session, also when nothing else happens, and go on where they were.

mod support;

use std::time::Duration;

use futures_util::StreamExt;
use latchkey::home::Home;
use latchkey::home::there::There;
use latchkey::model::Secret;
use latchkey::wire::{EventKind, ProfileChoice, SignInRequest};
use serde_json::{Value, json};
use support::away::{AT_HOME, RIGA, desktop_household, somewhere};
use support::line::Line;
use support::{Browser, LOGIN, PASSWORD, TestHome};

/// What a stream says, event by event.
struct Stream {
    read: std::pin::Pin<Box<dyn futures_util::Stream<Item = String> + Send>>,
    headers: http::HeaderMap,
    /// The last id it gave.
    mark: Option<String>,
}

impl Stream {
    async fn opens(
        home: &TestHome,
        token: &str,
        address: &str,
        user_agent: &str,
        after: Option<&str>,
    ) -> Self {
        let mut request = latchkey::tls::http_client()
            .get(format!("{}/api/v1/events", home.address()))
            .header("x-forwarded-for", address)
            .header("user-agent", user_agent)
            .bearer_auth(token);
        if let Some(after) = after {
            request = request.header("last-event-id", after);
        }
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), 200);
        let headers = answer.headers().clone();
        let bytes = answer.bytes_stream().filter_map(|bytes| std::future::ready(bytes.ok()));
        let blocks = bytes.flat_map(|bytes| {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let blocks: Vec<_> =
                text.split("\n\n").filter(|block| !block.is_empty()).map(str::to_owned).collect();
            futures_util::stream::iter(blocks)
        });
        let mut stream = Self { read: Box::pin(blocks), headers, mark: None };
        let begin = stream.block().await.expect("it says where it begins");
        if let Some(event) = begin {
            assert_eq!(event["type"], "missed", "{event}");
        }
        stream
    }

    /// The next block: its event, if it has one. `None` when the stream is over.
    async fn block(&mut self) -> Option<Option<Value>> {
        let block = loop {
            let next = tokio::time::timeout(Duration::from_secs(20), self.read.next()).await;
            let block = next.expect("in time")?;
            // When to come back is for browsers.
            if !block.starts_with("retry") {
                break block;
            }
        };
        let field = |name: &str| {
            let told = block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
            told.map(|value| value.trim_start().to_owned())
        };
        if let Some(mark) = field("id") {
            self.mark = Some(mark);
        }
        Some(field("data").map(|data| serde_json::from_str(&data).expect("JSON")))
    }

    /// The kinds of the events until the stream is over, without mere activity.
    async fn rest(mut self) -> Vec<String> {
        let mut kinds = Vec::new();
        while let Some(block) = self.block().await {
            kinds.extend(block.and_then(|event| event["type"].as_str().map(str::to_owned)));
        }
        kinds.retain(|kind| kind != "device_changed");
        kinds
    }
}

const PHONE: &str = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36";

async fn phone(home: &TestHome, desktop: &Browser) -> (Browser, String) {
    let phone = somewhere(home, AT_HOME, PHONE);
    phone.signs_in(home, "Phone", "phone").await;
    let alert = desktop.open_alerts().await.remove(0);
    desktop.answer(&alert, "me").await;
    phone.choose("Ana").await;
    home.clock.advance(Duration::from_hours(2));
    // The token changed when somebody was chosen.
    let token = phone.cookie("latchkey_session").expect("signed in");
    (phone, token)
}

#[tokio::test]
async fn a_stream_ends_when_its_session_is_held() {
    let (home, desktop) = desktop_household().await;
    let (_phone, token) = phone(&home, &desktop).await;
    let stream = Stream::opens(&home, &token, AT_HOME, PHONE, None).await;
    let thief = somewhere(
        &home,
        RIGA,
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:131.0) Gecko/20100101 Firefox/131.0",
    );
    thief.always("authorization", &format!("Bearer {token}"));
    assert_eq!(thief.get("/api/v1/session").await.json()["error"], "session_held");
    // What is told about it is not for whoever holds it.
    assert_eq!(stream.rest().await, ["session_ended"]);
}

#[tokio::test]
async fn a_stream_ends_when_its_session_is_signed_out() {
    let (home, desktop) = desktop_household().await;
    let (_phone, token) = phone(&home, &desktop).await;
    let stream = Stream::opens(&home, &token, AT_HOME, PHONE, None).await;
    let id = desktop.device_named("Phone").await["id"].as_str().expect("an id").to_owned();
    desktop.sign_out(&id).await;
    assert_eq!(stream.rest().await, ["session_ended"]);
}

/// Whichever comes first, no stream is left open.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_opens_while_its_session_ends_ends_too() {
    use latchkey::access::asking::Asking;

    let (home, desktop) = desktop_household().await;
    for round in 0..20 {
        home.clock.advance(Duration::from_mins(1));
        let phone = somewhere(&home, AT_HOME, PHONE);
        let signed_in = phone.signs_in(&home, &format!("Phone {round}"), "phone").await;
        let token = Some(Secret::received(signed_in["token"].as_str().expect("a token")));
        let asking = Asking { token, address: AT_HOME.parse().ok(), ..Asking::default() };
        let here = home.app.here(asking);
        let id = signed_in["device_id"].as_str().expect("an id").to_owned();
        let opens = tokio::spawn(async move {
            match here.events().await {
                Ok(mut events) => {
                    let mut last = None;
                    while let Some(event) = events.next().await {
                        last = Some(event.kind);
                    }
                    assert_eq!(last, Some(EventKind::SessionEnded));
                }
                Err(error) => assert_eq!(error.code(), "session_ended"),
            }
        });
        if round % 2 == 0 {
            tokio::task::yield_now().await;
        }
        desktop.sign_out(&id).await;
        tokio::time::timeout(Duration::from_secs(20), opens).await.expect("it ends").expect("no panic");
    }
}

#[tokio::test]
async fn a_stream_is_not_buffered_nor_kept_and_goes_on_where_it_was() {
    let (home, desktop) = desktop_household().await;
    let (phone, token) = phone(&home, &desktop).await;
    let stream = Stream::opens(&home, &token, AT_HOME, PHONE, None).await;
    assert_eq!(stream.headers["x-accel-buffering"], "no");
    assert_eq!(stream.headers["cache-control"], "no-store");
    let mark = stream.mark.clone().expect("it says where it begins");
    drop(stream);
    let renamed = json!({ "name": "Leonor", "kind": "kids" });
    assert_eq!(phone.post_json("/api/v1/profiles", &renamed).await.status, 201);
    let mut stream = Stream::opens(&home, &token, AT_HOME, PHONE, Some(&mark)).await;
    let heard = loop {
        let event = stream.block().await.expect("it goes on").expect("an event");
        if event["type"] != "device_changed" {
            break event;
        }
    };
    assert_eq!(heard["type"], "profiles_changed");
    // A mark of another run of the home says that something was missed.
    let stream = Stream::opens(&home, &token, AT_HOME, PHONE, Some("0.1")).await;
    assert_ne!(stream.mark, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_home_elsewhere_is_listened_to_from_where_the_line_was_cut_until_it_refuses() {
    let (home, owner) = TestHome::with_account().await;
    owner.choose("Ana").await;
    let line = Line::to(home.app.address()).await;
    let (there, device_id) = signed_in_by(&home, &line).await;
    let mut events = there.events().await.expect("is told").map(|event| event.kind);
    let mut next = async || loop {
        let heard = tokio::time::timeout(Duration::from_secs(20), events.next()).await.expect("in time");
        // That devices are active may stand between any two.
        if !matches!(heard, Some(EventKind::DeviceChanged { .. })) {
            return heard;
        }
    };
    child_is_added(&owner, "Noa").await;
    assert_eq!(next().await, Some(EventKind::ProfilesChanged));

    let before = line.made();
    line.cut();
    child_is_added(&owner, "Mia").await;
    home.clock.advance(Duration::from_mins(1));
    home.device("Tablet").await;
    line.mend(home.app.address());
    assert_eq!(next().await, Some(EventKind::ProfilesChanged));
    assert!(matches!(next().await, Some(EventKind::SignedIn { .. })));
    assert!(matches!(next().await, Some(EventKind::AlertRaised { .. })));
    assert!(line.made() > before, "it was another connection");

    // Another run of the home does not know what came before it.
    line.cut();
    child_is_added(&owner, "Zoe").await;
    let home = home.restart().await;
    line.mend(home.app.address());
    assert_eq!(next().await, Some(EventKind::Missed));

    // Signed out meanwhile: the stream is over, and whoever asks for another hears why.
    line.cut();
    let owners_token = owner.cookie("latchkey_session").expect("signed in");
    let owner = home.browser();
    owner.always("authorization", &format!("Bearer {owners_token}"));
    owner.sign_out(&device_id).await;
    line.mend(home.app.address());
    assert_eq!(next().await, None);
    assert_eq!(there.events().await.err().map(|error| error.code().to_owned()), Some("session_ended".into()));
}

async fn child_is_added(owner: &Browser, name: &str) {
    let new = json!({ "name": name, "kind": "kids" });
    let answer = owner.post_json("/api/v1/profiles", &new).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
}

/// An app on another computer, which Ana uses, and the id of its device.
async fn signed_in_by(home: &TestHome, line: &Line) -> (There, String) {
    home.clock.advance(Duration::from_mins(1));
    let nobody = There::new(line.url.parse().expect("an address"), None);
    let request =
        SignInRequest { login: LOGIN.into(), password: PASSWORD.into(), device_secret: None, device: None };
    let signed_in = nobody.sign_in(request).await.expect("signs in");
    let there = nobody.with_token(Some(Secret::received(signed_in.token)));
    let ana = signed_in.profiles.into_iter().find(|profile| profile.name == "Ana").expect("Ana");
    there.choose_profile(ProfileChoice::of(ana.id)).await.expect("is chosen");
    (there, signed_in.device_id.to_string())
}
