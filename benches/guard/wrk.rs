//! The load: `wrk`, with 32 connections that each change among a thousand tokens.

use std::path::{Path, PathBuf};
use std::process::Command;

use axum::Router;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

/// What is asked, and how.
pub struct Target {
    /// The address.
    pub url: String,
    /// A script for `wrk`.
    pub script: PathBuf,
}

/// A handler that does nothing, served as the home is; it is asked what the other targets are.
pub fn empty(runtime: &Runtime, script: &Path, stop: &CancellationToken) -> Target {
    let url = runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("listens");
        let url = format!("http://{}/guard", listener.local_addr().expect("an address"));
        let router = Router::new().route("/guard", get(|| async {}));
        tokio::spawn(latchkey::http::serve(listener, router, Vec::new(), stop.clone()));
        url
    });
    Target { url, script: script.to_owned() }
}

/// A script by which every request carries the next token.
pub fn script(tokens: &[String]) -> String {
    let list = tokens.iter().map(|token| format!("\"Bearer {token}\"")).collect::<Vec<_>>().join(",");
    format!(
        "local tokens = {{{list}}}\nlocal next = 0\nrequest = function()\n  next = next % #tokens + 1\n  \
         return wrk.format(\"GET\", nil, {{ [\"Authorization\"] = tokens[next] }})\nend\n"
    )
}

/// Requests per second that are answered within one. Every answer must be a success.
pub fn load(target: &Target) -> f64 {
    let output = Command::new("wrk")
        .args(["--threads", "1", "--connections", "32", "--duration", "1s", "--script"])
        .arg(&target.script)
        .arg(&target.url)
        .output()
        .expect("wrk runs: install the package wrk");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && !text.contains("Non-2xx"), "{text}");
    let line = text.lines().find_map(|line| line.trim().strip_prefix("Requests/sec:"));
    line.and_then(|figure| figure.trim().parse().ok()).expect("a figure")
}
