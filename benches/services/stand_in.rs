//! A service: a stand-in of `tests/stand_ins`, in a process of its own.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

/// A stand-in that runs; it ends with this.
pub struct StandIn {
    process: Child,
    http: reqwest::Client,
    /// Where it is.
    pub url: String,
}

impl StandIn {
    /// Starts it and waits until it listens.
    pub fn start(name: &str) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stand_ins").join(format!("{name}.py"));
        let mut process = Command::new("python3")
            .arg("-B")
            .arg(script)
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 is here");
        let mut line = String::new();
        let out = process.stdout.take().expect("its output");
        BufReader::new(out).read_line(&mut line).expect("its first line");
        let port = line.trim().strip_prefix("listening on ").unwrap_or_else(|| panic!("it said {line:?}"));
        Self { process, http: super::common::client(), url: format!("http://127.0.0.1:{port}") }
    }

    /// Keys that it takes.
    pub async fn keys(&self) -> BTreeMap<String, String> {
        let asked = self.http.get(format!("{}/_test/keys", self.url)).send().await.expect("an answer");
        let told: Value = asked.json().await.expect("JSON");
        serde_json::from_value(told["fields"].clone()).expect("fields with their values")
    }

    /// Signs a device in there; the id it has.
    pub async fn sign_in(&self, device: &str) -> String {
        let made = self
            .control("sign-in", json!({ "person": "Mia", "client_name": device, "address": "203.0.113.9" }));
        made.await["id"].as_str().expect("an id").to_owned()
    }

    /// Adds that many devices.
    pub async fn many(&self, count: usize) {
        self.control("many", json!({ "count": count })).await;
    }

    /// Ends a sign-in by the service's own API and reads back that it is gone, as Latchkey does.
    pub async fn end_and_read_back(&self, id: &str) {
        let keys = self.keys().await;
        let key = format!("MediaBrowser Token=\"{}\"", keys.get("key").expect("a key"));
        let device = id.rsplit('/').next().unwrap_or(id);
        let ended = self.http.delete(format!("{}/Devices?id={device}", self.url));
        let ended = ended.header("authorization", &key).send().await.expect("an answer");
        assert!(ended.status().is_success(), "{}", ended.status());
        let listed = self.http.get(format!("{}/Devices", self.url)).header("authorization", &key);
        listed.send().await.expect("an answer").bytes().await.expect("a body");
    }

    async fn control(&self, path: &str, body: Value) -> Value {
        let asked = self.http.post(format!("{}/_test/{path}", self.url)).json(&body).send().await;
        asked.expect("an answer").json().await.expect("JSON")
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
