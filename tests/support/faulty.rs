//! A line to a server, on which things go wrong as they do: nobody answers, the connection is reset, an answer stops in the middle.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What goes wrong with every connection of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// Whoever connects is reset at once.
    Reset,
    /// Of what is answered so many bytes arrive, and then nothing more, on an open connection.
    StallsAfter(usize),
    /// Of what is answered so many bytes arrive, and then the connection is over.
    EndsAfter(usize),
}

/// A line to a server.
pub struct FaultyLine {
    /// `http://127.0.0.1:port`, at this end.
    pub url: String,
    near: SocketAddr,
    far: SocketAddr,
    fault: Arc<watch::Sender<Fault>>,
    /// Whoever takes connections; `None` while nobody does.
    listens: Option<JoinHandle<()>>,
}

impl FaultyLine {
    /// A line on which nothing goes wrong yet.
    pub async fn to(far: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let near = listener.local_addr().expect("an address");
        let fault = Arc::new(watch::Sender::new(Fault::None));
        let listens = Some(listen(listener, far, Arc::clone(&fault)));
        Self { url: format!("http://{near}"), near, far, fault, listens }
    }

    /// Has that go wrong from now on. What is open is over.
    pub fn goes_wrong(&self, fault: Fault) {
        self.fault.send_replace(fault);
    }

    /// Nobody listens any more: connections are refused, and what is open is over.
    pub async fn goes_away(&mut self) {
        self.fault.send_replace(Fault::Reset);
        if let Some(listens) = self.listens.take() {
            listens.abort();
            // That it was told to end is how it ends; only then its port is free.
            let _ = listens.await;
        }
    }

    /// Somebody listens again, at the same address, and all is well.
    pub async fn comes_back(&mut self) {
        self.fault.send_replace(Fault::None);
        if self.listens.is_none() {
            let listener = TcpListener::bind(self.near).await.expect("its port is free still");
            self.listens = Some(listen(listener, self.far, Arc::clone(&self.fault)));
        }
    }
}

impl Drop for FaultyLine {
    fn drop(&mut self) {
        if let Some(listens) = &self.listens {
            listens.abort();
        }
        self.fault.send_replace(Fault::Reset);
    }
}

fn listen(listener: TcpListener, far: SocketAddr, fault: Arc<watch::Sender<Fault>>) -> JoinHandle<()> {
    tokio::spawn(async move {
        while let Ok((near, _)) = listener.accept().await {
            tokio::spawn(carry(near, far, fault.subscribe()));
        }
    })
}

/// Carries what two say to each other, until one of them ends it or what goes wrong is another thing.
async fn carry(near: TcpStream, far: SocketAddr, mut fault: watch::Receiver<Fault>) {
    let now = *fault.borrow_and_update();
    if now == Fault::Reset {
        // Closed with nothing left to send, and with what came unread: the other end is reset (RFC 9293, section 3.10.4).
        let _ = near.set_zero_linger();
        return;
    }
    let Ok(far) = TcpStream::connect(far).await else { return };
    let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
    tokio::select! {
        () = asks(near_in, far_out) => {}
        () = answers(far_in, near_out, now) => {}
        _ = fault.changed() => {}
    }
}

async fn asks(mut near: OwnedReadHalf, mut far: OwnedWriteHalf) {
    if tokio::io::copy(&mut near, &mut far).await.is_ok() {
        // It has asked everything; what is answered comes still.
        let _ = far.shutdown().await;
        std::future::pending::<()>().await;
    }
}

async fn answers(mut far: OwnedReadHalf, mut near: OwnedWriteHalf, fault: Fault) {
    let mut left = match fault {
        Fault::StallsAfter(bytes) | Fault::EndsAfter(bytes) => bytes,
        Fault::None | Fault::Reset => usize::MAX,
    };
    let mut buffer = vec![0; 16 * 1024];
    while left > 0 {
        let Ok(read @ 1..) = far.read(&mut buffer).await else { return };
        let arrives = read.min(left);
        left -= arrives;
        if near.write_all(&buffer[..arrives]).await.is_err() {
            return;
        }
    }
    if matches!(fault, Fault::StallsAfter(_)) {
        std::future::pending::<()>().await;
    }
}
