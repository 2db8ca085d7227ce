//! A network for each place: namespaces of this computer's kernel, with cables between them that can be pulled. Needs root, and `ip`
//! and `ss` (iproute2).

use std::fs::File;
use std::os::fd::AsFd;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;

/// Places that this process made, so that each has a name of its own.
static MADE: AtomicU32 = AtomicU32::new(0);

/// Somewhere with a network of its own, until it is dropped.
pub struct Place {
    /// What it is, in a word.
    what: &'static str,
    /// What the kernel knows it by.
    name: String,
    /// All its threads are there.
    runtime: Option<Runtime>,
}

impl Place {
    /// A place that reaches itself only; nothing, and a line that says why, where there can be none.
    pub fn make(what: &'static str) -> Option<Self> {
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("latchkey-{}-{number}-{what}", std::process::id());
        ip(&["netns", "add", &name])?;
        // From here on it is removed again, whatever happens.
        let mut place = Self { what, name, runtime: None };
        ip(&["-n", &place.name, "link", "set", "lo", "up"])?;
        let file = place.file();
        if let Err(error) = std::thread::spawn(move || enter(&file)).join().expect("it does not panic") {
            return not_tested("setns", &error.to_string());
        }
        let file = place.file();
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .on_thread_start(move || enter(&file).expect("it was entered before"))
            .build()
            .expect("a runtime");
        place.runtime = Some(runtime);
        Some(place)
    }

    /// Gives it one more address, which all of it answers at.
    pub fn answers_at(&self, address: &str) -> Option<()> {
        ip(&["-n", &self.name, "address", "add", &format!("{address}/32"), "dev", "lo"])
    }

    /// Does something there, and waits for it.
    pub async fn run<T: Send + 'static>(&self, what: impl Future<Output = T> + Send + 'static) -> T {
        self.begin(what).await.unwrap_or_else(|error| resume_unwind(error.into_panic()))
    }

    /// Begins something there.
    pub fn begin<T: Send + 'static>(&self, what: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
        self.runtime.as_ref().expect("it is there until it is dropped").spawn(what)
    }

    /// Does something in a thread that is there: a program that it starts is there, too.
    pub fn start<T: Send>(&self, what: impl FnOnce() -> T + Send) -> T {
        let file = self.file();
        std::thread::scope(|scope| {
            let there = scope.spawn(move || {
                enter(&file).expect("it was entered before");
                what()
            });
            there.join().unwrap_or_else(|panic| resume_unwind(panic))
        })
    }

    /// Has every connection from here to an address end, as a phone's system does when its network is gone. Answers whether this
    /// kernel can.
    pub fn drops_connections_to(&self, address: &str) -> bool {
        let answer = self.start(|| Command::new("ss").args(["-K", "-H", "-t", "dst", address]).output());
        // It prints what it ended.
        answer.is_ok_and(|answer| String::from_utf8_lossy(&answer.stdout).contains(address))
    }

    fn file(&self) -> PathBuf {
        Path::new("/run/netns").join(&self.name)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
        // What was on cables to here goes with it.
        let _ = ip(&["netns", "delete", &self.name]);
    }
}

/// Has this thread be in a namespace from now on.
fn enter(file: &Path) -> std::io::Result<()> {
    let space = File::open(file)?;
    move_into_link_name_space(space.as_fd(), Some(LinkNameSpaceType::Network))?;
    Ok(())
}

/// A cable between two places, of which the near end is pulled and the far end is somewhere in the middle of the way.
pub struct Cable {
    near: End,
    far: End,
    /// What the near end reaches beyond the far one.
    beyond: Option<String>,
}

struct End {
    /// The place's name.
    at: String,
    device: String,
    address: String,
}

impl Cable {
    /// A cable of that network, such as `10.77.1`: the far end is its 1, the near end its 2.
    pub fn lay(near: &Place, far: &Place, network: &str) -> Option<Self> {
        let end = |at: &Place, to: &Place, number: u8| End {
            at: at.name.clone(),
            device: format!("to-{}", to.what),
            address: format!("{network}.{number}"),
        };
        let (near, far) = (end(near, far, 2), end(far, near, 1));
        let End { at, device, .. } = &near;
        let both = [
            "link",
            "add",
            device,
            "netns",
            at,
            "type",
            "veth",
            "peer",
            "name",
            &far.device,
            "netns",
            &far.at,
        ];
        ip(&both)?;
        for End { at, device, address } in [&near, &far] {
            ip(&["-n", at, "address", "add", &format!("{address}/30"), "dev", device])?;
            ip(&["-n", at, "link", "set", device, "up"])?;
        }
        Some(Self { near, far, beyond: None })
    }

    /// Has the near end reach an address of the far place that is on no cable.
    pub fn leads_to(mut self, address: &str) -> Option<Self> {
        self.beyond = Some(address.to_owned());
        self.route(&["via", &self.far.address])?;
        Some(self)
    }

    /// Where the far end is.
    pub fn far_address(&self) -> &str {
        &self.far.address
    }

    /// Pulls it out at the near end, where that is noticed at once.
    pub fn pull(&self) {
        must(&["-n", &self.near.at, "link", "set", &self.near.device, "down"]);
    }

    /// Puts it back.
    pub fn plug_in(&self) {
        must(&["-n", &self.near.at, "link", "set", &self.near.device, "up"]);
        self.route(&["via", &self.far.address]).expect("it was there before");
    }

    /// Cuts it in the middle: what is sent is lost, in both directions.
    pub fn cut(&self) {
        must(&["-n", &self.far.at, "link", "set", &self.far.device, "down"]);
    }

    /// Mends it: both directions carry again.
    pub fn mend(&self) {
        must(&["-n", &self.far.at, "link", "set", &self.far.device, "up"]);
    }

    /// Loses what the far end sends from now on, until it is cut and mended; what is sent to it arrives.
    pub fn lose_answers(&self) {
        Self::mislead(&self.far, &self.near);
    }

    /// Loses what the near end sends from now on; what is sent to it arrives.
    pub fn lose_what_is_sent(&self) {
        Self::mislead(&self.near, &self.far);
    }

    /// Loses no more of it.
    pub fn carry_what_is_sent(&self) {
        Self::lead(&self.near, &self.far);
    }

    /// Has one end send to a station that is not there.
    fn mislead(from: &End, to: &End) {
        let End { at, device, .. } = from;
        let nobody = ["lladdr", "02:00:00:00:00:01", "dev", device, "nud", "permanent"];
        must(&[&["-n", at, "neighbour", "replace", &to.address][..], &nobody].concat());
    }

    fn lead(from: &End, to: &End) {
        must(&["-n", &from.at, "neighbour", "delete", &to.address, "dev", &from.device]);
    }

    /// Where the near end sends what is for beyond the far one.
    fn route(&self, how: &[&str]) -> Option<()> {
        let Some(beyond) = &self.beyond else { return Some(()) };
        let to = format!("{beyond}/32");
        ip(&[&["-n", &self.near.at, "route", "replace", &to][..], how].concat())
    }
}

fn must(arguments: &[&str]) {
    ip(arguments).expect("it is our own");
}

fn ip(arguments: &[&str]) -> Option<()> {
    match Command::new("ip").args(arguments).output() {
        Ok(answer) if answer.status.success() => Some(()),
        Ok(answer) => not_tested("ip", &String::from_utf8_lossy(&answer.stderr)),
        Err(error) => not_tested("ip", &error.to_string()),
    }
}

#[expect(clippy::print_stderr, reason = "a test that was not made must not look like one that was")]
fn not_tested<T>(what: &str, why: &str) -> Option<T> {
    eprintln!("NOT TESTED, {what}: {why}");
    None
}
