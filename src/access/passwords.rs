//! Hashing passwords and PINs with Argon2id, a few at a time.
//!
//! One hash takes 19 MiB and tens of milliseconds. Unbounded, 32 clients at once took 860 MB in a trial; so
//! at most [`AT_ONCE`] run, and at most [`WAITING`] wait in each lane of [`super::waiting`]: strangers are never between a
//! known device and its turn, and a network that asks for more than others is told that the home is busy.

use std::sync::Arc;

use argon2::password_hash::Error as Failure;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};

use super::crowd::MostOfNetworks;
use super::waiting::{Asker, Place, WaitingRoom};
use crate::error::{Error, Result};
use crate::model::Password;
use crate::random::Random;

/// Hashes that run at the same time.
pub const AT_ONCE: usize = 2;

/// Hashes that may wait for their turn in each lane.
pub const WAITING: usize = 64;

/// Those of strangers of one network: /64 or IPv4 address, /56, and /48 or /24.
const MOST_OF_NETWORKS: MostOfNetworks = [8, 16, 24];

/// A hash that nothing matches, with the parameters of real ones: checking it takes as long.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bGF0Y2hrZXktbm9ib2R5$\
                      8mY1yX0O1yqTnB1r9uYqf3xwJ0J4l5mJk7o2vV6c3sA";

/// Hashes and checks passwords, a few at a time.
#[derive(Debug)]
pub struct Passwords(Arc<WaitingRoom>);

/// Whether a password is the one that is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recognised {
    /// It is.
    Yes,
    /// It is, but it is kept in the very spelling it was typed in once: the hash is to be made anew.
    AsTyped,
    /// It is not.
    No,
}

impl Default for Passwords {
    fn default() -> Self {
        Self(Arc::new(WaitingRoom::new(AT_ONCE, WAITING, MOST_OF_NETWORKS)))
    }
}

impl Passwords {
    /// Whether `password` belongs to `hash`. Without a hash the same work is done, and the answer is no.
    ///
    /// # Errors
    ///
    /// [`Error::Busy`] when there is no memory to find out: that is no wrong password. [`Error::CorruptRecord`] when the
    /// hash is none.
    pub async fn verify(&self, asker: Asker, password: Vec<u8>, hash: Option<String>) -> Result<bool> {
        self.in_turn(asker, move || {
            let matches = matches(&password, hash.as_deref().unwrap_or(NOBODY))?;
            Ok(matches && hash.is_some())
        })
        .await
    }

    /// Whether `password` is the one that `hash` was made of. One that was kept as it was typed, before spellings were made
    /// one, is recognised too. Without a hash the same work is done, and the answer is no.
    pub async fn recognise(
        &self,
        asker: Asker,
        password: &Password,
        hash: Option<&str>,
    ) -> Result<Recognised> {
        Self::recognise_at(self.enter(asker).await?, password, hash).await
    }

    /// Waits for a place to check a password at. Whoever hangs up meanwhile leaves the room.
    pub async fn enter(&self, asker: Asker) -> Result<Place> {
        self.0.enter(asker).await
    }

    /// As [`Passwords::recognise`], at a place that was waited for.
    pub async fn recognise_at(place: Place, password: &Password, hash: Option<&str>) -> Result<Recognised> {
        let (normal, typed) = (password.as_bytes().to_vec(), password.as_typed().map(<[u8]>::to_vec));
        let hash = hash.map(str::to_owned);
        at(place, move || {
            let is = |password: &[u8]| {
                Ok::<_, Error>(matches(password, hash.as_deref().unwrap_or(NOBODY))? && hash.is_some())
            };
            Ok(match typed {
                _ if is(&normal)? => Recognised::Yes,
                Some(typed) if is(&typed)? => Recognised::AsTyped,
                _ => Recognised::No,
            })
        })
        .await
    }

    /// The hash to keep of a password, with a new salt.
    pub async fn hash(&self, asker: Asker, random: &dyn Random, password: Vec<u8>) -> Result<String> {
        let mut salt = [0; 16];
        random.fill(&mut salt);
        self.in_turn(asker, move || {
            let hash = Argon2::default().hash_password_with_salt(&password, &salt).map_err(failed)?;
            Ok(hash.to_string())
        })
        .await
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        asker: Asker,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        at(self.enter(asker).await?, work).await
    }
}

async fn at<T: Send + 'static>(place: Place, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(move || {
        // Held by the work itself: it goes on, and must count, when whoever asked has hung up.
        let _place = place;
        work()
    })
    .await
    .map_err(Error::internal)?
}

fn matches(password: &[u8], hash: &str) -> Result<bool> {
    // Why, and never what it says.
    let corrupt = |why: Failure| Error::corrupt("password_hash", why);
    let hash = PasswordHash::new(hash).map_err(|_| corrupt(Failure::EncodingInvalid))?;
    // Without either there is nothing to compare with, which would look like a wrong password.
    if hash.salt.is_none() || hash.hash.is_none() {
        return Err(corrupt(Failure::ParamsInvalid));
    }
    match Argon2::default().verify_password(password, &hash) {
        Ok(()) => Ok(true),
        Err(Failure::PasswordInvalid) => Ok(false),
        Err(cause @ (Failure::OutOfMemory | Failure::Internal)) => Err(failed(cause)),
        // What the hash says of itself: its kind, its version, its parameters.
        Err(why) => Err(corrupt(why)),
    }
}

fn failed(cause: Failure) -> Error {
    if cause == Failure::OutOfMemory {
        tracing::warn!("there is no memory to check a password with");
        return Error::Busy;
    }
    Error::internal(cause.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SeededRandom;

    fn asker() -> Asker {
        Asker::with_session()
    }

    #[tokio::test]
    async fn a_password_is_kept_as_argon2id_and_recognised() {
        let passwords = Passwords::default();
        let random = SeededRandom::new(1);
        let hash = passwords.hash(asker(), &random, b"correct horse".to_vec()).await.expect("hashes");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(
            passwords.verify(asker(), b"correct horse".to_vec(), Some(hash.clone())).await.expect("checks")
        );
        assert!(!passwords.verify(asker(), b"battery staple".to_vec(), Some(hash)).await.expect("checks"));
    }

    #[tokio::test]
    async fn what_was_kept_as_it_was_typed_is_still_recognised() {
        let passwords = Passwords::default();
        let typed = "e\u{301}te\u{301} 2026";
        let before =
            passwords.hash(asker(), &SeededRandom::new(1), typed.as_bytes().to_vec()).await.expect("hashes");
        for (password, expected) in
            [(typed, Recognised::AsTyped), ("été 2026", Recognised::No), ("ete 2026", Recognised::No)]
        {
            let password = Password::received(password).expect("short");
            assert_eq!(
                passwords.recognise(asker(), &password, Some(&before)).await.expect("checks"),
                expected
            );
            assert_eq!(passwords.recognise(asker(), &password, None).await.expect("checks"), Recognised::No);
        }
    }

    #[tokio::test]
    async fn nobody_has_no_password_but_costs_as_much() {
        assert!(!Passwords::default().verify(asker(), b"x".to_vec(), None).await.expect("checks"));
        let nobody = PasswordHash::new(NOBODY).expect("a hash like any other");
        let params = argon2::Params::try_from(&nobody).expect("with parameters");
        let real = argon2::Params::default();
        assert_eq!(
            (params.m_cost(), params.t_cost(), params.p_cost()),
            (real.m_cost(), real.t_cost(), real.p_cost())
        );
    }

    #[tokio::test]
    async fn a_hash_that_cannot_be_read_is_not_a_wrong_password() {
        let passwords = Passwords::default();
        let right =
            passwords.hash(asker(), &SeededRandom::new(1), b"correct horse".to_vec()).await.expect("hashes");
        let cut = right.rsplit_once('$').expect("parts").0.to_owned();
        let greedy = right.replace("m=19456", "m=4294967295");
        for hash in [cut, greedy, right.replace("argon2id", "argon3"), String::new(), "secret".into()] {
            let answer = passwords.verify(asker(), b"correct horse".to_vec(), Some(hash.clone())).await;
            let is_told =
                matches!(answer, Err(Error::CorruptRecord { column: "password_hash", .. } | Error::Busy));
            assert!(is_told, "{hash}: {answer:?}");
        }
    }

    #[test]
    fn no_memory_is_a_home_that_is_busy() {
        assert!(matches!(failed(Failure::OutOfMemory), Error::Busy));
        assert!(matches!(failed(Failure::Internal), Error::Internal(_)));
    }
}
