//! The room on plain values; real hooks and real commits are in `tests/it/phase4.rs`.

mod contributing;
mod hooks;
mod managers;
mod settings;
mod tracking;
mod workflows;
