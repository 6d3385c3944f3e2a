//! `validate imports --cargo`: the `use` and `mod` of Rust that no longer lead anywhere, by cause.
//!
//! The compiler is the judge, so build scripts and procedural macros of the repository run. Its errors are matched
//! with the renames that git recorded; what else it says is only counted.

mod errors;
mod gather;
mod lines;
#[cfg(test)]
mod tests;

use serde::Serialize;

use crate::repo::RepoPath;

pub use gather::rust;
pub use lines::lines;

/// What `cargo check --all-targets` says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RustImports {
    /// Causes, the one with most places first.
    pub causes: Vec<RustCause>,
    /// Errors of other kinds.
    pub other_errors: usize,
}

/// Errors that have one cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RustCause {
    /// What moved; `None` where git knows of no move, and the cause is the compiler's message.
    pub moved: Option<RustMove>,
    /// Where it shows.
    pub places: Vec<RustPlace>,
}

/// A source file that moved.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RustMove {
    /// Where it stood.
    pub from: RepoPath,
    /// Where it stands.
    pub to: RepoPath,
    /// The commit that moved it; `None` while the move is not committed.
    pub commit: Option<String>,
    /// Its module path from the crate now, where it follows from the file's place.
    pub module: Option<String>,
}

/// One error.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RustPlace {
    /// The file.
    pub path: String,
    /// The line.
    pub line: usize,
    /// The compiler's code: `E0432`.
    pub code: String,
    /// The compiler's words.
    pub message: String,
}

impl RustImports {
    /// True when something does not compile.
    pub fn is_broken(&self) -> bool {
        !self.causes.is_empty() || self.other_errors > 0
    }
}
