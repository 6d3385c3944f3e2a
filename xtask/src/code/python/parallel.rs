//! Work on many files at once; the results stand in the order of the input, whatever the number of threads.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Stack of a worker: deep syntax trees are walked without asking for more.
const STACK: usize = 96 * 1024 * 1024;

/// Below so many files a thread costs more than it saves.
const WORTH_A_THREAD: usize = 8;

/// Applies `work` to every item.
pub(super) fn map<Item: Sync, Out: Send>(items: &[Item], work: impl Fn(&Item) -> Out + Sync) -> Vec<Out> {
    map_with(items, || (), |(), item| work(item))
}

/// The same; each thread begins with something of its own, which its items share.
pub(super) fn map_with<Item: Sync, Own, Out: Send>(
    items: &[Item],
    begin: impl Fn() -> Own + Sync,
    work: impl Fn(&mut Own, &Item) -> Out + Sync,
) -> Vec<Out> {
    let threads = thread::available_parallelism().map_or(1, usize::from).min(items.len() / WORTH_A_THREAD);
    if threads < 2 {
        let mut own = begin();
        return items.iter().map(|item| work(&mut own, item)).collect();
    }
    let next = AtomicUsize::new(0);
    let take = || {
        let mut done = Vec::new();
        let mut own = begin();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(at) else { return done };
            done.push((at, work(&mut own, item)));
        }
    };
    let mut all: Vec<(usize, Out)> = thread::scope(|scope| {
        let start = |_| thread::Builder::new().stack_size(STACK).spawn_scoped(scope, take);
        // A thread that cannot be started only makes it slower: this one works as well.
        let workers: Vec<_> = (1..threads).map(start).collect();
        let mut all = take();
        for worker in workers.into_iter().flatten() {
            match worker.join() {
                Ok(done) => all.extend(done),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        all
    });
    all.sort_by_key(|(at, _)| *at);
    all.into_iter().map(|(_, out)| out).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn results_stand_in_the_order_of_the_input() {
        let items: Vec<usize> = (0..10_000).collect();
        let doubled = super::map(&items, |item| item * 2);
        assert!(doubled.iter().enumerate().all(|(at, &value)| value == at * 2));
        assert_eq!(super::map(&items[..0], |item| *item), Vec::<usize>::new());
    }
}
