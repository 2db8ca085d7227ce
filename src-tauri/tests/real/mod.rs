//! A real desktop for the tests: the app in its own home folder, its window driven through `WebKit`'s own
//! driver, and other devices that sign in over HTTP.
//!
//! Only `tools/dev/desktop-tests.sh` runs these tests: they need a screen, a session bus and a notification
//! daemon of their own.

#![allow(dead_code, reason = "each test uses its own part of it")]

pub mod devices;
pub mod dunst;
pub mod no_keyring;
pub mod screen;
pub mod tray;
pub mod window;

use std::fs::{self, File};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::Duration;

/// Longest wait for anything. A debug build on a busy machine starts in a few seconds.
pub const PATIENCE: Duration = Duration::from_secs(40);

/// Between two looks at what cannot announce itself: a port, a file, another program's window.
const LOOK_AGAIN: Duration = Duration::from_millis(25);

/// Waits until `look` finds something; `what` is what the failure calls it.
pub async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let seen = async {
        loop {
            if let Some(seen) = look().await {
                return seen;
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    };
    tokio::time::timeout(PATIENCE, seen).await.unwrap_or_else(|_| panic!("waited in vain until {what}"))
}

/// A port that nobody listens on.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A program that ends with its test, together with every program it has started.
pub struct Program(Child);

impl Program {
    /// Starts it; what it says goes to `log`.
    pub fn start(command: &mut Command, log: &Path) -> Self {
        let log = File::create(log).unwrap();
        let command = command.process_group(0).stdout(log.try_clone().unwrap()).stderr(log);
        Self(command.spawn().unwrap())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        run("kill", &["-KILL", "--", &format!("-{}", self.0.id())]);
        let _ = self.0.wait();
    }
}

/// Where pictures and logs of these tests go.
pub fn results() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../test-results/desktop");
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Runs a program to its end and gives what it printed.
pub fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}
