//! Reading watched services: each in a task of its own, so that one which is down, slow or talks nonsense never holds up another. What
//! was read goes to [`crate::access::services`]; sign-outs come from there as jobs, and are carried out by [`ending`].

pub mod ending;
mod reader;

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::access::Core;
use crate::access::services::{Asked, look_failed};
use crate::error::causes;
use crate::model::{Service, ServiceId};
use crate::services::Trouble;

/// Wait after the database refused.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

/// Wait after what read a service ended in a panic.
const AFTER_PANIC: Duration = Duration::from_mins(5);

/// Reads the services of every account until `stop`.
pub async fn run(core: Arc<Core>, stop: CancellationToken) {
    let mut readers: HashMap<ServiceId, Reader> = HashMap::new();
    while !stop.is_cancelled() {
        let wait = match core.store.all_services().await {
            Ok(services) => {
                keep_up(&core, &mut readers, services, &stop);
                None
            }
            Err(error) => {
                tracing::warn!(error = %causes(&error), "which services are watched cannot be read");
                Some(AFTER_FAILURE)
            }
        };
        tokio::select! {
            () = stop.cancelled() => break,
            () = core.services.changed() => {}
            () = tokio::time::sleep(wait.unwrap_or_default()), if wait.is_some() => {}
        }
    }
    for reader in readers.into_values() {
        reader.end().await;
    }
}

/// What reads one service.
struct Reader {
    task: JoinHandle<()>,
    stop: CancellationToken,
    /// What it reads by: another address or certificate takes another reader.
    of: (String, Option<crate::model::KeyPin>),
}

impl Reader {
    fn begin(core: &Arc<Core>, service: &Service, stop: &CancellationToken) -> Self {
        let stop = stop.child_token();
        let task = tokio::spawn(read(Arc::clone(core), service.clone(), stop.clone()));
        Self { task, stop, of: (service.url.clone(), service.pin) }
    }

    async fn end(self) {
        self.stop.cancel();
        if let Err(error) = self.task.await
            && error.is_panic()
        {
            tracing::error!(%error, "what read a service ended in a panic");
        }
    }
}

/// Reads a service until `stop`, whatever it answers: one that nobody reads any more would look as if all were well with it.
async fn read(core: Arc<Core>, service: Service, stop: CancellationToken) {
    loop {
        let reading = reader::read_until(Arc::clone(&core), service.id, stop.clone());
        if AssertUnwindSafe(reading).catch_unwind().await.is_ok() {
            return;
        }
        tracing::error!(service = %service.id, "what reads a service ended in a panic");
        let odd = Trouble::odd("what it says cannot be dealt with here; this is a mistake of Latchkey");
        if let Err(error) = look_failed(&core, &Asked::nobody(&core, service.clone()), &odd).await {
            tracing::warn!(error = %causes(&error), "how a service does could not be written down");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(AFTER_PANIC) => {}
        }
    }
}

/// Begins and ends readers, so that there is one for each service that is to be read.
fn keep_up(
    core: &Arc<Core>,
    readers: &mut HashMap<ServiceId, Reader>,
    services: Vec<Service>,
    stop: &CancellationToken,
) {
    let wanted: HashMap<_, _> = services
        .into_iter()
        .filter(|service| service.paused_at.is_none())
        .map(|service| (service.id, service))
        .collect();
    readers.retain(|id, reader| {
        let stays =
            wanted.get(id).is_some_and(|service| (&service.url, service.pin) == (&reader.of.0, reader.of.1))
                && !reader.task.is_finished();
        if !stays {
            // It ends by itself; nothing waits for it here.
            reader.stop.cancel();
        }
        stays
    });
    for (id, service) in wanted {
        readers.entry(id).or_insert_with(|| Reader::begin(core, &service, stop));
    }
}
