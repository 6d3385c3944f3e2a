//! Asks git and the tree what became of what the notes name.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use super::{Gathered, doors};
use crate::cache::{Answers, Cache};
use crate::config::Depth;
use crate::consolidate::note::seconds;
use crate::consolidate::references::{self, Commands, Ignored, Known, Named, Past, Sightings};
use crate::consolidate::result::{Outrun, Reference};
use crate::consolidate::{Options, report};
use crate::links::ignore_rules;
use crate::parallel;
use crate::repo::git::WITHOUT_DIRTY_SUBMODULES;
use crate::repo::{CommitId, History, Repo, RepoPath, Tree};
use crate::report::Finding;

/// Commits above which only depth `thorough` looks for symbols in all changes.
const MANY_COMMITS: usize = 3_000;

/// Files whose changes are looked through: those of languages in which the definition pattern means something.
const CODE: &[&str] = &[
    "*.py", "*.pyi", "*.pyx", "*.rs", "*.js", "*.jsx", "*.mjs", "*.cjs", "*.ts", "*.tsx", "*.go", "*.java",
    "*.kt", "*.swift", "*.rb", "*.php", "*.c", "*.h", "*.cc", "*.cpp", "*.hpp", "*.cs", "*.scala", "*.lua",
    "*.sh", "*.bash", "*.vue", "*.svelte", "*.ex", "*.exs", "*.dart", "*.jl", "*.r",
];

/// Changes with the form of what is kept.
const VERSION: u32 = 4;

/// What is asked, and of what is known already.
pub(super) struct Asked<'a> {
    pub(super) named: &'a [Named],
    pub(super) sightings: &'a Sightings,
    pub(super) history: &'a History,
    /// False for a work tree, which may hold what no commit does.
    pub(super) is_committed: bool,
}

/// What the notes name and is not there.
pub(super) fn references(
    repo: &Repo,
    tree: &Tree,
    commit: &CommitId,
    options: &Options,
    asked: &Asked<'_>,
    gathered: &mut Gathered,
) -> Result<Vec<Reference>> {
    let gone = references::gone(&gathered.paths, asked.history);
    let open = references::to_ask(asked.named, &gathered.notes, &gathered.paths, &gone);
    // git takes as long for its rules as all that is asked meanwhile.
    let (ignored, found) = parallel::both(asking_for_ignored(repo, open), || {
        let past = past(repo, commit, options.depth, asked, &mut gathered.findings)?;
        let is_past_known = past.is_some();
        let mut past = past.unwrap_or_default();
        let mut commands = commands(tree);
        let missing = references::missing_commands(asked.named, &commands);
        match removed(repo, commit, &missing, asked.is_committed, &TARGETS)? {
            Some(found) => past.extend(found),
            // What is not known to be gone is not said never to have been.
            None => commands.values_mut().for_each(|names| *names = None),
        }
        anyhow::Ok((past, is_past_known, commands))
    });
    let (past, is_past_known, commands) = found?;
    let known = Known {
        paths: &gathered.paths,
        gone: &gone,
        history: asked.history,
        doors: &doors::standing(tree),
        ignored: &ignored?,
        commands: &commands,
        sightings: asked.sightings,
        past: &past,
        is_past_known,
    };
    let doors = doors::all(repo, asked.named, &gathered.notes, &known)?;
    let known = Known { doors: &doors, ..known };
    Ok(references::dead(asked.named, &gathered.notes, &known))
}

/// The notes whose files changed after them, those with most of it first.
pub(super) fn outrun(named: &[Named], history: &History, gathered: &Gathered) -> Vec<Outrun> {
    let files = references::standing(named, &gathered.notes, &gathered.paths);
    let mut all: Vec<Outrun> = files
        .into_iter()
        .filter_map(|(number, files)| {
            let note = &gathered.notes[number];
            let (date, changed) = (note.changed_at()?, note.changed.clone()?);
            let is_newer = |path: &RepoPath| {
                history
                    .paths
                    .get(path)
                    .and_then(|past| seconds(&past.last.date))
                    .is_some_and(|last| last > date)
            };
            let named = files.len();
            let since: Vec<RepoPath> = files.into_iter().filter(is_newer).collect();
            (!since.is_empty()).then(|| Outrun { path: note.path.clone(), changed, named, since })
        })
        .collect();
    all.sort_by(|one, other| {
        (other.since.len(), one.named, &one.path).cmp(&(one.since.len(), other.named, &other.path))
    });
    all
}

/// Which commits removed the last definition of names that no code holds any more; `None` where they were not read.
fn past(
    repo: &Repo,
    tip: &CommitId,
    depth: Depth,
    asked: &Asked<'_>,
    findings: &mut Vec<Finding>,
) -> Result<Option<Past>> {
    let missing = asked.sightings.missing();
    if missing.is_empty() {
        return Ok(Some(Past::new()));
    }
    let count = Answers::of(repo).read(&["rev-list", "--count", "--end-of-options", tip.as_str()])?;
    let count: usize = String::from_utf8_lossy(&count).trim().parse().unwrap_or(usize::MAX);
    if count > MANY_COMMITS && depth < Depth::Thorough {
        let message = format!(
            "{} of functions and flags in notes stand nowhere in the code; depth `thorough` looks through {count} commits for them",
            report::count(missing.len(), "name", "names")
        );
        findings.push(Finding::warn("unknown-symbols", None, message));
        return Ok(None);
    }
    let past = removed(repo, tip, &missing, asked.is_committed, &DEFINITIONS)?;
    if past.is_none() {
        let message =
            "names of functions were not looked up: contents of older commits are missing (a partial clone)";
        findings.push(Finding::warn("unknown-symbols", None, message));
    }
    Ok(past)
}

/// What is looked for in history, and how.
struct Sought {
    /// The kind in the cache.
    kind: &'static str,
    pattern: fn(&BTreeSet<String>) -> String,
    removed: fn(&str, &BTreeSet<String>) -> Past,
    /// The files that can hold it, as patterns.
    files: &'static [&'static str],
}

const DEFINITIONS: Sought = Sought {
    kind: "definitions",
    pattern: references::definition_pattern,
    removed: references::removed_definitions,
    files: CODE,
};

const TARGETS: Sought = Sought {
    kind: "targets",
    pattern: references::target_pattern,
    removed: references::removed_targets,
    files: references::COMMAND_FILES,
};

/// Which commits removed the last place of names that stand nowhere any more; `None` where some commit cannot be read.
fn removed(
    repo: &Repo,
    tip: &CommitId,
    missing: &BTreeSet<String>,
    is_committed: bool,
    sought: &Sought,
) -> Result<Option<Past>> {
    if missing.is_empty() {
        return Ok(Some(Past::new()));
    }
    let mut uncommitted = Past::new();
    for names in batches(missing).iter().filter(|_| !is_committed) {
        let Some(changes) = uncommitted_changes(repo, &(sought.pattern)(names), sought.files)? else {
            return Ok(None);
        };
        uncommitted.extend((sought.removed)(&changes, names));
    }
    let cache = Cache::of(repo);
    let key = [tip.as_str(), "\0", &missing.iter().cloned().collect::<Vec<_>>().join("\0")].concat();
    if let Some(kept) = cache.get(sought.kind, VERSION, key.as_bytes()) {
        return Ok(Some(with(references::read_past(&String::from_utf8_lossy(&kept)), uncommitted)));
    }
    let mut past = Past::new();
    for names in batches(missing) {
        let Some(log) = changes(repo, tip, &(sought.pattern)(&names), sought.files)? else { return Ok(None) };
        past.extend((sought.removed)(&log, &names));
    }
    cache.put(sought.kind, VERSION, key.as_bytes(), references::write_past(&past).as_bytes());
    Ok(Some(with(past, uncommitted)))
}

/// Names in parts whose pattern is no longer than one argument of a program may be (128 KiB on Linux); a pattern holds
/// each name a few times.
fn batches(names: &BTreeSet<String>) -> Vec<BTreeSet<String>> {
    const LONGEST: usize = 24 << 10;
    let mut parts: Vec<BTreeSet<String>> = Vec::new();
    let mut length = LONGEST;
    for name in names {
        length += name.len() + 1;
        if length > LONGEST {
            parts.push(BTreeSet::new());
            length = name.len() + 1;
        }
        parts.last_mut().map(|part| part.insert(name.clone()));
    }
    parts
}

/// What git ends with where a content that it needs is not there.
const LACKS_A_CONTENT: i32 = 128;

/// All changes up to a commit whose lines fit a pattern, newest first; `None` where contents that a partial clone lacks
/// end the log: nothing is claimed then.
fn changes(repo: &Repo, tip: &CommitId, pattern: &str, files: &[&str]) -> Result<Option<String>> {
    // Endings are patterns here; all other calls name paths as they are.
    let mut args = vec!["--no-literal-pathspecs", "log", "-p", "-U0", "--no-renames", "--no-ext-diff"];
    args.extend(["--no-textconv", "--full-history", "--format=%x01%H", "-G", pattern]);
    args.extend(["--end-of-options", tip.as_str(), "--"]);
    args.extend(files);
    let answer = repo.git().answer_to(&args, &[], &[0, LACKS_A_CONTENT])?;
    let is_whole = answer.code != Some(LACKS_A_CONTENT);
    Ok(is_whole.then(|| String::from_utf8_lossy(&answer.stdout).into_owned()))
}

/// [`changes`] of what the work tree changes and no commit holds yet.
fn uncommitted_changes(repo: &Repo, pattern: &str, files: &[&str]) -> Result<Option<String>> {
    let mut args = vec!["--no-literal-pathspecs", "diff-index", "-p", "-U0", "--no-renames", "--no-ext-diff"];
    args.extend([WITHOUT_DIRTY_SUBMODULES, "--no-textconv", "-G", pattern, "--end-of-options", "HEAD", "--"]);
    args.extend(files);
    let answer = repo.git().without_filters()?.answer_to(&args, &[], &[0, LACKS_A_CONTENT])?;
    let is_whole = answer.code != Some(LACKS_A_CONTENT);
    let shown = || format!("\u{1}{}\n{}", CommitId::uncommitted(), String::from_utf8_lossy(&answer.stdout));
    Ok(is_whole.then(shown))
}

/// What commits removed, and what is removed since then.
fn with(mut past: Past, uncommitted: Past) -> Past {
    past.extend(uncommitted);
    past
}

/// That some renames could not be seen, where contents are missing.
pub(super) fn unseen_renames(history: &History) -> Option<Finding> {
    let commits = history.exact_renames_only.filter(|commits| *commits > 0)?;
    let message = format!(
        "renames with an edit could not be seen in {}, whose contents are missing (a partial clone): what they moved \
         is told as removed",
        report::count(commits, "commit", "commits")
    );
    Some(Finding::warn("unseen-renames", None, message))
}

/// Which of some paths ignore rules cover, and whether those rules cover tracked files too: to be asked on another
/// thread.
fn asking_for_ignored(
    repo: &Repo,
    paths: BTreeSet<RepoPath>,
) -> impl FnOnce() -> Result<Ignored> + Send + use<> {
    let git = repo.work_tree().filter(|_| !paths.is_empty()).map(|_| repo.git());
    move || {
        let Some(git) = git else { return Ok(Ignored::default()) };
        let listing = git.read(&["ls-files", "-z", "--cached", "--ignored", "--exclude-standard"])?;
        let tracked: Vec<RepoPath> = records(&listing).map(RepoPath::from_bytes).collect();
        let paths: Vec<RepoPath> = paths.into_iter().collect();
        Ok(by_rules(ignore_rules(&git, &paths)?, &ignore_rules(&git, &tracked)?))
    }
}

/// Paths by what else their rules cover. A rule that covers tracked files of one folder, as `build*/` may, still tells
/// that another is left to outputs.
fn by_rules(paths: BTreeMap<RepoPath, Vec<u8>>, tracked: &BTreeMap<RepoPath, Vec<u8>>) -> Ignored {
    let place = |path: &RepoPath| path.parent().and_then(|_| path.parts().next().map(<[u8]>::to_vec));
    let crowded: BTreeSet<(Vec<u8>, Option<Vec<u8>>)> =
        tracked.iter().map(|(path, rule)| (rule.clone(), place(path))).collect();
    let (perhaps, surely): (Vec<_>, Vec<_>) =
        paths.into_iter().partition(|(path, rule)| crowded.contains(&(rule.clone(), place(path))));
    let only_paths = |covered: Vec<(RepoPath, Vec<u8>)>| covered.into_iter().map(|(path, _)| path).collect();
    Ignored { surely: only_paths(surely), perhaps: only_paths(perhaps) }
}

fn records(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|&byte| byte == 0).filter(|record| !record.is_empty())
}

/// What can be called: targets of all Makefiles, also of those that scripts write, scripts of all package.json.
fn commands(tree: &Tree) -> Commands {
    let mut commands = Commands::new();
    let texts = |is_such: fn(&RepoPath) -> bool| {
        let paths = tree.entries().map(|(path, _)| path).filter(move |path| is_such(path));
        paths.filter_map(|path| Some((path, tree.read(path).ok()?)))
    };
    for (path, bytes) in texts(|path| references::program_of(path).is_some()) {
        let Some(program) = references::program_of(path) else { continue };
        references::take_commands(&mut commands, program, &String::from_utf8_lossy(&bytes));
    }
    for (_, bytes) in texts(|path| path.extension() == "sh") {
        references::take_written(&mut commands, &String::from_utf8_lossy(&bytes));
    }
    commands
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_of_many_names_is_short_enough_for_an_argument() {
        let names: BTreeSet<String> = (0..9_000).map(|number| format!("function_{number}")).collect();
        let parts = batches(&names);
        assert!(parts.len() > 1);
        assert!(parts.iter().all(|part| (DEFINITIONS.pattern)(part).len() < 128 << 10));
        assert_eq!(parts.into_iter().flatten().collect::<BTreeSet<String>>(), names);
        assert!(batches(&BTreeSet::new()).is_empty());
    }

    #[test]
    fn a_rule_hides_what_was_tracked_only_beside_what_still_is() {
        let rules = |list: &[(&str, &str)]| {
            list.iter().map(|(path, rule)| (RepoPath::from(*path), rule.as_bytes().to_vec())).collect()
        };
        let paths = rules(&[
            ("build/run", "build*/"),
            ("tests/test_a.py", "test_*.py"),
            ("test_root.py", "test_*.py"),
            ("src/build_x/a", "build*/"),
        ]);
        let tracked = rules(&[("src/build_y/b", "build*/"), ("tests/test_b.py", "test_*.py")]);
        let ignored = by_rules(paths, &tracked);
        assert_eq!(ignored.surely, ["build/run", "test_root.py"].map(RepoPath::from).into());
        assert_eq!(ignored.perhaps, ["src/build_x/a", "tests/test_a.py"].map(RepoPath::from).into());
    }
}
