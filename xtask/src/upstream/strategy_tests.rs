//! Each way to go is chosen on a real history, and its commands are run there.

#![allow(clippy::disallowed_methods, reason = "tests look at folders of their own")]

use std::path::{Path, PathBuf};

use super::model::Applied;
use super::testing::{Edit, History, Place, analysis};
use super::*;
use crate::repo::CommitId;

/// Runs what the report advises in a shell, as a user would: a merge that conflicts does not stop the rest.
pub(super) fn follow(place: &Place, folder: &Path, analysis: &Analysis) {
    let script = analysis.strategy.commands.join("\n");
    place.shell(folder, &script);
}

pub(super) fn recommended(found: &Analysis) -> &'static str {
    found.strategy.recommend.map_or("none", Way::name)
}

pub(super) fn names() -> Vec<String> {
    (0..25).map(|number| format!("f{number:02}")).collect()
}

pub(super) fn all_say<'a>(names: &'a [String], text: &'a str) -> Vec<Edit<'a>> {
    names.iter().map(|name| (name.as_str(), Some(text))).collect()
}

/// A diverged pair in which both sides change the same 25 files in `conflicting`'s commits of upstream.
fn wide(before: &[(&str, &str)]) -> History {
    let names = names();
    let all = |text: &'static str| all_say(&names, text);
    let mut history = History::default();
    history.commit("main", "root", &all("base\n"));
    history.fork("fork", "main").commit("fork", "mine", &all("fork\n"));
    for (path, text) in before {
        history.commit("main", "calm", &[(*path, Some(*text))]);
    }
    history.commit("main", "stir", &all("upstream\n"));
    history
}

pub(super) fn built(place: &Place, history: &History) -> PathBuf {
    place.repository("r", &[], history)
}

#[test]
fn fork_that_is_ahead_contributes_in_three_sentences() {
    let place = Place::new();
    let mut history = History::default();
    history.commit("main", "root", &[("a", Some("1\n"))]).fork("fork", "main");
    history.commit("fork", "mine", &[("b", Some("2\n"))]).commit("fork", "more", &[("b", Some("3\n"))]);
    let folder = built(&place, &history);
    let found = analysis(&folder, "fork", "main");
    assert_eq!(recommended(&found), "contribute");
    follow(&place, &folder, &found);
    assert_eq!(std::fs::read_dir(place.path("patches")).unwrap().count(), 2);
    let report = report(&found).to_markdown(None);
    let verdict = report.lines().nth(2).unwrap();
    assert_eq!(verdict.matches(". ").count() + 1, 3, "{verdict}");
    assert!(!report.contains("## Strategy") && !report.contains("## Conflicts"), "{report}");
}

#[test]
fn fork_that_is_behind_moves_forward() {
    let place = Place::new();
    let mut history = History::default();
    history.commit("main", "root", &[("a", Some("1\n"))]).fork("fork", "main");
    history.commit("main", "fix an overflow", &[("a", Some("2\n"))]);
    let folder = built(&place, &history);
    let found = analysis(&folder, "fork", "main");
    assert_eq!(recommended(&found), "fast-forward");
    let report = report(&found).to_markdown(None);
    assert!(report.contains("1 is worded like security") && report.contains("| overflow |"), "{report}");
    assert!(
        !report.contains("Picked alone") && !report.contains("apply in this order"),
        "all comes: {report}"
    );
    follow(&place, &folder, &found);
    assert_eq!(recommended(&analysis(&folder, "fork", "main")), "nothing-to-do");
}

#[test]
fn commit_that_changes_nothing_here_is_here_already() {
    let place = Place::new();
    let mut history = History::default();
    let root = [("a", Some("1\n")), ("b", Some("1\n")), ("c", Some("1\n"))];
    history.commit("main", "root", &root).fork("fork", "main");
    // Two commits of upstream are one of the fork's: no patch is the same, and none adds a line.
    history.commit("main", "fix an overflow", &[("a", None)]).commit("main", "tidy", &[("b", None)]);
    history.commit("fork", "less", &[("a", None), ("b", None), ("c", Some("2\n"))]);
    let found = analysis(&built(&place, &history), "fork", "main");
    let commits = found.upstream_commits.as_ref().unwrap();
    assert_eq!(commits.details[0].applied, Some(Applied::NoChange));
    assert_eq!(commits.already_applied, commits.security_worded);
    let report = report(&found).to_markdown(None);
    assert!(report.contains("| in the fork already |"), "{report}");
}

#[test]
fn clean_merge_is_merged() {
    let place = Place::new();
    let mut history = History::default();
    history.commit("main", "root", &[("a", Some("1\n"))]).fork("fork", "main");
    history.commit("main", "up", &[("b", Some("2\n"))]).commit("fork", "own", &[("c", Some("3\n"))]);
    let folder = built(&place, &history);
    let found = analysis(&folder, "fork", "main");
    assert_eq!(recommended(&found), "merge");
    follow(&place, &folder, &found);
    assert_eq!(analysis(&folder, "fork", "main").relation, Some(Relation::Ahead));
}

#[test]
fn rebase_is_advised_where_only_a_shared_patch_makes_the_merge_conflict() {
    let place = Place::new();
    let mut history = History::default();
    history.commit("main", "root", &[("a", Some("1\n"))]).fork("fork", "main");
    history.commit("main", "shared", &[("a", Some("2\n"))]);
    history.commit("fork", "first", &[("z", Some("z\n"))]);
    history.commit("fork", "shared", &[("a", Some("2\n"))]).commit("fork", "own", &[("a", Some("3\n"))]);
    let folder = built(&place, &history);
    let found = analysis(&folder, "fork", "main");
    assert!(!found.merge.as_ref().unwrap().clean);
    assert_eq!(recommended(&found), "record-sync", "upstream brings nothing new: {:?}", found.strategy);
    follow(&place, &folder, &found);
    assert_eq!(analysis(&folder, "fork", "main").relation, Some(Relation::Ahead));

    let place = Place::new();
    history.commit("main", "new", &[("n", Some("n\n"))]);
    let folder = built(&place, &history);
    let found = analysis(&folder, "fork", "main");
    assert_eq!(found.replay.as_ref().map(|replay| (replay.commits, replay.applied)), Some((2, 2)));
    assert_eq!(recommended(&found), "rebase", "{:?}", found.strategy);
    follow(&place, &folder, &found);
    let found = analysis(&folder, "fork", "main");
    assert_eq!((found.relation, found.ahead), (Some(Relation::Ahead), Some(2)));
}

/// Upstream's three commits taken over as one, then changed further on both sides.
fn squashed() -> History {
    let text = |lines: &[&str]| lines.iter().map(|line| format!("{line}\n")).collect::<String>();
    let (one, two, three) = (
        text(&["first line here", "middle", "last"]),
        text(&["first line here", "middle", "second line here", "last"]),
        text(&["first line here", "middle", "second line here", "last", "third line here"]),
    );
    let own = text(&["first line here, mine", "middle", "second line here", "last", "third line here, mine"]);
    let mut history = History::default();
    history.commit("main", "root", &[("a", Some("middle\nlast\n"))]).fork("fork", "main");
    for (message, content) in [("one", &one), ("two", &two), ("three", &three)] {
        history.commit("main", message, &[("a", Some(content))]);
    }
    history.commit("main", "later", &[("b", Some("b\n"))]);
    history.commit("fork", "import by hand", &[("a", Some(&three))]).commit(
        "fork",
        "own",
        &[("a", Some(&own))],
    );
    history
}

#[test]
fn squashed_import_is_recorded_and_then_merged_without_a_conflict() {
    let place = Place::new();
    let folder = built(&place, &squashed());
    let found = analysis(&folder, "fork", "main");
    let sync = found.sync_point.as_ref().unwrap();
    assert_eq!((sync.method.name(), sync.confidence, sync.conflicts_after), ("same-tree", 1.0, Some(0)));
    assert_eq!(found.merge.as_ref().unwrap().conflicts.len(), 1);
    assert_eq!(recommended(&found), "record-sync");
    follow(&place, &folder, &found);
    let found = analysis(&folder, "fork", "main");
    assert_eq!(found.relation, Some(Relation::Ahead), "the merge after it went through");
}

#[test]
fn copy_without_history_is_recorded_against_the_commit_it_was_made_of() {
    let place = Place::new();
    let mut history = History::default();
    let files: Vec<(String, String)> =
        (0..6).map(|n| (format!("f{n}"), format!("content of file {n}\n"))).collect();
    let edits: Vec<Edit<'_>> =
        files.iter().map(|(path, text)| (path.as_str(), Some(text.as_str()))).collect();
    history.commit("main", "root", &edits).commit("main", "up", &[("f0", Some("newer content\n"))]);
    history.commit("main", "up", &[("f1", Some("newest content\n"))]);
    let copy: Vec<Edit<'_>> = edits[1..].iter().copied().chain([("f0", Some("newer content\n"))]).collect();
    history.commit("fork", "copy", &copy).commit("fork", "own", &[("own", Some("mine\n"))]);
    let folder = built(&place, &history);
    let found = analysis(&folder, "fork", "main");
    assert_eq!(found.relation, Some(Relation::Unrelated));
    assert_eq!(
        found.sync_point.as_ref().unwrap().commit.as_str(),
        place.git(&folder, &["rev-parse", "main^"])
    );
    assert_eq!(found.custom_since.as_ref().unwrap().commit, found.sync_point.as_ref().unwrap().commit);
    let told = report(&found).to_markdown(None);
    assert!(told.contains("Since the sync point the fork changed 1 file: 1 added. 1 stands only"), "{told}");
    assert_eq!(recommended(&found), "record-sync");
    follow(&place, &folder, &found);
    assert_eq!(analysis(&folder, "fork", "main").relation, Some(Relation::Ahead));
}

#[test]
fn import_into_a_folder_is_recorded_against_the_commit_whose_tree_it_is() {
    let place = Place::new();
    let mut history = History::default();
    let root: &[Edit<'_>] = &[("a.py", Some("a = 1\nb = 2\n")), ("sub/b.py", Some("c = 3\nd = 4\n"))];
    history.commit("main", "root", root).commit("main", "taken", &[("a.py", Some("a = 2\nb = 2\n"))]);
    history.commit("main", "newer", &[("a.py", Some("a = 3\nb = 3\n"))]);
    history.commit("fork", "own", &[("own", Some("mine\n"))]);
    let copy = [("vendor/up/a.py", Some("a = 2\nb = 2\n")), ("vendor/up/sub/b.py", Some("c = 3\nd = 4\n"))];
    history.commit("fork", "import", &copy);
    let folder = built(&place, &history);
    let sync = analysis(&folder, "fork", "main").sync_point.unwrap();
    assert_eq!(sync.commit.as_str(), place.git(&folder, &["rev-parse", "main^"]));
    assert_eq!((sync.method.name(), sync.confidence), ("same-tree", 1.0));
    assert!(sync.why.contains("`vendor/up`"), "{}", sync.why);
    assert_eq!((sync.folder.as_deref(), sync.conflicts_after), (Some("vendor/up"), Some(0)));
}

#[test]
fn import_into_a_folder_with_changes_is_merged_into_the_folder() {
    let place = Place::new();
    let files: Vec<(String, String)> =
        (0..6).map(|n| (format!("f{n}.py"), format!("content = {n}\nof = 'file {n}'\n"))).collect();
    let mut history = History::default();
    let root: Vec<Edit<'_>> = files.iter().map(|(path, text)| (path.as_str(), Some(text.as_str()))).collect();
    history.commit("main", "root", &root).commit("main", "newer", &[("f1.py", Some("content = 'new'\n"))]);
    history.commit("fork", "own", &[("own", Some("mine\n"))]);
    let inside: Vec<(String, &str)> =
        files.iter().map(|(path, text)| (format!("lib/up/{path}"), text.as_str())).collect();
    let copy: Vec<Edit<'_>> = inside.iter().map(|(path, text)| (path.as_str(), Some(*text))).collect();
    let changed = [("lib/up/f0.py", Some("changed = 'at once'\n"))];
    history.commit("fork", "import", &[&copy[1..], &changed].concat());
    let folder = built(&place, &history);
    let found = analysis(&folder, "fork", "main");
    assert_eq!(found.sync_point.as_ref().unwrap().folder.as_deref(), Some("lib/up"));
    assert_eq!(recommended(&found), "record-sync");
    follow(&place, &folder, &found);
    assert_eq!(place.git(&folder, &["show", "HEAD:lib/up/f1.py"]), "content = 'new'");
    assert_eq!(place.git(&folder, &["ls-files", "f*.py"]), "", "nothing beside the folder");
}

#[test]
fn state_from_before_the_merge_base_is_no_sync_point() {
    let place = Place::new();
    let mut history = History::default();
    history.commit("main", "root", &[("a", Some("1\n")), ("b", Some("1\n"))]);
    history.fork("side", "main").fork("fork", "main");
    history.commit("side", "a", &[("a", Some("2\n"))]).commit("fork", "same", &[("a", Some("2\n"))]);
    history.commit("main", "next", &[("b", Some("2\n"))]).merge("fork", "main", &[("b", Some("2\n"))]);
    history.merge("main", "side", &[("a", Some("2\n")), ("m", Some("1\n"))]);
    let folder = built(&place, &history);
    assert_eq!(analysis(&folder, "fork", "main").sync_point.unwrap().method, SyncMethod::MergeBase);
}

/// Upstream, and a fork that keeps it in `my lib` with a change of its own; upstream then adds a file.
fn kept_in_a_folder(with_history: bool) -> History {
    let long = |last: &str| format!("1\n2\n3\n4\n5\n{last}\n");
    let (a, b) = (long("a"), long("b"));
    let mut history = History::default();
    history.commit("main", "root", &[("a.py", Some(&a)), ("sub/b.py", Some(&b))]);
    history.commit("fork", "own", &[("own", Some("mine\n"))]);
    let copy = [("\"my lib/a.py\"", Some(a.as_str())), ("\"my lib/sub/b.py\"", Some(b.as_str()))];
    match with_history {
        true => history.merge("fork", "main", &copy),
        false => history.commit("fork", "import", &copy),
    };
    history.commit("fork", "mine", &[("\"my lib/a.py\"", Some(&long("fork")))]);
    history.commit("main", "add", &[("c.py", Some("c\n")), ("sub/b.py", Some(&long("up")))]);
    history
}

#[test]
fn upstream_that_is_kept_in_a_folder_is_merged_into_it() {
    for (with_history, expected) in [(true, "merge"), (false, "record-sync")] {
        let place = Place::new();
        let folder = built(&place, &kept_in_a_folder(with_history));
        let found = analysis(&folder, "fork", "main");
        assert_eq!(recommended(&found), expected);
        assert!(found.strategy.commands.iter().any(|command| command.contains("-X 'subtree=my lib'")));
        follow(&place, &folder, &found);
        assert_eq!(analysis(&folder, "fork", "main").relation, Some(Relation::Ahead), "{expected}");
        let files = place.git(&folder, &["ls-tree", "-r", "--name-only", "fork"]);
        let expected = ["my lib/a.py", "my lib/c.py", "my lib/sub/b.py", "own"];
        assert_eq!(files.lines().collect::<Vec<_>>(), expected);
        assert!(place.git(&folder, &["show", "fork:my lib/a.py"]).ends_with("fork"));
        assert!(place.git(&folder, &["show", "fork:my lib/sub/b.py"]).ends_with("up"));
        if with_history {
            let subtree = found.subtree.as_ref().unwrap();
            assert_eq!((subtree.folder.as_str(), subtree.clean, subtree.conflicts), ("my lib", true, 0));
            assert!(headline(&found).ends_with("conflicts nowhere when merged into `my lib`"));
        }
    }
}

#[test]
fn fork_that_moved_one_folder_keeps_upstream_at_its_root() {
    let place = Place::new();
    let mut history = History::default();
    let files = [("a/x", Some("1\n")), ("b/y", Some("2\n")), ("b/z", Some("3\n"))];
    history.commit("main", "root", &files).fork("fork", "main");
    history.commit("fork", "move", &[("a/x", None), ("old/a/x", Some("1\n"))]);
    history.commit("main", "up", &[("b/y", Some("4\n"))]);
    assert_eq!(analysis(&built(&place, &history), "fork", "main").subtree, None);
}

#[test]
fn steps_begin_with_what_merges_cleanly() {
    let place = Place::new();
    let folder = built(&place, &wide(&[("calm", "1\n"), ("calmer", "2\n")]));
    let found = analysis(&folder, "fork", "main");
    let prefix = found.clean_prefix.as_ref().unwrap();
    assert_eq!((prefix.commits, prefix.of, prefix.proven), (2, 3, true));
    assert_eq!(recommended(&found), "merge-in-steps");
    follow(&place, &folder, &found);
    assert!(folder.join("calmer").exists(), "the clean step was merged");
    let unmerged = place.git(&folder, &["diff", "--name-only", "--diff-filter=U"]);
    assert_eq!(unmerged.lines().count(), 25, "the next one conflicts as foretold");
}

#[test]
fn free_commits_are_picked_where_all_else_conflicts() {
    let place = Place::new();
    let mut history = wide(&[]);
    history.commit("main", "free one", &[("new", Some("1\n"))]).commit(
        "main",
        "free two",
        &[("new", Some("2\n"))],
    );
    // Alone the last one changes nothing here, which stops `git cherry-pick` as a conflict does.
    // More than one sitting would look through.
    let more: Vec<String> = (0..12).map(|number| format!("more{number}")).collect();
    for name in &more {
        history.commit("main", "free too", &[(name.as_str(), Some("1\n"))]);
    }
    history.commit("main", "mixed", &[("f00", Some("more\n")), ("odd", Some("1\n"))]);
    history.commit("main", "takes it back", &[("odd", None)]);
    let folder = built(&place, &history);
    let found = analysis(&folder, "fork", "main");
    let commits = found.upstream_commits.as_ref().unwrap();
    assert_eq!((commits.free.len(), commits.picks_tried, commits.picks.len()), (15, 15, 14));
    assert_eq!(recommended(&found), "pick");
    follow(&place, &folder, &found);
    assert!(folder.join("new").exists() && folder.join("more11").exists());
    assert_eq!(place.git(&folder, &["status", "--short"]), "");
}

#[test]
fn first_conflicting_commit_is_proven_by_two_merges() {
    let place = Place::new();
    let mut history = History::default();
    history.commit("main", "root", &[("a", Some("1\n")), ("b", Some("1\n"))]).fork("fork", "main");
    history.commit("fork", "mine", &[("a", Some("fork\n")), ("b", Some("fork\n"))]);
    history.commit("main", "b", &[("b", Some("2\n"))]).commit("main", "b again", &[("b", Some("1\n"))]);
    history.commit("main", "a", &[("a", Some("2\n"))]).commit("main", "b last", &[("b", Some("3\n"))]);
    let folder = built(&place, &history);
    let found = analysis(&folder, "fork", "main");
    let subject = |id: &CommitId| place.git(&folder, &["show", "-s", "--format=%s", id.as_str()]);
    let merge = found.merge.unwrap();
    let told: Vec<_> = merge
        .conflicts
        .iter()
        .map(|conflict| {
            (subject(conflict.first_commit.as_ref().unwrap()), conflict.proven, conflict.monotone.unwrap())
        })
        .collect();
    assert_eq!(told, [("a".to_owned(), true, true), ("b".to_owned(), true, false)]);
    assert_eq!((merge.conflicts[0].fork_commits.len(), merge.conflicts[1].upstream_commits.len()), (1, 3));
    assert_eq!(merge.conflicts[0].hunks.len(), 1);
    let prefix = found.clean_prefix.unwrap();
    assert_eq!((prefix.commits, subject(prefix.first_conflict.as_ref().unwrap()).as_str()), (2, "b"));
}

/// With two merge bases each side's change since one of them looks like a conflict; git merges the bases first.
#[test]
fn clean_prefix_of_crossed_histories_is_what_trial_merges_say() {
    let place = Place::new();
    let mut history = History::default();
    let text = |first: &str| format!("{first}\n2\n3\n4\n5\n6\n7\n");
    let (root, one, uno, eins) = (text("1"), text("one"), text("uno"), text("eins"));
    history.commit("main", "root", &[("f", Some(&root)), ("g", Some(&root))]).fork("fork", "main");
    history.commit("fork", "mine", &[("f", Some(&one))]);
    history.commit("main", "up", &[("g", Some(&one))]).fork("main-before", "main");
    history.merge("main", "fork", &[("f", Some(&one))]);
    history.merge("fork", "main-before", &[("g", Some(&one))]);
    history.commit("fork", "more of mine", &[("f", Some(&uno))]);
    history.commit("main", "calm", &[("g", Some(&uno))]);
    history.commit("main", "stir", &[("f", Some(&eins))]);
    let found = analysis(&built(&place, &history), "fork", "main");
    let prefix = found.clean_prefix.unwrap();
    assert_eq!((prefix.commits, prefix.of, prefix.proven), (2, 3, true));
    assert_eq!(prefix.first_conflict, prefix.next);
}

/// A message and what the commit changes.
type Commit<'a> = (&'a str, &'a [Edit<'a>]);

/// Upstream's two commits, which both sides then hold under other ids.
fn taken_over(branches: [&str; 2], own: &[Commit<'_>]) -> History {
    let [upstream, fork] = branches;
    let mut history = History::default();
    history.commit(upstream, "root", &[("a", Some("1\n2\n3\n"))]).fork(fork, upstream);
    history.commit(upstream, "one", &[("a", Some("one\n2\n3\n"))]);
    history.commit(upstream, "two", &[("b", Some("two\n"))]);
    for (message, edits) in own {
        history.commit(fork, message, edits);
    }
    history
}

#[test]
fn sync_is_recorded_where_a_merge_of_upstream_would_change_nothing() {
    let place = Place::new();
    let one: Commit<'_> = ("one", &[("a", Some("one\n2\n3\n"))]);
    let two: Commit<'_> = ("two", &[("b", Some("two\n"))]);
    let squash: Commit<'_> = ("all at once", &[one.1[0], two.1[0]]);
    let own: Commit<'_> = ("own", &[("c", Some("own\n"))]);
    let further: Commit<'_> = ("further", &[("a", Some("one, mine\n2\n3\n"))]);
    let back: Commit<'_> = ("take it back", &[("b", None)]);
    let apart: Commit<'_> = ("apart", &[("a", Some("1\n2\n3\n")), two.1[0]]);
    // The fork's commits, whether the trial merge is clean, and the subject of the one that had all.
    let cases: [(&str, &[Commit<'_>], bool, Option<&str>); 7] = [
        ("picked", &[two, one, own], true, Some("own")),
        ("squashed", &[own, squash], true, Some("all at once")),
        ("picked and changed", &[one, two, own, further], false, Some("two")),
        ("squashed and changed", &[squash, further], false, Some("all at once")),
        ("picked and taken back", &[one, two, back], true, Some("two")),
        ("one only", &[one, own], true, None),
        ("never both at once", &[one, apart], true, None),
    ];
    for (name, commits, clean, held_at) in cases {
        let folder = place.repository(name, &[], &taken_over(["main", "fork"], commits));
        let found = analysis(&folder, "fork", "main");
        let subject = |id: &CommitId| place.git(&folder, &["show", "-s", "--format=%s", id.as_str()]);
        assert_eq!(found.merge.as_ref().unwrap().clean, clean, "{name}");
        assert_eq!(found.contained_at.as_ref().map(subject).as_deref(), held_at, "{name}");
        assert_eq!(recommended(&found), if held_at.is_some() { "record-sync" } else { "merge" }, "{name}");
        let before = place.git(&folder, &["rev-parse", "fork^{tree}"]);
        follow(&place, &folder, &found);
        let after = analysis(&folder, "fork", "main");
        assert_eq!(after.relation, Some(Relation::Ahead), "{name}: {:?}", found.strategy.commands);
        let same = place.git(&folder, &["rev-parse", "fork^{tree}"]) == before;
        assert_eq!(same, held_at.is_some(), "{name}: the recorded merge keeps every file");
    }
}

#[test]
fn commands_reach_the_branches_that_are_meant_whatever_they_are_called() {
    let place = Place::new();
    let own: &[Commit<'_>] = &[("own", &[("c", Some("own\n"))])];
    let names = [
        "it's;touch${IFS}gone",
        "$(touch${IFS}gone)",
        "`touch${IFS}gone`",
        "a&touch${IFS}gone",
        "-x",
        "#x",
        "\"x\"",
        "x!",
        "twice",
    ];
    for (number, upstream) in names.into_iter().enumerate() {
        let fork = format!("{upstream}-fork");
        let mut history = taken_over([upstream, &fork], own);
        // A tag of the same name is what git takes first.
        history.commit("main", "elsewhere", &[("z", Some("z\n"))]).tag("twice", "main");
        let folder = place.repository(&number.to_string(), &[], &history);
        let [upstream, fork] = [upstream, &fork].map(|name| format!("refs/heads/{name}"));
        let found = analysis(&folder, &fork, &upstream);
        assert_eq!((recommended(&found), found.fork.name.as_str()), ("merge", fork.as_str()));
        follow(&place, &folder, &found);
        let parents = place.git(&folder, &["log", "-1", "--format=%P", "HEAD"]);
        assert_eq!(
            parents,
            format!("{} {}", found.fork.oid, found.upstream.oid),
            "{:?}",
            found.strategy.commands
        );
        assert!(!folder.join("gone").exists() && folder.join("b").exists(), "{upstream}");
    }
}
