//! Keeps a repository in order.
//!
//! ```text
//! repository ──> gather ──> analysis ──┬──> report      text, Markdown, JSON
//!  git, files,   plain      pure       └──> change set  dry-run diff | check | apply | undo
//!  processes     values     functions
//! ```
//!
//! Nothing further right reaches back to the left. The modules stand here by floor, the ground floor first;
//! `tests/layering.rs` holds who may import whom. Read `repo` and `report` first, then an analysis from its `mod.rs`.

#[cfg(not(unix))]
compile_error!("xtask supports Linux and macOS for now: it needs process groups and file handles of folders");

pub mod blocks;
pub mod cache;
pub mod change;
pub mod code;
pub mod config;
pub mod fnv;
pub mod links;
pub mod markdown;
mod pack;
pub mod parallel;
pub mod passages;
pub mod process;
pub mod repo;
pub mod report;

pub mod check;
pub mod consolidate;
pub mod setup;
pub mod upstream;
pub mod validate;

pub mod commands;
pub mod fixture;
pub mod page;
pub mod phases;

pub mod cli;
mod program;
pub mod term;

pub use program::main;
