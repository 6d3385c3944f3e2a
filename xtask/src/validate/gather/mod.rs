//! Reads the repository and runs its suites: the only part of this room that knows `repo` and `process`.

mod base;
mod cargo;
mod cargo_again;
mod cargo_base;
mod cargo_build;
mod cargo_coverage;
mod cargo_docs;
mod coverage;
mod find_python;
mod nextest;
mod processes;
mod python;
mod rust_sources;
mod touched;
mod writes;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result};

use super::baseline::{self, Before};
use super::junit_read::{self, Report};
use super::known;
use super::listed::{self, Listed};
use super::model::{Gathered, Ran, SuiteRun};
use super::places::Roots;
use super::pytest_config;
use super::result::End;
use super::session::Item;
use super::suites::{Look, Runner, Suite, suites};
use super::{Options, PlannedRun};
use crate::cache::Cache;
use crate::code::python::calls::{self, Versions};
use crate::code::python::decode_source;
use crate::code::python::imports::{self, Imports, Past};
use crate::code::python::inventory::{Inventory, inventory};
use crate::code::rust_tests::{RustTests, rust_tests};
use crate::config::Depth;
use crate::process::{Call, Cancel, Ending, FilesBefore, Finished, Progress, Stop, find_program, run};
use crate::repo::git::Git;
use crate::repo::{BlobId, EntryKind, History, Rename, Repo, RepoPath, Tree};
use crate::report::{Finding, SCHEMA, count};

/// What every part of the work needs.
pub(super) struct Context<'a> {
    pub(super) repo: &'a Repo,
    pub(super) root: PathBuf,
    pub(super) roots: Roots,
    pub(super) files: BTreeSet<RepoPath>,
    pub(super) tree: Tree,
    pub(super) options: &'a Options,
    pub(super) progress: &'a Progress,
    pub(super) cancel: &'a Cancel,
}

impl Context<'_> {
    /// A file's bytes; `None` when it cannot be read, which the count of tests has said.
    pub(super) fn read(&self, path: &RepoPath) -> Option<Vec<u8>> {
        self.tree.read(path).ok()
    }
}

/// Reads the repository, runs its suites unless only static parts are wanted, and says what it read.
///
/// # Errors
/// The repository is bare or cannot be read.
pub(super) fn gather(
    repo: &Repo,
    options: &Options,
    progress: &Progress,
    cancel: &Cancel,
) -> Result<Gathered> {
    let root = repo.require_work_tree()?.to_owned();
    progress.step("counting tests");
    // No suite has run by now: nothing is lost.
    let mut look = cancel.catch(|| look(repo))??;
    let suites = suites(&options.config, &look.borrow());
    let roots = Roots::new(&root, &root.canonicalize().unwrap_or_else(|_| root.clone()));
    let context =
        Context { repo, root, roots, files: look.files, tree: look.tree, options, progress, cancel };
    let (history, imports) = cancel.catch(|| {
        let history = history(repo, options.depth, &mut look.findings)?;
        let imports = imports_of(repo, &context.tree, history.as_ref())?;
        anyhow::Ok((history, imports))
    })??;
    // A name that is none shows before the tests run.
    let base = options.base.as_ref().filter(|_| !options.static_only);
    let base = base.map(|base| repo.resolve(base)).transpose()?;
    let mut runs = Vec::new();
    for (place, suite) in suites.into_iter().enumerate() {
        if options.shard.is_none_or(|shard| shard.has(place, &suite.runner)) {
            // What other suites did is kept.
            let ran = run_suite(&context, suite.clone());
            let failed = |error| vec![SuiteRun::cannot(suite, End::Missing, format!("{error:#}"), None)];
            runs.extend(ran.unwrap_or_else(failed));
        }
    }
    let Moves { told: renames, all: moves, history } = moves(&context, history, &runs)?;
    let before = match (&base, &options.baseline) {
        (Some(base), _) => compared(base::before(&context, &runs, &moves, base), &mut look.findings),
        (_, Some(text)) => Some(baseline::read_result(text)?),
        _ => None,
    };
    look.findings.extend(not_compared(before.as_ref(), &runs, options.base.is_some()));
    let known = known_failures(&context, &mut look.findings)?;
    let touched = match before.as_ref().and_then(|before| before.commit.as_deref()) {
        Some(commit) => {
            let gone = |path: &RepoPath| history.as_ref().filter(|_| !context.files.contains(path));
            touched::since(repo, commit, |path| {
                let moved = gone(&path).and_then(|history| history.moved_to(&path));
                moved.map(|rename| rename.to.clone()).unwrap_or(path)
            })?
        }
        None => BTreeMap::new(),
    };
    Ok(Gathered {
        before,
        touched,
        known,
        inputs: look.inputs,
        inventory: look.inventory,
        rust_inventory: look.rust_inventory,
        rust_places: rust_sources::places(&context, &runs),
        imports,
        renames,
        moves,
        runs,
        roots: context.roots,
        executed: !options.static_only,
        findings: look.findings,
    })
}

/// Files that were moved.
struct Moves {
    /// Those by commits of which something is known now.
    told: Vec<Rename>,
    /// All, for a comparison also what is not committed yet.
    all: Vec<Rename>,
    /// What tells them, for a comparison.
    history: Option<History>,
}

fn moves(context: &Context<'_>, history: Option<History>, runs: &[SuiteRun]) -> Result<Moves> {
    let committed = history.as_ref().map(|history| renames(history, &context.files)).unwrap_or_default();
    let compares = context.options.base.is_some() || context.options.baseline.is_some();
    let history = history.filter(|_| compares);
    let history = history.map(|history| history.with_uncommitted(context.repo, false)).transpose()?;
    let all = history.as_ref().map_or_else(|| committed.clone(), |history| renames(history, &context.files));
    // Of Rust files nothing is known before they are built.
    let is_built = runs
        .iter()
        .any(|run| matches!(run.suite.runner, Runner::CargoTest | Runner::CargoNextest) && is_listed(run));
    let is_told = |rename: &Rename| is_built || rename.to.extension() == "py";
    Ok(Moves { told: committed.into_iter().filter(is_told).collect(), all, history })
}

/// True for a run that may have told of Rust tests.
fn is_listed(run: &SuiteRun) -> bool {
    matches!(run.ran, Ran::Cargo(_) | Ran::Listed(_))
}

/// The suites as they stand, without running or reading more than names and configuration.
///
/// # Errors
/// The repository is bare or cannot be read.
pub(super) fn planned(repo: &Repo, options: &Options) -> Result<Vec<PlannedRun>> {
    let look = look(repo)?;
    let plan = |suite: Suite| PlannedRun {
        last_duration_s: options.durations.suites.get(&suite.name).copied(),
        runner: suite.runner.name().to_owned(),
        paths: suite.paths.iter().map(|path| path.display().into_owned()).collect(),
        gating: suite.gating,
        found: suite.found,
        name: suite.name,
    };
    Ok(suites(&options.config, &look.borrow()).into_iter().map(plan).collect())
}

/// Folders of the work tree whose untracked files belong to others: virtual environments that git does not
/// ignore.
pub(super) struct Foreign(Vec<RepoPath>);

impl Foreign {
    pub(super) fn of(tree: &Tree) -> Self {
        let marked = tree.entries().filter(|(path, _)| path.file_name() == b"pyvenv.cfg");
        Self(marked.filter_map(|(path, _)| path.parent()).collect())
    }

    pub(super) fn holds(&self, path: &RepoPath) -> bool {
        self.0.iter().any(|folder| path.is_within(folder))
    }
}

/// What ran at the other commit; a run that could not be made takes nothing from the one that was.
fn compared(before: Result<Before>, findings: &mut Vec<Finding>) -> Option<Before> {
    let failed = |error| Finding::warn("not-compared", None, format!("`--base` could not be run: {error:#}"));
    before.map_err(|error| findings.push(failed(error))).ok()
}

/// Suites with failures of which `--base` cannot say whether they are new.
fn not_compared(before: Option<&Before>, runs: &[SuiteRun], by_base: bool) -> Vec<Finding> {
    let left_out = before.map(|before| &before.left_out).into_iter().flatten();
    let runner = |name: &String| runs.iter().find(|run| run.suite.name == *name).map(|run| &run.runner);
    let told = left_out.filter_map(|name| Some((name, runner(name)?))).map(|(name, runner)| {
        if !by_base {
            let message = "the earlier result did not run all its tests: which failures of it are new is not known";
            return Finding::warn("not-compared", name.clone(), message);
        }
        let message = format!("`--base` runs tests of pytest, unittest and `cargo test` there, not those of {runner}: what fails in it is called neither new nor old");
        Finding::warn("not-compared", name.clone(), message).hint("compare with an earlier result: `--baseline FILE`")
    });
    let unknown = before.map_or(0, |before| before.unknown.len());
    let is = if unknown == 1 { "is" } else { "are" };
    let tests = count(unknown, "failing test");
    let message = format!("{tests} could not run at the other commit, and {is} called neither new nor old");
    told.chain((unknown > 0).then(|| Finding::warn("not-compared", None, message))).collect()
}

/// The list of known failures, if there is one.
fn known_failures(context: &Context<'_>, findings: &mut Vec<Finding>) -> Result<Option<Before>> {
    let configured = context.options.config.known_failures.as_deref();
    let name = configured.unwrap_or(known::DEFAULT_PLACE);
    let path = RepoPath::resolve(None, name.as_bytes());
    let Some(bytes) = path.and_then(|path| context.read(&path)) else {
        if configured.is_some() && context.options.save_known.is_none() {
            let finding =
                Finding::warn("no-known-failures", name.to_owned(), "is configured, but is not there");
            findings.push(finding.hint("write it with `xtask validate --save-baseline`"));
        }
        return Ok(None);
    };
    let list = known::read(&String::from_utf8_lossy(&bytes));
    Ok(Some(list.with_context(|| format!("`{name}` cannot be used"))?))
}

/// The history up to HEAD; `None` where only a quick look is wanted, and where it is cut off.
fn history(repo: &Repo, depth: Depth, findings: &mut Vec<Finding>) -> Result<Option<History>> {
    let Some(head) = repo.head()?.filter(|_| depth > Depth::Quick) else { return Ok(None) };
    let history = Cache::of(repo).history(repo, &head)?;
    if let Some(why) = history.unknown {
        findings.push(Finding::warn("moves-not-known", None, why));
        return Ok(None);
    }
    Ok(Some(history))
}

/// Imports and calls of the repository's own Python, with what history says of those that cannot work.
fn imports_of(repo: &Repo, tree: &Tree, history: Option<&History>) -> Result<Imports> {
    let project = imports::Project::of_tree_cached(tree, &Cache::of(repo))?;
    let mut found = imports::verify(&project);
    found.calls = calls::verify(&project);
    let (Some(history), Some(head)) = (history, repo.head()?) else { return Ok(found) };
    let (mut versions, mut past) = (Versions::of(repo, &head), Past::of(repo, &head));
    let with_uncommitted = || history.clone().with_uncommitted(repo, false);
    let history_of_calls = || with_uncommitted().map(Cow::Owned);
    calls::explain(&project, &mut found.calls, history_of_calls, (&mut versions, &mut past))?;
    if found.needs_history() {
        imports::explain(&project, &mut found, &with_uncommitted()?, &mut past)?;
    }
    Ok(found)
}

/// Renames in history of Python and Rust files that are still there, newest first.
fn renames(history: &History, files: &BTreeSet<RepoPath>) -> Vec<Rename> {
    let has_tests = |path: &RepoPath| matches!(path.extension().as_str(), "py" | "rs");
    let is_here = |rename: &Rename| has_tests(&rename.to) && files.contains(&rename.to);
    history.renames.iter().filter(|rename| is_here(rename)).cloned().collect()
}

struct Found {
    tree: Tree,
    files: BTreeSet<RepoPath>,
    inventory: Inventory,
    rust_inventory: RustTests,
    testpaths: Vec<String>,
    projects: Vec<(RepoPath, Vec<String>)>,
    has_own_names: bool,
    inputs: String,
    findings: Vec<Finding>,
}

impl Found {
    fn borrow(&self) -> Look<'_> {
        Look {
            files: self.files.iter().collect(),
            scripts: self.inventory.scripts.iter().collect(),
            unnamed: self.inventory.unnamed().collect(),
            testpaths: self.testpaths.clone(),
            projects: self.projects.clone(),
            has_own_names: self.has_own_names,
            has_nextest: find_program("cargo-nextest").is_some(),
        }
    }
}

fn look(repo: &Repo) -> Result<Found> {
    let tree = Tree::of_work_tree(repo)?;
    let foreign = Foreign::of(&tree);
    let files: BTreeSet<RepoPath> = tree
        .entries()
        .filter(|(_, entry)| matches!(entry.kind, EntryKind::File | EntryKind::Executable))
        .filter(|(path, entry)| entry.tracked || !foreign.holds(path))
        .map(|(path, _)| path.clone())
        .collect();
    let mut findings = Vec::new();
    let mut python = Vec::new();
    for path in files.iter().filter(|path| path.extension() == "py") {
        match tree.read(path).map(|bytes| decode_source(&bytes)) {
            Ok(Ok(source)) => python.push((path.clone(), source.text)),
            Ok(Err(why)) => findings.push(unreadable(path, &why)),
            Err(error) => findings.push(unreadable(path, &format!("{error:#}"))),
        }
    }
    let text = |path: &RepoPath| Some(String::from_utf8_lossy(&tree.read(path).ok()?).into_owned());
    let rust: Vec<(RepoPath, String)> = files
        .iter()
        .filter(|path| path.extension() == "rs")
        .filter_map(|path| Some((path.clone(), text(path)?)))
        .collect();
    let settings_in = |folder: Option<&RepoPath>| {
        pytest_config::settings(|name| {
            let path = RepoPath::resolve(folder, name.as_bytes())?;
            let bytes = files.contains(&path).then(|| tree.read(&path).ok())??;
            String::from_utf8(bytes).ok()
        })
    };
    let settings = settings_in(None);
    let is_settings =
        |path: &&RepoPath| pytest_config::FILES.iter().any(|name| path.file_name() == name.as_bytes());
    let folders: BTreeSet<RepoPath> = files.iter().filter(is_settings).filter_map(RepoPath::parent).collect();
    let project = |folder: RepoPath| {
        let settings = settings_in(Some(&folder));
        settings.file.map(|_| (folder, settings.testpaths))
    };
    Ok(Found {
        inventory: inventory(&python),
        rust_inventory: rust_tests(&rust),
        testpaths: settings.testpaths,
        projects: folders.into_iter().filter_map(project).collect(),
        has_own_names: settings.has_own_names,
        inputs: inputs(repo, &tree, &foreign)?,
        files,
        findings,
        tree,
    })
}

fn unreadable(path: &RepoPath, why: &str) -> Finding {
    Finding::warn("unreadable-file", path.display().into_owned(), format!("left out of the count: {why}"))
}

/// Hash over the tool's version and the content of every file but reports.
fn inputs(repo: &Repo, tree: &Tree, foreign: &Foreign) -> Result<String> {
    let dirty: BTreeSet<RepoPath> = repo.uncommitted()?.into_iter().collect();
    let index = Tree::of_index(repo)?;
    let mut text = format!("validation\n{SCHEMA}\n{}\n", env!("CARGO_PKG_VERSION"));
    for (path, entry) in tree.entries() {
        if entry.kind == EntryKind::Submodule || (!entry.tracked && foreign.holds(path)) {
            continue;
        }
        if writes::is_report(tree, path) {
            continue;
        }
        let known = index.get(path).and_then(|entry| entry.id.as_ref()).filter(|_| !dirty.contains(path));
        let id = match known {
            Some(id) => id.clone(),
            None => match tree.read(path) {
                Ok(bytes) => BlobId::of_content(&bytes),
                Err(_) => continue,
            },
        };
        text.push_str(&format!("{path}\0{:?}\0{id}\n", entry.kind));
    }
    Ok(BlobId::of_content(text.as_bytes()).to_string())
}

/// Runs one suite. More than one run comes of it when pytest is missing and the standard library can do a part.
fn run_suite(context: &Context<'_>, suite: Suite) -> Result<Vec<SuiteRun>> {
    if context.options.static_only || context.cancel.is_cancelled() {
        return Ok(vec![SuiteRun::not_started(suite, context.options.static_only)]);
    }
    context.progress.step(format!("running suite {} with {}", suite.name, suite.runner.name()));
    let before = writes::Snapshot::of(context.repo, &context.files)?;
    let mut runs = match suite.runner.clone() {
        Runner::Pytest | Runner::Unittest => python::run_suite(context, &suite)?,
        Runner::CargoTest => vec![cargo::run_suite(context, &suite)?],
        Runner::CargoNextest => vec![nextest::run_suite(context, &suite)?],
        Runner::Command(line) => vec![run_command(context, &suite, &line)?],
    };
    let written = before.changes(context.repo, &suite.name)?;
    if let Some(first) = runs.first_mut() {
        first.written = written;
    }
    Ok(runs)
}

/// A command line of the user's: its exit code is all that is known of it, unless it leaves JUnit XML.
fn run_command(context: &Context<'_>, suite: &Suite, line: &str) -> Result<SuiteRun> {
    let call = suite_call(context, Path::new("/bin/sh"), suite.suite_limit).args(["-c", line]);
    let look = |place: &String| FilesBefore::look_for(&context.root, place, ".xml");
    let before = suite.junit.as_ref().map(look).transpose()?;
    let finished = run(&call, context.cancel).with_context(|| format!("run `{line}`"))?;
    let ran = match before {
        Some(before) => Ran::Listed(Box::new(listed_by_junit(context, suite, &finished, &before)?)),
        None => Ran::Command {
            code: finished.code(),
            signal: matches!(finished.ending, Ending::Signal(_)),
            stop: finished.stop,
            output: format!("{}{}", finished.stdout.text(), finished.stderr.text()),
            duration: finished.duration,
        },
    };
    let mut run = SuiteRun::new(suite.clone(), line.to_owned(), ran);
    run.left_behind = finished.left_behind;
    Ok(run)
}

fn listed_by_junit(
    context: &Context<'_>,
    suite: &Suite,
    finished: &Finished,
    before: &FilesBefore,
) -> Result<Listed> {
    let place = suite.junit.as_deref().unwrap_or_default();
    let files = before.new_files()?;
    let mut told = Report::default();
    let mut no_list = None;
    let mut others = 0;
    for (path, bytes) in &files {
        let text = String::from_utf8_lossy(bytes);
        match junit_read::report(&text) {
            Ok(report) => {
                told.cases.extend(report.cases);
                told.beside.extend(report.beside);
            }
            // A folder may hold reports of other kinds.
            Err(_) if files.len() > 1 && junit_read::is_other_xml(&text) => others += 1,
            Err(error) => {
                let path =
                    context.roots.relative(&path.to_string_lossy()).unwrap_or_else(|| place.to_owned());
                no_list = Some(format!("its JUnit XML `{path}` cannot be read: {error:#}"));
            }
        }
    }
    if files.len() == others {
        no_list = Some(format!("it left no new JUnit XML at `{place}`"));
    }
    let item_of = |told: &junit_read::ToldTest| {
        let item = listed::plain_item(told);
        // A path that means nothing here is no place to point at.
        let path = item.path.as_deref().and_then(|path| context.roots.relative(path));
        Item { path: path.filter(|path| context.files.contains(&RepoPath::from(path.as_str()))), ..item }
    };
    let drafts = listed::of_junit(&told.cases, &item_of);
    let mut objection = told.beside.into_iter().next();
    if finished.code() != 0 && !drafts.iter().any(|draft| draft.outcome.is_bad()) {
        // The command ends by itself: a test that passed in the end explains no bad code.
        objection
            .get_or_insert_with(|| format!("no test failed, but it ended with code {}", finished.code()));
    }
    Ok(Listed { drafts, objection, no_list, ..Listed::of(finished) })
}

/// A call in the repository's top folder with what all suites need: no pyc files, no git variables of a hook
/// that called us, no colour.
pub(super) fn suite_call(context: &Context<'_>, program: &Path, limit: Duration) -> Call {
    let mut call = Call::new(program, &context.root).limit(limit).env("PYTHONDONTWRITEBYTECODE", "1");
    let foreign =
        ["PYTEST_XDIST_WORKER", "PYTEST_CURRENT_TEST", "XTASK_EVENTS", "XTASK_SELECTION", "XTASK_SHARD"];
    call.unset = Git::cleared_variables().iter().chain(&foreign).map(|&name| name.into()).collect();
    call
}

/// Why failing tests did not run again.
const STOPPED: &str = "the user stopped it";
const NO_TIME: &str = "the suite's time is used up";

/// What tests that run again alone may take in all, even after a short suite.
const ALONE_BUDGET: Duration = Duration::from_secs(60);

/// What is left of a suite's time.
pub(super) fn time_left(suite: &Suite, used: Duration) -> Duration {
    suite.suite_limit.saturating_sub(used)
}

/// True when a stop is the end of the whole suite, not of one test.
pub(super) fn ends_suite(stop: Option<Stop>) -> bool {
    matches!(stop, Some(Stop::Limit | Stop::Cancelled))
}
