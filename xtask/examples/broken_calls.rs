//! Lists the calls that do not fit in each repository: `broken_calls REPOSITORY[@REVISION]…`.
#![allow(clippy::disallowed_macros, reason = "a tool for development prints")]

use std::path::Path;

use anyhow::Result;
use xtask::cache::Cache;
use xtask::code::python::calls::{Versions, suggest, verify};
use xtask::code::python::imports::Project;
use xtask::repo::{Repo, Tree};

fn main() -> Result<()> {
    for argument in std::env::args().skip(1) {
        let (folder, revision) = argument.split_once('@').unwrap_or((&argument, "HEAD"));
        let repo = Repo::open(Path::new(folder))?;
        let project = Project::of_tree(&Tree::of_revision(&repo, revision)?)?;
        let mut broken = verify(&project);
        let tip = repo.resolve(revision)?;
        if !broken.is_empty() {
            suggest(&mut broken, &Cache::disabled().history(&repo, &tip)?, &mut Versions::of(&repo, &tip))?;
        }
        println!("{folder}: {} calls do not fit", broken.len());
        for call in broken {
            let definition = format!("{}:{}", call.definition.path, call.definition.line);
            let hint = call.suggestion.map(|hint| format!("; {hint}")).unwrap_or_default();
            println!("  {}:{} `{}` {} ({definition}){hint}", call.path, call.line, call.callee, call.problem);
        }
    }
    Ok(())
}
