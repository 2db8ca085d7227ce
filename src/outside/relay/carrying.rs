//! An app's answer on its way by a relay: sealed, posted, and the home's receipt waited for. The relay can lose it; without a
//! receipt nobody says that it was done.

use std::time::Duration;

use http::Method;
use serde::Deserialize;
use url::Url;

use super::phone::{Given, ReceiptRead, ReplySecret, Sealed, Way, seal};
use super::{Relay, post};
use crate::clock::Clock;
use crate::model::Secret;
use crate::outside::address::Reach;
use crate::outside::handed::Handed;
use crate::outside::ntfy::Name;
use crate::outside::outlet::{Message, Outlet};
use crate::random::Random;

/// How long is waited before each question for the receipt: soon at first, and few in all, as a relay counts them.
pub const PAUSES: [Duration; 8] = [
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_millis(1500),
    Duration::from_secs(2),
    Duration::from_secs(3),
    Duration::from_secs(3),
    Duration::from_secs(4),
    Duration::from_secs(4),
];

/// What came of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Carried {
    /// The home has it, and says what came of it.
    Receipt(ReceiptRead),
    /// The relay took it, and the home has not said in time that it has it.
    Unconfirmed,
    /// It was not posted.
    NotCarried,
}

/// A line of an ntfy server's answer.
#[derive(Deserialize)]
struct Line {
    event: String,
    #[serde(default)]
    message: String,
}

/// Sends an answer by a relay, and waits for its receipt as often as there are `pauses`.
pub async fn carry(
    outlet: &Outlet,
    way: &Way,
    signer: &ReplySecret,
    given: Given<'_>,
    pauses: &[Duration],
    clock: &dyn Clock,
    random: &dyn Random,
) -> Carried {
    let Some((relay, inbox)) = place(outlet, way) else { return Carried::NotCarried };
    let Some(sealed) = seal(way, signer, given, random) else { return Carried::NotCarried };
    if post(outlet, &relay, &inbox, &sealed.text, clock).await != Handed::Done {
        return Carried::NotCarried;
    }
    for pause in pauses {
        tokio::time::sleep(*pause).await;
        if let Some(receipt) = receipt(outlet, &relay, &sealed, clock).await {
            return Carried::Receipt(receipt);
        }
    }
    Carried::Unconfirmed
}

/// The relay and the topic that an address names.
fn place(outlet: &Outlet, way: &Way) -> Option<(Relay, Name)> {
    let mut url: Url = way.inbox_url.parse().ok()?;
    let topic = Name::new(url.path().strip_prefix('/')?)?;
    url.set_path("");
    // Anything else in the address is none of a relay's.
    let relay =
        Relay::parse(url.as_str(), way.relay_token.as_deref().map(Secret::received), outlet.guard()).ok()?;
    Some((relay, topic))
}

async fn receipt(outlet: &Outlet, relay: &Relay, sealed: &Sealed, clock: &dyn Clock) -> Option<ReceiptRead> {
    let url = relay.at(&format!("{}/json", sealed.reply_to.reveal()), "poll=1&since=all");
    let message = Message { method: Method::GET, url, headers: relay.headers(), body: Vec::new() };
    let answer = outlet.send(message, Reach::HomeNetwork, clock).await.ok()?;
    let lines = answer.body.split(|byte| *byte == b'\n');
    lines
        .filter_map(|line| serde_json::from_slice::<Line>(line).ok())
        .filter(|line| line.event == "message")
        .find_map(|line| sealed.open(&line.message))
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use axum::Router;
    use axum::extract::Request;
    use axum::routing::any;
    use serde_json::json;
    use tokio::net::TcpListener;

    use super::*;
    use crate::outside::outlet::tests::{Peer, clock, outlet};
    use crate::outside::relay::{HomeKey, open};
    use crate::random::SeededRandom;

    const CHANNEL: &str = "01921f3a-5c00-7000-8000-0000000000c1";
    const INBOX: &str = "AQEBAQEBAQEBAQEBAQEBAQ";

    /// What a relay does between the phone and the home.
    #[derive(Clone, Copy, PartialEq, Eq)]
    enum Relaying {
        Honestly,
        /// It answers itself, with what it has heard.
        Echoing,
        /// It says that it has taken what it throws away.
        Losing,
    }

    /// A relay with the home behind it; what it was asked for, oldest first.
    async fn relay(how: Relaying) -> (Way, Arc<Mutex<Vec<String>>>) {
        let home = HomeKey::new(&SeededRandom::new(9));
        let home_key = home.public_key();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let notes = Arc::clone(&asked);
        let said = Arc::new(Mutex::new(Vec::<(String, String)>::new()));
        let home = Arc::new(home);
        let app = Router::new().fallback(any(move |request: Request| {
            let (notes, said, home) = (Arc::clone(&notes), Arc::clone(&said), Arc::clone(&home));
            async move {
                let (parts, body) = request.into_parts();
                let path = parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
                notes.lock().expect("no holder panics").push(format!("{} {path}", parts.method));
                let body = axum::body::to_bytes(body, 1 << 16).await.expect("a body");
                let text = String::from_utf8(body.to_vec()).expect("text");
                let mut said = said.lock().expect("no holder panics");
                if parts.method == Method::POST {
                    let opened = open(&home, CHANNEL, &text).expect("sealed for this home");
                    let receipt = match how {
                        Relaying::Honestly => {
                            opened.receipt("signed_out", Some("Ana"), &SeededRandom::new(3))
                        }
                        Relaying::Echoing => text,
                        Relaying::Losing => return String::new(),
                    };
                    said.push((opened.reply_to().reveal().to_owned(), receipt));
                    return "{}".to_owned();
                }
                let heard = said.iter().filter(|(topic, _)| path.starts_with(&format!("/{topic}/json")));
                let lines =
                    heard.map(|(topic, text)| json!({ "event": "message", "topic": topic, "message": text }));
                let mut all = "nonsense\n{\"event\":\"open\"}\n".to_owned();
                for line in lines {
                    all.push_str(&line.to_string());
                    all.push('\n');
                }
                all
            }
        }));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let origin = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, app).await });
        let inbox_url = format!("{origin}/{INBOX}");
        (
            Way {
                inbox_url,
                home_key,
                channel_id: CHANNEL.into(),
                token: "a-button".into(),
                relay_token: None,
            },
            asked,
        )
    }

    async fn carried(way: &Way) -> Carried {
        let random = SeededRandom::new(1);
        let signer = ReplySecret::new(&random);
        let given = Given { alert_id: "an-alert", answer: "not_me", issued_at: 1_790_000_000_000 };
        carry(&outlet(&[]), way, &signer, given, &[Duration::ZERO; 3], &clock(), &random).await
    }

    #[tokio::test]
    async fn an_answer_is_posted_once_and_its_receipt_is_read() {
        let (way, asked) = relay(Relaying::Honestly).await;
        let Carried::Receipt(receipt) = carried(&way).await else { panic!("no receipt") };
        assert_eq!((receipt.effect.as_str(), receipt.by.as_deref()), ("signed_out", Some("Ana")));
        let asked = asked.lock().expect("no holder panics");
        assert_eq!(asked.len(), 2);
        assert_eq!(asked[0], format!("POST /{INBOX}?firebase=no"));
        assert!(
            asked[1].starts_with("GET /") && asked[1].ends_with("/json?poll=1&since=all"),
            "{}",
            asked[1]
        );
    }

    #[tokio::test]
    async fn without_a_receipt_that_only_the_home_can_make_nothing_is_confirmed() {
        for how in [Relaying::Echoing, Relaying::Losing] {
            let (way, asked) = relay(how).await;
            assert_eq!(carried(&way).await, Carried::Unconfirmed);
            assert_eq!(asked.lock().expect("no holder panics").len(), 4, "one answer, three questions");
        }
    }

    #[tokio::test]
    async fn what_no_relay_takes_is_not_carried() {
        for status in [404, 429, 500] {
            let peer = Peer::answering(status, &[], "").await;
            let (way, _) = relay(Relaying::Honestly).await;
            let way = Way { inbox_url: format!("{}/{INBOX}", peer.origin), ..way };
            assert_eq!(carried(&way).await, Carried::NotCarried, "{status}");
            assert_eq!(peer.heard().len(), 1);
        }
        for inbox_url in [
            "",
            "https://relay.example",
            "https://relay.example/a/b",
            "https://relay.example/a?b",
            "https://relay.example/a#b",
            "https://u:p@relay.example/a",
            "http://169.254.169.254/a",
            "file:///etc/passwd",
        ] {
            let (way, _) = relay(Relaying::Honestly).await;
            assert_eq!(
                carried(&Way { inbox_url: inbox_url.into(), ..way }).await,
                Carried::NotCarried,
                "{inbox_url}"
            );
        }
    }
}
