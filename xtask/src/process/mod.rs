//! Children with time limits, and what long work tells and asks of whoever started it.

mod cancel;
mod progress;

pub use cancel::Cancel;
pub use progress::{Event, Progress};
