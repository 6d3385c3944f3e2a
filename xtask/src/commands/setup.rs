//! `setup`, which is `phase4`: hooks, workflows and CONTRIBUTING.md.

#![allow(clippy::disallowed_methods, reason = "last week's text is a file that the user names")]

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::answer::Answer;
use super::shown::SetUp;
use super::{Exit, place, validate as validation};
use crate::change;
use crate::check::{
    self,
    staged::{self, Rehearsed},
};
use crate::cli::{Format, Global, SetupCommand, SetupFlags, SetupIssue};
use crate::config::{Depth, GitHook};
use crate::phases::analyses::{self, Workplace};
use crate::phases::kept;
use crate::process::{Cancel, Progress};
use crate::repo::{Repo, Staged};
use crate::setup::{self, Offer, Options, Part, Plan};
use crate::term::Term;

/// Offered settings of more lines are not printed.
const SHOWN: usize = 20;

/// Sets up what was asked for.
pub(super) fn run(
    global: &Global,
    command: Option<&SetupCommand>,
    flags: &SetupFlags,
    (term, cancel): (Term, &Cancel),
) -> Result<Exit> {
    let place = place(global)?;
    let repo = place.open()?;
    if let Some(SetupCommand::Issue(options)) = command {
        return issue(&repo, options, term);
    }
    let options = options(&place, command, flags);
    // All that is read is read before anything is written, so that who stops it finds nothing changed.
    let looked = cancel.catch(|| look(&place, &repo, (&options, flags), (term, cancel)));
    let Looked { plan, mut edits, rehearsal } = looked.map_err(analyses::interrupted)??;
    let answer = Answer::of(&repo, &place, global, term)?;
    if flags.dry_run && global.format == Format::Text {
        answer.print_exact(dry_run(&repo, &plan)?.as_bytes())?;
        return Ok(if plan.skipped.is_empty() { Exit::Clean } else { Exit::Failed });
    }
    let is_pending = !edits.is_empty() || !plan.pending().is_empty();
    let writes = !flags.check && !flags.dry_run;
    let mut committed = None;
    if flags.commit {
        repo.require_nothing_unfinished()?;
    }
    if writes {
        edits = setup::apply(&repo, &plan)?.edits;
        if flags.commit {
            committed = setup::commit(&repo, &plan, &edits)?;
        }
    }
    let shown = Shown { applied: writes, edits: &edits, plan: &plan, rehearsal: &rehearsal, committed };
    match global.format {
        Format::Json => answer.print_value("setup", &shown.json())?,
        Format::Text => answer.print(&shown.text())?,
    }
    Ok(if !plan.skipped.is_empty() {
        Exit::Failed
    } else if flags.check && (is_pending || !plan.drift.is_empty()) {
        Exit::Findings
    } else {
        Exit::Clean
    })
}

/// What is known before anything is written.
struct Looked {
    plan: Plan,
    /// Edits that would be made.
    edits: Vec<change::EditRecord>,
    rehearsal: Vec<String>,
}

fn look(
    place: &Workplace,
    repo: &Repo,
    (options, flags): (&Options, &SetupFlags),
    (term, cancel): (Term, &Cancel),
) -> Result<Looked> {
    let mut plan = setup::plan(repo, options)?;
    let refused = if flags.baseline { Some(refused_today(place, repo)?) } else { None };
    if let Some(offer) = refused.as_ref().and_then(Rehearsed::baseline).map(baseline) {
        setup::take_baseline(repo, &mut plan, offer)?;
    }
    let edits = change::check(repo, &plan.set)?.pending;
    let is_pending = !edits.is_empty() || !plan.pending().is_empty();
    let writes = !flags.check && !flags.dry_run;
    let mut rehearsal = Vec::new();
    if is_pending && writes && !flags.uninstall && has_gate(options) {
        let (lines, baseline) = rehearse(place, repo, options, refused, (term, cancel))?;
        plan.offers.extend(baseline.filter(|_| !flags.baseline));
        rehearsal = lines;
    }
    Ok(Looked { plan, edits, rehearsal })
}

/// What is set up here, and what is not as it is set up.
pub(super) struct StandingSetup {
    /// Edits that would be made.
    pub(super) pending: Vec<String>,
    /// What is wrong and no edit mends.
    pub(super) drift: Vec<String>,
    /// Whether nothing of it was ever set up.
    pub(super) is_new: bool,
}

/// Compares the repository with its set-up; writes nothing.
pub(super) fn standing(place: &Workplace, repo: &Repo) -> Result<StandingSetup> {
    let plan = setup::plan(repo, &options(place, None, &SetupFlags::default()))?;
    let edits = change::check(repo, &plan.set)?.pending;
    let was_run = change::list(repo)?.iter().any(|set| set.command == "setup" && set.stands);
    let is_new = !was_run && edits.iter().all(|edit| edit.action == change::Action::Create);
    let pending = edits.iter().map(ToString::to_string).chain(plan.pending()).collect();
    Ok(StandingSetup { pending, drift: plan.drift, is_new })
}

fn options(place: &Workplace, command: Option<&SetupCommand>, flags: &SetupFlags) -> Options {
    let parts: BTreeSet<Part> = match command {
        Some(SetupCommand::Hooks) => [Part::Hooks].into(),
        Some(SetupCommand::Workflows) => [Part::Workflows].into(),
        Some(SetupCommand::Contributing) => [Part::Contributing].into(),
        Some(SetupCommand::Issue(_)) | None => [Part::Hooks, Part::Workflows, Part::Contributing].into(),
    };
    let commands = ["consolidate plan", "upstream", "validate"];
    let paths = analyses::report_paths(&place.config);
    Options {
        parts,
        uninstall: flags.uninstall,
        force: flags.force,
        into_hooks_path: flags.into_hooks_path,
        config: place.config.setup.clone(),
        upstream: place.config.upstream.upstream.clone(),
        pictures: analyses::report_files(&place.config)
            .iter()
            .filter(|file| !paths.contains(file))
            .map(ToString::to_string)
            .collect(),
        reports: paths.iter().map(ToString::to_string).zip(commands).collect(),
        has_exceptions: !place.config.hook.except.is_empty(),
        source: source(),
    }
}

/// Where this build came from, if it was built from a known place.
fn source() -> Option<(String, String)> {
    let address = option_env!("XTASK_SOURCE")?;
    let commit = option_env!("XTASK_COMMIT")?;
    Some((address.to_owned(), commit.to_owned()))
}

fn has_gate(options: &Options) -> bool {
    options.parts.contains(&Part::Hooks) || options.parts.contains(&Part::Workflows)
}

/// Runs each gate once as it will run, so that nobody is surprised by what it finds on its first day; and a baseline of
/// what the hook finds, if it finds something.
fn rehearse(
    place: &Workplace,
    repo: &Repo,
    options: &Options,
    refused: Option<Rehearsed>,
    (term, cancel): (Term, &Cancel),
) -> Result<(Vec<String>, Option<Offer>)> {
    if repo.work_tree().is_none() || repo.head()?.is_none() {
        return Ok((Vec::new(), None));
    }
    term.say("a rehearsal: what the gates find in this repository today");
    let trees = check::Trees::of(repo, &check::What::WorkTree)?;
    let checked = check::run(&trees.request(repo)).context("rehearse `check`")?;
    let mut lines = vec![match checked.findings.len() {
        0 => "check: nothing is broken today".to_owned(),
        count => format!(
            "check: {count} {} broken today, which no hook or pull request fails for: only what a change breaks counts \
             (`xtask check` lists them)",
            if count == 1 { "thing is" } else { "things are" }
        ),
    }];
    let mut offer = None;
    if options.parts.contains(&Part::Hooks) && options.wants(GitHook::PreCommit) {
        let rehearsed = refused.map_or_else(|| refused_today(place, repo), Ok)?;
        lines.push(rehearsed.line());
        offer = rehearsed.baseline().map(baseline);
    }
    let asked = validation::options(place, repo, Depth::Quick, true);
    let made =
        analyses::validation(place, &asked, (&Progress::default(), cancel)).context("rehearse `validate`")?;
    lines.push(format!("validate --static: {}", made.headline));
    if made.has_findings {
        lines.push(
            "validate: a pull request is held against its target branch; `xtask validate --save-baseline` writes down \
             which tests fail today, so that elsewhere too only others count"
                .to_owned(),
        );
    }
    Ok((lines, offer))
}

/// What the hook would refuse of the files as they stand.
fn refused_today(place: &Workplace, repo: &Repo) -> Result<Rehearsed> {
    staged::rehearse(repo, &Staged::open(repo, None)?, &place.config.hook)
        .context("rehearse `hook pre-commit`")
}

fn baseline(lines: String) -> Offer {
    let why = "lines that leave out what stands there today, until it is mended".to_owned();
    Offer { why, path: "xtask.toml".to_owned(), lines }
}

fn dry_run(repo: &Repo, plan: &Plan) -> Result<String> {
    let mut text = String::from_utf8_lossy(&change::dry_run(repo, &plan.set)?).into_owned();
    // `git apply` takes lines before the first file for a message.
    let lines: Vec<String> = plan.pending().into_iter().chain(messages(plan)).collect();
    if !lines.is_empty() {
        text = format!("{}\n{text}", lines.join("\n"));
    }
    Ok(text.trim_end_matches('\n').to_owned())
}

fn issue(repo: &Repo, options: &SetupIssue, term: Term) -> Result<Exit> {
    let Some(kept) = kept::read::<Value>(repo, kept::PHASE2) else {
        bail!("there is no result of phase 2: run `xtask phase2` first");
    };
    let result = kept.get("result").cloned().unwrap_or(kept);
    let previous = options.previous.as_deref().map(read).transpose()?.unwrap_or_default();
    term.result(setup::issue(&result, &previous, options.run.as_deref()).trim_end())?;
    Ok(Exit::Clean)
}

fn read(file: &Path) -> Result<String> {
    let bytes = std::fs::read(file).with_context(|| format!("read `{}`", file.display()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// What is printed.
struct Shown<'a> {
    applied: bool,
    edits: &'a [change::EditRecord],
    plan: &'a Plan,
    rehearsal: &'a [String],
    committed: Option<String>,
}

impl Shown<'_> {
    fn json(&self) -> SetUp<'_> {
        SetUp {
            applied: self.applied,
            edits: self.edits,
            skipped: &self.plan.skipped,
            other: self.plan.pending(),
            notes: &self.plan.notes,
            offers: &self.plan.offers,
            drift: &self.plan.drift,
            rehearsal: self.rehearsal,
            commit: self.committed.clone(),
        }
    }

    fn text(&self) -> String {
        let mut lines: Vec<String> = self.rehearsal.to_vec();
        let before = lines.len();
        lines.extend(self.edits.iter().map(ToString::to_string));
        lines.extend(self.plan.pending());
        if lines.len() == before {
            lines.push("nothing to do".to_owned());
        }
        lines.extend(self.committed.iter().map(|commit| format!("committed as {commit}")));
        lines.extend(messages(self.plan));
        lines.join("\n")
    }
}

fn messages(plan: &Plan) -> Vec<String> {
    let mut lines: Vec<String> = plan.notes.iter().map(|note| format!("note: {note}")).collect();
    lines.extend(plan.drift.iter().map(|drift| format!("drift: {drift}")));
    for skipped in &plan.skipped {
        lines.push(format!("not done: {}: {}", skipped.id, skipped.why));
        lines.extend(skipped.hint.iter().map(|hint| format!("  hint: {hint}")));
    }
    lines.extend(plan.offers.iter().map(offered));
    lines
}

/// The lines themselves, or where they are too many to be read here, how to have them.
fn offered(offer: &Offer) -> String {
    let (why, path, text) = (&offer.why, &offer.path, offer.lines.trim_end());
    match text.lines().count() {
        count if count > SHOWN && path == "xtask.toml" => {
            format!(
                "{why}, {path}: {count} lines; `xtask setup --baseline` writes them, with `--dry-run` it shows them"
            )
        }
        _ => format!("{why}, {path}:\n\n{text}"),
    }
}
