//! What the room promises, tried on real repositories in temporary folders.

mod apply;
mod diff;
mod faults;
mod guard;
mod property;
mod report_file;
mod repositories;
mod sandbox;
mod set;
mod undo;
