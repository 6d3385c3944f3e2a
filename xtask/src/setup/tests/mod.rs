//! The room on plain values; real hooks and real commits are in `tests/it/phase4.rs`.

mod contributing;
mod hooks;
mod managers;
mod tracking;
mod workflows;
