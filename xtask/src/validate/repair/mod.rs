//! `validate imports`: which imports cannot work, what history says instead, and the edits that mend them.
//!
//! An edit is offered only for what git recorded or what one module alone can mean; every fix is verified on the
//! changed tree before it is written, and a file whose fix does not hold is left as it is.

mod edits;
mod gather;
mod lines;
#[cfg(test)]
mod tests;

use anyhow::Result;
use serde::Serialize;

use crate::change::ChangeSet;
use crate::code::python::imports::Imports;
use crate::links::MovedPath;
use crate::repo::Repo;

pub use edits::Skipped;
pub use lines::{lines, skipped_lines};

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Imported {
    /// The imports, with suggestions and cut-off scripts.
    #[serde(flatten)]
    pub imports: Imports,
    /// Paths that other files name and that stand elsewhere now: build files, workflow files, scripts, notebooks.
    pub references: Vec<MovedPath>,
    /// Why suggestions are missing, where history is cut off.
    pub history_unknown: Option<String>,
    /// How many of the broken imports and scripts `--fix` mends.
    pub mends: usize,
}

/// Edits, and how things stand once they are made.
#[derive(Clone, Debug)]
pub struct Repair {
    /// The edits.
    pub set: ChangeSet,
    /// What they do not mend, and why.
    pub skipped: Vec<Skipped>,
    /// What is found on the changed tree.
    pub after: Imported,
}

impl Imported {
    /// True when an import that nothing guards cannot work, or a script is cut off.
    pub fn is_broken(&self) -> bool {
        self.imports.is_broken()
    }

    /// Imports that nothing guards and that cannot work, and scripts that are cut off.
    fn broken(&self) -> usize {
        let imports = self.imports.unresolved.iter().filter(|import| import.guard.is_none());
        imports.count() + self.imports.anchors.len()
    }
}

/// Verifies the imports of the work tree's tracked files.
///
/// # Errors
/// The repository is bare, a file cannot be read, or git cannot be asked.
pub fn imports(repo: &Repo) -> Result<Imported> {
    let input = gather::Input::read(repo)?;
    // Some suggestions do not hold once they are written: only the changed tree tells.
    let mends = match input.found.is_broken() {
        true => input.found.broken().saturating_sub(repaired(repo, &input, false)?.after.broken()),
        false => 0,
    };
    Ok(Imported { mends, ..input.found })
}

/// Plans the edits that mend what is broken; with `references` also the paths that other files name.
///
/// # Errors
/// As [`imports`].
pub fn repair(repo: &Repo, references: bool) -> Result<Repair> {
    repaired(repo, &gather::Input::read(repo)?, references)
}

fn repaired(repo: &Repo, input: &gather::Input, references: bool) -> Result<Repair> {
    let mut refused = edits::Refused::new();
    loop {
        let mut planned = edits::plan(&input.found, &input.sources(repo, references)?, &refused);
        let mut after = input.after(repo, &planned)?;
        if edits::add_anchors(&mut planned, &input.found.imports, &after.imports) {
            after = input.after(repo, &planned)?;
        }
        let worse = edits::worse(&input.found.imports, &after.imports, &planned);
        if worse.is_empty() {
            let skipped = edits::skipped(&input.found.imports, &planned, &refused);
            return Ok(Repair { set: edits::change_set(&planned), skipped, after });
        }
        refused.extend(worse);
    }
}
