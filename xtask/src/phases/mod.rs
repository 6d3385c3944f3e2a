//! The phases, put together from the rooms' functions.

pub mod analyses;
pub mod demo;
pub mod kept;
pub mod parallel;
mod phase;
pub mod phase2;
pub mod phase5;
mod progress;
mod timing;

pub use phase::Phase;
pub use progress::{Board, Row};
pub use timing::Timing;
