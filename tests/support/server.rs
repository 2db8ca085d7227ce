//! The headless program, as a person runs it.

use std::io::{BufRead, BufReader, Read};
use std::ops::{Deref, DerefMut};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;

use serde_json::Value;

/// A process that does not outlive a test that failed.
pub struct Process(Child);

impl From<Child> for Process {
    fn from(child: Child) -> Self {
        Self(child)
    }
}

impl Deref for Process {
    type Target = Child;

    fn deref(&self) -> &Child {
        &self.0
    }
}

impl DerefMut for Process {
    fn deref_mut(&mut self) -> &mut Child {
        &mut self.0
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended long ago.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The program, running.
pub struct Server {
    /// The process.
    pub child: Process,
    /// What it prints, a line each. It is taken from the program at once: one whose log nobody reads stands still.
    lines: Receiver<String>,
    complaints: JoinHandle<String>,
    /// Everything it printed so far.
    printed: String,
}

impl Server {
    /// Starts it in that folder, with its log as JSON and everything in it.
    pub fn start(folder: &Path, more: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_latchkey-server"));
        command
            .args(["--in-container", "false", "--listen", "127.0.0.1:0", "--log", "json", "--data-dir"])
            .arg(folder)
            .args(more);
        Self::run(command.env("LATCHKEY_LOG_FILTER", "trace"))
    }

    /// Starts it as told.
    pub fn run(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        let stdout = BufReader::new(child.stdout.take().expect("its output"));
        let (says, lines) = channel();
        std::thread::spawn(move || {
            for line in stdout.lines() {
                // Whoever started it may have gone.
                if says.send(line.expect("readable")).is_err() {
                    break;
                }
            }
        });
        let mut stderr = child.stderr.take().expect("its complaints");
        let complaints = std::thread::spawn(move || {
            let mut text = String::new();
            stderr.read_to_string(&mut text).expect("readable");
            text
        });
        Self { child: Process(child), lines, complaints, printed: String::new() }
    }

    /// Reads up to the line that says that it is open.
    pub fn ready(&mut self) -> Value {
        loop {
            let line = self.lines.recv().unwrap_or_else(|_| panic!("it ended: {}", self.printed));
            self.note(&line);
            let line: Value = serde_json::from_str(&line).expect("every line is JSON");
            if line["event"] == "ready" {
                return line;
            }
        }
    }

    /// Tells it to stop as a service manager does; answers with all it printed and its exit code.
    pub fn stop(mut self) -> (String, Option<i32>) {
        let told = Command::new("kill").arg(self.child.id().to_string()).status().expect("kill runs");
        assert!(told.success());
        self.read_to_the_end();
        let code = self.child.wait().expect("it ends").code();
        self.printed.push_str(&self.complaints.join().expect("read"));
        (self.printed, code)
    }

    /// Waits for it to end by itself; answers with what it complained of, and its exit code.
    pub fn ended(mut self) -> (String, Option<i32>) {
        self.read_to_the_end();
        let code = self.child.wait().expect("it ends").code();
        (self.complaints.join().expect("read"), code)
    }

    fn read_to_the_end(&mut self) {
        while let Ok(line) = self.lines.recv() {
            self.note(&line);
        }
    }

    fn note(&mut self, line: &str) {
        self.printed.push_str(line);
        self.printed.push('\n');
    }
}
