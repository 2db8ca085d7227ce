//! The reply relay: an ntfy server (2.13 to 2.17) that carries answers back to a home which nobody reaches from outside. The home
//! listens to topics that nobody guesses, a phone posts a sealed answer there ([`sealed`]), and the home posts a sealed receipt
//! to a topic that the phone chose. What the relay can do is lose an answer; the phone notices that (decision 24).

mod carrying;
mod phone;
mod sealed;
mod stream;

use http::{HeaderMap, Method};
use url::Url;

pub use carrying::{Carried, PAUSES, carry};
pub use phone::{Given, ReceiptRead, ReplySecret, Way};
pub use sealed::{HomeKey, NotOpened, Opened, Receipt, ReplyKey, SealedAnswer, open};
pub use stream::{Heard, Stream, listen};

use super::address::{Guard, NotThere, Reach};
use super::handed::Handed;
use super::ntfy::Name;
use super::outlet::{Message, Outlet};
use crate::clock::Clock;

/// The longest address of a relay, in bytes.
const MOST_URL_BYTES: usize = 200;

/// An ntfy server that carries answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relay(Url);

/// Why something is no address of a relay. Each is a sentence for whoever gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoRelay {
    /// Not of the form.
    #[error("The address reads like https://ntfy.sh: a server, and nothing after it.")]
    Form,
    /// The server cannot be sent to.
    #[error(transparent)]
    Server(#[from] NotThere),
}

impl Relay {
    /// The server that an address such as `https://ntfy.sh` names.
    ///
    /// # Errors
    ///
    /// [`NoRelay`], with a sentence for whoever gave it.
    pub fn parse(address: &str, guard: &Guard) -> Result<Self, NoRelay> {
        let address = address.trim();
        let url: Url = address.parse().map_err(|_| NoRelay::Form)?;
        guard.check(&url, Reach::HomeNetwork)?;
        let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        if is_bare && address.len() <= MOST_URL_BYTES { Ok(Self(url)) } else { Err(NoRelay::Form) }
    }

    /// Its address, without a slash at the end.
    pub fn as_str(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }

    /// Where a topic is posted to.
    pub fn topic_url(&self, topic: &Name) -> String {
        format!("{}/{}", self.as_str(), topic.reveal())
    }

    fn at(&self, path: &str, query: &str) -> Url {
        let mut url = self.0.clone();
        url.set_path(path);
        url.set_query(Some(query));
        url
    }
}

/// Posts a text to a topic. Not by way of Google's and Apple's push services: whoever it is for asks for it.
pub async fn post(outlet: &Outlet, relay: &Relay, topic: &Name, text: &str, clock: &dyn Clock) -> Handed {
    let url = relay.at(topic.reveal(), "firebase=no");
    let body = text.as_bytes().to_vec();
    let message = Message { method: Method::POST, url, headers: HeaderMap::new(), body };
    match outlet.send(message, Reach::HomeNetwork, clock).await {
        // Its words are not quoted: they may hold the topic.
        Ok(answer) => Handed::of(answer.status, answer.after, ""),
        Err(handed) => handed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relay_is_a_server_and_nothing_after_it() {
        let guard = Guard::default();
        for (fine, address) in [
            ("https://ntfy.sh", "https://ntfy.sh"),
            (" https://ntfy.sh/ ", "https://ntfy.sh"),
            ("https://relay.home.example:8443", "https://relay.home.example:8443"),
            ("http://192.168.1.4:2586/", "http://192.168.1.4:2586"),
        ] {
            assert_eq!(Relay::parse(fine, &guard).expect("a relay").as_str(), address);
        }
        for (wrong, why) in [
            ("", NoRelay::Form),
            ("ntfy.sh", NoRelay::Form),
            ("https://ntfy.sh/topic", NoRelay::Form),
            ("https://ntfy.sh/?x", NoRelay::Form),
            ("https://ntfy.sh/#x", NoRelay::Form),
            ("https://a:b@ntfy.sh", NoRelay::Server(NotThere::NoServer)),
            ("http://ntfy.sh@169.254.169.254", NoRelay::Server(NotThere::NoServer)),
            ("http://169.254.169.254", NoRelay::Server(NotThere::Forbidden)),
            ("ftp://ntfy.sh", NoRelay::Server(NotThere::NotHttps)),
        ] {
            assert_eq!(Relay::parse(wrong, &guard), Err(why), "{wrong}");
        }
    }
}
