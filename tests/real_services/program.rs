//! A server of others, as it is: where it is installed, how it is started in a folder of its own, stopped, and started again at the same
//! address.

use std::fs::File;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::server::Process;

/// Longest time that a server may take to start, on a busy machine.
const PATIENCE: Duration = Duration::from_mins(3);

/// A real server with a person on it.
pub trait Real {
    /// What proves and adds it, but for the password.
    fn body(&self) -> Value;
    /// The key that a home is given.
    fn key(&self) -> &str;
    /// Whether it is of that version.
    fn has_version(&self, version: &str) -> bool;
    /// The person Mia signs in from an address, as her phone's app does.
    async fn signs_in(&self, address: &str) -> SignedIn;
    /// Whether it answers a request of that sign-in.
    async fn takes(&self, signed_in: &SignedIn) -> bool;
    /// Whether it gives that sign-in a newer token.
    async fn renews(&self, signed_in: &SignedIn) -> bool;
    /// Stops, as a service manager has it.
    fn stops(&mut self);
    /// Starts again in the same folder, at the same address.
    async fn starts_again(&mut self);
}

/// A sign-in at a real server.
#[derive(Debug)]
pub struct SignedIn {
    /// The server's own id of it.
    pub id: String,
    /// What its requests carry.
    pub access: String,
    /// By what it is given a newer one.
    pub refresh: String,
    /// Where it is used from.
    pub address: String,
}

/// A server's program.
pub struct Program {
    /// Where it answers: `http://127.0.0.1:port`.
    pub url: String,
    port: u16,
    folder: TempDir,
    process: Option<Process>,
}

impl Program {
    /// A folder and a port for one.
    pub fn prepare() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let folder = tempfile::tempdir().expect("a temporary folder");
        Self { url: format!("http://127.0.0.1:{port}"), port, folder, process: None }
    }

    /// Its port.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Where everything of it is kept.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Runs it, until it answers at that path.
    pub async fn starts(&mut self, command: &mut Command, path: &str) {
        let log = File::options().create(true).append(true).open(self.folder().join("printed"));
        let log = log.expect("a log");
        command.current_dir(self.folder()).stdout(log.try_clone().expect("a log")).stderr(log);
        self.process = Some(Process::from(command.spawn().expect("it starts")));
        let (client, url) = (latchkey::tls::http_client(), format!("{}{path}", self.url));
        until(&format!("{url} answers"), async || {
            let answer = client.get(&url).send().await.ok()?;
            answer.status().is_success().then_some(())
        })
        .await;
    }

    /// Tells it to stop, and waits until it has.
    pub fn stops(&mut self) {
        let mut process = self.process.take().expect("it runs");
        let told = Command::new("kill").arg(process.id().to_string()).status().expect("kill runs");
        assert!(told.success());
        process.wait().expect("it ends");
    }
}

/// A program of an environment that `./dev test services` makes.
pub fn program(service: &str, name: &str) -> Command {
    let cache = std::env::var_os("LATCHKEY_CACHE").map(PathBuf::from).or_else(|| {
        let caches = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
        let caches = caches.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")));
        Some(caches?.join("latchkey"))
    });
    let program =
        cache.expect("a home folder").join("tools/real_services").join(service).join("bin").join(name);
    assert!(program.exists(), "{} is not there: `./dev test services` fetches it", program.display());
    Command::new(program)
}

/// Asks again and again until there is an answer: for what other programs do by themselves.
pub async fn until<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let asking = async {
        // The pauses leave the processor to those who are waited for; nothing depends on how long they are.
        let mut again = tokio::time::interval(Duration::from_millis(100));
        loop {
            again.tick().await;
            if let Some(found) = ask().await {
                return found;
            }
        }
    };
    tokio::time::timeout(PATIENCE, asking).await.unwrap_or_else(|_| panic!("waited in vain: {what}"))
}
