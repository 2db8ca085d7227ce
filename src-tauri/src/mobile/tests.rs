//! A phone's way with a home that runs: a push comes, a button is pressed with no window there, and the answer is sent.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use latchkey::clock::{Clock, SystemClock};
use latchkey::config::Config;
use latchkey::error::Error;
use latchkey::home::there::There;
use latchkey::model::{Answer, KeyPin};
use latchkey::outside::{Guard, Outlet};
use latchkey::random::SystemRandom;
use serde_json::{Value, json};
use tauri::Url;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::answers::{Answers, Given};
use super::button;
use super::failed::Failed;
use super::receivers::{self, Sent};
use super::registration::Registration;
use super::sending::{Came, Sender};
use super::told::told;
use crate::desk::{Accepted, Desk};
use crate::embedded::Embedded;
use crate::keys::Keys;

/// A server that answers everything alike, and remembers what it heard.
pub struct Canned {
    /// `http://127.0.0.1:port`.
    pub origin: String,
    heard: Arc<Mutex<Vec<Vec<u8>>>>,
    count: watch::Receiver<usize>,
}

impl Canned {
    /// Answers with this status and body. Only where a runtime is.
    pub fn answering(status: u16, body: &'static str) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let listener = TcpListener::from_std(listener).unwrap();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let (counted, count) = watch::channel(0);
        let notes = Arc::clone(&heard);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let Ok(request) = answered(stream, status, body).await else { continue };
                notes.lock().unwrap().push(request);
                counted.send_modify(|count| *count += 1);
            }
        });
        Self { origin, heard, count }
    }

    /// What was asked, oldest first: the whole request.
    pub fn heard(&self) -> Vec<String> {
        let heard = self.heard.lock().unwrap();
        heard.iter().map(|request| String::from_utf8_lossy(request).into_owned()).collect()
    }

    /// The body of a request, once it has come; the first has the number 0.
    async fn body(&mut self, number: usize) -> Vec<u8> {
        self.count.wait_for(|count| *count > number).await.unwrap();
        let heard = self.heard.lock().unwrap();
        let end = heard[number].windows(4).position(|four| four == b"\r\n\r\n").unwrap();
        heard[number][end + 4..].to_vec()
    }
}

/// Reads a request, and answers it.
async fn answered(mut stream: TcpStream, status: u16, body: &str) -> io::Result<Vec<u8>> {
    let mut request = Vec::new();
    let mut whole = usize::MAX;
    while request.len() < whole {
        if stream.read_buf(&mut request).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let Some(end) = request.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&request[..end]).to_ascii_lowercase();
        let length =
            head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
        whole = end + 4 + length.unwrap_or_default();
    }
    let length = body.len();
    let head = format!("HTTP/1.1 {status} So\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body.as_bytes()).await?;
    stream.shutdown().await?;
    Ok(request)
}

/// An address that nobody listens at.
pub fn closed_port() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

/// A home, and a phone that is signed in there and told by a push service.
struct Household {
    home: Desk,
    phone: Desk,
    /// The phone's app folder.
    folder: PathBuf,
    push: Canned,
    _folders: tempfile::TempDir,
}

fn desk(folder: &Path) -> Desk {
    let listen = "127.0.0.1:0".parse().unwrap();
    let config = Config { listen, ..Config::in_folder(folder) };
    let own = folder.join("desktop");
    Desk::new(own.clone(), Keys::in_folder(&own), Embedded::new(config))
}

impl Household {
    async fn start() -> Self {
        let folders = tempfile::tempdir().unwrap();
        let (home, phone) = (desk(&folders.path().join("home")), desk(&folders.path().join("phone")));
        let profiles = json!([{ "name": "Ana", "kind": "adult" }]);
        let request = json!({ "login": "home", "password": "correct horse", "profiles": profiles });
        let signed_in = home.ask("set_up", json!({ "request": request })).await.unwrap();
        let choice = json!({ "choice": { "profile_id": signed_in["profiles"][0]["id"] } });
        home.ask("choose_profile", choice.clone()).await.unwrap();

        phone.connect(&home.address().await.0, &Accepted::default()).await.unwrap();
        let request = json!({ "login": "home", "password": "correct horse" });
        phone.ask("sign_in", json!({ "request": request })).await.unwrap();
        phone.ask("choose_profile", choice).await.unwrap();
        phone.ask("prove", json!({ "proof": { "password": "correct horse" } })).await.unwrap();

        let push = Canned::answering(201, "");
        let folder = folders.path().join("phone").join("desktop");
        let household = Self { home, phone, folder, push, _folders: folders };
        household.subscribe().await;
        household
    }

    /// As the window does: keys, an address, and a channel.
    async fn subscribe(&self) {
        let push_key =
            self.phone.ask("channels", json!({})).await.unwrap()["push_key"].as_str().unwrap().to_owned();
        let name = self.phone.address().await.0;
        let made = Registration::begin(&self.folder, &name, &push_key, &SystemRandom).unwrap();
        let endpoint = format!("{}/up1?up=1", self.push.origin);
        assert!(Registration::came(&self.folder, &made.token, &endpoint));
        assert!(Registration::tell(&self.folder, &made.token, Some(&endpoint)));
        let mut channel = serde_json::to_value(made.subscribed(&endpoint).unwrap()).unwrap();
        channel["kind"] = json!("unified_push");
        let added = self.phone.ask("add_channel", json!({ "channel": channel })).await.unwrap();
        assert_eq!((&added["kind"], &added["answers_away"]), (&json!("unified_push"), &json!(true)));
    }

    fn kept(&self) -> Registration {
        Registration::read(&self.folder).unwrap()
    }

    /// What is shown of the push of that number.
    async fn shown(&mut self, number: usize) -> Value {
        let body = self.push.body(number).await;
        let shown = receivers::read(&self.folder, &self.kept().token, &body).unwrap();
        serde_json::from_str(&shown).unwrap()
    }

    fn press(&self, shown: &Value, answer: &str) -> Value {
        let about = shown["about"].as_str().unwrap();
        let meanwhile = receivers::press(&self.folder, about, answer, &SystemClock).unwrap();
        serde_json::from_str(&meanwhile).unwrap()
    }

    /// What the phone's job does, which has a thread of its own.
    async fn send(&self) -> Vec<Value> {
        let folder = self.folder.clone();
        let sent = tokio::task::spawn_blocking(move || receivers::send(&folder)).await.unwrap().unwrap();
        let sent: Value = serde_json::from_str(&sent).unwrap();
        assert_eq!(sent["waits"], false, "{sent}");
        let shown = sent["shown"].as_array().unwrap().iter();
        shown.map(|shown| serde_json::from_str(shown.as_str().unwrap()).unwrap()).collect()
    }

    async fn end(self) {
        self.phone.close().await;
        self.home.close().await;
    }
}

#[tokio::test]
async fn a_push_is_read_and_an_answer_given_to_it_is_sent_once_with_no_window_there() {
    let mut household = Household::start().await;
    household.phone.ask("start_drill", json!({})).await.unwrap();
    let shown = household.shown(0).await;
    let labels: Vec<_> = shown["buttons"].as_array().unwrap().iter().map(|button| &button["label"]).collect();
    assert_eq!(labels, ["No, sign it out", "Yes, it is ours"]);
    assert_eq!(shown["stands"], "open");

    let meanwhile = household.press(&shown, "not_me");
    assert_eq!((&meanwhile["title"], &meanwhile["tag"]), (&shown["title"], &shown["tag"]));
    assert_eq!(meanwhile["buttons"], json!([]));
    assert_eq!(Answers::in_folder(&household.folder).all().len(), 1);

    let sent = household.send().await;
    assert_eq!(sent.len(), 1);
    assert_eq!((&sent[0]["title"], &sent[0]["tag"]), (&json!("Signed out"), &shown["tag"]));
    assert_eq!(sent[0]["stands"], "answered_here");
    // It was taken out, and nothing is sent again.
    assert!(Answers::in_folder(&household.folder).all().is_empty());
    assert!(household.send().await.is_empty());

    // What the home says of it is no news where it was answered: the phone's side sees that by the marks of both.
    let mut number = 1;
    let settled = loop {
        let next = household.shown(number).await;
        if next["stands"] == "settled" {
            break next;
        }
        number += 1;
    };
    assert_eq!((&settled["tag"], &settled["buttons"]), (&shown["tag"], &json!([])));
    household.end().await;
}

#[tokio::test]
async fn what_is_not_for_this_phone_is_neither_shown_nor_kept() {
    let mut household = Household::start().await;
    household.phone.ask("start_drill", json!({})).await.unwrap();
    let body = household.push.body(0).await;
    let (folder, token) = (household.folder.clone(), household.kept().token);
    assert!(receivers::read(&folder, &token, &body).is_some());
    assert!(receivers::read(&folder, "guessed", &body).is_none());
    assert!(receivers::read(&folder, &token, b"in the clear").is_none());
    let mut changed = body.clone();
    *changed.last_mut().unwrap() ^= 1;
    assert!(receivers::read(&folder, &token, &changed).is_none());
    for (about, answer) in [("{}", "not_me"), ("", "me"), ("null", "me")] {
        assert!(receivers::press(&folder, about, answer, &SystemClock).is_none(), "{about}");
    }
    let shown = household.shown(0).await;
    assert!(receivers::press(&folder, shown["about"].as_str().unwrap(), "anything", &SystemClock).is_none());
    assert!(Answers::in_folder(&folder).all().is_empty());
    // Another home's, after this phone went there: its keys are gone.
    Registration::begin(&folder, "https://other.example/", "key", &SystemRandom).unwrap();
    assert!(receivers::read(&folder, &token, &body).is_none());
    household.end().await;
}

#[tokio::test]
async fn the_home_is_told_where_pushes_go_when_that_changed_while_nobody_looked() {
    let mut household = Household::start().await;
    let newer = Canned::answering(201, "");
    let endpoint = format!("{}/up2?up=1", newer.origin);
    assert!(Registration::came(&household.folder, &household.kept().token, &endpoint));
    assert!(household.send().await.is_empty());
    assert_eq!(household.kept().untold(), None);
    household.push = newer;
    let channels = household.phone.ask("channels", json!({})).await.unwrap();
    assert_eq!(channels["channels"].as_array().unwrap().len(), 1, "{channels}");
    let id = channels["channels"][0]["id"].clone();
    household.phone.ask("test_channel", json!({ "id": id })).await.unwrap();
    assert_eq!(household.shown(0).await["title"], "This works");

    // A channel that was removed is not made again: that takes somebody who proves themself.
    household.phone.ask("remove_channel", json!({ "id": id })).await.unwrap();
    household.phone.ask("sign_out_here", json!({})).await.unwrap();
    assert!(Registration::came(&household.folder, &household.kept().token, "https://push.example/up3"));
    assert!(household.send().await.is_empty());
    assert!(!household.kept().is_told());
    household.end().await;
}

#[tokio::test]
async fn the_button_of_a_home_that_is_known_by_its_key_is_pressed_at_whoever_has_that() {
    let folders = tempfile::tempdir().unwrap();
    let (home, phone) = (desk(&folders.path().join("home")), desk(&folders.path().join("phone")));
    home.ask("status", json!({})).await.unwrap();
    let address: Url = home.address().await.0.replace("http://", "https://").parse().unwrap();
    let refused = phone.connect(address.as_str(), &Accepted::default()).await.unwrap_err();
    let Error::UnknownCertificate { pin, .. } = refused else { panic!("{refused}") };

    // A made-up button: the home itself says so, and whoever stands in between has nothing to say.
    let url = address.join("/api/v1/actions/made-up").unwrap();
    let patience = Duration::from_secs(20);
    let pressed = button::press(&url, Some(pin), patience).await.unwrap_err();
    assert!(matches!(pressed, Failed::Refused(_)), "{pressed:?}");
    for other in [None, Some(KeyPin::of(b"another key"))] {
        assert_eq!(button::press(&url, other, patience).await, Err(Failed::Away));
    }

    // Signed out, the phone has the button alone: at the home by its key, at a proxy before it by what the proxy shows.
    let proxy =
        Canned::answering(200, r#"{"effect":"signed_out","device_name":"Hall tablet","ended_at":null}"#);
    let there = There::known_by(address.clone(), Some(pin), None);
    let outlet = Outlet::new(Guard::default());
    let sender = Sender {
        home: &there,
        home_name: address.as_str(),
        home_pin: Some(pin),
        signer: None,
        outlet: &outlet,
        pauses: &[],
        clock: &SystemClock,
        random: &SystemRandom,
    };
    for (at, is_done) in [(url.as_str(), false), (&*format!("{}/api/v1/actions/abc", proxy.origin), true)] {
        let pushed = json!({
            "notification": { "title": "New device", "tag": "t" }, "kind": "alert",
            "alert_id": "01921f3a-5c00-7000-8000-0000000000a1", "sign_out_url": at,
        });
        let about = told(address.as_str(), pushed.to_string().as_bytes()).about;
        let about = serde_json::from_str(&about).unwrap();
        let given = Given { about, answer: Answer::NotMe, at: SystemClock.now() };
        let Came::Over(shown) = sender.send(&given).await else { panic!("it waits: {at}") };
        assert_eq!(shown.title == "Signed out", is_done, "{shown:?}");
    }
    home.close().await;
}

#[test]
fn a_phone_without_a_home_has_nothing_to_send() {
    let folder = tempfile::tempdir().unwrap();
    let nothing = serde_json::to_string(&Sent { shown: Vec::new(), waits: false }).unwrap();
    assert_eq!(receivers::send(folder.path()), Some(nothing));
    assert_eq!(receivers::read(folder.path(), "token", b"anything"), None);
}
