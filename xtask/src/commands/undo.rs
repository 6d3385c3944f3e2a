//! `undo`: takes an applied change set back.

use std::collections::BTreeSet;

use anyhow::{Context, Result};

use super::answer::Answer;
use super::{Exit, place_with_any_settings};
use crate::change::{self, ChangeSet, EditRecord, Mismatch, Which};
use crate::cli::{Global, Undo};
use crate::repo::{Repo, RepoPath, staged_files, update_index};
use crate::report::{Hinted, count};
use crate::setup::Following;
use crate::term::Term;

/// Takes a change set back, lists them, or settles an interrupted one.
pub(super) fn run(global: &Global, options: &Undo, term: Term) -> Result<Exit> {
    let place = place_with_any_settings(global, term)?;
    let repo = Repo::open(&place.folder)?;
    let answer = Answer::of(&repo, &place, global, term)?;
    if options.list {
        answer.print_sets(&change::list(&repo)?)?;
        return Ok(Exit::Clean);
    }
    if options.recover {
        answer.print_settled(change::recover(&repo, options.keep_changed)?.as_ref())?;
        return Ok(Exit::Clean);
    }
    let which = options.id.map_or(Which::Last, Which::Id);
    let Some(whole) = change::undo(&repo, which)? else {
        answer.print_edits("undo", false, &[], &[])?;
        return Ok(Exit::Clean);
    };
    let all = whole.len();
    let (set, changed) = change::without_changed(&repo, whole)?;
    if !changed.is_empty() && !options.keep_changed {
        return Err(changed_since(&changed, (set.len(), all)));
    }
    let settings = Following::of(&repo, &set)?;
    if options.dry_run && !answer.is_json() {
        answer.print_exact(&change::dry_run(&repo, &set)?)?;
        answer.print_lines(settings.lines())?;
        return Ok(Exit::Clean);
    }
    if options.dry_run || options.check {
        let pending = change::check(&repo, &set)?.pending;
        answer.print_edits("undo", false, &pending, &changed)?;
        answer.print_lines(settings.lines())?;
        let is_wrong = options.check && !pending.is_empty();
        return Ok(if is_wrong { Exit::Findings } else { Exit::Clean });
    }
    let staged = staged_by(&repo, &set)?;
    let before: BTreeSet<RepoPath> = repo.uncommitted()?.into_iter().collect();
    let applied = settings.around(&repo, || change::apply(&repo, &set))?;
    answer.print_edits("undo", applied.applied, &applied.edits, &changed)?;
    answer.print_lines(settings.lines())?;
    update_index(&repo.git(), &staged).context("stage what was staged as it stands now")?;
    say_committed(&repo, (&applied.edits, &before), term)?;
    super::apply::refresh_plan(&repo, &place, term)?;
    Ok(Exit::Clean)
}

/// Where the edits were committed, the commits stand: files differ from them now that did not before.
fn say_committed(
    repo: &Repo,
    (edits, before): (&[EditRecord], &BTreeSet<RepoPath>),
    term: Term,
) -> Result<()> {
    let touched = change::touched(edits.iter().cloned());
    let now = repo.uncommitted()?.into_iter();
    let committed = now.filter(|path| touched.contains(path) && !before.contains(path)).count();
    if committed > 0 {
        let files = match committed {
            1 => "1 file differs from the last commit now: the commit that changed it stands".to_owned(),
            more => {
                format!("{more} files differ from the last commit now: the commits that changed them stand")
            }
        };
        term.say(&format!(
            "{files}. Commit that, as `git revert` would; or, where nobody has them yet, `git reset COMMIT` to the one before"
        ));
    }
    Ok(())
}

/// Taking back all but some files is for the user to decide: links in the others may lead to these.
fn changed_since(changed: &[Mismatch], (rest, all): (usize, usize)) -> anyhow::Error {
    let hint = match rest {
        0 => "move your versions away, or bring the files back with git".to_owned(),
        _ => format!(
            "`xtask undo --keep-changed` takes back the rest ({rest} of {}) and leaves alone what changed; with \
             `--dry-run` it only shows it",
            count(all, "edit")
        ),
    };
    let files: Vec<String> = changed.iter().map(Mismatch::to_string).collect();
    Hinted::new(format!("files are not as they were left: {}", files.join(", ")), hint).into()
}

/// The files whose change was staged as it was made: what takes it back is staged too, or the next commit would bring it.
fn staged_by(repo: &Repo, set: &ChangeSet) -> Result<BTreeSet<RepoPath>> {
    if repo.head()?.is_none() || repo.work_tree().is_none() {
        return Ok(BTreeSet::new());
    }
    let paths = change::touched(set.edits().into_iter().map(|edit| edit.record()));
    let staged = staged_files(&repo.git().without_filters()?)?.into_iter();
    Ok(staged.filter(|file| !file.differs && paths.contains(&file.path)).map(|file| file.path).collect())
}
