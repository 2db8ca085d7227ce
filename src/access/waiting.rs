//! Waiting for one of a few places at work, fairly: known devices first, then the household's networks, then strangers;
//! and among those network by network, so that nobody waits behind all that one network asks for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ipnet::IpNet;
use tokio::sync::oneshot;

use super::crowd::{Crowd, MemberId, MostOfNetworks};
use super::limits::Lane;
use crate::error::{Error, Result};
use crate::model::Networks;

/// Who waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asker {
    /// Who they are.
    pub lane: Lane,
    /// Where they are.
    pub networks: Networks,
}

impl Asker {
    /// Somebody whose session is alive: neither counted by network nor kept waiting by strangers.
    pub fn with_session() -> Self {
        Self { lane: Lane::Known(None), networks: Networks::around(None) }
    }
}

/// Places at work, and those who wait for one.
#[derive(Debug)]
pub struct WaitingRoom {
    at_once: usize,
    waiting: usize,
    most_of_networks: MostOfNetworks,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    at_work: usize,
    /// One a lane.
    lanes: [Crowd<Waiter>; 3],
    /// When networks had their last turn, counted in turns. Forgotten when nobody waits.
    last_turns: HashMap<IpNet, u64>,
    turns: u64,
}

#[derive(Debug)]
struct Waiter {
    number: u64,
    call: oneshot::Sender<Result<Place>>,
}

/// A place at work, until it is dropped.
#[derive(Debug)]
pub struct Place(Option<Arc<WaitingRoom>>);

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(room) = self.0.take() {
            room.call_next();
        }
    }
}

/// A place in the room, given up when whoever waits hangs up.
struct Seat {
    room: Arc<WaitingRoom>,
    lane: usize,
    id: MemberId,
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.room.lock().lanes[self.lane].leave(self.id);
    }
}

impl WaitingRoom {
    /// `at_once` places at work, and a room in which `waiting` may wait in each lane. Of strangers' networks only so many.
    pub fn new(at_once: usize, waiting: usize, most_of_networks: MostOfNetworks) -> Self {
        Self { at_once, waiting, most_of_networks, state: Mutex::default() }
    }

    /// Waits for a place at work. When the room is full the fullest network loses whoever came last.
    ///
    /// # Errors
    ///
    /// [`Error::Busy`] for who finds no place in the room, or loses it.
    pub async fn enter(self: &Arc<Self>, asker: Asker) -> Result<Place> {
        let (call, called) = oneshot::channel();
        let _seat = {
            let mut state = self.lock();
            if state.at_work < self.at_once {
                state.at_work += 1;
                return Ok(Place(Some(Arc::clone(self))));
            }
            let lane = lane_number(asker.lane);
            self.make_room(&mut state.lanes[lane], &asker)?;
            let number = state.turns;
            state.turns += 1;
            let id = state.lanes[lane].enter(asker.networks, Waiter { number, call });
            Seat { room: Arc::clone(self), lane, id }
        };
        called.await.unwrap_or(Err(Error::Busy))
    }

    fn make_room(&self, lane: &mut Crowd<Waiter>, asker: &Asker) -> Result<()> {
        let is_stranger = asker.lane == Lane::Stranger;
        if is_stranger && lane.full_network(&asker.networks, self.most_of_networks).is_some() {
            return Err(Error::Busy);
        }
        if lane.len() < self.waiting {
            return Ok(());
        }
        match lane.first_to_go(&asker.networks, 1, |waiter| Some(waiter.number)) {
            Some((id, true)) => {
                if let Some(loser) = lane.leave(id) {
                    // Gone already, when they hung up.
                    let _ = loser.call.send(Err(Error::Busy));
                }
                Ok(())
            }
            _ => Err(Error::Busy),
        }
    }

    /// Gives a place that got free to whoever is next.
    fn call_next(self: &Arc<Self>) {
        loop {
            let next = self.lock().take_next();
            let Some(waiter) = next else { return };
            let mut place = match waiter.call.send(Ok(Place(Some(Arc::clone(self))))) {
                Ok(()) => return,
                // They hung up: the next one, then.
                Err(Ok(place)) => place,
                Err(Err(_)) => continue,
            };
            place.0 = None;
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Whoever is next goes to work; when nobody waits there is one less at work.
    fn take_next(&mut self) -> Option<Waiter> {
        let Some(lane) = self.lanes.iter().position(|lane| !lane.is_empty()) else {
            self.at_work -= 1;
            self.last_turns.clear();
            return None;
        };
        let last_turn = |net: IpNet| self.last_turns.get(&net).copied().unwrap_or_default();
        let next = self.lanes[lane].iter().min_by_key(|(_, networks, waiter)| {
            let [narrow, middle, wide] = networks.levels();
            (last_turn(wide), last_turn(middle), last_turn(narrow), waiter.number)
        });
        let (id, networks) = next.map(|(id, networks, _)| (id, *networks))?;
        self.turns += 1;
        for net in networks.levels() {
            self.last_turns.insert(net, self.turns);
        }
        self.lanes[lane].leave(id)
    }
}

fn lane_number(lane: Lane) -> usize {
    match lane {
        Lane::Known(_) => 0,
        Lane::Home => 1,
        Lane::Stranger => 2,
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use futures_util::future::BoxFuture;

    use super::*;

    const MOST: MostOfNetworks = [8, 16, 24];

    fn room() -> Arc<WaitingRoom> {
        Arc::new(WaitingRoom::new(2, 64, MOST))
    }

    fn from(lane: Lane, address: &str) -> Asker {
        Asker { lane, networks: Networks::around(Some(address.parse().expect("an address"))) }
    }

    fn stranger(address: &str) -> Asker {
        from(Lane::Stranger, address)
    }

    type Waits = BoxFuture<'static, Result<Place>>;

    /// Begins to wait; who got a place or was refused at once is told so.
    fn begins(room: &Arc<WaitingRoom>, asker: Asker) -> (Waits, Option<Result<Place>>) {
        let room = Arc::clone(room);
        let mut waits = async move { room.enter(asker).await }.boxed();
        let now = (&mut waits).now_or_never();
        (waits, now)
    }

    fn waits(room: &Arc<WaitingRoom>, asker: Asker) -> Waits {
        let (waits, now) = begins(room, asker);
        assert!(now.is_none(), "{now:?}");
        waits
    }

    fn is_refused(room: &Arc<WaitingRoom>, asker: Asker) -> bool {
        matches!(begins(room, asker).1, Some(Err(Error::Busy)))
    }

    fn at_work(room: &Arc<WaitingRoom>) -> Place {
        begins(room, stranger("192.0.2.1")).1.expect("at once").expect("a place")
    }

    /// All addresses of a /48, each of another /64.
    fn flood(room: &Arc<WaitingRoom>, waiting: &mut Vec<Waits>) -> usize {
        for number in 0..1000 {
            let (begun, now) = begins(room, stranger(&format!("2001:db8:1:{number:x}::1")));
            if now.is_none() {
                waiting.push(begun);
            }
        }
        waiting.len()
    }

    #[test]
    fn one_customer_takes_some_places_and_never_all() {
        let room = room();
        let _both = [at_work(&room), at_work(&room)];
        let mut waiting = Vec::new();
        assert_eq!(flood(&room, &mut waiting), 24);
        let _waits = waits(&room, stranger("198.51.100.7"));
    }

    #[test]
    fn networks_take_turns_however_many_wait_of_each() {
        let room = room();
        let place = at_work(&room);
        let _other = at_work(&room);
        let mut waiting = Vec::new();
        flood(&room, &mut waiting);
        let (mut phone, mut again) =
            (waits(&room, stranger("198.51.100.7")), waits(&room, stranger("198.51.100.7")));
        drop(place);
        let first = waiting[0].as_mut().now_or_never().expect("the first to come").expect("a place");
        drop(first);
        let second = phone.as_mut().now_or_never().expect("another network's turn").expect("a place");
        drop(second);
        assert!(again.as_mut().now_or_never().is_none());
        // The first customer again, and of its networks the one that had no turn yet.
        let third = waiting[16].as_mut().now_or_never().expect("in turns").expect("a place");
        drop(third);
        assert!(again.as_mut().now_or_never().is_some());
    }

    #[test]
    fn known_devices_go_first_and_then_the_household() {
        let room = room();
        let place = at_work(&room);
        let _other = at_work(&room);
        let mut waiting = Vec::new();
        flood(&room, &mut waiting);
        let mut at_home = waits(&room, from(Lane::Home, "198.51.100.7"));
        let mut tablet = waits(&room, Asker::with_session());
        drop(place);
        let place = tablet.as_mut().now_or_never().expect("before all others").expect("a place");
        assert!(at_home.as_mut().now_or_never().is_none());
        drop(place);
        assert!(at_home.as_mut().now_or_never().is_some());
    }

    #[test]
    fn when_the_room_is_full_the_fullest_network_loses_whoever_came_last() {
        let room = room();
        let _both = [at_work(&room), at_work(&room)];
        let mut waiting = Vec::new();
        for customer in 1..=3 {
            for house in 0..24 {
                let (begun, now) = begins(&room, stranger(&format!("2001:db8:{customer}:{house:x}00::1")));
                if now.is_none() {
                    waiting.push(begun);
                }
            }
        }
        let still_wait = |waiting: &mut Vec<Waits>| {
            waiting.retain_mut(|one| one.as_mut().now_or_never().is_none());
            waiting.len()
        };
        assert_eq!(still_wait(&mut waiting), 64, "about as many of each");
        let mut phone = waits(&room, stranger("198.51.100.7"));
        assert_eq!(still_wait(&mut waiting), 63);
        assert!(phone.as_mut().now_or_never().is_none(), "it waits");
        assert!(
            is_refused(&room, stranger("2001:db8:1:7700::1")),
            "those who fill the room get no more of it"
        );
    }

    #[test]
    fn whoever_hangs_up_leaves_their_place_to_the_next() {
        let room = room();
        let place = at_work(&room);
        let other = at_work(&room);
        let gone = waits(&room, stranger("198.51.100.7"));
        let mut next = waits(&room, stranger("198.51.100.8"));
        drop(gone);
        drop(place);
        let place = next.as_mut().now_or_never().expect("their turn").expect("a place");
        // Called, and gone before they heard of it.
        let gone = waits(&room, stranger("198.51.100.7"));
        drop(place);
        drop(gone);
        drop(other);
        assert_eq!(room.lock().at_work, 0);
    }
}
