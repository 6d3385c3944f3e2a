//! `validate imports`.

use anyhow::Result;
use serde_json::json;

use crate::change;
use crate::cli::{Format, Global, Imports};
use crate::commands::Exit;
use crate::commands::answer::Answer;
use crate::phases::analyses::Place;
use crate::repo::Repo;
use crate::term::Term;
use crate::validate::{self, Imported, Repair};

/// Tells what is broken, or mends it.
pub(super) fn run(global: &Global, place: &Place, repo: &Repo, flags: &Imports, term: Term) -> Result<Exit> {
    let answer = Answer::of(repo, place, global, term)?;
    if flags.fix {
        return fix(repo, &answer, flags, (global.format, term));
    }
    let found = validate::imports(repo)?;
    match global.format {
        Format::Json => answer.print_value("validate imports", &found)?,
        Format::Text => answer.print(&validate::import_lines(&found, term.is_verbose()).join("\n"))?,
    }
    Ok(exit(&found))
}

fn fix(repo: &Repo, answer: &Answer<'_>, flags: &Imports, (format, term): (Format, Term)) -> Result<Exit> {
    let repair = validate::repair(repo)?;
    if flags.dry_run {
        // The patch alone goes to standard output, so that `git apply` can read it.
        answer.print(&String::from_utf8_lossy(&change::dry_run(repo, &repair.set)?))?;
        validate::skipped_lines(&repair.skipped).iter().for_each(|line| term.say(line));
        return Ok(Exit::Clean);
    }
    let (applied, edits) = if flags.check {
        (false, change::check(repo, &repair.set)?.pending)
    } else {
        let applied = change::apply(repo, &repair.set)?;
        (applied.applied, applied.edits)
    };
    match format {
        Format::Json => {
            let Repair { skipped, after, .. } = &repair;
            let value = json!({ "applied": applied, "edits": edits, "skipped": skipped, "imports": after });
            answer.print_value("validate imports", &value)?;
        }
        Format::Text => {
            let mut lines: Vec<String> = edits.iter().map(ToString::to_string).collect();
            lines.extend(validate::skipped_lines(&repair.skipped));
            lines.extend(validate::import_lines(&repair.after, term.is_verbose()).pop());
            answer.print(&lines.join("\n"))?;
        }
    }
    Ok(if flags.check && !edits.is_empty() { Exit::Findings } else { exit(&repair.after) })
}

fn exit(found: &Imported) -> Exit {
    if found.is_broken() { Exit::Findings } else { Exit::Clean }
}
