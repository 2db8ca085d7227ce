//! Whether a download goes on fast enough. A peer that is silent is given up by the client; one that drips would keep an
//! update, of which there is one at a time, for ever.

use std::future::Future;
use std::time::Duration;

use reqwest::Response;
use tokio::time::{Instant, timeout, timeout_at};
use url::Url;

use super::sentences::{broken_off, host_of, sentence};
use crate::error::{Error, Result};

/// How long an answer may take to begin, and a checksum to arrive.
const ANSWER_TIME: Duration = Duration::from_secs(30);

/// Bytes that arrive in each stretch of [`LEAST_WITHIN`] at the least: 9 kB a second.
const LEAST_BYTES: u64 = 1 << 18;
/// The length of such a stretch.
const LEAST_WITHIN: Duration = Duration::from_secs(30);

/// How fast a download has been lately.
pub(super) struct Pace {
    ends: Instant,
    bytes: u64,
}

impl Pace {
    /// A download that begins now.
    pub fn begin() -> Self {
        Self { ends: Instant::now() + LEAST_WITHIN, bytes: 0 }
    }

    /// The next piece of a download, `None` at its end.
    pub async fn next(
        &mut self,
        address: &Url,
        response: &mut Response,
    ) -> Result<Option<impl AsRef<[u8]> + use<>>> {
        loop {
            match timeout_at(self.ends, response.chunk()).await {
                Ok(Ok(chunk)) => {
                    self.bytes += chunk.as_ref().map_or(0, |chunk| chunk.len() as u64);
                    return Ok(chunk);
                }
                Ok(Err(error)) => return Err(broken_off(address, error)),
                Err(_) if self.bytes < LEAST_BYTES => return Err(too_slow(address)),
                Err(_) => *self = Self::begin(),
            }
        }
    }
}

/// Waits for what takes a moment: the beginning of an answer, or all of a small one.
pub(super) async fn in_time<T>(address: &Url, work: impl Future<Output = T>) -> Result<T> {
    timeout(ANSWER_TIME, work).await.map_err(|_| too_slow(address))
}

fn too_slow(address: &Url) -> Error {
    let host = host_of(address);
    sentence(format!("The download from {host} goes too slowly and was broken off. Try again later."))
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};

    use super::*;
    use crate::geo::download::{Order, fetch};
    use crate::geo::folder::Folder;

    /// What a download comes to from a server that sends `head`, and then `piece` again and again.
    async fn download(head: &'static str, piece: &'static [u8], every: Duration) -> Result<()> {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let at = listener.local_addr().expect("bound");
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("a client");
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = send(&mut stream, head.as_bytes(), piece, every).await;
        });
        let data = tempfile::tempdir().expect("a folder");
        let folder = Folder::inside(data.path());
        let address = format!("http://{at}/city.mmdb").parse().expect("an address");
        let order = Order { addresses: vec![address], sha256: None, folder: &folder };
        fetch(&crate::tls::http_client(), &order, &|_| {}).await.map(drop)
    }

    async fn send(stream: &mut TcpStream, head: &[u8], piece: &[u8], every: Duration) -> std::io::Result<()> {
        stream.write_all(head).await?;
        loop {
            tokio::time::sleep(every).await;
            stream.write_all(piece).await?;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_download_that_drips_is_broken_off() {
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n";
        let refused = download(head, b"x", Duration::from_secs(9)).await.expect_err("broken off");
        assert_eq!(refused.code(), "geo_update_failed");
        assert!(refused.to_string().contains("goes too slowly"), "{refused}");
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_whose_headers_drip_is_not_waited_for() {
        let head = "HTTP/1.1 200 OK\r\nX: ";
        let refused = download(head, b"x", Duration::from_secs(9)).await.expect_err("broken off");
        assert!(refused.to_string().contains("goes too slowly"), "{refused}");
    }
}
