//! A home listens on its own computer only, until somebody who manages it says that the network around is the household's; then there,
//! for whoever is on it, and nowhere else.

mod support;

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr, TcpListener as StdListener};
use std::time::Duration;

use latchkey::nearby::{Interfaces, SERVICE, Search, find};
use latchkey::tls::trust;
use mdns_sd::{DaemonEvent, IfKind, ServiceDaemon, ServiceEvent, ServiceInfo};
use reqwest::Method;
use serde_json::{Value, json};
use support::browser::FIREFOX;
use support::{Answer, Browser, Lan, PASSWORD, TestHome, eventually};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

const PATH: &str = "/api/v1/home-network";

/// The home's computer, a phone beside it, and somebody who is on no network of the household.
/// Not one that other tests come from: what is sent from an address takes ports of it.
const HERE: &str = "127.0.0.77";
const PHONE: &str = "127.0.0.30";
const STRANGER: &str = "127.0.0.200";

/// A home on a computer that has one address on a network.
async fn at_home() -> (TestHome, Browser) {
    let (home, owner) = TestHome::with_account().await;
    home.lan.is_at(&[HERE]);
    (home, owner)
}

async fn switches(browser: &Browser, on: bool) -> Answer {
    browser.put_json(PATH, &json!({ "on": on, "password": PASSWORD })).await
}

async fn switched(browser: &Browser, on: bool) -> Value {
    let answer = switches(browser, on).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

async fn told(browser: &Browser) -> Value {
    let answer = browser.get(PATH).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

fn refused(answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status, answer.json()["error"].as_str()), (status, Some(code)), "{}", answer.text);
}

/// The home's address on a network.
fn at(home: &TestHome, address: &str) -> SocketAddr {
    SocketAddr::new(address.parse().expect("an address"), home.app.address().port())
}

/// A connection to that address, from another one.
async fn connects(from: &str, to: SocketAddr) -> std::io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::new(from.parse().expect("an address"), 0))?;
    socket.connect(to).await
}

async fn is_closed(home: &TestHome, address: &str) {
    let error = connects(PHONE, at(home, address)).await.expect_err("nobody listens");
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused, "{error}");
}

/// Asks on a connection, which stays open.
async fn asks(stream: &mut TcpStream) -> String {
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.77\r\n\r\n").await.expect("it reads");
    let mut answer = [0; 1024];
    let length = stream.read(&mut answer).await.expect("an answer");
    String::from_utf8_lossy(&answer[..length]).into_owned()
}

/// Waits until the other end closes; what comes before that does not matter.
async fn until_closed(mut stream: TcpStream) {
    let mut bytes = Vec::new();
    // It may as well be reset.
    let _ = stream.read_to_end(&mut bytes).await;
}

/// The owner, at another address of the home.
fn by_way_of(owner: &Browser, from: &str, to: SocketAddr) -> Browser {
    let browser = Browser::from_address(&format!("http://{to}"), from.parse::<IpAddr>().expect("an address"));
    let token = owner.cookie("latchkey_session").expect("signed in");
    browser.always("authorization", &format!("Bearer {token}"));
    browser
}

/// The kinds of the newest entries of the history, with what they say.
async fn history(owner: &Browser) -> Vec<Value> {
    let answer = owner.get("/api/v1/history?kind=home_network_changed").await;
    let list = answer.json()["history"].as_array().cloned().expect("a list");
    list.into_iter().map(|entry| entry["detail"].clone()).collect()
}

#[tokio::test]
async fn a_new_home_listens_on_its_own_computer_only() {
    let (home, owner) = at_home().await;
    is_closed(&home, HERE).await;
    let off = json!({ "on": false, "fixed": null, "addresses": [], "no_address": "listens_here_only" });
    assert_eq!(told(&owner).await, off);
    let pairing = owner.post_json("/api/v1/pairings", &json!({})).await.json();
    assert_eq!((&pairing["addresses"], &pairing["no_address"]), (&json!([]), &json!("listens_here_only")));
}

#[tokio::test]
async fn switched_on_it_listens_on_the_home_network_and_says_where() {
    let (home, owner) = at_home().await;
    let address = format!("http://{}", at(&home, HERE));
    let on = switched(&owner, true).await;
    assert_eq!(on, json!({ "on": true, "fixed": null, "addresses": [&address], "no_address": null }));
    let mut phone = connects(PHONE, at(&home, HERE)).await.expect("it listens");
    assert!(asks(&mut phone).await.starts_with("HTTP/1.1 200"));

    // The code for a phone leads there, and so do those of televisions.
    let pairing = owner.post_json("/api/v1/pairings", &json!({})).await.json();
    let (code, pin) = (pairing["code"].as_str().expect("a code"), home.app.core().certificates.pin());
    let link = format!("{address}/#/pair/{code}?pin={pin}");
    assert_eq!((&pairing["addresses"], &pairing["no_address"]), (&json!([link]), &Value::Null));
    let code = owner.post("/device_authorization", &[("client_id", "tv")]).await.json();
    assert_eq!(code["verification_uri"], format!("{address}/device"));
    assert_eq!(home.browser().get("/api/v1/status").await.json()["public_url"], address);

    // Once more is the same, and no other entry of the history.
    assert_eq!(switched(&owner, true).await, on);
    assert_eq!(history(&owner).await, [json!({ "kind": "home_network", "on": true })]);
}

#[tokio::test]
async fn switched_off_nobody_comes_in_any_more_and_who_was_in_is_out() {
    let (home, owner) = at_home().await;
    switched(&owner, true).await;
    let to = at(&home, HERE);
    let mut idle = connects(PHONE, to).await.expect("it listens");
    assert!(asks(&mut idle).await.starts_with("HTTP/1.1 200"));
    let silent = connects(PHONE, to).await.expect("it listens");
    let token = owner.cookie("latchkey_session").expect("signed in");
    let mut events = connects(PHONE, to).await.expect("it listens");
    let head = format!(
        "GET /api/v1/events HTTP/1.1\r\nHost: {to}\r\nUser-Agent: {FIREFOX}\r\nAuthorization: Bearer {token}\r\n\r\n"
    );
    events.write_all(head.as_bytes()).await.expect("it reads");
    let mut first = [0; 12];
    events.read_exact(&mut first).await.expect("an answer");
    assert_eq!(&first, b"HTTP/1.1 200");

    assert_eq!(switched(&owner, false).await["no_address"], "listens_here_only");
    is_closed(&home, HERE).await;
    for open in [idle, silent, events] {
        until_closed(open).await;
    }
    assert_eq!(told(&owner).await["on"], false, "on its own computer it listens as before");
    let said =
        [json!({ "kind": "home_network", "on": false }), json!({ "kind": "home_network", "on": true })];
    assert_eq!(history(&owner).await, said);
}

#[tokio::test]
async fn whoever_switches_it_off_from_the_home_network_hears_that_it_is_off() {
    let (home, owner) = at_home().await;
    switched(&owner, true).await;
    let phone = by_way_of(&owner, PHONE, at(&home, HERE));
    assert_eq!(switched(&phone, false).await["on"], false);
    is_closed(&home, HERE).await;
}

#[tokio::test]
async fn it_is_as_it_was_after_a_restart() {
    let (home, owner) = at_home().await;
    switched(&owner, true).await;
    let token = owner.cookie("latchkey_session").expect("signed in");
    let home = home.restart().await;
    let owner = home.browser();
    owner.always("authorization", &format!("Bearer {token}"));
    assert_eq!(told(&owner).await["addresses"], json!([format!("http://{}", at(&home, HERE))]));
    let mut phone = connects(PHONE, at(&home, HERE)).await.expect("it listens");
    assert!(asks(&mut phone).await.starts_with("HTTP/1.1 200"));
    assert_eq!(switched(&owner, false).await["on"], false);
    let home = home.restart().await;
    is_closed(&home, HERE).await;
}

#[tokio::test]
async fn what_cannot_be_read_of_the_setting_means_that_it_is_off() {
    let (home, owner) = at_home().await;
    switched(&owner, true).await;
    let damaged = "UPDATE home_settings SET value = '[\"everywhere\"'";
    let home = home.restart_after(|_| {}, &[damaged]).await;
    is_closed(&home, HERE).await;
}

#[tokio::test]
async fn whoever_is_not_on_the_home_network_is_not_heard() {
    let (home, owner) = at_home().await;
    switched(&owner, true).await;
    for stranger in [STRANGER, "127.0.0.1"] {
        let mut stream = connects(stranger, at(&home, HERE)).await.expect("the system takes it");
        // It may be closed before that.
        let _ = stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.77\r\n\r\n").await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        assert_eq!(answer, b"", "{stranger}");
    }
    // On loopback it is heard as before.
    let mut here = connects(STRANGER, home.app.address()).await.expect("it listens");
    assert!(asks(&mut here).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn it_takes_somebody_who_manages_with_a_proof_and_a_device_that_is_familiar() {
    let (home, owner) = at_home().await;
    let on = json!({ "on": true });
    refused(&owner.put_json(PATH, &on).await, 403, "proof_required");
    let wrong = json!({ "on": true, "password": "not the password" });
    refused(&owner.put_json(PATH, &wrong).await, 403, "wrong_password");
    refused(&home.browser().put_json(PATH, &on).await, 401, "not_signed_in");
    refused(&home.browser().get(PATH).await, 401, "not_signed_in");
    home.clock.advance(Duration::from_mins(1));
    let tablet = home.device("Tablet").await;
    tablet.choose("Leo").await;
    refused(&switches(&tablet, true).await, 403, "kids_profile");
    refused(&tablet.get(PATH).await, 403, "kids_profile");
    for nonsense in [json!({}), json!({ "on": "yes" }), json!({ "on": null }), json!([true])] {
        refused(&owner.put_json(PATH, &nonsense).await, 422, "invalid_input");
    }
    is_closed(&home, HERE).await;
    assert_eq!(history(&owner).await, [] as [Value; 0]);
    // Nor does a child switch it off.
    switched(&owner, true).await;
    refused(&switches(&tablet, false).await, 403, "kids_profile");
    connects(PHONE, at(&home, HERE)).await.expect("it listens");
}

#[tokio::test]
async fn another_sites_page_does_not_switch_it() {
    let (home, owner) = at_home().await;
    let body = Some(json!({ "on": true, "password": PASSWORD }).to_string());
    let headers = [("origin", "https://evil.example"), ("content-type", "application/json")];
    refused(&owner.send(Method::PUT, PATH, &headers, body).await, 403, "foreign_origin");
    is_closed(&home, HERE).await;
}

#[tokio::test]
async fn a_port_that_is_taken_there_is_said_and_nothing_is_changed() {
    let (home, owner) = at_home().await;
    let other = StdListener::bind(at(&home, HERE)).expect("nobody has it");
    let answer = switches(&owner, true).await;
    refused(&answer, 409, "cannot_listen");
    let message = answer.json()["message"].as_str().expect("a sentence").to_owned();
    assert!(message.contains(&at(&home, HERE).to_string()), "{message}");
    assert_eq!(told(&owner).await["on"], false);
    assert_eq!(history(&owner).await, [] as [Value; 0]);
    drop(other);
    assert_eq!(switched(&owner, true).await["on"], true);
}

#[tokio::test]
async fn on_no_network_there_is_nothing_to_switch_on() {
    let (home, owner) = at_home().await;
    home.lan.is_at(&["127.0.0.1", STRANGER]);
    refused(&switches(&owner, true).await, 409, "no_home_network");
    assert_eq!(told(&owner).await["on"], false);
}

#[tokio::test]
async fn where_it_was_told_to_listen_no_button_says_otherwise() {
    let container = TestHome::start_with(|config| config.is_in_container = true).await;
    let public = TestHome::start_with(|config| {
        config.public_url = Some("http://latchkey.home.example".parse().expect("an address"));
    })
    .await;
    for (home, why) in [(container, "in_container"), (public, "public_address")] {
        home.lan.is_at(&[HERE]);
        let owner = home.set_up().await;
        refused(&switches(&owner, true).await, 409, "home_network_fixed");
        assert_eq!(told(&owner).await["fixed"], why);
        is_closed(&home, HERE).await;
    }
    // Whatever somebody switched before.
    let (home, owner) = at_home().await;
    switched(&owner, true).await;
    let home = home.restart_with(|config| config.is_in_container = true).await;
    is_closed(&home, HERE).await;
}

#[tokio::test]
async fn a_computer_that_is_carried_elsewhere_does_not_listen_there_until_somebody_says_so() {
    let (home, owner) = at_home().await;
    switched(&owner, true).await;
    let mut phone = connects(PHONE, at(&home, HERE)).await.expect("it listens");
    assert!(asks(&mut phone).await.starts_with("HTTP/1.1 200"));
    home.lan.moves_to(&["127.0.0.50"]);
    eventually("it is noticed", async || {
        (told(&owner).await["no_address"] == "another_network").then_some(())
    })
    .await;
    is_closed(&home, "127.0.0.50").await;
    is_closed(&home, HERE).await;
    until_closed(phone).await;
    assert_eq!(told(&owner).await["on"], true, "at home it will listen again");

    home.lan.moves_to(&[]);
    eventually("it is noticed", async || (told(&owner).await["no_address"] == "no_network").then_some(()))
        .await;
    home.lan.moves_to(&[HERE]);
    eventually("it is noticed", async || told(&owner).await["no_address"].is_null().then_some(())).await;
    connects(PHONE, at(&home, HERE)).await.expect("it listens again");

    // The other network may be the household's, too.
    home.lan.moves_to(&["127.0.0.50"]);
    eventually("it is noticed", async || {
        (told(&owner).await["no_address"] == "another_network").then_some(())
    })
    .await;
    let both = switched(&owner, true).await;
    assert_eq!(both["addresses"], json!([format!("http://{}", at(&home, "127.0.0.50"))]));
    home.lan.moves_to(&[HERE, "127.0.0.50"]);
    eventually("it is noticed", async || {
        let addresses = told(&owner).await["addresses"].as_array().map(Vec::len);
        (addresses == Some(2)).then_some(())
    })
    .await;
}

/// Somebody else on the household's network, who looks around on it.
fn looking(home: &TestHome) -> std::sync::Arc<Lan> {
    Lan::speaking(home.lan.mdns())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_home_that_listens_there_is_found_there_and_by_no_name() {
    let (home, owner) = at_home().await;
    switched(&owner, true).await;
    let search = Search { most: 1, patience: Duration::from_secs(30) };
    let found = find(&*looking(&home), search).await.expect("looks around");
    assert_eq!(found.iter().map(|found| found.address).collect::<Vec<_>>(), [at(&home, HERE)]);

    // Where that leads, whoever goes there is shown a key that nobody vouches for, and the home's own screen its letters.
    let settings = reqwest::Client::builder().no_proxy().local_address(PHONE.parse::<IpAddr>().ok());
    let phone =
        settings.tls_backend_preconfigured(trust::config(None)).build().expect("fixed settings are valid");
    let refused = phone.get(found[0].url()).send().await.expect_err("nobody vouches for it");
    let shown = trust::not_trusted(&refused).expect("a key that is shown").shown;
    let pairing = owner.post_json("/api/v1/pairings", &json!({})).await.json();
    assert_eq!(pairing["fingerprint"], shown.letters());

    // Who hears it, hears when it ends; and nothing in it names anybody.
    let ear = ServiceDaemon::new_with_port(home.lan.mdns().port).expect("multicast DNS");
    ear.disable_interface(IfKind::All).expect("a choice");
    ear.enable_interface(IfKind::LoopbackV4).expect("a choice");
    let events = ear.browse(SERVICE).expect("looks");
    let service = loop {
        if let ServiceEvent::ServiceResolved(service) = events.recv_async().await.expect("an event") {
            break service;
        }
    };
    let id = found[0].id.to_string();
    assert_eq!(service.fullname, format!("Latchkey {}.{SERVICE}", &id[..8]));
    assert_eq!(service.host, format!("latchkey-{}.local.", &id[..8]));
    let mut said: Vec<_> = service.txt_properties.iter().map(ToString::to_string).collect();
    said.sort();
    assert_eq!(said, [format!("id={id}"), "v=1".to_owned()]);
    switched(&owner, false).await;
    loop {
        if let ServiceEvent::ServiceRemoved(..) = events.recv_async().await.expect("an event") {
            break;
        }
    }
    ear.shutdown().expect("ends");

    // The same home is known by the same number again.
    switched(&owner, true).await;
    assert_eq!(find(&*looking(&home), search).await.expect("looks around"), found);
}

/// A name, an address, and what is said of a home there.
type Lie<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)]);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_says_what_no_home_would_say_is_not_found() {
    let (home, owner) = at_home().await;
    let liar = ServiceDaemon::new_with_port(home.lan.mdns().port).expect("multicast DNS");
    liar.disable_interface(IfKind::All).expect("a choice");
    liar.enable_interface(IfKind::LoopbackV4).expect("a choice");
    let id = "0".repeat(32);
    let long = "<b>Ana’s home</b>".repeat(3);
    let lies: [Lie<'_>; 5] = [
        // Of no network of the household.
        ("outside", STRANGER, &[("v", "1"), ("id", id.as_str())]),
        ("loopback", "127.0.0.1", &[("v", "1"), ("id", id.as_str())]),
        ("without a word", "127.0.0.40", &[]),
        ("of another version", "127.0.0.41", &[("v", "999999999999999999999"), ("id", id.as_str())]),
        (long.as_str(), "127.0.0.42", &[("v", "1"), ("id", "../../<script>")]),
    ];
    let heard = liar.monitor().expect("events");
    for (number, (name, address, said)) in lies.into_iter().enumerate() {
        let host = format!("liar-{number}.local.");
        let service = ServiceInfo::new(SERVICE, name, &host, address, 8470, said).expect("a lie");
        liar.register(service).expect("is said");
    }
    // The home begins once all of theirs are said: whoever finds it has heard them.
    let mut announced = BTreeSet::new();
    while announced.len() < lies.len() {
        if let DaemonEvent::Announce(name, _) = heard.recv_async().await.expect("an event") {
            announced.insert(name);
        }
    }
    switched(&owner, true).await;
    let search = Search { most: 1, patience: Duration::from_secs(30) };
    let found = find(&*looking(&home), search).await.expect("looks around");
    assert_eq!(found.iter().map(|found| found.address).collect::<Vec<_>>(), [at(&home, HERE)]);
    liar.shutdown().expect("ends");
}
