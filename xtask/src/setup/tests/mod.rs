//! The room on plain values; real hooks and real commits are in `tests/it/phase4.rs`.

mod apply;
mod contributing;
mod hooks;
mod managers;
mod settings;
mod tracking;
mod workflows;
