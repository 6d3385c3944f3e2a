//! Work on a commit on several threads at once; a hook waits for nothing else.

use anyhow::Result;

use crate::parallel;

/// More threads than this only wait for the disk.
const MOST_THREADS: usize = 8;

/// How many threads are worth their start on this machine.
pub(in crate::check) fn threads() -> usize {
    parallel::available().min(MOST_THREADS)
}

/// Cuts the list into one run for each thread and works on each run; what was found stands in the order of the list.
///
/// # Errors
/// The first run that failed tells why.
pub(in crate::check) fn over<Item: Sync, Out: Send>(
    items: &[Item],
    work: impl Fn(&[Item]) -> Result<Vec<Out>> + Sync,
) -> Result<Vec<Out>> {
    let found: Result<Vec<Vec<Out>>> = parallel::chunks(threads(), items, work).into_iter().collect();
    Ok(found?.into_iter().flatten().collect())
}
