//! The phases, put together from the rooms' functions.

pub mod parallel;
