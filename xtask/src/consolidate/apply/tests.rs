//! Killed at every step of an apply: before or after, nothing between.

#![allow(clippy::disallowed_methods, reason = "the tests end processes of their own and write their files")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

use super::{ApplyOptions, PlanFile, Prepared, prepare};
use crate::change::{self, STOPPED};
use crate::consolidate::{Options, plan_format, run};
use crate::process::{Cancel, Progress};
use crate::repo::{EntryKind, Repo, RepoPath, Tree};
use crate::report::Outcome;

/// Two notes that say the same, a session note, and files that name them.
const FILES: &[(&str, &str)] = &[
    ("README.md", "# Top\n\n[log](notes/session-2025-01-02.md), see notes/pump-guide.md\n"),
    ("src/tool.py", "# The pump: notes/pump-manual.md\n"),
    (
        "notes/pump-guide.md",
        "# Pump guide\n\n## Starting the pump\n\nOpen the red valve fully, wait twenty seconds, then press the \
         green button until the lamp burns.\n\n## Stopping the pump\n\nClose the red valve slowly and let the pump run dry.\n",
    ),
    (
        "notes/pump-manual.md",
        "# Pump manual\n\n## Starting the pump\n\nOpen the red valve fully, wait twenty seconds, then press the \
         green button until the lamp burns.\n\n## Cleaning\n\nUse 5 litres of water, [as here](pump-guide.md).\n",
    ),
    (
        "notes/session-2025-01-02.md",
        "# Session 2025-01-02\n\nStatus: done\n\n## Done\n\nFixed the pump, after [the manual](pump-manual.md).\n",
    ),
];

fn repository() -> TempDir {
    repository_of(FILES)
}

/// A repository without a commit, in memory where that can be.
pub(super) fn repository_of(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
    git2::Repository::init(folder.path()).unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// The plan that is proposed, every item ticked.
fn plan(repo: &Repo) -> PlanFile {
    let Outcome::Done(analysis) =
        run(repo, &Options::default(), &Progress::default(), &Cancel::default()).unwrap()
    else {
        panic!("there are notes");
    };
    let text = plan_format::write(&analysis.items).replace("- [ ] ", "- [x] ");
    PlanFile { shown: "plan".to_owned(), path: None, text }
}

fn prepared(repo: &Repo) -> Prepared {
    let options = ApplyOptions::default();
    prepare(repo, &plan(repo), &options, &Progress::default(), &Cancel::default()).unwrap()
}

pub(super) fn files(repo: &Repo) -> BTreeMap<RepoPath, Vec<u8>> {
    let tree = Tree::of_work_tree(repo).unwrap();
    let is_file = |kind: EntryKind| matches!(kind, EntryKind::File | EntryKind::Executable);
    let paths = tree.entries().filter(|(_, entry)| is_file(entry.kind)).map(|(path, _)| path.clone());
    paths.map(|path| (path.clone(), tree.read(&path).unwrap())).collect()
}

/// Not a fact but a tool: in a process of its own it carries the plan out, with the fault of `XTASK_FAULTS`.
#[test]
fn child() {
    if let Ok(folder) = std::env::var("XTASK_TEST_PLAN") {
        let repo = Repo::open(Path::new(&folder)).unwrap();
        change::apply(&repo, &prepared(&repo).set).unwrap();
    }
}

fn run_child(folder: &Path, stop_at: usize) -> Output {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "consolidate::apply::tests::child", "--nocapture"])
        .env("XTASK_TEST_PLAN", folder)
        .env("XTASK_FAULTS", format!("stop={stop_at}"))
        .output()
        .unwrap()
}

#[test]
fn killed_at_any_step_the_files_are_before_or_after() {
    let folder = repository();
    let repo = Repo::open(folder.path()).unwrap();
    let before = files(&repo);
    let set = prepared(&repo).set;
    assert!(set.len() > 4, "guide, originals, session note and links: {set:?}");
    change::apply(&repo, &set).unwrap();
    let after = files(&repo);
    let mut stopped = 0;
    for stop_at in 1.. {
        let folder = repository();
        let output = run_child(folder.path(), stop_at);
        if output.status.success() {
            break;
        }
        assert_eq!(output.status.code(), Some(STOPPED), "{}", String::from_utf8_lossy(&output.stdout));
        stopped += 1;
        let repo = Repo::open(folder.path()).unwrap();
        change::recover(&repo, false).unwrap();
        let now = files(&repo);
        assert!(now == before || now == after, "step {stop_at}: {:?}", now.keys());
    }
    assert!(stopped > 20, "{stopped} steps");
}

#[test]
fn a_second_apply_finds_nothing_and_undo_gives_every_byte_back() {
    let folder = repository();
    let repo = Repo::open(folder.path()).unwrap();
    let before = files(&repo);
    let plan = plan(&repo);
    let prepare =
        || prepare(&repo, &plan, &ApplyOptions::default(), &Progress::default(), &Cancel::default()).unwrap();
    let first = prepare();
    assert_eq!(first.summary.conserved.lost, 0);
    change::apply(&repo, &first.set).unwrap();
    assert!(prepare().set.is_empty());
    let now = files(&repo);
    let readme = String::from_utf8_lossy(&now[&"README.md".into()]).into_owned();
    assert!(readme.contains("(notes/archive/session-2025-01-02.md)"), "{readme}");
    assert!(!readme.contains("notes/pump-guide.md"), "{readme}");
    let undo = change::undo(&repo, change::Which::Last).unwrap().unwrap();
    change::apply(&repo, &undo).unwrap();
    assert_eq!(files(&repo), before);
}

#[test]
fn guide_links_to_the_heading_as_the_original_has_it_though_it_names_what_moves() {
    let named = "Cleaning after pump-guide.md";
    let files = FILES.iter().map(|&(path, text)| {
        let text = text.replace("## Cleaning", &format!("## {named}"));
        let text = text
            .replace("run dry.", "run dry, [`pump-manual.md`](pump-manual.md#cleaning-after-pump-guidemd).");
        (path, text)
    });
    let files: Vec<(&str, String)> = files.collect();
    let folder = repository_of(&files.iter().map(|(path, text)| (*path, text.as_str())).collect::<Vec<_>>());
    let repo = Repo::open(folder.path()).unwrap();
    let mut plan = plan(&repo);
    let line = plan.text.lines().find(|line| line.contains("Cleaning after")).unwrap().to_owned();
    plan.text = plan.text.replace(&line, &line.replace("guide:", "history:"));
    let options = ApplyOptions::default();
    let prepared = prepare(&repo, &plan, &options, &Progress::default(), &Cancel::default()).unwrap();
    change::apply(&repo, &prepared.set).unwrap();
    let guides: Vec<String> = super::tests::files(&repo)
        .into_iter()
        .filter(|(path, _)| path.as_bytes().starts_with(b"notes/guides/"))
        .map(|(_, bytes)| String::from_utf8(bytes).unwrap())
        .collect();
    // What the guide names is led to the archive, and so are its links.
    let place = "../archive/pump-manual.md";
    let led = format!("[`{place}`]({place}#cleaning-after-pump-guidemd)");
    assert_eq!(
        guides[0].matches(&format!("({place}#cleaning-after-pump-guidemd)")).count(),
        2,
        "{}",
        guides[0]
    );
    assert!(guides[0].contains(&led), "{}", guides[0]);
}
