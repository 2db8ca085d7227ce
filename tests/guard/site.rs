//! The site behind the guard: says what it heard, counts its requests, and lets a connection be upgraded.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use reqwest::Url;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use crate::support::Browser;

/// A web site without a sign-in of its own.
pub struct Site {
    /// Where it listens.
    pub address: SocketAddr,
    served: Arc<AtomicUsize>,
}

impl Site {
    /// Starts it on a free port.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let served = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&served);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, Arc::clone(&counter)));
            }
        });
        Self { address, served }
    }

    /// How many requests it has heard.
    pub fn served(&self) -> usize {
        self.served.load(Ordering::SeqCst)
    }
}

/// Hears one request, and answers with what it heard. `None` when whoever asked went away.
async fn answer(stream: TcpStream, served: Arc<AtomicUsize>) -> Option<()> {
    let mut stream = BufReader::new(stream);
    let head = read_head(&mut stream).await?;
    let mut lines = head.lines();
    let mut request = lines.next()?.split(' ');
    let (method, target) = (request.next()?, request.next()?);
    let mut headers = serde_json::Map::new();
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        // A site may see "Remote_User" and "Remote-User" as the same; so does this one.
        let (name, value) = (name.to_lowercase().replace(['_', '.'], "-"), value.trim());
        let before = headers.get(&name).and_then(Value::as_str);
        let all = before.map_or_else(|| value.to_owned(), |before| format!("{before} + {value}"));
        headers.insert(name, Value::from(all));
    }
    served.fetch_add(1, Ordering::SeqCst);
    if headers.get("upgrade").is_some_and(|upgrade| upgrade == "websocket") {
        let switch = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
        return stream.write_all(switch.as_bytes()).await.ok();
    }
    let length = headers.get("content-length").and_then(Value::as_str).and_then(|text| text.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).await.ok()?;
    let answer = json!({
        "method": method, "target": target, "headers": headers, "body": String::from_utf8_lossy(&body),
    });
    let answer = answer.to_string();
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        answer.len()
    );
    stream.write_all(head.as_bytes()).await.ok()?;
    if method != "HEAD" {
        stream.write_all(answer.as_bytes()).await.ok()?;
    }
    stream.shutdown().await.ok()
}

/// The head of a request or an answer; what is no text in it is read as ISO 8859-1.
async fn read_head(stream: &mut BufReader<TcpStream>) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read_until(b'\n', &mut head).await.ok()? == 0 {
            return None;
        }
    }
    Some(
        String::from_utf8(head)
            .unwrap_or_else(|bytes| bytes.into_bytes().into_iter().map(char::from).collect()),
    )
}

/// Asks for a WebSocket at `page` with the browser's cookies; answers with the head of the answer.
pub async fn upgrade(page: &str, browser: &Browser) -> String {
    let url = Url::parse(page).expect("an address");
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind(SocketAddr::from((crate::BROWSER, 0))).expect("an address of this computer");
    let proxy = SocketAddr::from(([127, 0, 0, 1], url.port().expect("a port")));
    let mut stream = BufReader::new(socket.connect(proxy).await.expect("the proxy listens"));
    let request = format!(
        "GET /live HTTP/1.1\r\nHost: {}:{}\r\nCookie: {}\r\nUser-Agent: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        url.host_str().expect("a host"),
        url.port().expect("a port"),
        browser.cookies_at(page),
        crate::support::browser::FIREFOX,
    );
    stream.write_all(request.as_bytes()).await.expect("the proxy listens");
    read_head(&mut stream).await.expect("an answer")
}
