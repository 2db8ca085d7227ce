//! The line to a service, against servers of the tests' own on this computer.

use std::future::pending;
use std::net::SocketAddr;
use std::sync::Mutex;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, accept_async};

use super::*;
use crate::clock::ManualClock;
use crate::model::Timestamp;
use crate::random::SeededRandom;
use crate::tls::Certificates;
use crate::tls::trust::NotTrusted;

const KEY: &str = "0123456789abcdef";

/// 2026-09-21T14:13:20Z.
fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::at(Timestamp::from_millis(1_790_000_000_000)))
}

fn line(url: &str) -> Line {
    pinned(url, None)
}

fn pinned(url: &str, pin: Option<KeyPin>) -> Line {
    Line::new(url.parse().expect("an address"), pin, keys(), clock())
}

fn keys() -> Keys {
    Keys::of([("key".to_owned(), KEY.to_owned())])
}

/// A server that answers every request with the same bytes and hangs up, and remembers what it was asked.
struct Peer {
    origin: String,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Peer {
    async fn answering(answer: impl Into<Vec<u8>>) -> Self {
        let (listener, origin) = listening().await;
        let heard = Arc::new(Mutex::new(Vec::new()));
        let (notes, answer) = (Arc::clone(&heard), answer.into());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let asked = request(&mut stream).await;
                notes.lock().expect("no holder panics").push(asked);
                give(&mut stream, &answer).await;
            }
        });
        Self { origin, heard }
    }

    /// Answers with JSON.
    async fn saying(status: &str, more: &str, body: &str) -> Self {
        Self::answering(answer(status, more, body)).await
    }

    fn heard(&self) -> Vec<String> {
        self.heard.lock().expect("no holder panics").clone()
    }
}

fn answer(status: &str, more: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\nconnection: close\r\n{more}content-length: {length}\r\n\r\n{body}")
        .into_bytes()
}

async fn listening() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let origin = format!("http://{}", listener.local_addr().expect("an address"));
    (listener, origin)
}

/// Answers and hangs up. Who asked may have gone.
async fn give(stream: &mut (impl AsyncWrite + Unpin), answer: &[u8]) {
    let _ = stream.write_all(answer).await;
    let _ = stream.shutdown().await;
}

/// One request, with its body.
async fn request(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let length = |head: &str| {
        let of =
            |line: &str| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse::<usize>().ok();
        head.lines().find_map(of).unwrap_or_default()
    };
    let mut heard = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&heard).into_owned();
        if text.split_once("\r\n\r\n").is_some_and(|(head, body)| body.len() >= length(head)) {
            return text;
        }
        match stream.read(&mut chunk).await {
            Ok(0) | Err(_) => return text,
            Ok(bytes) => heard.extend_from_slice(&chunk[..bytes]),
        }
    }
}

async fn asked(peer: &Peer, ask: Ask) -> Result<Answer, Trouble> {
    line(&peer.origin).ask(ask).await
}

fn is_unreachable(answer: &Result<Answer, Trouble>) -> bool {
    matches!(answer, Err(Trouble::Unreachable { .. }))
}

#[tokio::test]
async fn nothing_is_asked_by_a_line_whose_key_was_refused() {
    let peer = Peer::saying("401 Unauthorized", "", "{}").await;
    let line = line(&peer.origin);
    let refused = line.ask(Ask::get(&["x"])).await.expect("answers").good();
    assert!(matches!(refused, Err(Trouble::KeyRefused)), "{refused:?}");
    line.refuse();
    for answer in [line.ask(Ask::get(&["x"])).await.map(drop), line.socket(Ask::get(&["x"])).await.map(drop)]
    {
        assert_eq!(answer, Err(Trouble::KeyRefused));
    }
    assert_eq!(peer.heard().len(), 1, "a key that is refused twice may shut this computer out");
}

#[tokio::test]
async fn what_is_asked_for_is_below_the_address_of_the_service_whatever_stands_in_an_id() {
    let peer = Peer::saying("200 OK", "", "{}").await;
    let line = line(&format!("{}/base/?x=1#y", peer.origin));
    let ask =
        Ask::post(&["items", "a/b?c#d%2e\\ü ", "..x"]).query("q", "a&b=c").bearer("t").json(&json!({"a": 1}));
    let read: Value = line.read(ask).await.expect("answers");
    assert_eq!(read, json!({}));
    line.ask(Ask::get(&["api", ""])).await.expect("answers");
    line.ask(Ask::get(&[])).await.expect("answers");
    let heard = peer.heard();
    let begin = "POST /base/items/a%2Fb%3Fc%23d%252e%5C%C3%BC%20/..x?q=a%26b%3Dc HTTP/1.1\r\n";
    assert!(heard[0].starts_with(begin), "{}", heard[0]);
    assert!(heard[0].contains("\r\nauthorization: Bearer t\r\n"), "{}", heard[0]);
    assert!(heard[0].contains("\r\ncontent-type: application/json\r\n"), "{}", heard[0]);
    assert!(heard[0].ends_with("\r\n\r\n{\"a\":1}"), "{}", heard[0]);
    assert!(!heard[0].contains("accept-encoding"), "{}", heard[0]);
    assert!(heard[1].starts_with("GET /base/api/ HTTP/1.1\r\n"), "{}", heard[1]);
    assert!(heard[2].starts_with("GET /base HTTP/1.1\r\n"), "{}", heard[2]);
    let long = "x".repeat(40_000);
    for id in [".", "..", ".\t.", "\r\n..", "\0", long.as_str()] {
        let why = Trouble::odd("an id of it cannot stand in an address");
        assert_eq!(line.ask(Ask::delete(&["items", id])).await.err(), Some(why), "{id:?}");
    }
    line.ask(Ask::delete(&["items", "", "x"])).await.expect_err("an id that is empty");
    assert_eq!(peer.heard().len(), 3);
}

#[tokio::test]
async fn nobody_is_followed_elsewhere() {
    let elsewhere = Peer::saying("200 OK", "", "{}").await;
    let peer = Peer::saying("302 Found", &format!("location: {}/\r\n", elsewhere.origin), "").await;
    let answer = asked(&peer, Ask::get(&["x"]).bearer(KEY)).await.expect("answers");
    assert_eq!(answer.status, StatusCode::FOUND);
    assert_eq!(
        answer.good().err(),
        Some(Trouble::odd("it sends elsewhere; give the address it is really at"))
    );
    assert!(elsewhere.heard().is_empty());
}

#[tokio::test]
async fn a_refusal_says_what_it_is_and_repeats_no_key() {
    let trouble = |status: &'static str, more: &'static str, body: String| async move {
        let peer = Peer::saying(status, more, &body).await;
        let answer = asked(&peer, Ask::get(&[]).bearer("a-token-of-today")).await.expect("answers");
        answer.good().err()
    };
    assert_eq!(trouble("401 Unauthorized", "", String::new()).await, Some(Trouble::KeyRefused));
    let body = format!(r#"{{"message":"{KEY} and a-token-of-today may not"}}"#);
    let missing = "… and … may not".to_owned();
    assert_eq!(trouble("403 Forbidden", "", body).await, Some(Trouble::TooFewRights { missing }));
    for (status, more, seconds) in [
        ("429 Too Many Requests", "retry-after: 7\r\n", Some(7)),
        ("503 Service Unavailable", "retry-after: Mon, 21 Sep 2026 14:14:20 GMT\r\n", Some(60)),
        ("503 Service Unavailable", "retry-after: soon\r\n", None),
    ] {
        let after = seconds.map(Duration::from_secs);
        assert_eq!(
            trouble(status, more, "no".to_owned()).await,
            Some(Trouble::Busy { after }),
            "{status} {more}"
        );
    }
}

#[tokio::test]
async fn a_web_page_is_no_data() {
    let peer = Peer::saying("200 OK", "content-type: text/html\r\n", "<html>Sign in, hush</html>").await;
    let read = line(&peer.origin).read::<Value>(Ask::get(&["api"])).await;
    let said = read.expect_err("no data").to_string();
    assert!(said.contains("a web page") && !said.contains("hush"), "{said}");
}

#[tokio::test]
async fn an_answer_without_an_end_is_not_read_to_its_end() {
    let endless = |status: &'static str| async move {
        let (listener, origin) = listening().await;
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("somebody comes");
            request(&mut stream).await;
            let head = format!("HTTP/1.1 {status}\r\ntransfer-encoding: chunked\r\n\r\n");
            let chunk = format!("40000\r\n{}\r\n", " ".repeat(0x40000)).into_bytes();
            let _ = stream.write_all(head.as_bytes()).await;
            while stream.write_all(&chunk).await.is_ok() {}
        });
        line(&origin).ask(Ask::get(&[])).await
    };
    let too_much = Trouble::odd("it answers more than 32 MB");
    assert_eq!(endless("200 OK").await.err(), Some(too_much.clone()));
    // What it refuses with is clear by its first line.
    let refused = endless("401 Unauthorized").await.expect("answers");
    assert_eq!((refused.body.len(), refused.good().err()), (64 << 10, Some(Trouble::KeyRefused)));
    // And what is announced is not waited for.
    let peer = Peer::answering("HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n").await;
    assert_eq!(asked(&peer, Ask::get(&[])).await.err(), Some(too_much));
}

#[tokio::test]
async fn half_an_answer_is_none() {
    for half in [
        "",
        "HTTP/1.1 200",
        "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{\"a\":1}",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n7\r\n{\"a\":1}\r\n",
        "SSH-2.0-OpenSSH_9.2\r\n\r\n",
    ] {
        let answer = asked(&Peer::answering(half).await, Ask::get(&["secret-part"])).await;
        assert!(is_unreachable(&answer), "{half}: {answer:?}");
        assert!(!format!("{answer:?}").contains("secret-part"), "{answer:?}");
    }
}

#[tokio::test]
async fn nobody_there_is_told_from_somebody_who_says_nothing() {
    let (listener, origin) = listening().await;
    drop(listener);
    let refused = line(&origin).ask(Ask::get(&["secret-part"])).await;
    assert!(is_unreachable(&refused) && !format!("{refused:?}").contains("secret-part"), "{refused:?}");
    let (silent, origin) = listening().await;
    let ask = Ask::get(&[]).patience(Duration::from_millis(1));
    assert_eq!(line(&origin).ask(ask.clone()).await.err(), Some(Trouble::Silent));
    assert_eq!(line(&origin).socket(ask).await.err(), Some(Trouble::Silent));
    drop(silent);
}

/// A server with a certificate of its own.
async fn encrypted<F, Done>(serve: F) -> (String, KeyPin)
where
    F: Fn(TlsStream<TcpStream>) -> Done + Send + Sync + 'static,
    Done: Future<Output = ()> + Send + 'static,
{
    let (listener, origin) = listening().await;
    let keys = tls::Keys::new(&SeededRandom::new(1));
    let certificates = Arc::new(Certificates::new(keys, None, clock()).expect("certificates"));
    let (acceptor, pin) = (TlsAcceptor::from(certificates.server_config()), certificates.pin());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            if let Ok(stream) = acceptor.accept(stream).await {
                serve(stream).await;
            }
        }
    });
    (origin.replace("http://", "https://"), pin)
}

#[tokio::test]
async fn a_certificate_of_its_own_is_shown_and_trusted_once_somebody_compared_it() {
    let serve = |mut stream: TlsStream<TcpStream>| async move {
        request(&mut stream).await;
        give(&mut stream, &answer("200 OK", "", "[1]")).await;
    };
    let (url, shown) = encrypted(serve).await;
    let trouble = |is_changed| Some(Trouble::Certificate(NotTrusted { shown, is_changed }));
    assert_eq!(line(&url).ask(Ask::get(&[])).await.err(), trouble(false));
    assert_eq!(line(&url).socket(Ask::get(&[])).await.err(), trouble(false));
    let other = pinned(&url, Some(KeyPin::of(b"another key")));
    assert_eq!(other.ask(Ask::get(&[])).await.err(), trouble(true));
    assert_eq!(other.socket(Ask::get(&[])).await.err(), trouble(true));
    let read = pinned(&url, Some(shown)).read::<Vec<u8>>(Ask::get(&[])).await;
    assert_eq!(read, Ok(vec![1]));
}

#[tokio::test]
async fn a_websocket_goes_over_the_certificate_that_was_compared() {
    let serve = |stream: TlsStream<TcpStream>| async move {
        let mut socket = accept_async(stream).await.expect("upgrades");
        socket.send(Message::text("{}")).await.expect("sends");
        // Says goodbye in turn.
        while socket.next().await.is_some() {}
    };
    let (url, shown) = encrypted(serve).await;
    let mut socket = pinned(&url, Some(shown)).socket(Ask::get(&[])).await.expect("opens");
    assert_eq!(socket.next().await, Ok(Some(json!({}))));
}

#[tokio::test]
async fn addresses_that_no_service_has_are_not_connected_to() {
    for (url, why) in [
        ("http://169.254.169.254/latest/meta-data", NotThere::Forbidden),
        ("https://169.254.169.254/", NotThere::Forbidden),
        ("http://[fe80::1]/", NotThere::Forbidden),
        ("http://0.0.0.0:8123/", NotThere::Forbidden),
        ("http://93.184.216.34/", NotThere::PlainOutside),
        ("ftp://192.168.1.2/", NotThere::NotHttps),
        ("data:text/plain,x", NotThere::NotHttps),
        ("http://ana:hush@127.0.0.1/", NotThere::NoServer),
    ] {
        let line = line(url);
        assert_eq!(line.ask(Ask::get(&["x"])).await.err(), Some(Trouble::NotAllowed(why)), "{url}");
        assert_eq!(line.socket(Ask::get(&["x"])).await.err(), Some(Trouble::NotAllowed(why)), "{url}");
    }
}

#[tokio::test]
async fn a_name_may_lead_into_the_house_and_not_to_this_computer() {
    let peer = Peer::saying("200 OK", "", "{}").await;
    let port = peer.origin.rsplit(':').next().expect("a port").to_owned();
    let asked = |url: String, leads: &str| {
        let address = SocketAddr::new(leads.parse().expect("an address"), 0);
        let look_up: LookUp = Arc::new(move |_| Box::pin(async move { Ok(vec![address]) }));
        let line = Line::looking_up(url.parse().expect("an address"), None, keys(), clock(), &look_up);
        async move { line.ask(Ask::get(&[])).await }
    };
    let forbidden = Some(Trouble::NotAllowed(NotThere::Forbidden));
    for scheme in ["http", "https"] {
        let url = format!("{scheme}://evil.example:{port}/");
        assert_eq!(asked(url.clone(), "127.0.0.1").await.err(), forbidden, "{url}");
        assert_eq!(asked(url.clone(), "169.254.169.254").await.err(), forbidden, "{url}");
    }
    let outside = asked(format!("http://jellyfin.example:{port}/"), "93.184.216.34").await;
    assert_eq!(outside.err(), Some(Trouble::NotAllowed(NotThere::PlainOutside)));
    assert!(peer.heard().is_empty());
    // Written so, it is what the household set up: services run on the same computer.
    asked(format!("http://localhost:{port}/"), "127.0.0.1").await.expect("answers");
    assert_eq!(peer.heard().len(), 1);
}

/// A WebSocket to a server that does `serve` with its end.
async fn socket<F, Done>(serve: F) -> (Socket, JoinHandle<()>)
where
    F: FnOnce(WebSocketStream<TcpStream>) -> Done + Send + 'static,
    Done: Future<Output = ()> + Send + 'static,
{
    let (listener, origin) = listening().await;
    let served = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.expect("somebody comes");
        serve(accept_async(stream).await.expect("upgrades")).await;
    });
    let socket = line(&origin).socket(Ask::get(&["api", "websocket"])).await.expect("opens");
    (socket, served)
}

#[tokio::test]
async fn a_websocket_talks_in_json_answers_pings_and_ends_in_good_order() {
    let (mut socket, served) = socket(|mut server| async move {
        server.send(Message::text(r#"{"type":"auth_required"}"#)).await.expect("sends");
        let said = server.next().await.expect("says something").expect("whole");
        assert_eq!(said, Message::text(r#"{"type":"auth"}"#));
        server.send(Message::Ping("x".into())).await.expect("sends");
        server.send(Message::text("[1]")).await.expect("sends");
        assert_eq!(server.next().await.expect("answers").expect("whole"), Message::Pong("x".into()));
        server.close(None).await.expect("closes");
        while server.next().await.is_some() {}
    })
    .await;
    assert_eq!(socket.next().await, Ok(Some(json!({ "type": "auth_required" }))));
    socket.send(&json!({ "type": "auth" })).await.expect("sends");
    assert_eq!(socket.next().await, Ok(Some(json!([1]))));
    assert_eq!(socket.next().await, Ok(None));
    drop(socket);
    served.await.expect("heard what it should");
}

#[tokio::test]
async fn a_message_that_is_waited_for_too_short_is_not_lost() {
    let (go, gone) = oneshot::channel::<()>();
    let (mut socket, _served) = socket(|mut server| async move {
        gone.await.expect("is told to");
        server.send(Message::text("1")).await.expect("sends");
        pending::<()>().await;
    })
    .await;
    assert_eq!(socket.next_within(Duration::from_millis(1)).await, Err(Trouble::Silent));
    go.send(()).expect("is there");
    assert_eq!(socket.next().await, Ok(Some(json!(1))));
}

#[tokio::test]
async fn what_a_websocket_must_not_say_is_odd_and_not_quoted() {
    for (message, why) in [
        (Message::text("hush"), "a message of it is no JSON"),
        (Message::binary(&b"{}"[..]), "a message of it is no text"),
    ] {
        let (mut socket, _served) = socket(|mut server| async move {
            server.send(message).await.expect("sends");
            pending::<()>().await;
        })
        .await;
        assert_eq!(socket.next().await, Err(Trouble::odd(why)));
    }
    for (bytes, why) in [
        // A text of 16 MB and a byte, of which only the length comes.
        (&b"\x81\x7f\0\0\0\0\x01\0\0\x01"[..], "a message of it has more than 16 MB"),
        // Bits are set that stand for nothing.
        (&b"\xf1\0"[..], "what it speaks there is no WebSocket"),
    ] {
        let (mut socket, _served) = socket(move |mut server| async move {
            server.get_mut().write_all(bytes).await.expect("sends");
            pending::<()>().await;
        })
        .await;
        assert_eq!(socket.next().await, Err(Trouble::odd(why)));
    }
    let (mut socket, _served) = socket(|server| async move { drop(server) }).await;
    assert!(matches!(socket.next().await, Err(Trouble::Unreachable { .. })));
}

#[tokio::test]
async fn a_websocket_that_is_refused_says_why() {
    let refused = |peer: Peer| async move {
        let ask = Ask::get(&["api", "websocket"]).bearer(KEY);
        let trouble = line(&peer.origin).socket(ask).await.err().expect("does not open");
        (trouble, peer.heard())
    };
    let (trouble, heard) = refused(Peer::saying("401 Unauthorized", "", "").await).await;
    assert_eq!(trouble, Trouble::KeyRefused);
    assert!(heard[0].starts_with("GET /api/websocket HTTP/1.1\r\n"), "{}", heard[0]);
    assert!(heard[0].contains(&format!("\r\nauthorization: Bearer {KEY}\r\n")), "{}", heard[0]);
    assert!(heard[0].contains("\r\nsec-websocket-version: 13\r\n"), "{}", heard[0]);
    let missing = "no … here".to_owned();
    let peer = Peer::saying("403 Forbidden", "", &format!(r#"{{"error":"no {KEY} here"}}"#)).await;
    assert_eq!(refused(peer).await.0, Trouble::TooFewRights { missing });
    let peer = Peer::saying("404 Not Found", "", "").await;
    assert_eq!(refused(peer).await.0, Trouble::odd("there is no such address there"));
    let peer = Peer::saying("503 Service Unavailable", "retry-after: 3\r\n", "").await;
    assert_eq!(refused(peer).await.0, Trouble::Busy { after: Some(Duration::from_secs(3)) });
    let peer = Peer::saying("200 OK", "", "<html>").await;
    assert_eq!(refused(peer).await.0, Trouble::odd("there is no WebSocket at that address"));
    let wrong = "upgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: AAAA\r\n\r\n";
    let peer = Peer::answering(format!("HTTP/1.1 101 Switching Protocols\r\n{wrong}")).await;
    assert_eq!(refused(peer).await.0, Trouble::odd("what it speaks there is no WebSocket"));
}

#[test]
fn keys_print_as_dots() {
    assert_eq!(format!("{:?}", keys()), "Keys(…)");
}
