//! Runs questions two at a time: git children are what takes the time, and two threads are what a small machine has.

use std::sync::{Mutex, OnceLock};

use anyhow::Result;

use crate::parallel;
use crate::process::{Cancel, CancelScope, Interrupted, Progress};

/// Where one job puts its answer.
pub(super) type Slot<T> = OnceLock<Result<T>>;

/// One question.
pub(super) type Job<'a> = Box<dyn FnOnce() + Send + 'a>;

/// Fills a slot; each belongs to one job.
pub(super) fn fill<T>(slot: &Slot<T>, work: impl FnOnce() -> Result<T>) {
    let _ = slot.set(work());
}

/// Takes the answer out.
pub(super) fn take<T>(slot: Slot<T>) -> Result<T> {
    slot.into_inner().unwrap_or_else(|| Err(Interrupted.into()))
}

/// Runs jobs in two threads, each taking the next in line; a panic in one comes out here.
pub(super) fn two_at_a_time(jobs: Vec<Job<'_>>, progress: &Progress, cancel: &Cancel) {
    let total = jobs.len() as u64;
    let queue = Mutex::new(jobs.into_iter().enumerate());
    let next = || queue.lock().ok().and_then(|mut queue| queue.next());
    let scope_of_cancel = CancelScope::current();
    let work = || {
        while let Some((done, job)) = next() {
            progress.count(done as u64, total);
            if !cancel.is_cancelled() {
                job();
            }
        }
    };
    std::thread::scope(|scope| {
        let threads = [(), ()].map(|()| scope.spawn(|| scope_of_cancel.enter(work)));
        for thread in threads {
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        }
    });
}

/// Asks the same of every item, two at a time, and gives the answers in the items' order.
pub(super) fn map_two<T: Sync, R: Send>(
    items: &[T],
    cancel: &Cancel,
    ask: impl Fn(&T) -> Result<R> + Sync,
) -> Result<Vec<R>> {
    let answers = parallel::on(2, items, |item| match cancel.is_cancelled() {
        true => Err(Interrupted.into()),
        false => ask(item),
    });
    answers.into_iter().collect()
}
