//! What is spoken on a connection: HTTP as it is, or within TLS. One port answers both, and the first byte tells which.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::progress::Progress;

/// The first byte of whoever speaks TLS (RFC 8446 section 5.1, a handshake); no method of HTTP begins so.
const HANDSHAKE: u8 = 0x16;

/// What may wait within TLS to be written to the connection, in bytes. The system keeps more besides.
const MOST_WAITING: usize = 16 * 1024;

/// A connection once it is known what is spoken on it. What is not read is noticed below TLS, where it counts, too, what that has
/// yet to write.
pub enum Stream {
    /// HTTP as it is.
    Plain(Progress<TcpStream>),
    /// HTTP within TLS.
    Encrypted(Box<TlsStream<Progress<TcpStream>>>),
}

impl Stream {
    /// Waits for the first byte and, if that begins one, for the whole of a handshake: as long as the other end takes. Without
    /// something to answer handshakes with nothing is waited for.
    ///
    /// # Errors
    ///
    /// When the connection breaks, and when what began as a handshake is none.
    pub async fn begin(stream: TcpStream, acceptor: Option<&TlsAcceptor>) -> io::Result<Self> {
        let Some(acceptor) = acceptor else { return Ok(Self::Plain(Progress::of(stream))) };
        let mut first = [0];
        if stream.peek(&mut first).await? == 0 || first != [HANDSHAKE] {
            return Ok(Self::Plain(Progress::of(stream)));
        }
        let limited = |session: &mut rustls::ServerConnection| session.set_buffer_limit(Some(MOST_WAITING));
        let encrypted = acceptor.accept_with(Progress::of(stream), limited).await?;
        Ok(Self::Encrypted(Box::new(encrypted)))
    }

    /// Whether it is within TLS.
    pub fn is_encrypted(&self) -> bool {
        matches!(self, Self::Encrypted(_))
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match &mut *self {
            Self::Plain(stream) => Pin::new(stream).poll_read(cx, into),
            Self::Encrypted(stream) => Pin::new(stream).poll_read(cx, into),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match &mut *self {
            Self::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
            Self::Encrypted(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match &mut *self {
            Self::Plain(stream) => Pin::new(stream).poll_write_vectored(cx, pieces),
            Self::Encrypted(stream) => Pin::new(stream).poll_write_vectored(cx, pieces),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Self::Plain(stream) => stream.is_write_vectored(),
            Self::Encrypted(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut *self {
            Self::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Self::Encrypted(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut *self {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Encrypted(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}
