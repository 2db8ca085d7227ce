//! The real program, started and killed.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// The program, running. Killed when it is dropped.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub url: String,
    /// The code of its first account, while it has none.
    pub setup_code: Option<String>,
}

impl Server {
    /// Starts it without waiting.
    pub fn spawn(folder: &Path) -> Child {
        Command::new(env!("CARGO_BIN_EXE_latchkey-server"))
            .args(["--listen", "127.0.0.1:0", "--log", "json", "--data-dir"])
            .arg(folder)
            .env("LATCHKEY_LOG_FILTER", "warn")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts")
    }

    /// Starts it and waits until it is open.
    pub fn start(folder: &Path) -> Self {
        Self::ready(Self::spawn(folder))
    }

    fn ready(mut child: Child) -> Self {
        let mut lines = BufReader::new(child.stdout.take().expect("its output"));
        let mut said = String::new();
        loop {
            let mut line = String::new();
            if lines.read_line(&mut line).expect("readable") == 0 {
                let complaint = child.stderr.take().map(|it| std::io::read_to_string(it).unwrap_or_default());
                let _ = child.wait();
                panic!("it does not start: {said} {complaint:?}");
            }
            let ready: Value = serde_json::from_str(&line).unwrap_or_default();
            if ready["event"] == "ready" {
                // Read on, so that it can write.
                std::thread::spawn(move || std::io::copy(&mut lines, &mut std::io::sink()));
                let url = ready["url"].as_str().expect("an address").to_owned();
                return Self { child, url, setup_code: ready["setup_code"].as_str().map(str::to_owned) };
            }
            said.push_str(&line);
        }
    }

    /// Ends it as a power cut would, as far as a program can tell.
    pub fn kill(mut self) {
        end(&mut self.child);
    }
}

/// Kills a process and waits until it is gone.
pub fn end(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}

impl Drop for Server {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}
