//! Accepting connections, with limits, until the home stops.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use ipnet::IpNet;
use tokio::net::TcpListener;
use tokio::time::Instant;
use tokio_util::sync::{CancellationToken, DropGuard};
use tower::util::{MapRequest, MapResponse};

use super::asking::Peer;
use super::places::{Answering, Connection, Guest, Places};
use super::progress::{LEAST_WITHIN, Progress};
use super::slow_body;
use crate::access::known_networks::KnownNetworks;
use crate::error::causes;

/// Longest time a client may take to send its headers.
const HEADER_TIME: Duration = Duration::from_secs(10);

/// Longest headers, in bytes.
const MOST_HEADERS: usize = 32 * 1024;

/// What may wait to be sent on a connection, in bytes. The system would let it grow to megabytes, for each connection of
/// somebody who does not read; and it is told only by that much at a time that somebody does.
const MOST_UNSENT: usize = 64 * 1024;

/// A warning about a flood is written once in so long.
const WARN_EVERY: Duration = Duration::from_mins(1);

/// Longest time that requests under way may take when the home stops.
const STOP_TIME: Duration = Duration::from_secs(5);

/// The same, when a listener closes that is not for everybody: time for the answer that it does.
const CLOSE_TIME: Duration = Duration::from_secs(2);

/// Whom a listener serves.
#[derive(Clone)]
pub struct Whom {
    /// Places for all listeners of a home.
    places: Places,
    /// Whose connections are taken; everybody's without it.
    takes: Option<Arc<dyn Fn(IpAddr) -> bool + Send + Sync>>,
}

impl Whom {
    /// Everybody who reaches it.
    pub fn everybody() -> Self {
        Self { places: Places::for_files(most_files()), takes: None }
    }

    /// Of those, whoever comes from such an address; the connections of others are closed before anything is read.
    #[must_use]
    pub fn only(&self, takes: impl Fn(IpAddr) -> bool + Send + Sync + 'static) -> Self {
        Self { places: self.places.clone(), takes: Some(Arc::new(takes)) }
    }

    fn are(&self, address: IpAddr) -> bool {
        self.takes.as_ref().is_none_or(|takes| takes(address))
    }
}

/// Serves `router` on `listener` until `stop`; then lets requests under way finish.
///
/// Addresses in `trusted` are proxies', which speak for many clients.
pub async fn serve(listener: TcpListener, router: Router, trusted: Vec<IpNet>, stop: CancellationToken) {
    serve_home(listener, router, trusted, None, Whom::everybody(), stop).await;
}

/// The same, for a home that knows networks of its household: they have places of their own.
pub async fn serve_home(
    listener: TcpListener,
    router: Router,
    trusted: Vec<IpNet>,
    known: Option<Arc<KnownNetworks>>,
    whom: Whom,
    stop: CancellationToken,
) {
    accept(listener, router, trusted, known, whom, stop).await.finish().await;
}

/// The same until `stop`: nobody new comes in from then on, and what is left is to let requests under way [finish](Leaving::finish).
pub async fn accept(
    listener: TcpListener,
    router: Router,
    trusted: Vec<IpNet>,
    known: Option<Arc<KnownNetworks>>,
    whom: Whom,
    stop: CancellationToken,
) -> Leaving {
    set_up(&listener);
    let places = &whom.places;
    let cut = CancellationToken::new();
    let graceful = GracefulShutdown::new();
    let mut server = http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(HEADER_TIME).max_buf_size(MOST_HEADERS);
    let mut refusals = Refusals::default();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file handles, say: it passes, and spinning would not help it.
                refusals.warn(&format!("a connection could not be accepted: {}", causes(&error)));
                places.make_room();
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let address = peer.ip().to_canonical();
        if !whom.are(address) {
            refusals.warn(&format!("{peer} is not on the home network"));
            continue;
        }
        let guest = if address.is_loopback() {
            Guest::ThisComputer
        } else if trusted.iter().any(|net| net.contains(&address)) {
            Guest::Proxy
        } else if known.as_ref().is_some_and(|known| known.know(address)) {
            Guest::Known
        } else {
            Guest::Stranger
        };
        let Some(place) = places.take(address, guest) else {
            refusals.warn(&format!("{peer} and others have as many connections as they may"));
            continue;
        };
        let _ = stream.set_nodelay(true);
        let ends = Peer { address: peer.ip(), own_end: stream.local_addr().ok().map(|end| end.ip()) };
        let (asking, answered) = (Arc::clone(&place.connection), Arc::clone(&place.connection));
        let stopping = stop.clone();
        let has_asked = Arc::new(AtomicBool::new(false));
        let asks = Arc::clone(&has_asked);
        let service = MapRequest::new(router.clone(), move |mut request: hyper::Request<Incoming>| {
            asking.asks();
            asks.store(true, Ordering::Release);
            request.extensions_mut().insert(ends);
            request.map(|body| slow_body::until_stop(body, &stopping))
        });
        let service = MapResponse::new(service, move |answer| Answering::watch(answer, &answered));
        let stream = TokioIo::new(Progress::of(stream));
        let connection = server.serve_connection(stream, TowerToHyperService::new(service));
        let connection = graceful.watch(connection);
        let counted = Arc::clone(&place.connection);
        let (stopping, cut_off) = (stop.clone(), cut.clone());
        let (watched, is_for_some) = (Arc::clone(&place.connection), whom.takes.is_some());
        let task = tokio::spawn(async move {
            tokio::select! {
                ended = connection => if let Err(error) = ended {
                    tracing::debug!(error = %causes(&error), %peer, "a connection ended badly");
                },
                // Whoever has not even said what they want does not keep the home from stopping.
                () = stopped_before(&stopping, &has_asked) => {}
                () = cut_short(&stopping, &cut_off, is_for_some.then_some(&*watched)) => {}
            }
            drop(place);
        });
        counted.is_served_by(task.abort_handle());
    }
    drop(listener);
    let time = if whom.takes.is_some() { CLOSE_TIME } else { STOP_TIME };
    Leaving { graceful, time, _cut: cut.drop_guard() }
}

/// The connections of a listener that has closed.
pub struct Leaving {
    graceful: GracefulShutdown,
    time: Duration,
    /// Ends those that are left, when it goes.
    _cut: DropGuard,
}

impl Leaving {
    /// Closes them: at once where nothing is under way, and after a while in any case.
    pub async fn finish(self) {
        if tokio::time::timeout(self.time, self.graceful.shutdown()).await.is_err() {
            tracing::info!("some requests were still under way when their connections were closed");
        }
    }
}

/// Waits for a stop that comes before anything was asked; for ever, when something was.
async fn stopped_before(stopping: &CancellationToken, has_asked: &AtomicBool) {
    stopping.cancelled().await;
    if has_asked.load(Ordering::Acquire) {
        std::future::pending::<()>().await;
    }
}

/// Waits until a connection is to end whatever it does. Where the home goes on, events do too: who only listens to them is not waited
/// for when a listener closes.
async fn cut_short(stopping: &CancellationToken, cut_off: &CancellationToken, of_some: Option<&Connection>) {
    if let Some(connection) = of_some {
        stopping.cancelled().await;
        if connection.listens() {
            return;
        }
    }
    cut_off.cancelled().await;
}

/// What every connection of a listener inherits.
fn set_up(listener: &TcpListener) {
    let socket = socket2::SockRef::from(listener);
    let set = socket.set_send_buffer_size(MOST_UNSENT);
    // A peer that has vanished is noticed by what it does not acknowledge, long before the system would give up: a stream
    // of events sends something every quarter of a minute.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let set = set.and_then(|()| socket.set_tcp_user_timeout(Some(LEAST_WITHIN * 2)));
    if let Err(error) = set {
        tracing::debug!(%error, "connections are as the system makes them");
    }
}

/// How many files the program may have open. As many as it is allowed to ask for: systems give a program 1,024 unless it
/// asks, which is fewer than there are places.
fn most_files() -> usize {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        const WANTED: u64 = 8192;
        let limit = getrlimit(Resource::Nofile);
        let now = limit.current.unwrap_or(WANTED);
        let wanted = WANTED.min(limit.maximum.unwrap_or(WANTED));
        let is_raised = wanted > now
            && setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum: limit.maximum }).is_ok();
        usize::try_from(if is_raised { wanted } else { now }).unwrap_or(usize::MAX)
    }
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    {
        // macOS gives 256 to a program that a person starts, Windows has no such limit.
        if cfg!(target_os = "macos") { 256 } else { usize::MAX }
    }
}

/// Tells of a flood in the log, once in a while: a line for each connection would be another flood.
#[derive(Default)]
struct Refusals {
    warned_at: Option<Instant>,
    unsaid: u64,
}

impl Refusals {
    fn warn(&mut self, what: &str) {
        let now = Instant::now();
        if self.warned_at.is_some_and(|warned_at| now < warned_at + WARN_EVERY) {
            self.unsaid += 1;
            return;
        }
        tracing::warn!(more = self.unsaid, "connections are closed: {what}");
        *self = Self { warned_at: Some(now), unsaid: 0 };
    }
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;
    use tokio::time::sleep;

    use super::*;

    /// Bytes of the one answer there is.
    const ANSWER: usize = 100_000;

    async fn served() -> TcpStream {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("bound");
        let router = Router::new().route("/", get(|| async { "x".repeat(ANSWER) }));
        tokio::spawn(serve(listener, router, Vec::new(), CancellationToken::new()));
        TcpStream::connect(address).await.expect("it listens")
    }

    /// What is left to read, until the connection is closed.
    async fn rest(mut stream: TcpStream) -> usize {
        let mut bytes = Vec::new();
        // Closed in the middle of an answer it may as well be reset.
        let _ = stream.read_to_end(&mut bytes).await;
        bytes.len()
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_asks_and_does_not_read_is_closed() {
        let mut stream = served().await;
        for _ in 0..200 {
            stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.expect("is taken");
        }
        sleep(LEAST_WITHIN * 3).await;
        assert!(rest(stream).await < 200 * ANSWER, "what was not asked for in time is not sent any more");
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_says_nothing_or_drips_their_headers_is_closed() {
        let silent = served().await;
        sleep(HEADER_TIME * 2).await;
        assert_eq!(rest(silent).await, 0);
        let mut drips = served().await;
        for _ in 0..15 {
            // It fails once the other end is closed.
            let _ = drips.write_all(b"G").await;
            sleep(Duration::from_secs(1)).await;
        }
        assert!(rest(drips).await < 200, "at most a word of refusal");
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_reads_gets_everything_and_may_ask_again() {
        let mut stream = served().await;
        for _ in 0..3 {
            stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.expect("is taken");
            let mut answer = vec![0; ANSWER];
            stream.read_exact(&mut answer).await.expect("an answer");
            let mut headers = vec![0; 4096];
            let more = stream.read(&mut headers).await.expect("the rest of it");
            assert!(more > 0, "headers are bytes, too");
        }
    }
}
