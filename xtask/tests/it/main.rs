//! The program from end to end, on repositories of its own.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    clippy::unwrap_used,
    reason = "a test starts programs and reads files"
)]

mod bad_input;
mod check;
mod command_line;
mod guides;
mod hook;
mod hostile;
mod imports;
mod lab_fork;
mod odd_notes;
mod page;
mod phase2;
mod phase3;
mod phase3_places;
mod phase3_story;
mod phase4;
mod phase4_hooks;
mod phase4_ids;
mod phase4_odd;
mod phase4_settings;
mod phase5;
mod picture;
mod python;
mod records;
mod references;
mod sandbox;
mod schema;
mod since;
mod sites;
mod validate;
mod verify;
