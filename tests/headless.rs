//! The headless program as a person runs it: what it prints, what it refuses, how it stops, and what its log
//! does not say.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread::JoinHandle;

use serde_json::{Value, json};

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
        let mut child = Command::new(env!("CARGO_BIN_EXE_latchkey-server"))
            .args(["--listen", "127.0.0.1:0", "--log", "json", "--data-dir"])
            .arg(folder)
            .args(more)
            .env("LATCHKEY_LOG_FILTER", "trace")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
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
