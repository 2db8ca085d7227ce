//! Programs that others wrote, asked once: JSON in, JSON out.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// The Python that has the packages of tests/peers/requirements.txt.
pub fn python() -> Command {
    let mut command = Command::new(environment().join("bin/python"));
    command.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers"));
    command
}

/// Where `./dev test` makes it.
fn environment() -> PathBuf {
    let cache = std::env::var_os("LATCHKEY_CACHE").map(PathBuf::from).or_else(|| {
        let caches = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
        let caches = caches.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")));
        Some(caches?.join("latchkey"))
    });
    let folder = cache.expect("a home folder").join("tools/peers");
    assert!(folder.join("bin/python").exists(), "{} is not there: `./dev test` makes it", folder.display());
    folder
}

/// Node, in the folder of the real clients.
pub fn node() -> Command {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/real_clients");
    assert!(
        folder.join("node_modules/http_ece").exists(),
        "the real clients are not installed: run `./dev test`"
    );
    let mut command = Command::new("node");
    command.current_dir(folder);
    command
}

/// Asks a program something, and waits for its answer.
pub fn ask(mut command: Command, asked: &Value) -> Value {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
    // Who does not listen says what it has to say all the same.
    let _ = child.stdin.take().expect("piped").write_all(asked.to_string().as_bytes());
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{command:?} failed");
    serde_json::from_slice(&output.stdout).expect("JSON")
}
