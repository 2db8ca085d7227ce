//! The headless program as a person runs it: what it prints, what it refuses, how it stops, and what its log
//! does not say.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread::JoinHandle;

use axum::Router;
use axum::routing::get;
use clap::CommandFactory;
use latchkey::config::Flags;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

/// The program, running.
struct Server {
    child: Child,
    lines: BufReader<ChildStdout>,
    complaints: JoinHandle<String>,
    /// Everything it printed so far.
    printed: String,
}

impl Server {
    fn start(folder: &Path, more: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_latchkey-server"));
        command.args(["--listen", "127.0.0.1:0", "--log", "json", "--data-dir"]).arg(folder).args(more);
        Self::run(command.env("LATCHKEY_LOG_FILTER", "trace"))
    }

    fn run(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        let lines = BufReader::new(child.stdout.take().expect("its output"));
        let mut stderr = child.stderr.take().expect("its complaints");
        let complaints = std::thread::spawn(move || {
            let mut text = String::new();
            stderr.read_to_string(&mut text).expect("readable");
            text
        });
        Self { child, lines, complaints, printed: String::new() }
    }

    /// Reads up to the line that says that it is open.
    fn ready(&mut self) -> Value {
        loop {
            let mut line = String::new();
            assert!(self.lines.read_line(&mut line).expect("readable") > 0, "it ended: {}", self.printed);
            self.printed.push_str(&line);
            let line: Value = serde_json::from_str(&line).expect("every line is JSON");
            if line["event"] == "ready" {
                return line;
            }
        }
    }

    /// Tells it to stop as a service manager does; answers with all it printed and its exit code.
    fn stop(mut self) -> (String, Option<i32>) {
        let told = Command::new("kill").arg(self.child.id().to_string()).status().expect("kill runs");
        assert!(told.success());
        self.lines.read_to_string(&mut self.printed).expect("readable");
        let code = self.child.wait().expect("it ends").code();
        self.printed.push_str(&self.complaints.join().expect("read"));
        (self.printed, code)
    }
}

async fn post(url: &str, path: &str, token: Option<&str>, body: Value) -> Value {
    let mut request = latchkey::tls::http_client().post(format!("{url}{path}")).json(&body);
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
    let mut second = Server::start(folder.path(), &[]);
    let code = second.child.wait().expect("it ends").code();
    assert_eq!(code, Some(1));
    let complaint = second.complaints.join().expect("read");
    assert!(complaint.contains("Another Latchkey is using"), "{complaint}");
    first.stop();
}

#[test]
fn a_setting_that_cannot_be_used_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut server = Server::start(folder.path(), &["--trusted-proxy", "my proxy"]);
    assert_eq!(server.child.wait().expect("it ends").code(), Some(1));
    let complaint = server.complaints.join().expect("read");
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
        ("geoip", format!("{},{}", countries.display(), cities.display())),
        ("geoip-update-url", newer.clone()),
        ("geoip-update-sha256", "0".repeat(64)),
        ("networks-update-url", newer.clone()),
        ("networks-update-sha256", "1".repeat(64)),
        // Nobody listens there.
        ("tor-exits-update-url", "http://127.0.0.1:9/exits".to_owned()),
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
    let chosen = chosen.bearer_auth(token).json(&profile).send().await;
    assert!(chosen.expect("an answer").status().is_success());

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
