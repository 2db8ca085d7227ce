//! The limits, with time that is moved.

use super::*;
use crate::clock::ManualClock;
use crate::model::Timestamp;

const DAY: Duration = Duration::from_hours(24);

fn limits() -> (Arc<ManualClock>, Limits) {
    let clock = Arc::new(ManualClock::at(Timestamp::from_millis(1_790_000_000_000)));
    (Arc::clone(&clock), Limits::new(clock))
}

fn login() -> Login {
    Login::parse("ana").expect("valid")
}

fn from(address: &str) -> Networks {
    Networks::around(Some(address.parse().expect("an address")))
}

/// How many guesses go through in a day, of `networks` in turn.
fn guesses_in_a_day(lane: Lane, networks: &[Networks]) -> u32 {
    const EVERY: Duration = Duration::from_secs(10);
    let (clock, limits) = limits();
    let mut guesses = 0;
    let mut next = networks.iter().cycle();
    while clock.elapsed() < DAY {
        // Whoever is refused tries from some other networks at once.
        let mut tries = next.by_ref().take(networks.len().min(16));
        guesses += u32::from(tries.any(|networks| limits.sign_in(&login(), networks, lane).is_ok()));
        clock.advance(EVERY);
    }
    guesses
}

#[test]
fn the_sixth_guess_of_an_address_waits_and_says_how_long() {
    let (clock, limits) = limits();
    for _ in 0..5 {
        drop(limits.sign_in(&login(), &from("203.0.113.7"), Lane::Stranger).expect("allowed"));
    }
    let refused = limits.sign_in(&login(), &from("203.0.113.7"), Lane::Stranger);
    let Err(Error::TooManyAttempts { retry_after_s }) = refused else { panic!("{refused:?}") };
    assert_eq!(retry_after_s, 300);
    clock.advance(Duration::from_secs(retry_after_s));
    drop(limits.sign_in(&login(), &from("203.0.113.7"), Lane::Stranger).expect("allowed again"));
}

#[test]
fn guessing_stays_hopeless_from_wherever_it_comes() {
    assert_eq!(guesses_in_a_day(Lane::Stranger, &[from("203.0.113.7")]), 292, "one address");
    let of_24: Vec<_> = (0..=255).map(|last| from(&format!("203.0.113.{last}"))).collect();
    assert_eq!(guesses_in_a_day(Lane::Stranger, &of_24), 489, "a /24");
    let of_48: Vec<_> = (0..512).map(|net| from(&format!("2001:db8:1:{net:x}::1"))).collect();
    assert_eq!(guesses_in_a_day(Lane::Stranger, &of_48), 489, "a /48");
    let botnet: Vec<_> = (0..300).map(|net| from(&format!("198.51.{}.{}", net % 100, net / 100))).collect();
    assert_eq!(guesses_in_a_day(Lane::Stranger, &botnet), 2939, "all the world");
    assert_eq!(guesses_in_a_day(Lane::Home, &[from("192.168.1.9")]), 2884, "a computer at home");
    let lan: Vec<_> = (0..=255).map(|last| from(&format!("192.168.1.{last}"))).collect();
    assert_eq!(guesses_in_a_day(Lane::Home, &lan), 5779, "all computers at home");
}

#[test]
fn one_customers_networks_leave_others_most_of_what_strangers_may_guess() {
    let (clock, limits) = limits();
    for minute in 0..24 * 60 {
        for net in 0..64 {
            let networks = from(&format!("2001:db8:1:{net:x}::1"));
            drop(limits.sign_in(&login(), &networks, Lane::Stranger));
        }
        let phone = limits.sign_in(&login(), &from("198.51.100.7"), Lane::Stranger);
        phone.unwrap_or_else(|error| panic!("minute {minute}: {error}")).forgive();
        clock.advance(Duration::from_mins(1));
    }
}

#[test]
fn what_is_right_is_no_guess() {
    let (clock, limits) = limits();
    let device = DeviceId::new(&*clock, &crate::random::SeededRandom::new(1));
    for lane in [Lane::Stranger, Lane::Home, Lane::Known(Some(device))] {
        for _ in 0..200 {
            limits.sign_in(&login(), &from("203.0.113.7"), lane).expect("allowed").forgive();
        }
        for _ in 0..5 {
            drop(limits.sign_in(&login(), &from("203.0.113.7"), lane).expect("allowed"));
        }
        assert!(limits.sign_in(&login(), &from("203.0.113.7"), lane).is_err(), "{lane:?}");
    }
}

#[test]
fn guesses_that_are_made_at_once_are_no_more_than_one_after_another() {
    let (_, limits) = limits();
    let under_way: Vec<_> =
        (0..50).filter_map(|_| limits.sign_in(&login(), &from("203.0.113.7"), Lane::Stranger).ok()).collect();
    assert_eq!(under_way.len(), 5);
}

#[test]
fn hammering_on_a_name_locks_neither_the_home_nor_a_known_device_out() {
    let (clock, limits) = limits();
    let device = DeviceId::new(&*clock, &crate::random::SeededRandom::new(1));
    for attempt in 0..200 {
        let _ = limits.sign_in(&login(), &from(&format!("203.{attempt}.113.7")), Lane::Stranger);
    }
    assert!(
        limits.sign_in(&login(), &from("198.51.100.1"), Lane::Stranger).is_err(),
        "the ceiling is reached"
    );
    assert!(limits.sign_in(&login(), &from("198.51.100.1"), Lane::Home).is_ok());
    assert!(limits.sign_in(&login(), &from("198.51.100.1"), Lane::Known(Some(device))).is_ok());
}

#[test]
fn a_refused_attempt_takes_nothing_of_the_other_shares() {
    let (_, limits) = limits();
    for _ in 0..1000 {
        let _ = limits.sign_in(&login(), &from("203.0.113.7"), Lane::Stranger);
    }
    drop(limits.sign_in(&login(), &from("203.0.113.8"), Lane::Stranger).expect("a neighbour's own share"));
}

#[test]
fn a_clock_that_is_set_makes_nobody_wait_and_is_no_way_around() {
    let (clock, limits) = limits();
    let noon = clock.now();
    let guess = || limits.sign_in(&login(), &from("203.0.113.7"), Lane::Stranger);
    for jump in [noon.after(DAY * 7), noon, noon.before(DAY * 7)] {
        clock.set(jump);
        for _ in 0..5 {
            drop(guess().expect("allowed"));
        }
        // Another jump ahead opens nothing.
        clock.set(jump.after(DAY * 365));
        assert!(guess().is_err());
        clock.set(jump);
        assert!(guess().is_err());
        clock.advance(Duration::from_mins(25));
    }
}
