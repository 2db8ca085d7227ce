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
use super::ntfy::{Name, bearing, is_token};
use super::outlet::{Message, Outlet};
use crate::clock::Clock;
use crate::model::Secret;

/// What the topics of answers and of receipts begin with, so that a relay can give an access token rights to these and no others.
/// Those of notifications begin otherwise.
pub const TOPICS: &str = "latchkey-relay-";

/// The longest address of a relay, in bytes.
const MOST_URL_BYTES: usize = 200;

/// An ntfy server that carries answers, and the token for it when it asks for one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relay {
    url: Url,
    token: Option<Secret>,
}

/// Why something is no address of a relay. Each is a sentence for whoever gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoRelay {
    /// Not of the form.
    #[error("The address reads like https://ntfy.sh: a server, and nothing after it.")]
    Form,
    /// The server cannot be sent to.
    #[error(transparent)]
    Server(#[from] NotThere),
    /// The token cannot stand in a request.
    #[error("That is no access token. One reads like tk_ and 29 more letters and digits.")]
    Token,
}

impl Relay {
    /// The server that an address such as `https://ntfy.sh` names, and the access token that it asks for, if it does.
    ///
    /// # Errors
    ///
    /// [`NoRelay`], with a sentence for whoever gave it.
    pub fn parse(address: &str, token: Option<Secret>, guard: &Guard) -> Result<Self, NoRelay> {
        let address = address.trim();
        let url: Url = address.parse().map_err(|_| NoRelay::Form)?;
        guard.check(&url, Reach::HomeNetwork)?;
        let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        if !is_bare || address.len() > MOST_URL_BYTES {
            return Err(NoRelay::Form);
        }
        if token.as_ref().is_some_and(|token| !is_token(token)) {
            return Err(NoRelay::Token);
        }
        Ok(Self { url, token })
    }

    /// Its address, without a slash at the end.
    pub fn as_str(&self) -> &str {
        self.url.as_str().trim_end_matches('/')
    }

    /// Where a topic is posted to.
    pub fn topic_url(&self, topic: &Name) -> String {
        format!("{}/{}", self.as_str(), topic.reveal())
    }

    fn headers(&self) -> HeaderMap {
        bearing(self.token.as_ref())
    }

    fn at(&self, path: &str, query: &str) -> Url {
        let mut url = self.url.clone();
        url.set_path(path);
        url.set_query(Some(query));
        url
    }
}

/// Posts a text to a topic. Not by way of Google's and Apple's push services: whoever it is for asks for it.
pub async fn post(outlet: &Outlet, relay: &Relay, topic: &Name, text: &str, clock: &dyn Clock) -> Handed {
    let url = relay.at(topic.reveal(), "firebase=no");
    let body = text.as_bytes().to_vec();
    let message = Message { method: Method::POST, url, headers: relay.headers(), body };
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
            assert_eq!(Relay::parse(fine, None, &guard).expect("a relay").as_str(), address);
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
            assert_eq!(Relay::parse(wrong, None, &guard), Err(why), "{wrong}");
        }
    }

    #[test]
    fn a_token_is_one_that_can_stand_in_a_request_and_is_not_printed() {
        let parse =
            |token: &str| Relay::parse("https://ntfy.sh", Some(Secret::received(token)), &Guard::default());
        let relay = parse("tk_0123456789abcdefghijklmnopqrs").expect("a relay");
        assert_eq!(relay.headers()["authorization"], "Bearer tk_0123456789abcdefghijklmnopqrs");
        assert!(!format!("{relay:?} {:?}", relay.headers()).contains("tk_"));
        for wrong in ["", "tk_x\r\nX: y", "a b", "ä", &"x".repeat(257)] {
            assert_eq!(parse(wrong), Err(NoRelay::Token), "{wrong:?}");
        }
        let without = Relay::parse("https://ntfy.sh", None, &Guard::default()).expect("a relay");
        assert!(without.headers().is_empty());
    }
}
