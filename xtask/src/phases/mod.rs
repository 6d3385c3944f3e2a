//! The phases, put together from the rooms' functions.

pub mod parallel;
mod progress;
mod timing;

pub use progress::{Board, Row};
pub use timing::Timing;
