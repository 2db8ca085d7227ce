//! Homes, a phone and a relay. Each home reaches the relay and nothing else, and so does the phone, once it has left their networks.

use crate::home::{Home, Stranger};
use crate::network::{Cable, Place};
use crate::phone::{AtPhone, Phone, Pushed};
use crate::support::ntfy::Ntfy;
use crate::support::peer::Peer;
use crate::until;

/// Where everybody reaches the relay, whichever cable they are on.
const RELAY: &str = "10.77.0.1";

/// All of it, until it is dropped.
pub struct World {
    /// The homes.
    pub homes: Vec<Home>,
    /// What the phone has of each of them.
    pub at_phone: Vec<AtPhone>,
    /// The phone.
    pub phone: Phone,
    /// The relay.
    pub relay: Ntfy,
    /// The push service, which stands beside it. What it was given is on the phone: that way is not what is tried here.
    pub push: Peer,
    /// Where both are.
    between: Place,
}

impl World {
    /// So many homes, one or two, and a phone that was in the network of each and is away now. Nothing, and a line that says why,
    /// where there can be no networks.
    pub async fn of(homes: u8) -> Option<Self> {
        let between = Place::make("relay")?;
        between.answers_at(RELAY)?;
        let relay = between.run(async { Ntfy::listening(&format!("{RELAY}:2586")).await }).await;
        let push = between.run(async { Peer::listening(&format!("{RELAY}:8701"), 201).await }).await;
        let place = Place::make("phone")?;
        let way_out = Cable::lay(&place, &between, "10.77.3")?.leads_to(RELAY)?;
        let phone = Phone::new(place, way_out);
        let mut world = Self { homes: Vec::new(), at_phone: Vec::new(), phone, relay, push, between };
        for number in 1..=homes {
            world.add_home(number).await?;
        }
        Some(world)
    }

    async fn add_home(&mut self, number: u8) -> Option<()> {
        let Self { homes, at_phone, phone, relay, push, between } = self;
        let place = Place::make(if number == 1 { "home-a" } else { "home-b" })?;
        let way_out = Cable::lay(&place, between, &format!("10.77.{number}"))?.leads_to(RELAY)?;
        let lan = Cable::lay(&phone.place, &place, &format!("192.168.{}", 10 + number))?;
        let home = Home::set_up(place, way_out, &relay.origin, &push.origin).await;
        let known = AtPhone::sign_in(phone, &home, lan, number, push).await;
        known.leaves(phone);
        homes.push(home);
        at_phone.push(known);
        Some(())
    }

    /// Somebody signs in at a home from the internet, and the phone hears of it; the home listens for its answer.
    pub async fn stranger_at(&mut self, home: usize) -> (Stranger, Pushed) {
        let stranger = self.homes[home].stranger().await;
        let pushed = self.at_phone[home].pushed(&self.homes[home], &self.push, &stranger).await;
        self.listens(&pushed).await;
        (stranger, pushed)
    }

    /// Waits until the home listens for answers.
    pub async fn listens(&self, pushed: &Pushed) {
        let inbox = pushed.inbox();
        until("the home listens", async || (self.relay.listeners(&inbox) > 0).then_some(())).await;
    }
}
