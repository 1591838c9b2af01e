use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use futures_util::task::AtomicWaker;

/// Tells one waiting worker that there is something to do; a call before the wait is not lost.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wake(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    called: AtomicBool,
    waker: AtomicWaker,
}

impl Wake {
    pub(crate) fn call(&self) {
        self.0.called.store(true, Ordering::Release);
        self.0.waker.wake();
    }

    pub(crate) fn wait(&self) -> Waiting<'_> {
        Waiting(self)
    }
}

pub(crate) struct Waiting<'a>(&'a Wake);

impl Future for Waiting<'_> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let inner = &self.0.0;
        if inner.called.swap(false, Ordering::AcqRel) {
            return Poll::Ready(());
        }
        inner.waker.register(context.waker());
        if inner.called.swap(false, Ordering::AcqRel) { Poll::Ready(()) } else { Poll::Pending }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn a_call_before_the_wait_is_not_lost() {
        let wake = Wake::default();
        assert!(wake.wait().now_or_never().is_none());
        wake.clone().call();
        assert!(wake.wait().now_or_never().is_some());
        assert!(wake.wait().now_or_never().is_none());
    }
}
