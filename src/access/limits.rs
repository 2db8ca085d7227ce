//! How often somebody may try to sign in, guess a PIN, a code or the set-up code.

use std::fmt;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use governor::clock::Clock as GovernorClock;
use governor::nanos::Nanos;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::model::{DeviceId, Login, ProfileId, SessionId};

/// The home's clock, as the limiter reads it.
#[derive(Clone, Debug)]
struct LimiterClock(Arc<dyn Clock>);

impl GovernorClock for LimiterClock {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        let millis = u64::try_from(self.0.now().as_millis()).unwrap_or_default();
        Nanos::from(Duration::from_millis(millis))
    }
}

type Limiter = RateLimiter<
    String,
    <DefaultKeyedRateLimiter<String> as Keyed>::Store,
    LimiterClock,
    governor::middleware::NoOpMiddleware<Nanos>,
>;

/// Names the store that governor's default keyed limiter uses.
trait Keyed {
    type Store: governor::state::keyed::ShrinkableKeyedStateStore<String>;
}

impl Keyed for DefaultKeyedRateLimiter<String> {
    type Store = governor::state::keyed::DashMapStateStore<String>;
}

/// How often somebody may try.
pub struct Limits {
    accounts: Limiter,
    addresses: Limiter,
    pins: Limiter,
    codes: Limiter,
    clock: LimiterClock,
}

impl fmt::Debug for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Limits")
    }
}

impl Limits {
    /// The limits: a burst for people who mistype, then a pace that makes guessing hopeless. For an account
    /// 5 at once and 2 a minute; for an address 20 at once and 10 a minute; for a PIN 5 at once and 1 in
    /// ten minutes (35 days for half of all four-digit ones); for codes 10 at once and 6 a minute.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let clock = LimiterClock(clock);
        let limiter = |burst: u32, period: Duration| {
            let quota = Quota::with_period(period)
                .and_then(|quota| NonZeroU32::new(burst).map(|burst| quota.allow_burst(burst)))
                .expect("periods and bursts are not zero");
            RateLimiter::new(quota, governor::state::keyed::DashMapStateStore::default(), clock.clone())
        };
        Self {
            accounts: limiter(5, Duration::from_secs(30)),
            addresses: limiter(20, Duration::from_secs(6)),
            pins: limiter(5, Duration::from_mins(10)),
            codes: limiter(10, Duration::from_secs(10)),
            clock,
        }
    }

    /// One more attempt to sign in. A device that the account knows has a pace of its own, so that a
    /// stranger who hammers on the name does not lock the household out.
    pub fn sign_in(&self, login: &Login, address: Option<IpAddr>, known: Option<DeviceId>) -> Result<()> {
        self.take(&self.addresses, &network_of(address))?;
        let key = match known {
            Some(device) => format!("{} {device}", login.key()),
            None => login.key(),
        };
        self.take(&self.accounts, &key)
    }

    /// One more attempt at the set-up code. Each network has a pace of its own: the code has 34 bits, and
    /// nobody on the network can keep the household from setting its home up.
    pub fn set_up(&self, address: Option<IpAddr>) -> Result<()> {
        self.take(&self.codes, &format!("set-up {}", network_of(address)))
    }

    /// One more attempt at a profile's PIN. Each session has a pace of its own, so that a child who keeps
    /// trying on the tablet does not lock the adults out on theirs.
    pub fn pin(&self, session: SessionId, profile: ProfileId) -> Result<()> {
        self.take(&self.pins, &format!("{session} {profile}"))
    }

    /// One more attempt at the current password, when changing it.
    pub fn password_change(&self, session: SessionId) -> Result<()> {
        self.take(&self.accounts, &session.to_string())
    }

    /// One more code typed in by a session.
    pub fn user_code(&self, session: SessionId) -> Result<()> {
        self.take(&self.codes, &session.to_string())
    }

    /// One more device that asks for a code.
    pub fn device_code(&self, address: Option<IpAddr>) -> Result<()> {
        self.take(&self.addresses, &format!("code {}", network_of(address)))
    }

    /// Forgets whoever has not tried for long.
    pub fn forget_old(&self) {
        for limiter in [&self.accounts, &self.addresses, &self.pins, &self.codes] {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }

    fn take(&self, limiter: &Limiter, key: &str) -> Result<()> {
        limiter.check_key(&key.to_owned()).map_err(|too_early| {
            let wait = too_early.wait_time_from(self.clock.now());
            Error::TooManyAttempts { retry_after_s: wait.as_secs() + u64::from(wait.subsec_nanos() > 0) }
        })
    }
}

/// What counts as one address: an IPv4 address, or an IPv6 network of 64 bits (one household's, RFC 6177).
pub(super) fn network_of(address: Option<IpAddr>) -> String {
    match address {
        None => "nowhere".to_owned(),
        Some(address) => match address.to_canonical() {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}")
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;
    use crate::model::Timestamp;

    fn limits() -> (Arc<ManualClock>, Limits) {
        let clock = Arc::new(ManualClock::at(Timestamp::from_millis(1_790_000_000_000)));
        (Arc::clone(&clock), Limits::new(clock))
    }

    fn login() -> Login {
        Login::parse("ana").expect("valid")
    }

    #[test]
    fn the_sixth_attempt_on_an_account_waits_and_says_how_long() {
        let (clock, limits) = limits();
        for attempt in 0..5_u8 {
            let address = IpAddr::from([203, 0, 113, attempt]);
            limits.sign_in(&login(), Some(address), None).expect("allowed");
        }
        let refused = limits.sign_in(&login(), Some(IpAddr::from([203, 0, 113, 99])), None);
        let Err(Error::TooManyAttempts { retry_after_s }) = refused else { panic!("{refused:?}") };
        assert_eq!(retry_after_s, 30);
        clock.advance(Duration::from_secs(30));
        limits.sign_in(&login(), Some(IpAddr::from([203, 0, 113, 99])), None).expect("allowed again");
    }

    #[test]
    fn addresses_of_one_ipv6_network_count_as_one() {
        let (_, limits) = limits();
        for attempt in 0..20_u16 {
            let address = IpAddr::from([0x2001, 0xdb8, 0, 7, 0, 0, 0, attempt]);
            let login = Login::parse(&format!("name {attempt}")).expect("valid");
            limits.sign_in(&login, Some(address), None).expect("allowed");
        }
        let same = IpAddr::from([0x2001, 0xdb8, 0, 7, 9, 9, 9, 9]);
        let other = IpAddr::from([0x2001, 0xdb8, 0, 8, 9, 9, 9, 9]);
        assert!(limits.sign_in(&login(), Some(same), None).is_err());
        assert!(limits.sign_in(&login(), Some(other), None).is_ok());
    }

    #[test]
    fn hammering_on_a_name_does_not_lock_a_known_device_out() {
        let (clock, limits) = limits();
        let device = DeviceId::new(&*clock, &crate::random::SeededRandom::new(1));
        for attempt in 0..6_u8 {
            let _ = limits.sign_in(&login(), Some(IpAddr::from([203, 0, 113, attempt])), None);
        }
        assert!(limits.sign_in(&login(), None, None).is_err());
        assert!(limits.sign_in(&login(), None, Some(device)).is_ok());
    }
}
