//! Work on parts of a commit on several threads at once; a hook waits for nothing else.

use std::thread;

use anyhow::Result;

use crate::parallel;
use crate::process::CancelScope;

/// More threads than this only wait for the disk.
const MOST_THREADS: usize = 8;

/// How many threads are worth their start on this machine.
pub(in crate::check) fn threads() -> usize {
    parallel::available().min(MOST_THREADS)
}

/// Does the work on every part, each on a thread of its own; what was found stands in the order of the parts.
///
/// # Errors
/// The first part that failed tells why.
pub(in crate::check) fn over<Part: Send, Out: Send>(
    parts: impl IntoIterator<Item = Part>,
    work: impl Fn(Part) -> Result<Vec<Out>> + Sync,
) -> Result<Vec<Out>> {
    let (work, cancel) = (&work, &CancelScope::current());
    let found = thread::scope(|scope| {
        let start = |part| scope.spawn(move || cancel.enter(|| work(part)));
        let workers: Vec<_> = parts.into_iter().map(start).collect();
        let joined = workers
            .into_iter()
            .map(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        joined.collect::<Result<Vec<_>>>()
    })?;
    Ok(found.into_iter().flatten().collect())
}
