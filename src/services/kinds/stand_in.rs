//! A stand-in for a server, from `tests/stand_ins`: a process of its own with which a kind speaks over a real connection.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use url::Url;

use crate::clock::SystemClock;
use crate::services::{Keys, Line};

/// A stand-in that runs; it ends with this.
pub struct StandIn {
    process: Child,
    port: u16,
    keys: Keys,
}

impl StandIn {
    /// Starts `tests/stand_ins/NAME.py` and waits until it listens.
    pub async fn start(name: &str) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stand_ins").join(format!("{name}.py"));
        let mut process = Command::new("python3")
            .arg("-B")
            .arg(script)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 is here");
        let out = process.stdout.take().expect("its output");
        let first = tokio::task::spawn_blocking(move || {
            let mut line = String::new();
            BufReader::new(out).read_line(&mut line).map(|_| line)
        });
        let first = first.await.expect("no panic").expect("its first line");
        let port = first.trim().strip_prefix("listening on ").and_then(|port| port.parse().ok());
        let port = port.unwrap_or_else(|| panic!("{name} said {first:?} and not where it listens"));
        let mut started = Self { process, port, keys: Keys::default() };
        started.keys = started.good_keys().await;
        started
    }

    /// Where it is.
    pub fn url(&self) -> Url {
        Url::parse(&format!("http://127.0.0.1:{}", self.port)).expect("an address")
    }

    /// A line to it, with keys that it takes.
    pub fn line(&self) -> Line {
        self.line_with(self.keys.clone())
    }

    /// A line to it with other keys.
    pub fn line_with(&self, keys: Keys) -> Line {
        Line::new(self.url(), None, keys, Arc::new(SystemClock))
    }

    /// Posts to a control call: `control("sign-in", json!({…}))` to `/_test/sign-in`. With `Value::Null` it is asked for instead, as
    /// `asked` and `keys` are.
    pub async fn control(&self, path: &str, body: Value) -> Value {
        let path = path.trim_start_matches('/').trim_start_matches("_test/");
        let body = Some(body).filter(|body| !body.is_null()).map(|body| body.to_string());
        let method = if body.is_some() { "POST" } else { "GET" };
        let body = body.unwrap_or_default();
        let request = format!(
            "{method} /_test/{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await.expect("it listens");
        stream.write_all(request.as_bytes()).await.expect("it hears");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.expect("it answers");
        let answer = String::from_utf8(answer).expect("text");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
        assert_eq!(head.split(' ').nth(1), Some("200"), "{method} {path}: {answer}");
        serde_json::from_str(body).unwrap_or_else(|error| panic!("{method} {path}: {error}: {answer}"))
    }

    async fn good_keys(&self) -> Keys {
        let told = self.control("keys", Value::Null).await;
        let fields: BTreeMap<String, String> =
            serde_json::from_value(told["fields"].clone()).expect("fields with their values");
        Keys::of(fields)
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        // One that ended by itself is no trouble.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
