//! A web hook: JSON to an address that somebody of the household chose, signed so that whoever receives it can tell that it is
//! the home's, whole and new.

mod signature;

use http::{HeaderMap, HeaderValue, Method, header};
use url::Url;

use self::signature::Signed;
use super::address::{Guard, NotThere, Reach};
use super::handed::Handed;
use super::outlet::{Message, Outlet};
use crate::clock::Clock;
use crate::model::Secret;
use crate::random::Random;

/// Where to send, and the secret that both sides know. The address may hold a secret of its own (Home Assistant's does), so that it
/// is never printed.
#[derive(Clone)]
pub struct Hook {
    url: Url,
    key_id: String,
    secret: Secret,
}

impl Hook {
    /// The hook at that address. `key_id` names the secret to whoever has several: letters, digits and `-`; anything else in it is left
    /// out.
    ///
    /// # Errors
    ///
    /// When nothing may be sent to that address, with a sentence for whoever gave it.
    pub fn new(url: Url, key_id: &str, secret: Secret, guard: &Guard) -> Result<Self, NotThere> {
        guard.check(&url, Reach::HomeNetwork)?;
        let key_id = key_id.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(64).collect();
        Ok(Self { url, key_id, secret })
    }

    /// Whose server it is, as a log may say it.
    pub fn origin(&self) -> String {
        self.url.origin().ascii_serialization()
    }
}

impl std::fmt::Debug for Hook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hook").field("origin", &self.origin()).finish_non_exhaustive()
    }
}

/// Sends a JSON body. Nothing of what the other side says is quoted: it may be any program of the home network.
pub async fn send(
    outlet: &Outlet,
    hook: &Hook,
    body: Vec<u8>,
    clock: &dyn Clock,
    random: &dyn Random,
) -> Handed {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let signed = Signed { method: &Method::POST, url: &hook.url, body: &body };
    headers.extend(signed.headers(&hook.key_id, &hook.secret, clock, random));
    let message = Message { method: Method::POST, url: hook.url.clone(), headers, body };
    match outlet.send(message, Reach::HomeNetwork, clock).await {
        Ok(answer) => Handed::of(answer.status, answer.after, ""),
        Err(handed) => handed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outside::outlet::tests::{Peer, clock, outlet};
    use crate::random::SeededRandom;

    fn hook(address: &str) -> Hook {
        let url = address.parse().expect("an address");
        Hook::new(url, "hook-1", Secret::received("shared"), &Guard::default()).expect("may be sent to")
    }

    #[tokio::test]
    async fn a_body_is_sent_signed_and_the_answer_is_not_quoted() {
        let peer = Peer::answering(422, &[], "root:x:0:0").await;
        let hook = hook(&format!("{}/api/webhook/secret?x=1", peer.origin));
        let handed =
            send(&outlet(&[]), &hook, b"{\"kind\":\"alert\"}".to_vec(), &clock(), &SeededRandom::new(1))
                .await;
        assert_eq!(handed, Handed::refused("the server answers 422 Unprocessable Entity"));
        let heard = peer.only();
        assert_eq!((heard.method.as_str(), heard.path.as_str()), ("POST", "/api/webhook/secret?x=1"));
        assert_eq!(heard.header("content-type"), "application/json");
        assert!(heard.header("signature").starts_with("latchkey=:"), "{heard:?}");
        assert_eq!(heard.body, b"{\"kind\":\"alert\"}");
        assert!(!format!("{hook:?}").contains("secret"));
    }

    #[tokio::test]
    async fn the_other_sides_answer_says_whether_to_try_again() {
        for (status, expected) in [
            (200, Handed::Done),
            (204, Handed::Done),
            (404, Handed::refused("the server answers 404 Not Found")),
            (410, Handed::refused("the server answers 410 Gone")),
            (503, Handed::later("the server answers 503 Service Unavailable")),
        ] {
            let peer = Peer::answering(status, &[], "").await;
            let handed =
                send(&outlet(&[]), &hook(&peer.origin), b"{}".to_vec(), &clock(), &SeededRandom::new(1))
                    .await;
            assert_eq!(handed, expected);
        }
    }

    #[test]
    fn a_hook_stays_where_the_household_may_send() {
        let check = |address: &str| {
            Hook::new(address.parse().expect("an address"), "1", Secret::received("x"), &Guard::default())
                .err()
        };
        assert_eq!(check("http://homeassistant.local:8123/api/webhook/x"), None);
        assert_eq!(check("http://169.254.169.254/latest/meta-data"), Some(NotThere::Forbidden));
        assert_eq!(check("file:///etc/passwd"), Some(NotThere::NotHttps));
    }
}
