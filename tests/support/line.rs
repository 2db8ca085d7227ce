//! The line to a home elsewhere, which can be cut, and can lead to another place from then on.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// A line, open unless it was cut.
pub struct Line {
    /// `http://127.0.0.1:port`, at this end.
    pub url: String,
    /// Where it leads; nowhere while it is cut.
    to: Arc<watch::Sender<Option<SocketAddr>>>,
    /// Connections that were made so far.
    made: Arc<Mutex<usize>>,
}

impl Line {
    /// A line to a server on this computer.
    pub async fn to(address: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let (to, made) = (Arc::new(watch::Sender::new(Some(address))), Arc::new(Mutex::new(0)));
        let (leads, counts) = (Arc::clone(&to), Arc::clone(&made));
        tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                let mut leads = leads.subscribe();
                // Whoever comes while it is cut is hung up on.
                let Some(address) = *leads.borrow_and_update() else { continue };
                *counts.lock().expect("no holder panics") += 1;
                tokio::spawn(async move {
                    let Ok(mut far) = TcpStream::connect(address).await else { return };
                    tokio::select! {
                        _ = copy_bidirectional(&mut near, &mut far) => {}
                        _ = leads.changed() => {}
                    }
                });
            }
        });
        Self { url, to, made }
    }

    /// Cuts it: all connections are over.
    pub fn cut(&self) {
        self.to.send_replace(None);
    }

    /// Has it lead there from now on.
    pub fn mend(&self, address: SocketAddr) {
        self.to.send_replace(Some(address));
    }

    /// How many connections were made so far.
    pub fn made(&self) -> usize {
        *self.made.lock().expect("no holder panics")
    }
}
