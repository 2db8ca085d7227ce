//! Whether what is said to be kept is kept: what failed last, said once in the log and at every question.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

use super::fault::fault_of;
use crate::error::{Error, Fault, Result};

/// What is wrong with the home's files, if anything is.
#[derive(Debug, Default)]
pub(super) struct Health {
    fault: Mutex<Option<Fault>>,
    /// Beside it, for those who ask at every request: whether it is one that nothing may be answered with.
    lost: AtomicBool,
    /// The same, for those who wait for it.
    gone: CancellationToken,
}

impl Health {
    /// What is wrong.
    pub(super) fn fault(&self) -> Option<Fault> {
        *self.lock()
    }

    /// Nothing while changes are kept, as far as is known.
    pub(super) fn unless_failing(&self) -> Result<()> {
        match self.fault() {
            None => Ok(()),
            Some(fault) => Err(Error::Failing(fault)),
        }
    }

    /// Nothing while the home's files are there; looks at memory only.
    pub(super) fn unless_lost(&self) -> Result<()> {
        if !self.lost.load(Ordering::Acquire) {
            return Ok(());
        }
        let fault = self.fault().unwrap_or(Fault::Disk);
        Err(Error::Failing(fault))
    }

    /// Waits until they are not.
    pub(super) fn until_lost(&self) -> WaitForCancellationFutureOwned {
        self.gone.clone().cancelled_owned()
    }

    /// Notes a failure, when it is one of the place where everything is kept.
    pub(super) fn note(&self, cause: &sqlx::Error) {
        if let Some(fault) = fault_of(cause) {
            self.failed(fault, &cause.to_string());
        }
    }

    /// Notes that a change failed. Logged when it is news, and not again as long as it stays.
    pub(super) fn failed(&self, fault: Fault, cause: &str) {
        let mut now = self.lock();
        // What is lost stays lost: what was written since is not what the next start finds.
        if *now == Some(fault) || matches!(*now, Some(Fault::Lost(_))) {
            tracing::debug!(code = fault.code(), cause, "still nothing can be kept");
            return;
        }
        *now = Some(fault);
        if matches!(fault, Fault::Lost(_)) {
            self.lost.store(true, Ordering::Release);
            self.gone.cancel();
        }
        let (reason, remedy) = (fault.reason(), fault.remedy());
        tracing::error!(code = fault.code(), cause, "nothing can be kept: {reason}. {remedy}");
    }

    /// Notes that a change that needs room was kept.
    pub(super) fn is_well(&self) {
        let mut now = self.lock();
        if matches!(*now, None | Some(Fault::Lost(_))) {
            return;
        }
        *now = None;
        tracing::info!("changes are kept again");
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Fault>> {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_lost_stays_lost_until_a_new_start() {
        let health = Health::default();
        assert!(health.unless_lost().is_ok());
        health.failed(Fault::DiskFull, "full");
        assert!(health.unless_lost().is_ok(), "what is in memory is still true");
        health.is_well();
        assert_eq!(health.fault(), None);
        health.failed(Fault::Lost("latchkey.db"), "gone");
        health.failed(Fault::DiskFull, "full");
        health.is_well();
        assert_eq!(health.fault(), Some(Fault::Lost("latchkey.db")));
        let refused = health.unless_lost().expect_err("nothing is answered");
        assert_eq!((refused.code(), refused.status()), ("storage_lost", 503));
    }

    #[test]
    fn what_stays_wrong_is_logged_once_and_so_is_that_it_is_over() {
        let log = tempfile::NamedTempFile::new().expect("a file");
        let subscriber = tracing_subscriber::fmt()
            .with_writer(Mutex::new(log.reopen().expect("opens")))
            .with_ansi(false)
            .finish();
        tracing::subscriber::with_default(subscriber, || {
            let health = Health::default();
            for _ in 0..100 {
                health.failed(Fault::DiskFull, "database or disk is full");
            }
            health.is_well();
            health.is_well();
        });
        let lines = std::fs::read_to_string(log.path()).expect("reads");
        let lines: Vec<&str> = lines.lines().collect();
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(lines[0].contains("ERROR") && lines[0].contains("database or disk is full"), "{lines:?}");
        assert!(lines[1].contains("INFO"), "{lines:?}");
    }
}
