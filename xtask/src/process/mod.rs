//! Children with time limits, and what long work tells and asks of whoever started it.
//!
//! Knows nothing of tests or repositories. `repo::git` starts git itself; everything else that runs a
//! program does it here.

mod cancel;
mod child;
mod environment;
mod group;
mod left;
mod output;
mod progress;
mod scratch;
mod sys;
#[cfg(test)]
mod tests;

pub use cancel::{Cancel, CancelScope, Interrupted, output, unwind_if_cancelled};
pub use child::{Call, Ending, Finished, Line, Source, Stop, Watcher, run, watch};
pub use environment::{find_program, is_executable, prepended, variable};
pub use group::end_all;
pub use left::FilesBefore;
pub use output::Captured;
pub use progress::{Event, Progress};
pub use scratch::{EventPipe, Scratch};
pub use sys::heed_size_limits;
