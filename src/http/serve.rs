//! Accepting connections, with limits, until the home stops.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use ipnet::IpNet;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;
use tokio_util::sync::{CancellationToken, DropGuard};
use tower::util::{MapRequest, MapResponse};

use super::asking::Peer;
use super::doors::Doors;
use super::places::{Answering, Connection, Guest, Places};
#[cfg(any(target_os = "linux", target_os = "android", test))]
use super::progress::LEAST_WITHIN;
use super::slow_body;
use super::stream::Stream;
use crate::access::known_networks::KnownNetworks;
use crate::error::causes;

/// Longest time a client may take to send its headers; and, before them, to say what it speaks and to shake hands.
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

/// Serves `router` on `listener` until `stop`, without TLS; then lets requests under way finish.
///
/// Addresses in `trusted` are proxies', which speak for many clients.
pub async fn serve(listener: TcpListener, router: Router, trusted: Vec<IpNet>, stop: CancellationToken) {
    serve_home(listener, Doors::plain(router), trusted, None, Whom::everybody(), stop).await;
}

/// The same for the doors of a home, that knows networks of its household: they have places of their own.
pub async fn serve_home(
    listener: TcpListener,
    doors: Doors,
    trusted: Vec<IpNet>,
    known: Option<Arc<KnownNetworks>>,
    whom: Whom,
    stop: CancellationToken,
) {
    accept(listener, doors, trusted, known, whom, stop).await.finish().await;
}

/// The same until `stop`: nobody new comes in from then on, and what is left is to let requests under way [finish](Leaving::finish).
pub async fn accept(
    listener: TcpListener,
    doors: Doors,
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
    let serving = Arc::new(Serving { server, doors, stop: stop.clone() });
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
        let is_proxy = trusted.iter().any(|net| net.contains(&address));
        let guest = if address.is_loopback() {
            Guest::ThisComputer
        } else if is_proxy {
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
        let arrived = Arrived { stream, peer, is_proxy, connection: Arc::clone(&place.connection) };
        // Before the task begins: a stop that comes in between must not be missed.
        let watcher = graceful.watcher();
        let counted = Arc::clone(&place.connection);
        let serving = Arc::clone(&serving);
        let cut_off = cut.clone();
        let (held, is_for_some) = (Arc::clone(&place.connection), whom.takes.is_some());
        let task = tokio::spawn(async move {
            let has_asked = Arc::new(AtomicBool::new(false));
            tokio::select! {
                () = serving.answer(arrived, Arc::clone(&has_asked), watcher) => {}
                // Whoever has not even said what they want does not keep the home from stopping.
                () = stopped_before(&serving.stop, &has_asked) => {}
                () = cut_short(&serving.stop, &cut_off, is_for_some.then_some(&*held)) => {}
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

/// What every connection is served with.
struct Serving {
    server: http1::Builder,
    doors: Doors,
    stop: CancellationToken,
}

/// A connection that has a place, and of which nothing has been read.
struct Arrived {
    stream: TcpStream,
    peer: SocketAddr,
    /// Whether the other end is a proxy that is trusted.
    is_proxy: bool,
    connection: Arc<Connection>,
}

impl Serving {
    /// Answers what is asked on a connection, to its end. What is spoken on it must show within the time that headers have, and so
    /// must the whole of a handshake.
    async fn answer(&self, arrived: Arrived, has_asked: Arc<AtomicBool>, watcher: Watcher) {
        let Arrived { stream, peer, is_proxy, connection } = arrived;
        let ends = Peer { address: peer.ip(), own_end: stream.local_addr().ok().map(|end| end.ip()) };
        let beginning = Stream::begin(stream, self.doors.acceptor());
        let stream = match tokio::time::timeout(HEADER_TIME, beginning).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => {
                tracing::debug!(error = %causes(&error), %peer, "a connection began badly");
                return;
            }
            Err(_) => return,
        };
        // How a proxy comes itself says nothing of how those come whom it speaks for: it says that in headers.
        let router = self.doors.behind(stream.is_encrypted() && !is_proxy).clone();
        let (asking, stopping) = (Arc::clone(&connection), self.stop.clone());
        let service = MapRequest::new(router, move |mut request: hyper::Request<Incoming>| {
            asking.asks();
            has_asked.store(true, Ordering::Release);
            request.extensions_mut().insert(ends);
            request.map(|body| slow_body::until_stop(body, &stopping))
        });
        let service = MapResponse::new(service, move |answer| Answering::watch(answer, &connection));
        let served = self.server.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
        if let Err(error) = watcher.watch(served).await {
            tracing::debug!(error = %causes(&error), %peer, "a connection ended badly");
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
    use rustls::pki_types::ServerName;
    use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
    use tokio::task::JoinHandle;
    use tokio::time::sleep;
    use tokio_rustls::TlsConnector;

    use super::*;
    use crate::clock::SystemClock;
    use crate::random::SeededRandom;
    use crate::tls::{Certificates, Keys, trust};

    /// Bytes of the one answer there is.
    const ANSWER: usize = 100_000;

    fn router() -> Router {
        let short = get(|| async { "short" });
        Router::new().route("/", get(|| async { "x".repeat(ANSWER) })).route("/short", short)
    }

    async fn served() -> TcpStream {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("bound");
        tokio::spawn(serve(listener, router(), Vec::new(), CancellationToken::new()));
        TcpStream::connect(address).await.expect("it listens")
    }

    /// What is left to read, until the connection is closed.
    async fn rest<S: AsyncRead + Unpin>(mut stream: S) -> usize {
        let mut bytes = Vec::new();
        // Closed in the middle of an answer it may as well be reset.
        let _ = stream.read_to_end(&mut bytes).await;
        bytes.len()
    }

    /// A home that speaks both.
    struct Both {
        address: SocketAddr,
        certificates: Arc<Certificates>,
        stop: CancellationToken,
        serving: JoinHandle<()>,
    }

    impl Both {
        async fn serve() -> Self {
            let keys = Keys::new(&SeededRandom::new(1));
            let certificates =
                Arc::new(Certificates::new(keys, None, Arc::new(SystemClock)).expect("certificates"));
            let doors = Doors::both(router(), router(), certificates.server_config());
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            let address = listener.local_addr().expect("bound");
            let stop = CancellationToken::new();
            let serving =
                tokio::spawn(serve_home(listener, doors, Vec::new(), None, Whom::everybody(), stop.clone()));
            Self { address, certificates, stop, serving }
        }

        async fn connect(&self) -> TcpStream {
            TcpStream::connect(self.address).await.expect("it listens")
        }

        async fn says(&self, bytes: &[u8]) -> TcpStream {
            let mut stream = self.connect().await;
            stream.write_all(bytes).await.expect("is taken");
            stream
        }

        /// Whoever came before has been looked at when this is over.
        async fn answers_plainly(&self) {
            let mut stream = self.says(b"GET /short HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.expect("an answer");
            assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("short"), "{answer}");
        }
    }

    /// The beginning of a record that a handshake begins with, and of which 16 KiB should follow.
    const BEGUN: [u8; 5] = [0x16, 3, 1, 0x40, 0];

    #[tokio::test]
    async fn a_handshake_that_stalls_holds_up_neither_others_nor_a_stop() {
        let home = Both::serve().await;
        let mut stalled = Vec::new();
        for said in [&BEGUN[..], &BEGUN[..1], b""] {
            for _ in 0..20 {
                stalled.push(home.says(said).await);
            }
        }
        home.answers_plainly().await;
        // From here on time goes on when everybody waits for it, and not by itself.
        tokio::time::pause();
        let told = Instant::now();
        home.stop.cancel();
        home.serving.await.expect("it stops");
        assert_eq!(told.elapsed(), Duration::ZERO, "a stop waits for nobody who has asked nothing");
        for stream in stalled {
            assert_eq!(rest(stream).await, 0);
        }
    }

    #[tokio::test]
    async fn whoever_stalls_in_a_handshake_or_drips_it_is_closed() {
        let home = Both::serve().await;
        let mut silent = Vec::new();
        for said in [&BEGUN[..], &BEGUN[..1], b""] {
            silent.push(home.says(said).await);
        }
        let mut drips = home.says(&BEGUN).await;
        home.answers_plainly().await;
        tokio::time::pause();
        for _ in 0..15 {
            // It fails once the other end is closed.
            let _ = drips.write_all(&[0]).await;
            sleep(Duration::from_secs(1)).await;
        }
        for stream in silent.into_iter().chain([drips]) {
            assert_eq!(rest(stream).await, 0);
        }
    }

    #[tokio::test]
    async fn garbage_is_closed_and_hurts_nobody() {
        let home = Both::serve().await;
        let mut others = Vec::new();
        for garbage in [
            &b"\x16garbage that is no handshake"[..],
            &[0x16; 600],
            b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00",
            b"\x80\x2e\x01\x00\x02",
            &[0; 600],
        ] {
            others.push(home.says(garbage).await);
        }
        home.answers_plainly().await;
        tokio::time::pause();
        sleep(HEADER_TIME * 2).await;
        for stream in others {
            assert!(rest(stream).await < 200, "an alert, or a word of refusal");
        }
        tokio::time::resume();
        home.answers_plainly().await;
    }

    #[tokio::test]
    async fn within_tls_too_whoever_reads_is_answered_and_whoever_does_not_is_closed() {
        let home = Both::serve().await;
        let config = Arc::new(trust::config(Some(home.certificates.pin())));
        let name = || ServerName::try_from("localhost").expect("a name");
        let connector = TlsConnector::from(config);
        let mut reads = connector.connect(name(), home.connect().await).await.expect("shakes hands");
        for _ in 0..2 {
            reads.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.expect("is taken");
            let mut answer = vec![0; ANSWER];
            reads.read_exact(&mut answer).await.expect("an answer");
            let more = reads.read(&mut answer).await.expect("the rest of it");
            assert!(more > 0, "headers are bytes, too");
        }

        let mut stream = connector.connect(name(), home.connect().await).await.expect("shakes hands");
        for _ in 0..200 {
            stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.expect("is taken");
        }
        stream.flush().await.expect("is taken");
        tokio::time::pause();
        sleep(LEAST_WITHIN * 3).await;
        let (mut piece, mut sum) = (vec![0; ANSWER], 0);
        // Closed in the middle of an answer it ends without a word.
        while let Ok(bytes @ 1..) = stream.read(&mut piece).await {
            sum += bytes;
        }
        assert!(sum < 200 * ANSWER, "what was not asked for in time is not sent any more");
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
