//! A stand-in for somebody else's server, a program of its own (`tests/stand_ins`), behind a line on which things go wrong.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use super::faulty::FaultyLine;
use super::server::Process;

/// A stand-in that runs; it ends with this.
pub struct StandIn {
    /// Which kind of server it stands for.
    pub kind: &'static str,
    /// The line to it: what a home is told as its address.
    pub line: FaultyLine,
    address: SocketAddr,
    _process: Process,
}

impl StandIn {
    /// Starts `tests/stand_ins/KIND.py`, and waits until it listens.
    pub async fn start(kind: &'static str) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/stand_ins/{kind}.py"));
        let mut child = Command::new("python3")
            .arg("-B")
            .arg(script)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 is here");
        let mut says = BufReader::new(child.stdout.take().expect("its output"));
        let process = Process::from(child);
        let mut first = String::new();
        says.read_line(&mut first).expect("readable");
        let port = first.trim().strip_prefix("listening on ").and_then(|port| port.parse().ok());
        let port: u16 = port.unwrap_or_else(|| panic!("{kind} said {first:?} and not where it listens"));
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        Self { kind, line: FaultyLine::to(address).await, address, _process: process }
    }

    /// Tells it something about its world.
    pub async fn is_told(&self, what: &str, body: &Value) -> Value {
        let url = format!("http://{}/_test/{what}", self.address);
        let answer = latchkey::tls::http_client().post(url).json(body).send().await.expect("an answer");
        assert_eq!(answer.status(), 200, "{}: {what} {body}", self.kind);
        answer.json().await.expect("JSON")
    }

    /// Asks it about that.
    pub async fn says(&self, what: &str) -> Value {
        let url = format!("http://{}/_test/{what}", self.address);
        let answer = latchkey::tls::http_client().get(url).send().await.expect("an answer");
        assert_eq!(answer.status(), 200, "{}: {what}", self.kind);
        answer.json().await.expect("JSON")
    }

    /// Has the person whose key it is sign in there, with a client of that name; answers with the id that its kind reports.
    pub async fn signs_in(&self, client: &str, address: &str) -> String {
        let body = json!({ "client_name": client, "address": address });
        let told = self.is_told("sign-in", &body).await;
        told["id"].as_str().unwrap_or_else(|| panic!("{}: no id in {told}", self.kind)).to_owned()
    }

    /// Has it behave so from now on.
    pub async fn is(&self, mode: &str) {
        self.is_told("mode", &json!({ "mode": mode })).await;
    }

    /// The keys that it takes, by the names of their fields.
    pub async fn keys(&self) -> Value {
        let mut fields = self.says("keys").await["fields"].take();
        if self.kind == "synapse" {
            // Only an ordinary user, who is another kind there, ends devices with a password.
            fields.as_object_mut().expect("fields").remove("password");
        }
        fields
    }

    /// How often it was asked so far.
    pub async fn times_asked(&self) -> usize {
        self.says("asked").await["asked"].as_array().expect("a list").len()
    }

    /// Waits until it was asked for that path so many times more than until now: time has passed for whoever asks by the clock.
    pub async fn is_asked_again(&self, path: &str, more: usize) {
        let times = async || {
            let asked = self.says("asked").await;
            let all = asked["asked"].as_array().expect("a list").iter();
            all.filter(|one| one["path"].as_str().is_some_and(|asked| asked.starts_with(path))).count()
        };
        let enough = times().await + more;
        let asking = async {
            // The pauses leave the processor to those who are waited for; nothing depends on how long they are.
            let mut again = tokio::time::interval(Duration::from_millis(250));
            while times().await < enough {
                again.tick().await;
            }
        };
        let patience = Duration::from_mins(2);
        tokio::time::timeout(patience, asking).await.unwrap_or_else(|_| panic!("{} is not asked", self.kind));
    }

    /// What proves or adds it, but for the password.
    pub async fn body(&self) -> Value {
        json!({ "kind": self.kind, "url": self.line.url, "keys": self.keys().await })
    }

    /// The same with keys that nobody gave out.
    pub async fn body_with_wrong_keys(&self) -> Value {
        let mut body = self.body().await;
        for (name, value) in body["keys"].as_object_mut().expect("fields") {
            if is_secret(name) {
                *value = "nobody-gave-this-out".into();
            }
        }
        body
    }

    /// The keys that no log may say.
    pub async fn secrets(&self) -> Vec<String> {
        let keys = self.keys().await;
        let fields = keys.as_object().expect("fields").iter().filter(|(name, _)| is_secret(name));
        fields
            .filter_map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
            .map(str::to_owned)
            .collect()
    }
}

/// Whether a field of that name is a key; the others say where or who.
fn is_secret(name: &str) -> bool {
    !matches!(name, "client_id" | "realm" | "user" | "person")
}
