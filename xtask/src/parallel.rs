//! Work on the parts of a list with several threads; results stand in the list's order, whatever their number.
//!
//! Between two parts each thread looks whether somebody asked to stop ([`unwind_if_cancelled`]).

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;

use crate::process::{CancelScope, unwind_if_cancelled};

/// Stack of a worker, in bytes: deep syntax trees are walked without asking for more. What is not touched costs nothing.
const STACK: usize = 96 * 1024 * 1024;

/// Below so many items a thread costs more than it saves, where an item is a file.
const WORTH_A_THREAD: usize = 8;

/// How many threads this machine runs at once. The system reads several files for the answer: it is asked once.
pub fn available() -> usize {
    static KNOWN: OnceLock<usize> = OnceLock::new();
    *KNOWN.get_or_init(|| thread::available_parallelism().map_or(1, usize::from))
}

/// Does two things at once, the first on another thread; one after the other where none can be started.
pub fn both<A: Send, B>(there: impl FnOnce() -> A + Send, here: impl FnOnce() -> B) -> (A, B) {
    let cancel = CancelScope::current();
    thread::scope(|scope| {
        // A thread that cannot be started drops what it was given: the work stays where both can take it.
        let work = Arc::new(Mutex::new(Some(there)));
        let take = |work: &Mutex<Option<_>>| work.lock().unwrap_or_else(PoisonError::into_inner).take();
        let taken = Arc::clone(&work);
        let other = thread::Builder::new()
            .stack_size(STACK)
            .spawn_scoped(scope, move || take(&taken).map(|there| cancel.enter(there)));
        let here = here();
        let there = other.ok().and_then(|other| other.join().unwrap_or_else(|panic| resume_unwind(panic)));
        let there = there.or_else(|| take(&work).map(|there| there()));
        (there.expect("either this thread or the other one took the work"), here)
    })
}

/// Applies `work` to every item, of which each is about a file: a few are not worth a thread.
pub fn map<Item: Sync, Out: Send>(items: &[Item], work: impl Fn(&Item) -> Out + Sync) -> Vec<Out> {
    map_with(items, || (), |(), item| work(item))
}

/// As [`map`]; each thread begins with something of its own, which its items share.
pub fn map_with<Item: Sync, Own, Out: Send>(
    items: &[Item],
    begin: impl Fn() -> Own + Sync,
    work: impl Fn(&mut Own, &Item) -> Out + Sync,
) -> Vec<Out> {
    let worth = items.len() / WORTH_A_THREAD;
    spread(if worth < 2 { 1 } else { available().min(worth) }, items, begin, work)
}

/// Applies `work` to every item on so many threads; fewer than two: this one does it all.
pub fn on<Item: Sync, Out: Send>(
    threads: usize,
    items: &[Item],
    work: impl Fn(&Item) -> Out + Sync,
) -> Vec<Out> {
    spread(threads, items, || (), |(), item| work(item))
}

/// Cuts the list into one run for each thread, and works on each run.
pub fn chunks<Item: Sync, Out: Send>(
    threads: usize,
    items: &[Item],
    work: impl Fn(&[Item]) -> Out + Sync,
) -> Vec<Out> {
    let size = items.len().div_ceil(threads.max(1)).max(1);
    let runs: Vec<&[Item]> = items.chunks(size).collect();
    on(threads, &runs, |run| work(run))
}

/// Whoever is free takes the next item; this thread is one of the workers.
fn spread<Item: Sync, Own, Out: Send>(
    threads: usize,
    items: &[Item],
    begin: impl Fn() -> Own + Sync,
    work: impl Fn(&mut Own, &Item) -> Out + Sync,
) -> Vec<Out> {
    let threads = threads.min(items.len());
    if threads < 2 {
        let mut own = begin();
        let work = |item| {
            unwind_if_cancelled();
            work(&mut own, item)
        };
        return items.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let take = || {
        let mut done = Vec::new();
        let mut own = begin();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(at) else { return done };
            unwind_if_cancelled();
            done.push((at, work(&mut own, item)));
        }
    };
    let cancel = CancelScope::current();
    let mut all: Vec<(usize, Out)> = thread::scope(|scope| {
        let start = |_| thread::Builder::new().stack_size(STACK).spawn_scoped(scope, || cancel.enter(take));
        // A thread that cannot be started only makes it slower: this one works as well.
        let workers: Vec<_> = (1..threads).map(start).collect();
        let mut all = take();
        for worker in workers.into_iter().flatten() {
            match worker.join() {
                Ok(done) => all.extend(done),
                Err(panic) => resume_unwind(panic),
            }
        }
        all
    });
    all.sort_unstable_by_key(|(at, _)| *at);
    all.into_iter().map(|(_, out)| out).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_stand_in_the_order_of_the_input() {
        let items: Vec<usize> = (0..10_000).collect();
        for threads in [0, 1, 2, 5] {
            let doubled = on(threads, &items, |item| item * 2);
            assert!(doubled.iter().enumerate().all(|(at, &value)| value == at * 2));
            assert_eq!(chunks(threads, &items, <[usize]>::to_vec).concat(), items);
        }
        assert_eq!(map(&items[..0], |item| *item), Vec::<usize>::new());
    }

    #[test]
    fn a_panic_in_a_thread_comes_out() {
        let ended = std::panic::catch_unwind(|| on(2, &[1, 2, 3, 4], |&item| assert!(item != 3)));
        assert!(ended.is_err());
    }
}
