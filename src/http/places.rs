//! The places that connections have: some for everybody, and others that strangers cannot take. When there is none left,
//! the fullest network loses the connection that does the least, not the next one to come.

use std::cmp::Reverse;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use axum::body::{Body, HttpBody};
use axum::http::{Response, header};
use tokio::task::AbortHandle;

use crate::access::crowd::{Crowd, MemberId, MostOfNetworks};
use crate::model::Networks;

/// Whose places a connection takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guest {
    /// This computer.
    ThisComputer,
    /// A proxy that was configured: it speaks for many.
    Proxy,
    /// A network from which live sessions were used lately.
    Known,
    /// Anybody else.
    Stranger,
}

/// Places of each kind of guest, when there are enough file descriptors.
const PLACES: [usize; 4] = [1024, 1024, 512, 1536];

/// File descriptors for everything but connections: the database, databases of places, a backup.
const OTHER_FILES: usize = 128;

/// Most connections of a network, unless it is this computer or a proxy: /64 or IPv4 address, /56, and /48 or /24. A house
/// behind one address has a few dozen devices with up to six each.
const MOST_OF_NETWORKS: MostOfNetworks = [256, 512, 768];

/// A network with so many is not full, compared with others that have one each.
const MODEST: usize = 16;

/// All places.
#[derive(Clone, Debug)]
pub struct Places(Arc<Rooms>);

#[derive(Debug)]
struct Rooms {
    most: [usize; 4],
    guests: Mutex<[Crowd<Arc<Connection>>; 4]>,
    /// Counts what connections do: who did something longest ago is told by it, and no clock is asked.
    events: AtomicU64,
}

/// A connection that has a place.
#[derive(Debug)]
pub struct Connection {
    rooms: Arc<Rooms>,
    /// What it does, in the lowest two bits, and since which event.
    doing: AtomicU64,
    task: OnceLock<AbortHandle>,
    is_closed: AtomicBool,
}

/// What a connection does, the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Doing {
    /// It asks nothing.
    Idle = 0,
    /// It waits for an answer.
    Asking = 1,
    /// It listens to events.
    Listening = 2,
}

/// A place, until it is dropped.
#[derive(Debug)]
pub struct Place {
    /// The connection that has it.
    pub connection: Arc<Connection>,
    guest: Guest,
    id: MemberId,
}

impl Places {
    /// Places for a program that may have so many files open.
    pub fn for_files(files: usize) -> Self {
        let all: usize = PLACES.iter().sum();
        let possible = files.saturating_sub(OTHER_FILES).clamp(64, all);
        let most = PLACES.map(|places| (places * possible / all).max(8));
        Self(Arc::new(Rooms { most, guests: Mutex::default(), events: AtomicU64::new(0) }))
    }

    /// A place for a connection; `None` when there is none for it.
    pub fn take(&self, address: IpAddr, guest: Guest) -> Option<Place> {
        let networks = Networks::around(Some(address));
        let taken = self.take_of(&networks, guest);
        // The household may use the places of everybody, too.
        if taken.is_none() && guest == Guest::Known {
            self.take_of(&networks, Guest::Stranger)
        } else {
            taken
        }
    }

    fn take_of(&self, networks: &Networks, guest: Guest) -> Option<Place> {
        let mut guests = self.0.lock();
        let crowd = &mut guests[guest as usize];
        let is_counted = matches!(guest, Guest::Known | Guest::Stranger);
        if is_counted && let Some(net) = crowd.full_network(networks, MOST_OF_NETWORKS) {
            let idlest = crowd.first_to_go_of(net, |connection| connection.worth().filter(Worth::is_idle))?;
            close(crowd, idlest);
        }
        if crowd.len() >= self.0.most[guest as usize] {
            let (id, is_fuller) = crowd.first_to_go(networks, MODEST, |connection| connection.worth())?;
            let is_idle =
                crowd.get(id).and_then(|connection| connection.worth()).is_some_and(|worth| worth.is_idle());
            if !is_fuller && !is_idle {
                return None;
            }
            close(crowd, id);
        }
        let connection = Arc::new(Connection {
            rooms: Arc::clone(&self.0),
            doing: AtomicU64::new(0),
            task: OnceLock::new(),
            is_closed: AtomicBool::new(false),
        });
        connection.does(Doing::Idle);
        let id = crowd.enter(*networks, Arc::clone(&connection));
        drop(guests);
        Some(Place { connection, guest, id })
    }

    /// Closes the connection that does the least, of strangers first: the program may open no more files.
    pub fn make_room(&self) {
        let mut guests = self.0.lock();
        for guest in [Guest::Stranger, Guest::Known, Guest::Proxy, Guest::ThisComputer] {
            let crowd = &mut guests[guest as usize];
            let nobody = Networks::around(None);
            if let Some((id, _)) = crowd.first_to_go(&nobody, MODEST, |connection| connection.worth()) {
                return close(crowd, id);
            }
        }
    }
}

fn close(crowd: &mut Crowd<Arc<Connection>>, id: MemberId) {
    if let Some(connection) = crowd.leave(id) {
        connection.close();
    }
}

impl Rooms {
    fn lock(&self) -> MutexGuard<'_, [Crowd<Arc<Connection>>; 4]> {
        self.guests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.connection.rooms.lock()[self.guest as usize].leave(self.id);
    }
}

/// How soon a connection goes: the greater the sooner. Who does the least, and of those who did something longest ago.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Worth(Reverse<Doing>, Reverse<u64>);

impl Worth {
    fn is_idle(&self) -> bool {
        self.0.0 == Doing::Idle
    }
}

impl Connection {
    /// Notes that it asks for something.
    pub fn asks(&self) {
        self.does(Doing::Asking);
    }

    /// Notes the task that serves it, which ends when its place is given to another.
    pub fn is_served_by(&self, task: AbortHandle) {
        let task = self.task.get_or_init(|| task);
        if self.is_closed.load(Ordering::Acquire) {
            task.abort();
        }
    }

    /// Whether it listens to events, which have no end.
    pub fn listens(&self) -> bool {
        self.doing.load(Ordering::Acquire) & 3 == Doing::Listening as u64
    }

    fn close(&self) {
        self.is_closed.store(true, Ordering::Release);
        if let Some(task) = self.task.get() {
            task.abort();
        }
    }

    fn does(&self, doing: Doing) {
        let event = self.rooms.events.fetch_add(1, Ordering::Relaxed);
        self.doing.store((event << 2) | doing as u64, Ordering::Release);
    }

    #[expect(clippy::unnecessary_wraps, reason = "a crowd asks who may go at all, and all may")]
    fn worth(&self) -> Option<Worth> {
        let doing = self.doing.load(Ordering::Acquire);
        let what = match doing & 3 {
            0 => Doing::Idle,
            1 => Doing::Asking,
            _ => Doing::Listening,
        };
        Some(Worth(Reverse(what), Reverse(doing >> 2)))
    }
}

/// The body of an answer; when it has been handed over its connection asks nothing any more.
#[derive(Debug)]
pub struct Answering {
    body: Body,
    connection: Arc<Connection>,
}

impl Answering {
    /// Watches over an answer.
    pub fn watch(answer: Response<Body>, connection: &Arc<Connection>) -> Response<Self> {
        // Most answers have a short body or none, and are not worth a look at their headers.
        if !answer.body().is_end_stream() && answer.body().size_hint().exact().is_none() {
            let kind = answer.headers().get(header::CONTENT_TYPE);
            if kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream")) {
                connection.does(Doing::Listening);
            }
        }
        answer.map(|body| Self { body, connection: Arc::clone(connection) })
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        self.connection.does(Doing::Idle);
    }
}

impl HttpBody for Answering {
    type Data = <Body as HttpBody>::Data;
    type Error = <Body as HttpBody>::Error;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Self::Data>, Self::Error>>> {
        std::pin::Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    fn places() -> Places {
        Places::for_files(65_536)
    }

    fn is_open(place: &Place) -> bool {
        !place.connection.is_closed.load(Ordering::Acquire)
    }

    /// Connections of a customer with a /48 who takes every address that there is, and asks without reading.
    fn flood(places: &Places, customer: u16) -> Vec<Place> {
        let of_each_64 = (0..=u16::MAX).step_by(64).flat_map(|net| (0..4).map(move |host| (net, host)));
        let taken = of_each_64.filter_map(|(net, host)| {
            let place =
                places.take(IpAddr::from([0x2001, 0xdb8, customer, net, 0, 0, 0, host]), Guest::Stranger)?;
            place.connection.asks();
            Some(place)
        });
        taken.collect()
    }

    #[test]
    fn one_network_never_has_all_places() {
        let places = places();
        let of_one_64: Vec<_> = (0..5000_u16)
            .filter_map(|host| {
                let place =
                    places.take(IpAddr::from([0x2001, 0xdb8, 1, 2, 0, 0, 0, host]), Guest::Stranger)?;
                place.connection.asks();
                Some(place)
            })
            .collect();
        assert_eq!(of_one_64.len(), 256);
        drop(of_one_64);
        assert_eq!(flood(&places, 1).len(), 768);
        places.take(ip("198.51.100.7"), Guest::Stranger).expect("another network");
    }

    #[test]
    fn when_no_place_is_left_the_fullest_network_loses_and_a_house_does_not() {
        let places = places();
        let house: Vec<_> = (0..60)
            .map(|_| {
                let place = places.take(ip("198.51.100.7"), Guest::Stranger).expect("a place");
                place.connection.asks();
                place
            })
            .collect();
        let floods: Vec<_> = (1..=8).flat_map(|customer| flood(&places, customer)).collect();
        assert!(house.iter().all(is_open), "a house with many devices keeps what it has");
        let before = floods.iter().filter(|place| is_open(place)).count();
        assert_eq!(before + house.len(), PLACES[Guest::Stranger as usize]);
        let next = places.take(ip("192.0.2.44"), Guest::Stranger).expect("the next to come has a place");
        assert!(is_open(&next));
        assert_eq!(floods.iter().filter(|place| is_open(place)).count(), before - 1);
    }

    #[test]
    fn of_many_networks_with_few_connections_the_idlest_goes() {
        let places = places();
        let house: Vec<_> =
            (0..6).map(|_| places.take(ip("198.51.100.7"), Guest::Stranger).expect("a place")).collect();
        let mut botnet = Vec::new();
        for number in 0..PLACES[Guest::Stranger as usize] - 6 {
            let [high, low] = u16::try_from(number).expect("small").to_be_bytes();
            botnet.push(places.take(IpAddr::from([203, high, low, 9]), Guest::Stranger).expect("a place"));
        }
        // The household does something, and that is newer than what the others do.
        for place in &house {
            place.connection.asks();
            place.connection.does(Doing::Idle);
        }
        for number in 0..200 {
            botnet.push(
                places
                    .take(IpAddr::from([204, 1, number, 9]), Guest::Stranger)
                    .expect("instead of an idle one"),
            );
        }
        assert!(house.iter().all(is_open));
        assert_eq!(botnet.iter().filter(|place| !is_open(place)).count(), 200);
        assert!(botnet[..200].iter().all(|place| !is_open(place)), "those who did nothing for longest");
    }

    #[test]
    fn strangers_take_no_place_of_this_computer_a_proxy_or_the_household() {
        let places = places();
        let _floods: Vec<_> = (1..=8).flat_map(|customer| flood(&places, customer)).collect();
        let mut kept = Vec::new();
        for (address, guest, count) in [
            ("127.0.0.1", Guest::ThisComputer, 1024),
            ("10.0.0.2", Guest::Proxy, 1024),
            ("198.51.100.7", Guest::Known, 256),
        ] {
            for _ in 0..count {
                kept.push(places.take(ip(address), guest).expect("a place of their own"));
            }
        }
        assert!(kept.iter().all(is_open));
    }

    #[test]
    fn a_full_house_loses_its_own_idle_connection_and_none_that_works() {
        let places = places();
        let house: Vec<_> =
            (0..256).map(|_| places.take(ip("198.51.100.7"), Guest::Stranger).expect("a place")).collect();
        for place in &house[1..] {
            place.connection.asks();
        }
        let next = places.take(ip("198.51.100.7"), Guest::Stranger).expect("in place of the idle one");
        assert!(!is_open(&house[0]) && house[1..].iter().all(is_open));
        next.connection.asks();
        assert!(places.take(ip("198.51.100.7"), Guest::Stranger).is_none(), "all of them work");
    }

    #[test]
    fn whoever_goes_leaves_their_place() {
        let places = places();
        for _ in 0..10_000 {
            places.take(ip("198.51.100.7"), Guest::Stranger).expect("a place");
        }
        assert!(places.0.lock().iter().all(Crowd::is_empty));
    }

    #[test]
    fn with_few_files_there_are_few_places_of_each_kind() {
        let places = Places::for_files(1024);
        assert!(places.0.most.iter().sum::<usize>() <= 1024 - OTHER_FILES);
        assert!(places.0.most.iter().all(|most| *most >= 100), "{:?}", places.0.most);
    }
}
