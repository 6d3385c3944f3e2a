//! `init`: a commented `xtask.toml` with what was found here.

use anyhow::{Context, Result, bail};

use super::answer::Answer;
use super::{Exit, place};
use crate::change::{self, ChangeSet};
use crate::cli::{Format, Global};
use crate::config::{Depth, Detected, FILE_NAME, commented};
use crate::consolidate;
use crate::phases::analyses::Workplace;
use crate::repo::{Repo, RepoPath, Tree};
use crate::term::Term;
use crate::validate;

/// Writes the file; one that is there is left alone.
pub(super) fn run(global: &Global, term: Term) -> Result<Exit> {
    let place = place(global)?;
    let repo = place.open()?;
    let root = repo.require_work_tree()?;
    let path = RepoPath::from(FILE_NAME);
    if path.under(root).symlink_metadata().is_ok() {
        bail!("there is an {FILE_NAME} already");
    }
    let mut set = ChangeSet::new("init");
    set.create(path, commented(&detect(&place, &repo)?));
    let applied = change::apply(&repo, &set).context("write the file")?;
    if global.format == Format::Json {
        Answer::of(&repo, &place, global, term)?.print_edits("init", true, &applied.edits, &[])?;
        return Ok(Exit::Clean);
    }
    term.result(&format!("wrote {FILE_NAME}: every setting in it is a comment until you remove its `#`"))?;
    Ok(Exit::Clean)
}

fn detect(place: &Workplace, repo: &Repo) -> Result<Detected> {
    let tree = Tree::of_work_tree(repo)?;
    let upstream = repo.remotes()?.into_iter().find(|remote| remote == "upstream");
    let options = super::validate::options(place, repo, Depth::Quick, true);
    let suites = validate::planned(repo, &options)?;
    Ok(Detected {
        notes: consolidate::default_globs(&tree),
        upstream,
        suites: suites.into_iter().map(|suite| (suite.name, suite.paths, suite.gating)).collect(),
    })
}
