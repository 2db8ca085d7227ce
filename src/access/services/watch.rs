//! What the home remembers of its services while it runs: the lines to them, who is to look at once, and whether somebody looks.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Mutex as AsyncMutex, Notify, OwnedMutexGuard};
use url::Url;

use super::links::Links;
use crate::access::Core;
use crate::error::{Error, Result};
use crate::model::{Service, ServiceId, SessionId, Timestamp};
use crate::services::keys::ServiceKeys;
use crate::services::{Keys, Line};
use crate::store::Turn;

/// What the home remembers of its services while it runs.
pub struct Watch {
    keys: Arc<dyn ServiceKeys>,
    each: Mutex<HashMap<ServiceId, Each>>,
    /// Wakes whoever reads the services: one was added, changed or removed.
    changed: Notify,
    /// Who has a screen open.
    looking: AtomicU32,
    /// Wakes everybody who reads a service: somebody begins to look.
    looked_at: Notify,
    /// Counts what must be told apart by what came first: looks that begin, and sign-ins that were seen to be gone.
    counted: AtomicU64,
    /// How often a service said that it ended a sign-in which was still there.
    said_done: Mutex<HashMap<SessionId, u32>>,
    pub(super) links: Links,
}

/// When a look began, among all that were begun since the home runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Began(u64);

/// How a service was asked: as what it was then, by which line, and since when. What comes of it counts as long as that still holds.
#[derive(Clone)]
pub struct Asked {
    /// The service, as it was.
    pub service: Service,
    /// The line that it is asked by; `None` where nobody is asked.
    line: Option<Arc<Line>>,
    began: Began,
}

impl Asked {
    /// Of a service that is about to be asked by this line.
    pub fn by(core: &Core, service: Service, line: &Arc<Line>) -> Self {
        Self { service, line: Some(Arc::clone(line)), began: core.services.begins() }
    }

    /// Of one that nobody asks.
    pub fn nobody(core: &Core, service: Service) -> Self {
        Self { service, line: None, began: core.services.begins() }
    }

    /// When it began.
    pub(super) const fn began(&self) -> Began {
        self.began
    }

    /// Notes that the key was refused: nothing is asked by this line any more, whoever has it.
    pub(super) fn refuse(&self) {
        if let Some(line) = &self.line {
            line.refuse();
        }
    }

    /// The service as it is now; `None` where it was removed, paused, or is asked otherwise by now. To be asked in a turn.
    pub(super) async fn still(&self, core: &Core, _turn: &Turn<'_>) -> Result<Option<Service>> {
        let of = &self.service;
        if self.line.as_ref().is_some_and(|line| !core.services.is_current(of.id, line)) {
            return Ok(None);
        }
        let is_as_it_was =
            |now: &Service| (&now.url, now.pin, now.paused_at) == (&of.url, of.pin, of.paused_at);
        Ok(core.store.watched_service(of.id).await?.filter(is_as_it_was))
    }
}

/// What it remembers of one.
#[derive(Default)]
struct Each {
    line: Option<Arc<Line>>,
    /// Held by whoever makes a line or changes what one is made of: no key goes to another address than it was given for.
    making: Arc<AsyncMutex<()>>,
    /// Whether whoever answers by the line has shown that it is the server that was added.
    is_proven: bool,
    /// Wakes whoever reads it.
    bell: Arc<Notify>,
    /// When it was last read, where that is not written down: nothing else was new.
    read_at: Option<Timestamp>,
    /// Held by whoever takes a look in, so that the parts of two do not mix.
    taking: Arc<AsyncMutex<()>>,
    /// When the latest look began that was taken in.
    taken: Option<Began>,
    /// The service's ids of sign-ins that were read back as gone, and when, since that look.
    gone: Vec<(Began, String)>,
}

impl std::fmt::Debug for Watch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Watch").finish_non_exhaustive()
    }
}

impl Watch {
    /// For services whose keys are there.
    pub fn new(keys: Arc<dyn ServiceKeys>) -> Self {
        Self {
            keys,
            each: Mutex::default(),
            changed: Notify::new(),
            looking: AtomicU32::new(0),
            looked_at: Notify::new(),
            counted: AtomicU64::new(0),
            said_done: Mutex::default(),
            links: Links::default(),
        }
    }

    /// Waits until a service was added, changed or removed.
    pub async fn changed(&self) {
        self.changed.notified().await;
    }

    /// What rings when a service is to be looked at at once.
    pub fn bell(&self, id: ServiceId) -> Arc<Notify> {
        Arc::clone(&self.lock().entry(id).or_default().bell)
    }

    /// Has a service looked at at once.
    pub fn ring(&self, id: ServiceId) {
        self.bell(id).notify_one();
    }

    /// Whether somebody looks at the devices now.
    pub fn is_looked_at(&self) -> bool {
        self.looking.load(Ordering::Relaxed) > 0
    }

    /// Waits until somebody begins to look.
    pub async fn looked_at_anew(&self) {
        self.looked_at.notified().await;
    }

    /// Notes that a service was read, where nothing of it is written down.
    pub(super) fn note_read(&self, id: ServiceId, at: Timestamp) {
        self.lock().entry(id).or_default().read_at = Some(at);
    }

    /// When it was last read, as far as is not written down.
    pub(super) fn read_at(&self, id: ServiceId) -> Option<Timestamp> {
        self.lock().get(&id).and_then(|each| each.read_at)
    }

    /// A look begins.
    fn begins(&self) -> Began {
        Began(self.counted.fetch_add(1, Ordering::Relaxed))
    }

    /// Waits until no other look at a service is being taken in.
    pub(super) async fn taking(&self, id: ServiceId) -> OwnedMutexGuard<()> {
        let taking = Arc::clone(&self.lock().entry(id).or_default().taking);
        taking.lock_owned().await
    }

    /// Notes that a look is taken in. `false`: one that began later is in already, and this one is not to be.
    pub(super) fn takes(&self, id: ServiceId, began: Began) -> bool {
        let mut all = self.lock();
        let each = all.entry(id).or_default();
        if each.taken.is_some_and(|taken| taken > began) {
            return false;
        }
        each.taken = Some(began);
        // No look that began before this one will be.
        each.gone.retain(|(at, _)| *at > began);
        true
    }

    /// Notes sign-ins that were read back as gone.
    pub(super) fn note_gone(&self, id: ServiceId, external_ids: impl Iterator<Item = String>) {
        let at = self.begins();
        let mut all = self.lock();
        all.entry(id).or_default().gone.extend(external_ids.map(|external_id| (at, external_id)));
    }

    /// Sign-ins that were read back as gone since a look began: it may have seen them before that.
    pub(super) fn gone_since(&self, id: ServiceId, began: Began) -> HashSet<String> {
        let all = self.lock();
        let gone = all.get(&id).map_or(&[][..], |each| each.gone.as_slice());
        gone.iter().filter(|(at, _)| *at > began).map(|(_, external_id)| external_id.clone()).collect()
    }

    /// Counts that a service said it had ended a sign-in which was still there. Since the home runs: it is given another chance then.
    pub(super) fn said_done(&self, id: SessionId) -> u32 {
        let mut all = self.said_done.lock().unwrap_or_else(PoisonError::into_inner);
        let times = all.entry(id).or_default();
        *times = times.saturating_add(1);
        *times
    }

    /// Forgets that count.
    pub(super) fn forget_said_done(&self, id: SessionId) {
        self.said_done.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }

    /// Whether a service is still asked by this line: it was not removed or paused, and has no new key.
    pub fn is_current(&self, id: ServiceId, line: &Arc<Line>) -> bool {
        let all = self.lock();
        all.get(&id).and_then(|each| each.line.as_ref()).is_some_and(|current| Arc::ptr_eq(current, line))
    }

    /// Whether whoever answers by this line has shown that it is the server that was added.
    pub fn is_proven(&self, id: ServiceId, line: &Arc<Line>) -> bool {
        let all = self.lock();
        let each = all.get(&id).filter(|each| each.is_proven);
        each.and_then(|each| each.line.as_ref()).is_some_and(|current| Arc::ptr_eq(current, line))
    }

    /// Notes whether it has: not any more, once it did not answer, for another one may have its address by now.
    pub fn note_proven(&self, id: ServiceId, line: &Arc<Line>, is_proven: bool) {
        if let Some(each) = self.lock().get_mut(&id)
            && each.line.as_ref().is_some_and(|current| Arc::ptr_eq(current, line))
        {
            each.is_proven = is_proven;
        }
    }

    /// Has nobody ask a service, nor make a line to it, until this is dropped: its address or its keys become others, or it is removed.
    pub(super) async fn changing(&self, id: ServiceId) -> OwnedMutexGuard<()> {
        let making = Arc::clone(&self.lock().entry(id).or_default().making);
        let changing = making.lock_owned().await;
        self.forget_line(id);
        changing
    }

    fn forget_line(&self, id: ServiceId) {
        let mut all = self.lock();
        let each = all.entry(id).or_default();
        (each.line, each.is_proven) = (None, false);
    }

    /// Forgets the line to a service, and wakes whoever reads the services: it is asked otherwise from now on, or not any more.
    pub(super) fn has_changed(&self, id: ServiceId) {
        self.forget_line(id);
        self.ring(id);
        self.changed.notify_one();
    }

    fn line(&self, id: ServiceId) -> Option<Arc<Line>> {
        self.lock().get(&id).and_then(|each| each.line.clone())
    }

    /// Keeps keys. Blocks as the keyring does, elsewhere, and is never waited for in a turn.
    pub(super) async fn keep_keys(&self, id: ServiceId, keys: Keys) -> Result<()> {
        let store = Arc::clone(&self.keys);
        tokio::task::spawn_blocking(move || store.write(id, &keys)).await.map_err(Error::internal)?
    }

    /// Forgets the keys of a service.
    pub(super) async fn forget_keys(&self, id: ServiceId) -> Result<()> {
        let store = Arc::clone(&self.keys);
        tokio::task::spawn_blocking(move || store.remove(id)).await.map_err(Error::internal)?
    }

    /// The keys of a service; `None` where there are none any more.
    pub(super) async fn keys(&self, id: ServiceId) -> Result<Option<Keys>> {
        let store = Arc::clone(&self.keys);
        tokio::task::spawn_blocking(move || store.read(id)).await.map_err(Error::internal)?
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ServiceId, Each>> {
        self.each.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Somebody has a screen open, until this is dropped: what they look at is read more often.
pub struct Looking(Arc<Core>);

impl Looking {
    /// From now on.
    pub fn begin(core: &Arc<Core>) -> Self {
        if core.services.looking.fetch_add(1, Ordering::Relaxed) == 0 {
            core.services.looked_at.notify_waiters();
        }
        Self(Arc::clone(core))
    }
}

impl Drop for Looking {
    fn drop(&mut self) {
        self.0.services.looking.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The line to a service; `None` where its keys are not there any more, or the service is not.
pub async fn line(core: &Core, id: ServiceId) -> Result<Option<Arc<Line>>> {
    if let Some(line) = core.services.line(id) {
        return Ok(Some(line));
    }
    let making = Arc::clone(&core.services.lock().entry(id).or_default().making);
    let _making = making.lock_owned().await;
    if let Some(line) = core.services.line(id) {
        return Ok(Some(line));
    }
    // Where it is and with which keys it is asked are read together: whoever changes them waits meanwhile.
    let Some(service) = core.store.watched_service(id).await? else { return Ok(None) };
    let Some(keys) = core.services.keys(id).await? else { return Ok(None) };
    let url = Url::parse(&service.url).map_err(|cause| Error::corrupt("url", cause))?;
    let line = Arc::new(Line::new(url, service.pin, keys, Arc::clone(&core.clock)));
    core.services.lock().entry(id).or_default().line = Some(Arc::clone(&line));
    Ok(Some(line))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;
    use crate::random::SeededRandom;
    use crate::services::keys::FileKeys;

    fn watch() -> (tempfile::TempDir, Watch, ServiceId) {
        let folder = tempfile::tempdir().expect("a folder");
        let watch = Watch::new(Arc::new(FileKeys::in_folder(folder.path())));
        (folder, watch, ServiceId::new(&SystemClock, &SeededRandom::new(1)))
    }

    #[test]
    fn a_line_is_the_services_until_that_changes() {
        let (_folder, watch, id) = watch();
        let url = Url::parse("http://127.0.0.1:9").expect("an address");
        let line = Arc::new(Line::new(url, None, Keys::default(), Arc::new(SystemClock)));
        assert!(!watch.is_current(id, &line));
        watch.lock().entry(id).or_default().line = Some(Arc::clone(&line));
        watch.note_proven(id, &line, true);
        assert!(watch.is_current(id, &line) && watch.is_proven(id, &line));
        watch.note_proven(id, &line, false);
        assert!(!watch.is_proven(id, &line));
        watch.note_proven(id, &line, true);
        watch.has_changed(id);
        assert!(!watch.is_current(id, &line) && !watch.is_proven(id, &line));
        // What an old line shows says nothing of the next.
        watch.note_proven(id, &line, true);
        assert!(!watch.is_proven(id, &line));
    }

    #[test]
    fn looks_are_taken_in_as_they_began_and_what_is_gone_since_is_known() {
        let (_folder, watch, id) = watch();
        let (first, second) = (watch.begins(), watch.begins());
        watch.note_gone(id, ["a".to_owned()].into_iter());
        let third = watch.begins();
        assert!(watch.takes(id, second));
        assert!(!watch.takes(id, first), "it saw what was before");
        assert_eq!(watch.gone_since(id, second), HashSet::from(["a".to_owned()]));
        assert!(watch.takes(id, third));
        assert_eq!(watch.gone_since(id, third), HashSet::new());
        assert!(watch.lock().get(&id).is_some_and(|each| each.gone.is_empty()), "nothing is kept for nobody");
    }

    #[test]
    fn what_a_service_says_is_done_is_counted_until_it_is_over() {
        let (_folder, watch, _) = watch();
        let id = SessionId::new(&SystemClock, &SeededRandom::new(2));
        assert_eq!((watch.said_done(id), watch.said_done(id)), (1, 2));
        watch.forget_said_done(id);
        assert_eq!(watch.said_done(id), 1);
    }
}
