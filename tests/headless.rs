//! The headless program as a person runs it: what it prints, what it refuses, how it stops, and what its log
//! does not say.

mod support;

use std::path::Path;
use std::process::Command;

use axum::Router;
use axum::routing::get;
use clap::CommandFactory;
use latchkey::config::Flags;
use serde_json::{Value, json};
use support::server::Server;
use tokio_util::sync::CancellationToken;

async fn post(url: &str, path: &str, token: Option<&str>, body: Value) -> Value {
    send(latchkey::tls::http_client().post(format!("{url}{path}")), token, body).await
}

async fn put(url: &str, path: &str, token: &str, body: Value) -> Value {
    send(latchkey::tls::http_client().put(format!("{url}{path}")), Some(token), body).await
}

async fn send(request: reqwest::RequestBuilder, token: Option<&str>, body: Value) -> Value {
    let mut request = request.json(&body);
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    request.send().await.expect("an answer").json().await.unwrap_or_default()
}

#[tokio::test]
async fn no_secret_reaches_the_log_and_everything_is_there_after_a_stop() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut server = Server::start(folder.path(), &[]);
    let ready = server.ready();
    let url = ready["url"].as_str().expect("an address").to_owned();
    let code = ready["setup_code"].as_str().expect("a set-up code").to_owned();
    let account = json!({
        "code": code, "login": "ana", "password": "the first password",
        "profiles": [{ "name": "Ana", "kind": "adult", "pin": "73519" }],
    });
    let me = post(&url, "/api/v1/setup", None, account).await;
    let wrong = json!({ "login": "ana", "password": "a wrong password" });
    assert_eq!(post(&url, "/api/v1/sign-in", None, wrong).await["error"], "wrong_credentials");
    let right = json!({ "login": "ana", "password": "the first password", "device": { "name": "TV" } });
    let tv = post(&url, "/api/v1/sign-in", None, right).await;
    let token = me["token"].as_str().expect("a token");
    let choice = json!({ "profile_id": me["profiles"][0]["id"], "pin": "73519" });
    let chosen = put(&url, "/api/v1/session/profile", token, choice).await;
    assert_eq!(chosen["may_manage"], true, "{chosen}");
    // Choosing changed it.
    let token = chosen["token"].as_str().expect("a newer token");
    let path = format!("/api/v1/devices/{}/sign-out", tv["device_id"].as_str().expect("an id"));
    assert_eq!(post(&url, &path, Some(token), json!({})).await["effect"], "signed_out");
    let again = post(&url, &path, tv["token"].as_str(), json!({})).await;
    assert_eq!(again["error"], "session_ended");

    let (printed, exit) = server.stop();
    assert_eq!(exit, Some(0), "{printed}");
    let secrets = [
        "the first password",
        "a wrong password",
        "73519",
        token,
        me["device_secret"].as_str().expect("a secret"),
        tv["token"].as_str().expect("a token"),
        tv["device_secret"].as_str().expect("a secret"),
        "$argon2id$",
    ];
    assert!(printed.len() > 500, "the log is empty: {printed}");
    for secret in secrets {
        assert!(!printed.contains(secret), "the log says {secret}");
    }
    assert_eq!(printed.matches(&code).count(), 1, "the set-up code is printed once");

    let mut server = Server::start(folder.path(), &[]);
    let ready = server.ready();
    assert_eq!(ready["setup_code"], Value::Null);
    let url = ready["url"].as_str().expect("an address");
    let still =
        latchkey::tls::http_client().get(format!("{url}/api/v1/session")).bearer_auth(token).send().await;
    assert_eq!(still.expect("an answer").status(), 200, "the first device was signed out by a restart");
    let gone = post(url, &path, tv["token"].as_str(), json!({})).await;
    assert_eq!(gone["error"], "session_ended", "the signed-out one came back with the restart");
    server.stop();
}

#[tokio::test]
async fn a_second_one_in_the_same_folder_says_why_it_does_not_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut first = Server::start(folder.path(), &[]);
    first.ready();
    let second = Server::start(folder.path(), &[]);
    let (complaint, code) = second.ended();
    assert_eq!(code, Some(1));
    assert!(complaint.contains("Another Latchkey is using"), "{complaint}");
    first.stop();
}

#[test]
fn a_setting_that_cannot_be_used_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let (complaint, code) = Server::start(folder.path(), &["--trusted-proxy", "my proxy"]).ended();
    assert_eq!(code, Some(1));
    assert!(complaint.contains("my proxy"), "{complaint}");
}

/// A server on this computer that has a place database to give.
async fn publisher(database: Vec<u8>) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let router = Router::new().route("/places.mmdb", get(move || async move { database.clone() }));
    tokio::spawn(async move {
        latchkey::http::serve(listener, router, Vec::new(), CancellationToken::new()).await;
    });
    format!("http://{address}/places.mmdb")
}

#[tokio::test]
async fn every_flag_is_an_environment_variable_too() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (cities, countries) =
        (here.join("src/demo/places.mmdb"), here.join("src/geo/testdata/flat-country.mmdb"));
    let folder = tempfile::tempdir().expect("a folder");
    let own = folder.path().join("own");
    let newer = publisher(std::fs::read(&cities).expect("is there")).await;
    let told = [
        ("data-dir", own.display().to_string()),
        ("listen", "127.0.0.2:0".to_owned()),
        ("public-url", "http://latchkey.home.example".to_owned()),
        ("trusted-proxy", "10.0.0.0/8,127.0.0.0/8".to_owned()),
        ("cookie-domain", "home.example".to_owned()),
        ("in-container", "true".to_owned()),
        ("geoip", format!("{},{}", countries.display(), cities.display())),
        ("geoip-update-url", newer.clone()),
        ("geoip-update-sha256", "0".repeat(64)),
        ("networks-update-url", newer.clone()),
        ("networks-update-sha256", "1".repeat(64)),
        // Nobody listens there.
        ("tor-exits-update-url", "http://127.0.0.1:9/exits".to_owned()),
        ("smtp-url", "smtp://127.0.0.1:25".to_owned()),
        ("mail-from", "latchkey@home.example".to_owned()),
        ("push-origin", "http://127.0.0.1:9".to_owned()),
        ("log", "json".to_owned()),
    ];
    let flags = Flags::command();
    let flags: Vec<_> = flags.get_arguments().filter_map(|flag| flag.get_long()).collect();
    // What shows a throw-away household is asked for each time.
    let all: Vec<_> = told.iter().map(|(flag, _)| *flag).chain(["demo"]).collect();
    assert_eq!(flags, all, "a flag that is not tried here");

    let named = told.iter().map(|(flag, value)| {
        (format!("LATCHKEY_{}", flag.to_ascii_uppercase().replace('-', "_")), value.clone())
    });
    let mut server = Server::run(Command::new(env!("CARGO_BIN_EXE_latchkey-server")).envs(named));
    // Each line is read as JSON: the log's format.
    let ready = server.ready();
    assert_eq!(ready["url"], "http://latchkey.home.example");
    assert!(own.join("latchkey.db").exists(), "the data folder");
    let address = ready["address"].as_str().expect("an address").to_owned();
    assert!(address.starts_with("127.0.0.2:") && !address.ends_with(":8470"), "{address}");

    let account = json!({
        "code": ready["setup_code"], "login": "ana", "password": "the first password",
        "profiles": [{ "name": "Ana", "kind": "adult" }],
    });
    let url = format!("http://{address}");
    let client = latchkey::tls::http_client();
    let set_up = client.post(format!("{url}/api/v1/setup")).header("x-forwarded-for", "192.0.2.10");
    let set_up = set_up.json(&account).send().await.expect("an answer");
    let cookies: Vec<_> =
        set_up.headers().get_all("set-cookie").iter().filter_map(|it| it.to_str().ok()).collect();
    assert!(cookies.iter().any(|cookie| cookie.contains("Domain=home.example")), "{cookies:?}");
    let me: Value = set_up.json().await.expect("JSON");
    let token = me["token"].as_str().expect("a token");
    let profile = json!({ "profile_id": me["profiles"][0]["id"] });
    let from_lisbon = ("x-forwarded-for", "192.0.2.10");
    let chosen = client.put(format!("{url}/api/v1/session/profile")).header(from_lisbon.0, from_lisbon.1);
    let chosen = chosen.bearer_auth(token).json(&profile).send().await.expect("an answer");
    assert_eq!(chosen.status().as_u16(), 200);
    // It changes with what the session may do.
    let chosen: Value = chosen.json().await.expect("JSON");
    let token = chosen["token"].as_str().expect("a newer token");

    let ask = async |path: &str| -> Value {
        let request = client.get(format!("{url}{path}")).header(from_lisbon.0, from_lisbon.1);
        let answer = request.bearer_auth(token).send().await.expect("an answer");
        answer.json().await.expect("JSON")
    };
    let devices = ask("/api/v1/devices").await;
    let place = &devices["devices"][0]["place"]["label"];
    assert_eq!(place, "Lisbon, Portugal", "the address that the trusted proxy tells, in a database of two");
    let geo = ask("/api/v1/geo").await;
    assert_eq!(
        (geo["files"].as_array().map(Vec::len), geo["update_url"].as_str()),
        (Some(2), Some(&*newer)),
        "{geo}"
    );
    post(&url, "/api/v1/geo/update", Some(token), json!({})).await;
    let outcome = loop {
        let progress = ask("/api/v1/geo").await["progress"].clone();
        if matches!(progress["step"].as_str(), Some("done" | "failed")) {
            break progress;
        }
    };
    assert!(outcome["message"].as_str().is_some_and(|why| why.contains("checksum")), "{outcome}");
    server.stop();
}

/// Runs an errand of the program; answers with what it printed, and whether it went well.
fn errand(folder: &Path, errand: &str) -> (String, bool) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_latchkey-server"));
    let output = command.args([errand, "--data-dir"]).arg(folder).output().expect("it runs");
    let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    (text, output.status.success())
}

/// The code within what was printed.
fn code_in(printed: &str) -> &str {
    let is_code = |word: &&str| word.len() == 9 && word.as_bytes()[4] == b'-';
    printed.split_whitespace().find(is_code).unwrap_or_else(|| panic!("no code: {printed}"))
}

#[tokio::test]
async fn a_new_set_up_code_and_a_new_password_can_be_had_on_the_computer_of_the_running_home() {
    let folder = tempfile::tempdir().expect("a folder");
    let (printed, is_well) = errand(folder.path(), "recover");
    assert!(!is_well && printed.contains("There is no home in"), "{printed}");
    let mut server = Server::start(folder.path(), &[]);
    let url = server.ready()["url"].as_str().expect("an address").to_owned();
    let (printed, _) = errand(folder.path(), "setup-code");
    let account = json!({
        "code": code_in(&printed), "login": "ana", "password": "the first password",
        "profiles": [{ "name": "Ana", "kind": "adult" }],
    });
    assert!(post(&url, "/api/v1/setup", None, account).await["token"].is_string());

    let (printed, _) = errand(folder.path(), "recover");
    let code = code_in(&printed).to_owned();
    let request =
        json!({ "code": code, "new_password": "the second password", "sign_out_everything": false });
    assert_eq!(post(&url, "/api/v1/recover", None, request).await["login"], "ana");
    let right = json!({ "login": "ana", "password": "the second password" });
    assert!(post(&url, "/api/v1/sign-in", None, right).await["token"].is_string());
    let (printed, _) = server.stop();
    for secret in [code.as_str(), "the second password"] {
        assert!(!printed.contains(secret), "the log says {secret}");
    }
}

#[test]
fn addresses_that_cannot_work_are_refused_at_the_start_with_a_sentence() {
    let home = "--public-url=https://latchkey.home.example";
    for (flags, sentence) in [
        (&["--cookie-domain=home.example"][..], "say with --public-url"),
        (&[home, "--cookie-domain=example"], "public suffix list"),
        (&["--public-url=https://ana.co.uk", "--cookie-domain=co.uk"], "public suffix list"),
        (&["--public-url=https://ana.github.io", "--cookie-domain=.github.io"], "public suffix list"),
        (&[home, "--cookie-domain=other.example"], "is not in it"),
        (&[home, "--cookie-domain=home.example:8470"], "a port"),
        (&[home, "--cookie-domain=https://home.example"], "a scheme"),
        (&[home, "--cookie-domain=ana:hush@home.example"], "has no place in it"),
        (&[home, "--cookie-domain=home.example/films"], "more than the name of a domain"),
        (&["--public-url=http://192.168.1.5", "--cookie-domain=192.168.1.5"], "never by an IP address"),
        (&["--public-url=https://ana:hush@latchkey.home.example"], "a name or a password"),
        (&["--public-url=https://latchkey.home.example/sub"], "nothing may follow the host"),
        (&["--public-url=ftp://latchkey.home.example"], "no address of a web page"),
        (&["--public-url=http://0.0.0.0:8470"], "nobody can open"),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let mut command = Command::new(env!("CARGO_BIN_EXE_latchkey-server"));
        command.args(["--listen", "127.0.0.1:0", "--data-dir"]).arg(folder.path()).args(flags);
        let ended = command.output().expect("it starts");
        let said = String::from_utf8_lossy(&[ended.stdout, ended.stderr].concat()).into_owned();
        assert_eq!(ended.status.code(), Some(1), "{flags:?}: {said}");
        assert!(said.contains(sentence) && !said.contains("hush"), "{flags:?}: {said}");
        assert!(!folder.path().join("latchkey.db").exists(), "{flags:?}: nothing was begun");
    }
}
