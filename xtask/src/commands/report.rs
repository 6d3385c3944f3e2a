//! `report --html`: the page, drawn from what phase 2 kept.

use std::path::Path;

use anyhow::Result;
use serde_json::Value;

use super::answer::Answer;
use super::shown::Page;
use super::{Exit, place};
use crate::change;
use crate::cli::{Format, Global, Report};
use crate::page;
use crate::phases::kept;
use crate::repo::{Repo, Tree};
use crate::report::Hinted;
use crate::term::Term;

/// Where the page stands below the tool's own folder, unless another place is named.
const PAGE: &str = "report.html";

/// Draws the page and says where it is.
pub(super) fn run(global: &Global, options: &Report, term: Term) -> Result<Exit> {
    let place = place(global)?;
    let repo = place.open()?;
    let html = page::render(&read(&repo)?)?;
    let written = match options.html.as_ref().and_then(Option::as_deref) {
        Some(file) if file == Path::new("-") => {
            term.exact(html.trim_end().as_bytes())?;
            return Ok(Exit::Clean);
        }
        Some(file) => {
            change::write_named(file, html.as_bytes(), page::is_page)?;
            file.to_owned()
        }
        None => {
            change::write_result(&repo, PAGE, html.as_bytes())?;
            repo.common_dir().join("xtask").join(PAGE)
        }
    };
    let answer = Answer::of(&repo, &place, global, term)?;
    match global.format {
        Format::Json => answer.print_value("report", &Page { page: written })?,
        Format::Text => answer.print(&format!("page: {}", written.display()))?,
    }
    Ok(Exit::Clean)
}

/// What stands in the page.
fn read(repo: &Repo) -> Result<page::Data> {
    let kept: Value = kept::read(repo, kept::PHASE2)
        .ok_or_else(|| Hinted::new("phase 2 has kept no result here", "run `xtask phase2` first"))?;
    let times = kept::read(repo, kept::TIMES).unwrap_or_default();
    let root = repo.work_tree().unwrap_or(repo.git_dir());
    let name =
        root.file_name().map_or_else(|| "repository".into(), |name| name.to_string_lossy().into_owned());
    let notes = Tree::of_work_tree(repo)?;
    page::data(kept, times, name, |path| notes.read(&path.into()).ok()).map_err(|error| {
        let other = Hinted::new("phase 2's result is of another version", "run `xtask phase2` again");
        anyhow::Error::new(error).context(other)
    })
}
