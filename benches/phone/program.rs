//! The home: the real program, in a process of its own, so that its memory is its own.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::JoinHandle;

use serde_json::Value;

use super::common::now;
use super::{Outcome, PATIENCE};

/// The program, running. Killed when it is dropped.
pub struct Program {
    child: Child,
    /// What it prints, line by line; over when it has ended.
    lines: Receiver<String>,
    complaints: Option<JoinHandle<String>>,
    /// Where it listens.
    pub url: String,
    /// The code of its first account, while it has none.
    pub setup_code: Option<String>,
}

impl Program {
    /// Starts it in that folder and waits until it is open. It stands behind a proxy, so that each stranger can come from a
    /// network of their own; and web push may go to `push_origin`, which is on this computer.
    pub fn start(folder: &Path, push_origin: &str) -> Outcome<Self> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_latchkey-server"));
        let listen = free_address()?;
        command
            .args(["--in-container", "false", "--listen", &listen, "--log", "json"])
            // As if phones could open it there: what goes to them has no button otherwise.
            .args(["--public-url", &format!("http://{listen}")])
            .args(["--trusted-proxy", "127.0.0.1/32", "--push-origin", push_origin])
            .args(["--geoip-update-url", "", "--networks-update-url", "", "--tor-exits-update-url", ""])
            .arg("--data-dir")
            .arg(folder)
            .env("LATCHKEY_LOG_FILTER", "warn")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        // The real databases, as a home has them, where the bench was given them.
        for file in std::env::var("LATCHKEY_BENCH_GEOIP").unwrap_or_default().split(':') {
            if !file.is_empty() {
                command.args(["--geoip", file]);
            }
        }
        let mut child =
            command.spawn().map_err(|cause| format!("latchkey-server cannot be started: {cause}"))?;
        let stdout = child.stdout.take().expect("it is piped");
        let mut stderr = child.stderr.take().expect("it is piped");
        let (line, lines) = channel();
        // Both are read to their end, so that it can write.
        std::thread::spawn(move || {
            for read in BufReader::new(stdout).lines().map_while(Result::ok) {
                let _ = line.send(read);
            }
        });
        let complaints = std::thread::spawn(move || {
            let mut text = Vec::new();
            let _ = stderr.read_to_end(&mut text);
            String::from_utf8_lossy(&text).into_owned()
        });
        Self { child, lines, complaints: Some(complaints), url: String::new(), setup_code: None }.opened()
    }

    fn opened(mut self) -> Outcome<Self> {
        let began = now();
        let mut said = String::new();
        loop {
            match self.lines.recv_timeout(PATIENCE.saturating_sub(began.elapsed())) {
                Ok(line) => {
                    let ready: Value = serde_json::from_str(&line).unwrap_or_default();
                    if ready["event"] == "ready" {
                        ready["url"].as_str().unwrap_or_default().clone_into(&mut self.url);
                        self.setup_code = ready["setup_code"].as_str().map(str::to_owned);
                        return Ok(self);
                    }
                    said.push_str(&line);
                }
                Err(RecvTimeoutError::Timeout) => {
                    return Err(format!("the home does not open within a minute. It said: {said}"));
                }
                Err(RecvTimeoutError::Disconnected) => {
                    let complaints = self.complaints.take().and_then(|reading| reading.join().ok());
                    let complaints = complaints.unwrap_or_default();
                    return Err(format!("the home ended at its start. It said: {said} {complaints}"));
                }
            }
        }
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Stops it as a service manager does, and waits for its end.
    pub fn stop(mut self) -> Outcome {
        let told = Command::new("kill").arg(self.child.id().to_string()).status();
        if !told.is_ok_and(|told| told.success()) {
            return Err("the home cannot be told to stop: there is no `kill` that can".into());
        }
        let began = now();
        loop {
            match self.lines.recv_timeout(PATIENCE.saturating_sub(began.elapsed())) {
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout) => {
                    return Err("the home was told to stop and does not within a minute".into());
                }
                // It closed what it writes to: it has ended, or is about to.
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        self.child.wait().map_err(|cause| format!("the end of the home cannot be waited for: {cause}"))?;
        Ok(())
    }
}

/// An address of this computer where nobody listened a moment ago.
fn free_address() -> Outcome<String> {
    let address = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    Ok(address.map_err(|cause| format!("this computer has no port left: {cause}"))?.to_string())
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended long ago.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
