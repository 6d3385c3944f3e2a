//! What `validate` leaves beside its report: JUnit XML, the list of known failures, and what GitHub Actions shows.

use std::path::Path;

use anyhow::{Context, Result};

use crate::change::{self, ChangeSet, Disk, Mode};
use crate::cli::Format;
use crate::process::variable;
use crate::repo::{Repo, RepoPath};
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
    if variable("GITHUB_ACTIONS").is_some_and(|value| value == "true") {
        show_on_github(analysis, (format, term))?;
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
    let failures = |count: usize, what: &str| {
        if count == 1 { format!("1 {what}failure") } else { format!("{count} {what}failures") }
    };
    let verb = if is_same { "holds, as before," } else { "now holds" };
    term.say(&format!("`{}` {verb} {}", list.path, failures(list.count, "")));
    if left_out > 0 {
        let new = failures(left_out, "new ");
        term.say(&format!("left out: {new}; `--allow-growth` takes in what is new"));
    }
    Ok(())
}

/// Annotations beside the code, and the summary of the job.
fn show_on_github(analysis: &Analysis, (format, term): (Format, Term)) -> Result<()> {
    let annotations = validate::annotations(analysis);
    match format {
        // The runner reads workflow commands from both streams; standard output belongs to the JSON.
        Format::Json if annotations.is_empty() => {}
        Format::Json => term.say(annotations.trim_end()),
        Format::Text => term.result(&annotations).context("write to standard output")?,
    }
    match variable("GITHUB_STEP_SUMMARY") {
        Some(file) => change::append(Path::new(&file), validate::summary(analysis).as_bytes()),
        None => Ok(()),
    }
}
