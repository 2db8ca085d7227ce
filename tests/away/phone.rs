//! A phone: at home it asks the home over the house's own network, as the app does; away it answers by the relay, as a browser's
//! service worker does, and says what it knows of what came of it.

use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use latchkey::clock::{Clock, SystemClock};
use latchkey::home::Home as _;
use latchkey::home::there::There;
use latchkey::model::AlertId;
use latchkey::wire::NewChannel;
use serde_json::Value;

use crate::home::{Home, Stranger, signs_in};
use crate::network::{Cable, Place};
use crate::support::PASSWORD;
use crate::support::peer::Peer;
use crate::support::phone::{Phone as Keys, Said, Sealed};
use crate::until;

/// The phone, wherever it is.
pub struct Phone {
    /// Its own network.
    pub place: Place,
    /// From here to the relay.
    pub way_out: Cable,
    client: reqwest::Client,
}

/// What it has of one home.
pub struct AtPhone {
    /// Its browser's keys for that home.
    keys: Keys,
    /// The app, as Rui's.
    pub app: There,
    /// From the phone to the home.
    pub lan: Cable,
    /// Answers so far: each has another id.
    answers: AtomicU8,
}

/// What somebody was pushed: the alert, and how it is answered from away.
pub struct Pushed {
    /// The alert.
    pub alert_id: AlertId,
    way: Value,
}

/// What the phone shows after a button was pressed there.
#[derive(Debug, PartialEq, Eq)]
pub enum Shown {
    /// The home's own receipt: what it did, and who was first.
    Confirmed { effect: String, by: Option<String> },
    /// The relay took the answer, and no receipt is there.
    NotConfirmed,
    /// The relay cannot be reached.
    NotCarried,
}

impl Shown {
    /// That the home did this, and nobody was first.
    pub fn done(effect: &str) -> Self {
        Self::Confirmed { effect: effect.into(), by: None }
    }

    /// That the home did nothing more, as somebody was first.
    pub fn after(effect: &str, by: &str) -> Self {
        Self::Confirmed { effect: effect.into(), by: Some(by.into()) }
    }
}

impl AtPhone {
    /// Signs in at a home in whose network the phone is, and is told by it from then on.
    pub async fn sign_in(phone: &Phone, home: &Home, lan: Cable, number: u8, push: &Peer) -> Self {
        let keys = Keys::new(number);
        let channel = keys.channel(&format!("{}/push/{number}", push.origin), PASSWORD);
        let channel: NewChannel = serde_json::from_value(channel).expect("a channel");
        let nobody = There::new(address(&lan).parse().expect("an address"), None);
        let before = home.signed_in().await;
        let app = phone.place.run(async move { signs_in(&nobody, "Rui's phone", "Rui").await }).await;
        let device = home.signed_in().await.into_iter().find(|device| !before.contains(device));
        let (_, device_id) = device.expect("it is in");
        home.vouches_for(device_id).await;
        let there = app.clone();
        phone.place.run(async move { there.add_channel(channel).await }).await.expect("is told");
        Self { keys, app, lan, answers: AtomicU8::new(0) }
    }

    /// Leaves the home's network: what was connected there is over. Answers whether this kernel can end that; otherwise it waits.
    pub fn leaves(&self, phone: &Phone) -> bool {
        self.lan.pull();
        phone.place.drops_connections_to(self.lan.far_address())
    }

    /// What was pushed about a device of that home.
    pub async fn pushed(&self, home: &Home, push: &Peer, stranger: &Stranger) -> Pushed {
        let alert_id = home.alert_about(stranger.device_id).await.id;
        let mut told = until("a push", async || {
            let told = self.told_of(push, alert_id);
            told.into_iter().find(|told| told["kind"] == "alert")
        })
        .await;
        Pushed { alert_id, way: told["reply"].take() }
    }

    /// Everything that was pushed here of an alert, oldest first.
    pub fn told_of(&self, push: &Peer, alert_id: AlertId) -> Vec<Value> {
        let alert_id = alert_id.to_string();
        let told = push.heard();
        let told = told.iter().filter_map(|heard| self.keys.read(&heard.body));
        told.filter(|told| told["alert_id"] == alert_id.as_str()).collect()
    }

    /// Seals "it was not me", as of that moment in milliseconds since 1970.
    pub fn not_me_at(&self, pushed: &Pushed, issued_at: i64) -> Sealed {
        let said = Said {
            alert_id: pushed.alert_id.to_string(),
            answer: "not_me",
            token: pushed.way["token"].as_str().expect("a secret").to_owned(),
            id: self.answers.fetch_add(1, Ordering::Relaxed) + 1,
            issued_at,
        };
        self.keys.seal(&pushed.way, &said)
    }

    /// The same, as of now.
    pub fn not_me(&self, pushed: &Pushed) -> Sealed {
        self.not_me_at(pushed, now())
    }
}

impl Pushed {
    /// Where the home listens for an answer.
    pub fn inbox(&self) -> String {
        self.inbox_url().rsplit('/').next().expect("a topic").to_owned()
    }

    fn inbox_url(&self) -> &str {
        self.way["inbox_url"].as_str().expect("an address")
    }

    fn relay(&self) -> &str {
        self.inbox_url().rsplit_once('/').expect("a topic").0
    }
}

/// Where the home is on a cable to it.
pub fn address(lan: &Cable) -> String {
    format!("http://{}:8470", lan.far_address())
}

/// The time, as a phone has it.
pub fn now() -> i64 {
    SystemClock.now().as_millis()
}

impl Phone {
    /// A phone that is nowhere but on the internet.
    pub fn new(place: Place, way_out: Cable) -> Self {
        let client = latchkey::tls::client_with(|client| {
            // A connection for each: what is kept of one that was cut would be waited for.
            client.no_proxy().pool_max_idle_per_host(0).timeout(Duration::from_secs(20))
        });
        Self { place, way_out, client }
    }

    /// Posts an answer to the relay. Answers whether that took it.
    pub async fn posts(&self, pushed: &Pushed, sealed: &Sealed) -> bool {
        let url = format!("{}?firebase=no", pushed.inbox_url());
        let asking = self.client.post(url).body(sealed.text.clone());
        let answered = self.place.run(async move { asking.send().await }).await;
        answered.is_ok_and(|answered| answered.status().is_success())
    }

    /// What it shows when it asks the relay for the receipt now.
    pub async fn shows(&self, pushed: &Pushed, sealed: &Sealed) -> Shown {
        let url = format!("{}/{}/json?poll=1&since=all", pushed.relay(), sealed.reply_to);
        let asking = self.client.get(url);
        let answered = self.place.run(async move { asking.send().await?.text().await }).await;
        let Ok(lines) = answered else { return Shown::NotCarried };
        let mut messages = lines.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let receipt = messages.find_map(|message| sealed.open(message["message"].as_str()?));
        receipt.map_or(Shown::NotConfirmed, |receipt| Shown::Confirmed {
            effect: receipt["effect"].as_str().expect("an effect").to_owned(),
            by: receipt["by"].as_str().map(str::to_owned),
        })
    }

    /// Answers by the relay, and shows what came of it.
    pub async fn answers(&self, pushed: &Pushed, sealed: &Sealed) -> Shown {
        if self.posts(pushed, sealed).await {
            self.confirmed(pushed, sealed).await
        } else {
            Shown::NotCarried
        }
    }

    /// Waits for the receipt of an answer.
    pub async fn confirmed(&self, pushed: &Pushed, sealed: &Sealed) -> Shown {
        until("a receipt", async || {
            let shown = self.shows(pushed, sealed).await;
            matches!(shown, Shown::Confirmed { .. }).then_some(shown)
        })
        .await
    }

    /// Whether it reaches an address and port.
    pub async fn reaches(&self, address: &str) -> bool {
        reaches(&self.place, address).await
    }
}

/// Whether an address and port is reached from somewhere.
pub async fn reaches(place: &Place, address: &str) -> bool {
    let address = address.to_owned();
    place.run(async move { tokio::net::TcpStream::connect(address).await.is_ok() }).await
}
