//! How often somebody may try to sign in, guess a PIN, a code or the set-up code.
//!
//! Guesses are counted, not attempts: each takes its share before it is looked at, so that many at once are no more than
//! one after another, and what turns out to be right gives it back. How much a stranger may guess is counted by who
//! would be kept out by it: strangers have a ceiling for the account and less than a sixth of it for what one customer of
//! a provider has, so that none of them uses it up; networks of the household and its devices have shares of their own.
//! `docs/decisions/0013-floods-are-counted-by-network.md` has the sums.

mod pace;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;
use pace::Pace;

use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::model::{AccountId, ChannelId, DeviceId, Login, Networks, ProfileId, SessionId};

/// Who tries, as far as that is known before they have proven anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Lane {
    /// A device that the account knows by its secret, or a session.
    Known(Option<DeviceId>),
    /// From this computer, the home's own network, or one from which a live session was used lately.
    Home,
    /// Anybody else.
    Stranger,
}

/// How many guesses at an account's password, each with its key.
#[derive(Debug)]
struct Guesses {
    /// Of a known device.
    device: Pace<(String, DeviceId)>,
    /// Of one of the household's networks, and of them all.
    home: Pace<(String, IpNet)>,
    homes: Pace<String>,
    /// Of a stranger's /64 or address, /56, and /48 or /24; and of all strangers.
    stranger: [Pace<(String, IpNet)>; 3],
    strangers: Pace<String>,
}

/// How often somebody may try.
pub struct Limits {
    clock: Arc<dyn Clock>,
    guesses: Guesses,
    /// What costs the home something, whoever is right: attempts of strangers by network, and of the household's networks.
    attempts: [Pace<(Asked, IpNet)>; 3],
    attempts_at_home: Pace<(Asked, IpNet)>,
    /// New devices that an account gets from one network, with the right password.
    new_devices: Pace<(String, IpNet)>,
    pins: Pace<(SessionId, ProfileId)>,
    changes: Pace<SessionId>,
    codes: Pace<SessionId>,
    /// Trials of a channel: where it ends may be somebody else's mailbox.
    trials: Pace<ChannelId>,
    services: Pace<SessionId>,
    relayed: Pace<ChannelId>,
    pairings: Pace<SessionId>,
    pairing_codes: [Pace<IpNet>; 3],
    drills: Pace<AccountId>,
    set_up: [Pace<IpNet>; 3],
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Asked {
    SignIn,
    Code,
}

impl fmt::Debug for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Limits")
    }
}

/// An attempt that was let through. It counts as a guess that failed, unless it is forgiven.
#[must_use = "an attempt that is right must be forgiven"]
#[derive(Default)]
pub struct Attempt<'a>(Vec<Box<dyn FnOnce() + Send + 'a>>);

impl fmt::Debug for Attempt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Attempt({} shares)", self.0.len())
    }
}

impl Attempt<'_> {
    /// It was no guess: it was right, or could not be looked at.
    pub fn forgive(self) {
        for give_back in self.0 {
            give_back();
        }
    }
}

/// Seconds and minutes, as the table below reads best.
const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

impl Limits {
    /// The limits: a burst for people who mistype, then a pace that makes guessing hopeless.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            guesses: Guesses {
                device: Pace::new(5, secs(30)),
                home: Pace::new(5, secs(30)),
                homes: Pace::new(20, secs(15)),
                stranger: [Pace::new(5, secs(300)), Pace::new(8, secs(240)), Pace::new(10, secs(180))],
                strangers: Pace::new(60, secs(30)),
            },
            attempts: [Pace::new(20, secs(6)), Pace::new(30, secs(4)), Pace::new(40, secs(3))],
            attempts_at_home: Pace::new(60, secs(2)),
            new_devices: Pace::new(100, secs(30)),
            // 35 days for half of all four-digit ones.
            pins: Pace::new(5, secs(600)),
            changes: Pace::new(5, secs(30)),
            codes: Pace::new(10, secs(10)),
            trials: Pace::new(5, secs(60)),
            // Each has the home knock at a server.
            services: Pace::new(20, secs(5)),
            // Each costs a fraction of a millisecond to open, and a relay may post as many as it likes.
            relayed: Pace::new(30, secs(2)),
            pairings: Pace::new(10, secs(10)),
            pairing_codes: [Pace::new(10, secs(10)), Pace::new(20, secs(5)), Pace::new(30, secs(4))],
            // Six at once, and six an hour.
            drills: Pace::new(6, secs(600)),
            set_up: [Pace::new(10, secs(10)), Pace::new(20, secs(5)), Pace::new(30, secs(4))],
        }
    }

    /// One more attempt to sign in.
    pub fn sign_in(&self, login: &Login, networks: &Networks, lane: Lane) -> Result<Attempt<'_>> {
        let mut shares = self.shares();
        let (key, house) = (login.key(), networks.house());
        match lane {
            Lane::Known(Some(device)) => shares.take(&self.guesses.device, (key, device))?,
            Lane::Known(None) | Lane::Home => {
                shares.take(&self.attempts_at_home, (Asked::SignIn, house))?;
                shares.take(&self.guesses.home, (key.clone(), house))?;
                shares.take(&self.guesses.homes, key)?;
            }
            Lane::Stranger => {
                for (pace, net) in self.attempts.iter().zip(networks.levels()) {
                    shares.take(pace, (Asked::SignIn, net))?;
                }
                for (pace, net) in self.guesses.stranger.iter().zip(networks.levels()) {
                    shares.take(pace, (key.clone(), net))?;
                }
                shares.take(&self.guesses.strangers, key)?;
            }
        }
        Ok(shares.attempt())
    }

    /// One more device that the account does not know, with the right password: whoever has that is not to fill the list.
    pub fn new_device(&self, login: &Login, networks: &Networks) -> Result<()> {
        let [.., wide] = networks.levels();
        self.shares().take(&self.new_devices, (login.key(), wide))
    }

    /// One more attempt at the set-up code. Each network has a pace of its own: the code has 34 bits, and nobody can keep
    /// the household from setting its home up.
    pub fn set_up(&self, networks: &Networks) -> Result<Attempt<'_>> {
        let mut shares = self.shares();
        for (pace, net) in self.set_up.iter().zip(networks.levels()) {
            shares.take(pace, net)?;
        }
        Ok(shares.attempt())
    }

    /// One more attempt at a profile's PIN. Each session has a pace of its own, so that a child who keeps trying on the
    /// tablet does not lock the adults out on theirs.
    pub fn pin(&self, session: SessionId, profile: ProfileId) -> Result<Attempt<'_>> {
        let mut shares = self.shares();
        shares.take(&self.pins, (session, profile))?;
        Ok(shares.attempt())
    }

    /// One more attempt at the current password, when changing it.
    pub fn password_change(&self, session: SessionId) -> Result<Attempt<'_>> {
        let mut shares = self.shares();
        shares.take(&self.changes, session)?;
        Ok(shares.attempt())
    }

    /// One more code typed in by a session.
    pub fn user_code(&self, session: SessionId) -> Result<Attempt<'_>> {
        let mut shares = self.shares();
        shares.take(&self.codes, session)?;
        Ok(shares.attempt())
    }

    /// One more trial of a channel.
    pub fn channel_trial(&self, channel: ChannelId) -> Result<()> {
        self.shares().take(&self.trials, channel)
    }

    /// One more time that a session has the home ask a server that it names.
    pub fn service_trial(&self, session: SessionId) -> Result<()> {
        self.shares().take(&self.services, session)
    }

    /// One more text that comes by a relay for a channel, whatever it is.
    pub fn relayed(&self, channel: ChannelId) -> Result<()> {
        self.shares().take(&self.relayed, channel)
    }

    /// One more code that a session shows to a phone.
    pub fn pairing(&self, session: SessionId) -> Result<()> {
        self.shares().take(&self.pairings, session)
    }

    /// One more code that a phone brings. Each network has a pace of its own, as at the set-up: the code has 34 bits and two
    /// minutes, and nobody can keep the household's phones from bringing theirs.
    pub fn pairing_code(&self, networks: &Networks) -> Result<Attempt<'_>> {
        let mut shares = self.shares();
        for (pace, net) in self.pairing_codes.iter().zip(networks.levels()) {
            shares.take(pace, net)?;
        }
        Ok(shares.attempt())
    }

    /// One more fire drill of an account: a household that hears of one after the other stops listening.
    pub fn drill(&self, account_id: AccountId) -> Result<()> {
        self.shares().take(&self.drills, account_id)
    }

    /// One more device that asks for a code.
    pub fn device_code(&self, networks: &Networks, lane: Lane) -> Result<()> {
        let mut shares = self.shares();
        if lane == Lane::Stranger {
            for (pace, net) in self.attempts.iter().zip(networks.levels()) {
                shares.take(pace, (Asked::Code, net))?;
            }
            return Ok(());
        }
        shares.take(&self.attempts_at_home, (Asked::Code, networks.house()))
    }

    /// Forgets whoever has not tried for long.
    pub fn forget_old(&self) {
        let now = self.clock.elapsed();
        let Guesses { device, home, homes, stranger, strangers } = &self.guesses;
        device.forget_old(now);
        home.forget_old(now);
        homes.forget_old(now);
        strangers.forget_old(now);
        for pace in stranger {
            pace.forget_old(now);
        }
        for pace in &self.attempts {
            pace.forget_old(now);
        }
        self.attempts_at_home.forget_old(now);
        self.new_devices.forget_old(now);
        self.pins.forget_old(now);
        self.changes.forget_old(now);
        self.codes.forget_old(now);
        self.trials.forget_old(now);
        self.relayed.forget_old(now);
        self.pairings.forget_old(now);
        self.drills.forget_old(now);
        for pace in self.pairing_codes.iter().chain(&self.set_up) {
            pace.forget_old(now);
        }
    }

    fn shares(&self) -> Shares<'_> {
        Shares { now: self.clock.elapsed(), taken: Attempt::default() }
    }
}

/// What an attempt has taken so far. All of it or nothing: when one is refused, the others are given back.
struct Shares<'a> {
    now: Duration,
    taken: Attempt<'a>,
}

impl<'a> Shares<'a> {
    fn take<K>(&mut self, pace: &'a Pace<K>, key: K) -> Result<()>
    where
        K: std::hash::Hash + Eq + Clone + Send + Sync + 'a,
    {
        match pace.take(&key, self.now) {
            Ok(()) => {
                self.taken.0.push(Box::new(move || pace.give_back(&key)));
                Ok(())
            }
            Err(wait) => {
                std::mem::take(&mut self.taken).forgive();
                let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
                Err(Error::TooManyAttempts { retry_after_s: seconds })
            }
        }
    }

    fn attempt(self) -> Attempt<'a> {
        self.taken
    }
}

#[cfg(test)]
mod tests;
