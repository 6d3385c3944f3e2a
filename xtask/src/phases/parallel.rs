//! Runs the parts of a phase side by side.

#![allow(clippy::disallowed_methods, reason = "the phases are timed here")]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};

/// One part: its name, and the work that a thread of its own does.
pub struct Part<'scope, T> {
    /// The name in tables and progress.
    pub name: &'static str,
    /// The work. What it opens (a repository, a shell) it opens itself: those cannot be shared.
    pub work: Box<dyn FnOnce() -> Result<T> + Send + 'scope>,
}

impl<'scope, T> Part<'scope, T> {
    /// A part of this name and work.
    pub fn new(name: &'static str, work: impl FnOnce() -> Result<T> + Send + 'scope) -> Self {
        Self { name, work: Box::new(work) }
    }
}

/// What became of a part.
#[derive(Debug)]
pub struct Finished<T> {
    /// The part's name.
    pub name: &'static str,
    /// Its result; an error for a part that failed or panicked.
    pub result: Result<T>,
    /// How long it ran.
    pub took: Duration,
}

/// Runs all parts at once and gives their results in the order in which the parts were named.
///
/// A part that fails or panics does not touch the others.
pub fn side_by_side<T: Send>(parts: Vec<Part<'_, T>>) -> Vec<Finished<T>> {
    std::thread::scope(|scope| {
        let threads: Vec<_> =
            parts.into_iter().map(|part| (part.name, scope.spawn(move || timed(part)))).collect();
        threads
            .into_iter()
            .map(|(name, thread)| {
                thread.join().unwrap_or_else(|_| Finished {
                    name,
                    result: Err(anyhow!("the part panicked outside its work")),
                    took: Duration::ZERO,
                })
            })
            .collect()
    })
}

fn timed<T>(part: Part<'_, T>) -> Finished<T> {
    let start = Instant::now();
    let work = part.work;
    let result =
        catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| Err(anyhow!("{}", words_of(&*panic))));
    Finished { name: part.name, result, took: start.elapsed() }
}

fn words_of(panic: &(dyn std::any::Any + Send)) -> String {
    let words = panic
        .downcast_ref::<&str>()
        .map(|words| (*words).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned());
    format!("the part panicked: {}", words.unwrap_or_else(|| "without a message".to_owned()))
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn results_stand_in_declared_order_when_the_first_part_is_held_back() {
        let (release, held) = mpsc::channel();
        let parts = vec![
            Part::new("first", move || {
                held.recv()?;
                Ok(1)
            }),
            Part::new("second", move || {
                release.send(())?;
                Ok(2)
            }),
        ];
        let finished = side_by_side(parts);
        let seen: Vec<_> = finished.iter().map(|part| (part.name, *part.result.as_ref().unwrap())).collect();
        assert_eq!(seen, [("first", 1), ("second", 2)]);
    }

    #[test]
    fn part_that_panics_is_a_failure_of_that_part_alone() {
        let parts = vec![
            Part::new("first", || -> Result<u8> { panic!("no room") }),
            Part::new("second", || Ok(2)),
            Part::new("third", || Err(anyhow!("no disk"))),
        ];
        let finished = side_by_side(parts);
        assert_eq!(finished[0].result.as_ref().unwrap_err().to_string(), "the part panicked: no room");
        assert_eq!(*finished[1].result.as_ref().unwrap(), 2);
        assert_eq!(finished[2].result.as_ref().unwrap_err().to_string(), "no disk");
    }
}
