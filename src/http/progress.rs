//! A connection whose other end must read what it asked for: an answer that nobody takes would keep its place for ever.

use std::future::Future;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// While an answer waits to be taken, so many bytes are taken in each stretch of time at the least: slower than any line
/// that people use.
const LEAST_BYTES: usize = 8 * 1024;
/// The length of such a stretch.
pub const LEAST_WITHIN: Duration = Duration::from_secs(30);

/// A connection that is broken off when an answer is not read. What has nothing to write is left alone: a stream of events
/// that is quiet, a client that thinks.
#[derive(Debug)]
pub struct Progress<S> {
    stream: S,
    /// Since an answer had to wait; what it costs otherwise is one look.
    stretch: Option<Stretch>,
}

#[derive(Debug)]
struct Stretch {
    ends: Pin<Box<Sleep>>,
    bytes: usize,
    /// Whether it still had to wait when last looked at.
    waits: bool,
}

impl Stretch {
    fn begin() -> Self {
        Self { ends: Box::pin(sleep(LEAST_WITHIN)), bytes: 0, waits: false }
    }
}

impl<S> Progress<S> {
    /// Watches over `stream`.
    pub fn of(stream: S) -> Self {
        Self { stream, stretch: None }
    }

    fn watch(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        match written {
            Poll::Ready(Ok(bytes)) => {
                if let Some(stretch) = &mut self.stretch {
                    stretch.bytes += bytes;
                    stretch.waits = false;
                    if stretch.bytes >= LEAST_BYTES {
                        self.stretch = None;
                    }
                }
            }
            Poll::Ready(Err(_)) => {}
            Poll::Pending => {
                let stretch = self.stretch.get_or_insert_with(Stretch::begin);
                if stretch.ends.as_mut().poll(cx).is_ready() {
                    if stretch.waits {
                        return Poll::Ready(Err(io::Error::new(
                            io::ErrorKind::TimedOut,
                            "its answer is not being read",
                        )));
                    }
                    // It ended while nothing had to wait: another begins.
                    *stretch = Stretch::begin();
                    // Only to be woken at its end, which is not now.
                    let _ = stretch.ends.as_mut().poll(cx);
                }
                stretch.waits = true;
            }
        }
        written
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Progress<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, into)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Progress<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.watch(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, pieces);
        self.watch(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    /// What writing a megabyte comes to, when the other end reads `bytes` every so often.
    async fn writes_while_it_reads(bytes: usize, every: Duration) -> io::Result<()> {
        let (here, mut there) = duplex(1024);
        let reading = tokio::spawn(async move {
            let mut piece = vec![0; bytes];
            loop {
                sleep(every).await;
                if bytes > 0 && there.read_exact(&mut piece).await.is_err() {
                    return;
                }
            }
        });
        let written = Progress::of(here).write_all(&vec![0; 1 << 20]).await;
        reading.abort();
        written
    }

    #[tokio::test(start_paused = true)]
    async fn who_reads_nothing_or_a_drip_is_broken_off() {
        for (bytes, every) in [(0, 1), (1, 1), (1000, 10)] {
            let refused = writes_while_it_reads(bytes, Duration::from_secs(every)).await;
            assert_eq!(
                refused.expect_err("broken off").kind(),
                io::ErrorKind::TimedOut,
                "{bytes} in {every} s"
            );
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_reads_slowly_is_waited_for() {
        writes_while_it_reads(1000, Duration::from_secs(1)).await.expect("a kilobyte a second is enough");
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_without_anything_to_write_is_no_standstill() {
        let (here, mut there) = duplex(1024);
        let mut here = Progress::of(here);
        for _ in 0..5 {
            let (written, read) = tokio::join!(here.write_all(&[0; 2000]), async {
                sleep(LEAST_WITHIN / 2).await;
                there.read_exact(&mut [0; 2000]).await
            });
            written.expect("is read in time");
            read.expect("arrives");
            sleep(LEAST_WITHIN * 4).await;
        }
    }
}
