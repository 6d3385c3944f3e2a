//! What `validate` leaves beside its report: JUnit XML, the list of known failures.

use std::path::Path;

use anyhow::{Context, Result};

use super::github;
use crate::change::{self, ChangeSet, Disk, Mode};
use crate::cli::Format;
use crate::repo::{Repo, RepoPath};
use crate::report;
use crate::term::Term;
use crate::validate::{self, Analysis, KnownList};

/// Writes what was asked for, and what the machine that runs it wants.
pub(super) fn write(
    repo: &Repo,
    analysis: &Analysis,
    junit: Option<&Path>,
    (format, term): (Format, Term),
) -> Result<()> {
    if let Some(file) = junit {
        change::write_named(file, validate::junit(analysis).as_bytes(), validate::is_junit)
            .context("write the result as JUnit XML")?;
    }
    if let Some(list) = &analysis.known_list {
        save(repo, list, analysis.new_failures_left_out(), term)?;
    }
    if github::is_here() {
        github::show(&validate::annotations(analysis), &validate::summary(analysis), (format, term))?;
    }
    Ok(())
}

/// Writes the list of known failures as a change that `undo` takes back.
fn save(repo: &Repo, list: &KnownList, left_out: usize, term: Term) -> Result<()> {
    let path = RepoPath::from(list.path.as_str());
    let now = Disk::of(repo)?.read(&(&path).into())?;
    let mut set = ChangeSet::new("validate --save-baseline");
    set.ensure(&path, now.as_ref(), list.text.as_bytes(), Mode::Keep);
    let is_same = set.is_empty();
    change::apply(repo, &set).context("write the list of known failures")?;
    let verb = if is_same { "holds, as before," } else { "now holds" };
    term.say(&format!("`{}` {verb} {}", list.path, report::count(list.count, "failure")));
    if left_out > 0 {
        let new = report::count(left_out, "new failure");
        term.say(&format!("left out: {new}; `--allow-growth` takes in what is new"));
    }
    Ok(())
}
