//! `all`: phases 2 to 5 in order, each carried out before the next begins.
//!
//! What is done is kept, so that a run that stopped goes on where it stopped. Phase 2 is not run again then: what it
//! found before the changes is what phase 5 compares with.

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use super::{Exit, apply, phase2, phase5, place, setup, timed};
use crate::change;
use crate::cli::{self, Apply, Format, Global, SetupFlags, Told};
use crate::phases::analyses::{Workplace, report_files, report_paths};
use crate::phases::phase5::{self as validation, Times};
use crate::phases::{Phase, kept};
use crate::process::Cancel;
use crate::repo::{Repo, RepoPath};
use crate::report::{Hinted, ReportMarker};
use crate::term::Term;

/// What a phase does, for whoever watches.
fn title(phase: Phase) -> String {
    let what = match phase {
        Phase::Phase2 => "notes, fork and tests are analysed",
        Phase::Phase3 => "the consolidation plan is carried out",
        Phase::Phase4 => "hooks, workflows and CONTRIBUTING are set up",
        Phase::Phase5 => "do all changes work together",
    };
    format!("{}: {what}", phase.name())
}

/// What an earlier call finished.
#[derive(Debug, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct State {
    done: Vec<Phase>,
    /// The commit at which the last of them left the repository.
    #[serde(default)]
    commit: Option<String>,
}

/// Runs what is left of the four phases.
pub(super) fn run(global: &Global, flags: &cli::All, term: Term, cancel: &Cancel) -> Result<Exit> {
    if global.format == Format::Json {
        let hint = "run the phases one by one with `--format json`";
        bail!(Hinted::new("the output of four phases is no single JSON object", hint));
    }
    let all = All { global, flags, place: place(global)?, term, cancel };
    let repo = all.place.open()?;
    repo.require_work_tree()?;
    if flags.commit {
        repo.require_nothing_unfinished()?;
    }
    let mut state = if flags.restart { State::default() } else { all.earlier(&repo)? };
    if state.done.is_empty() {
        // What phases took in another run is no part of this one.
        kept::write(&repo, kept::TIMES, &Times::default())?;
    }
    for phase in Phase::ALL {
        if state.done.contains(&phase) {
            term.say(&format!("{} was finished before; going on after it", phase.name()));
            continue;
        }
        term.say(&format!("\n{}", title(phase)));
        let exit = all.one(&repo, phase)?;
        if exit != Exit::Clean {
            let anew = match phase {
                Phase::Phase5 => "; `xtask all --restart` begins anew with what is here now",
                _ => "",
            };
            term.say(&format!("stopped at {}; `xtask all` goes on from there{anew}", phase.name()));
            return Ok(exit);
        }
        state.done.push(phase);
        state.commit = repo.head()?.map(|commit| commit.to_string());
        kept::write(&repo, kept::ALL, &state)?;
    }
    kept::write(&repo, kept::ALL, &State::default())?;
    Ok(Exit::Clean)
}

struct All<'a> {
    global: &'a Global,
    flags: &'a cli::All,
    place: Workplace,
    term: Term,
    cancel: &'a Cancel,
}

impl All<'_> {
    /// What an earlier call finished; nothing where the repository was taken back behind it.
    fn earlier(&self, repo: &Repo) -> Result<State> {
        let state = kept::read::<State>(repo, kept::ALL).unwrap_or_default();
        if state.done.is_empty() {
            return Ok(state);
        }
        let stands = match &state.commit {
            Some(commit) => {
                let args = ["merge-base", "--is-ancestor", commit, "HEAD"];
                repo.git().answer_to(&args, &[], &[0, 1, 128])?.code == Some(0)
            }
            None => true,
        };
        let [plan, ..] = report_paths(&self.place.config);
        if stands && change::Disk::of(repo)?.read(&plan.into())?.is_some() {
            return Ok(state);
        }
        self.term.say("what an earlier call left is not here any more; beginning anew");
        Ok(State::default())
    }

    fn one(&self, repo: &Repo, phase: Phase) -> Result<Exit> {
        match phase {
            Phase::Phase2 => self.phase_2(repo).context("cannot run phase 2"),
            Phase::Phase3 => self.phase_3(repo).context("cannot run phase 3"),
            Phase::Phase4 => self.phase_4().context("cannot run phase 4"),
            Phase::Phase5 => self.phase_5(repo).context("cannot run phase 5"),
        }
    }

    fn phase_2(&self, repo: &Repo) -> Result<Exit> {
        let asked = cli::Phase2 {
            static_only: self.flags.static_only,
            strict: false,
            depth: None,
            upstream: None,
            fork: "HEAD".to_owned(),
        };
        let exit = phase2::run_at(&self.place, self.global, &asked, self.term, self.cancel)?;
        if exit == Exit::Clean {
            self.commit(repo, &report_files(&self.place.config), "Reports on notes, fork and tests")?;
        }
        Ok(exit)
    }

    fn phase_3(&self, repo: &Repo) -> Result<Exit> {
        let looked = timed(self.global, Phase::Phase3, || {
            if !self.has_plan(repo)? {
                self.term.say("there are no notes here, so there is no plan to carry out");
                return Ok(Exit::Clean);
            }
            let shown = Apply { check: true, told: Told::Before, ..Apply::default() };
            apply::run(self.global, &shown, "phase3", self.term, self.cancel)
        })?;
        if looked != Exit::Findings {
            return Ok(looked);
        }
        if !self.is_agreed("carry out these edits?")? {
            return Ok(Exit::Findings);
        }
        let (commit, told) = (self.flags.commit, Told::After);
        let asked = Apply { yes: true, commit, told, ..Apply::default() };
        timed(self.global, Phase::Phase3, || {
            apply::run(self.global, &asked, "phase3", self.term, self.cancel)
        })
    }

    /// Phase 2 writes a report without a plan where there are no notes.
    fn has_plan(&self, repo: &Repo) -> Result<bool> {
        let [path, ..] = report_paths(&self.place.config);
        let Some(state) = change::Disk::of(repo)?.read(&path.into())? else { return Ok(false) };
        let marker = ReportMarker::parse(&String::from_utf8_lossy(&state.bytes));
        Ok(marker.is_none_or(|marker| marker.inputs != ReportMarker::NOTHING))
    }

    /// A part that cannot be set up here is named with what to do about it, and does not stop the others.
    fn phase_4(&self) -> Result<Exit> {
        let shown = SetupFlags { check: true, ..SetupFlags::default() };
        let look = || setup::run(self.global, None, &shown, (self.term, self.cancel));
        if timed(self.global, Phase::Phase4, look)? == Exit::Clean {
            return Ok(Exit::Clean);
        }
        if !self.is_agreed("set this up?")? {
            return Ok(Exit::Findings);
        }
        let asked = SetupFlags { commit: self.flags.commit, ..SetupFlags::default() };
        let set_up = || setup::run(self.global, None, &asked, (self.term, self.cancel));
        match timed(self.global, Phase::Phase4, set_up)? {
            Exit::Failed | Exit::Clean => Ok(Exit::Clean),
            other => Ok(other),
        }
    }

    fn phase_5(&self, repo: &Repo) -> Result<Exit> {
        let asked = cli::Phase5 {
            require_green: self.flags.require_green,
            check: false,
            static_only: self.flags.static_only,
            depth: None,
            upstream: None,
        };
        let exit = phase5::run_at(&self.place, self.global, &asked, self.term, self.cancel)?;
        if exit == Exit::Clean {
            let mut paths = report_files(&self.place.config);
            paths.push(validation::page_path(&self.place));
            self.commit(repo, &paths, "Final validation")?;
        }
        Ok(exit)
    }

    /// Commits reports, where commits are asked for.
    fn commit(&self, repo: &Repo, paths: &[RepoPath], subject: &str) -> Result<()> {
        if !self.flags.commit {
            return Ok(());
        }
        let mut paths: BTreeSet<RepoPath> = paths.iter().cloned().collect();
        // Who ignores the reports does not want them in a commit.
        let ignored = repo.left_to_ignore(&paths)?;
        paths.retain(|path| !ignored.contains(path));
        if let Some(commit) = repo.commit_paths(&paths, &format!("{subject}\n"))? {
            self.term.say(&format!("committed as {}: {subject}", commit.short()));
        }
        Ok(())
    }

    /// Somebody has to say yes before files change.
    fn is_agreed(&self, question: &str) -> Result<bool> {
        if self.flags.yes {
            return Ok(true);
        }
        match self.term.ask(question, self.cancel).context("ask on the terminal")? {
            Some(agreed) => Ok(agreed),
            None => bail!(Hinted::new(
                "there is no terminal to ask on",
                "add `--yes` to change files without asking; nothing was changed by this phase",
            )),
        }
    }
}
