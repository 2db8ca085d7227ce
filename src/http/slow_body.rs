//! Bodies of requests that have not come whole when the home stops: they are cut, so that whoever sends slowly does not
//! keep it from stopping.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use hyper::body::{Body as _, Frame, Incoming, SizeHint};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

/// The home stopped before the body had come.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the home stopped before all of the request had come")]
pub struct CutShort;

/// A request's body, as far as it has come when the home stops.
pub fn until_stop(body: Incoming, stop: &CancellationToken) -> Body {
    if body.is_end_stream() {
        // Most have none, and pay nothing for it.
        return Body::empty();
    }
    Body::new(UntilStop { body, stop: stop.clone(), stopped: None })
}

/// Whether an error, or what caused it, is that the body was cut short.
pub fn is_cut_short(error: &(dyn std::error::Error + 'static)) -> bool {
    std::iter::successors(Some(error), |error| error.source())
        .any(<dyn std::error::Error + 'static>::is::<CutShort>)
}

struct UntilStop {
    body: Incoming,
    stop: CancellationToken,
    /// Made when there is something to wait for.
    stopped: Option<Pin<Box<WaitForCancellationFutureOwned>>>,
}

impl hyper::body::Body for UntilStop {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = &mut *self;
        // What has come is read first: a request that is whole is answered.
        if let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(context) {
            return Poll::Ready(frame.map(|frame| frame.map_err(axum::Error::new)));
        }
        let stop = &this.stop;
        let stopped = this.stopped.get_or_insert_with(|| Box::pin(stop.clone().cancelled_owned()));
        stopped.as_mut().poll(context).map(|()| Some(Err(axum::Error::new(CutShort))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
