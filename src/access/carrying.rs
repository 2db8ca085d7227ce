//! Carrying a change through, whoever waits for it.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::runtime::Handle;

use crate::error::{Error, Result};

/// A change that comes to its end also when whoever waits for it goes away in the middle: it goes on in a task of its own
/// then. Until then it is where it was asked for, since to hand it to another task and back takes longer than many changes do.
///
/// It may hold its turn (`store::Turn`), for which all other changes wait. Whoever waits for it must therefore go on looking at it,
/// or let it go: to keep it aside and wait for something else, as in the branch of a `select!` that has it by reference, holds up
/// every sign-out, and for ever where that something waits for its turn, too. Proven for the one place that does two things at once
/// by `alerting/watch/tests/in_turn.rs`.
pub(super) struct Carried<T: Send + 'static>(Option<Change<T>>);

/// What a panic leaves in place of an answer.
type Panic = Box<dyn Any + Send>;

type Change<T> = BoxFuture<'static, std::result::Result<Result<T>, Panic>>;

impl<T: Send + 'static> Carried<T> {
    pub(super) fn through(change: impl Future<Output = Result<T>> + Send + 'static) -> Self {
        // A change that panicked is over, as one in a task of its own would be: what it locked is free, and whoever asked hears
        // that it failed.
        Self(Some(AssertUnwindSafe(change).catch_unwind().boxed()))
    }
}

impl<T: Send + 'static> Future for Carried<T> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<T>> {
        let Some(change) = &mut self.0 else {
            return Poll::Ready(Err(Error::internal("a change was asked for its end twice")));
        };
        let Poll::Ready(ended) = change.as_mut().poll(context) else { return Poll::Pending };
        self.0 = None;
        Poll::Ready(ended.unwrap_or_else(|panic| Err(Error::internal(words_of(&*panic)))))
    }
}

impl<T: Send + 'static> Drop for Carried<T> {
    fn drop(&mut self) {
        // Where nothing runs any more nothing goes on either: the program is ending.
        if let (Some(change), Ok(runtime)) = (self.0.take(), Handle::try_current()) {
            runtime.spawn(change);
        }
    }
}

fn words_of(panic: &(dyn Any + Send)) -> String {
    let words = panic.downcast_ref::<&str>().copied().map(str::to_owned);
    let words = words.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
    format!("a change panicked: {words}")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::sync::{Notify, oneshot};

    use super::*;
    use crate::error::causes;

    #[tokio::test]
    async fn a_change_goes_on_when_whoever_waits_for_it_goes_away() {
        let (go_on, (ended, has_ended)) = (Arc::new(Notify::new()), oneshot::channel());
        let waits = Arc::clone(&go_on);
        let mut carried = Carried::through(async move {
            waits.notified().await;
            ended.send("ended").map_err(Error::internal)
        });
        assert!(futures_util::poll!(&mut carried).is_pending());
        drop(carried);
        go_on.notify_one();
        assert_eq!(has_ended.await, Ok("ended"));
    }

    #[tokio::test]
    async fn one_that_was_never_looked_at_is_made_all_the_same() {
        let (made, is_made) = oneshot::channel();
        drop(Carried::through(async move { made.send(()).map_err(|()| Error::internal("nobody hears it")) }));
        assert_eq!(is_made.await, Ok(()));
    }

    #[tokio::test]
    async fn a_panic_is_an_error_of_whoever_asked() {
        let carried = Carried::<()>::through(async { panic!("out of paper") });
        let error = carried.await.expect_err("it panicked");
        assert_eq!(error.code(), "internal");
        assert!(causes(&error).to_string().contains("out of paper"), "{}", causes(&error));
    }
}
