//! `validate imports`.

use anyhow::{Context, Result};

use crate::change;
use crate::cli::{Format, Global, Imports};
use crate::commands::Exit;
use crate::commands::answer::Answer;
use crate::commands::github;
use crate::commands::shown::{ImportsFound, ImportsMended};
use crate::phases::analyses::Workplace;
use crate::process::Cancel;
use crate::repo::Repo;
use crate::term::Term;
use crate::validate::{self, Imported, Repair};

/// Tells what is broken, or mends it.
pub(super) fn run(
    global: &Global,
    place: &Workplace,
    repo: &Repo,
    flags: &Imports,
    (term, cancel): (Term, &Cancel),
) -> Result<Exit> {
    let answer = Answer::of(repo, place, global, term)?;
    if flags.fix {
        return fix(repo, &answer, flags, (global.format, term));
    }
    let found = validate::imports(repo)?;
    let rust = if flags.cargo {
        term.say("running `cargo check --all-targets`, which runs build scripts and procedural macros");
        Some(validate::rust(repo, cancel).context("check the Rust code")?)
    } else {
        None
    };
    match global.format {
        Format::Json => {
            answer.print_value("validate imports", &ImportsFound { found: &found, rust: rust.as_ref() })?;
        }
        Format::Text => {
            let mut lines = validate::import_lines(&found, term.is_verbose());
            lines.extend(rust.iter().flat_map(|rust| validate::rust_lines(rust, term.is_verbose())));
            answer.print(&lines.join("\n"))?;
        }
    }
    github::show_imports(&found.imports, (global.format, term))?;
    let is_broken = found.is_broken() || rust.is_some_and(|rust| rust.is_broken());
    Ok(if is_broken { Exit::Findings } else { Exit::Clean })
}

fn fix(repo: &Repo, answer: &Answer<'_>, flags: &Imports, (format, term): (Format, Term)) -> Result<Exit> {
    let repair = validate::repair(repo, flags.references)?;
    if flags.dry_run && format == Format::Text {
        // The patch alone goes to standard output, so that `git apply` can read it.
        answer.print_exact(&change::dry_run(repo, &repair.set)?)?;
        validate::skipped_lines(&repair.skipped).iter().for_each(|line| term.say(line));
        return Ok(Exit::Clean);
    }
    let (applied, edits) = if flags.check || flags.dry_run {
        (false, change::check(repo, &repair.set)?.pending)
    } else {
        let applied = change::apply(repo, &repair.set)?;
        (applied.applied, applied.edits)
    };
    match format {
        Format::Json => {
            let Repair { skipped, after, .. } = &repair;
            let mended = ImportsMended { applied, edits: &edits, skipped, imports: after };
            answer.print_value("validate imports", &mended)?;
        }
        Format::Text => {
            let mut lines: Vec<String> = edits.iter().map(ToString::to_string).collect();
            lines.extend(validate::skipped_lines(&repair.skipped));
            lines.extend(validate::import_lines(&repair.after, term.is_verbose()).pop());
            answer.print(&lines.join("\n"))?;
        }
    }
    Ok(match (flags.dry_run, flags.check) {
        (true, _) => Exit::Clean,
        (_, true) if !edits.is_empty() => Exit::Findings,
        _ => exit(&repair.after),
    })
}

fn exit(found: &Imported) -> Exit {
    if found.is_broken() { Exit::Findings } else { Exit::Clean }
}
