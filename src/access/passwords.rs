//! Hashing passwords and PINs with Argon2id, a few at a time.
//!
//! One hash takes 19 MiB and tens of milliseconds. Unbounded, 32 clients at once took 860 MB in a trial; so
//! at most [`AT_ONCE`] run, at most [`WAITING`] wait, and the next one is told that the home is busy.

use std::sync::Arc;

use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use tokio::sync::Semaphore;

use crate::error::{Error, Result};
use crate::random::Random;

/// Hashes that run at the same time.
pub const AT_ONCE: usize = 2;

/// Hashes that may wait for their turn.
pub const WAITING: usize = 64;

/// A hash that nothing matches, with the parameters of real ones: checking it takes as long.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bGF0Y2hrZXktbm9ib2R5$\
                      8mY1yX0O1yqTnB1r9uYqf3xwJ0J4l5mJk7o2vV6c3sA";

/// Hashes and checks passwords, a few at a time.
#[derive(Debug)]
pub struct Passwords {
    running: Arc<Semaphore>,
    admitted: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self {
            running: Arc::new(Semaphore::new(AT_ONCE)),
            admitted: Arc::new(Semaphore::new(AT_ONCE + WAITING)),
        }
    }
}

impl Passwords {
    /// Whether `password` belongs to `hash`. Without a hash the same work is done, and the answer is no.
    pub async fn verify(&self, password: Vec<u8>, hash: Option<String>) -> Result<bool> {
        self.in_turn(move || {
            let matches =
                Argon2::default().verify_password(&password, hash.as_deref().unwrap_or(NOBODY)).is_ok();
            Ok(matches && hash.is_some())
        })
        .await
    }

    /// The hash to keep of a password, with a new salt.
    pub async fn hash(&self, random: &dyn Random, password: Vec<u8>) -> Result<String> {
        let mut salt = [0; 16];
        random.fill(&mut salt);
        self.in_turn(move || {
            let hash = Argon2::default()
                .hash_password_with_salt(&password, &salt)
                .map_err(|cause| Error::internal(cause.to_string()))?;
            Ok(hash.to_string())
        })
        .await
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let _admitted = Arc::clone(&self.admitted).try_acquire_owned().map_err(|_| Error::Busy)?;
        let running = Arc::clone(&self.running).acquire_owned().await.map_err(Error::internal)?;
        tokio::task::spawn_blocking(move || {
            // Held by the work itself: it goes on, and must count, when whoever asked has hung up.
            let _running = running;
            work()
        })
        .await
        .map_err(Error::internal)?
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SeededRandom;

    #[tokio::test]
    async fn a_password_is_kept_as_argon2id_and_recognised() {
        let passwords = Passwords::default();
        let random = SeededRandom::new(1);
        let hash = passwords.hash(&random, b"correct horse".to_vec()).await.expect("hashes");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(passwords.verify(b"correct horse".to_vec(), Some(hash.clone())).await.expect("checks"));
        assert!(!passwords.verify(b"battery staple".to_vec(), Some(hash)).await.expect("checks"));
    }

    #[tokio::test]
    async fn nobody_has_no_password_but_costs_as_much() {
        use argon2::password_hash::phc::PasswordHash;
        assert!(!Passwords::default().verify(b"x".to_vec(), None).await.expect("checks"));
        let nobody = PasswordHash::new(NOBODY).expect("a hash like any other");
        let params = argon2::Params::try_from(&nobody).expect("with parameters");
        let real = argon2::Params::default();
        assert_eq!(
            (params.m_cost(), params.t_cost(), params.p_cost()),
            (real.m_cost(), real.t_cost(), real.p_cost())
        );
    }

    #[tokio::test]
    async fn more_than_may_wait_are_told_that_the_home_is_busy() {
        let passwords = Passwords::default();
        let _all = passwords.admitted.try_acquire_many(u32::try_from(AT_ONCE + WAITING).expect("small"));
        let refused = passwords.verify(b"x".to_vec(), None).await;
        assert!(matches!(refused, Err(Error::Busy)));
    }
}
