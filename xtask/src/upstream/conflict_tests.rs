//! Conflicts of odd shapes: what is gone, what became a folder, what moved; and where each begins.

use super::testing::{Edit, History, Place, analysis};
use super::*;
use crate::repo::CommitId;

/// Each conflict of `fork` with `main`: path, kinds, the path it stands for, and the subject of its first commit.
fn told(history: &History) -> Vec<String> {
    let place = Place::new();
    let folder = place.repository("r", &["--bare"], history);
    let subject = |id: &CommitId| place.git(&folder, &["show", "-s", "--format=%s", id.as_str()]);
    let found = analysis(&folder, "fork", "main");
    let line = |conflict: &Conflict| {
        let mark = conflict.stands_for.as_ref().map_or(String::new(), |path| format!(" for {path}"));
        let kinds: Vec<&str> = conflict.kinds.iter().map(|kind| &kind[10..kind.len() - 1]).collect();
        let path = conflict.path.to_string();
        let path = path.split('~').next().unwrap().to_owned();
        let first = conflict.first_commit.as_ref().map_or("not known".to_owned(), subject);
        let proof = if conflict.proven { "proven" } else { "not proven" };
        let commits = (conflict.fork_commits.len(), conflict.upstream_commits.len());
        format!(
            "{path}{mark}: {}; {commits:?}; {first}, {proof}, {}",
            kinds.join(", "),
            conflict.class.name()
        )
    };
    found.merge.unwrap().conflicts.iter().map(line).collect()
}

/// Files of a folder, and one beside it.
const ROOT: &[Edit<'_>] =
    &[("d/a.rs", Some("1\n2\n3\n")), ("d/b.rs", Some("4\n5\n6\n")), ("k.py", Some("k\n"))];

fn rooted() -> History {
    let mut history = History::default();
    history.commit("main", "root", ROOT).fork("fork", "main");
    history
}

#[test]
fn upstream_that_only_deletes_conflicts_where_the_fork_changed() {
    let mut history = rooted();
    history.commit("main", "drop a", &[("d/a.rs", None)]).commit("main", "drop b", &[("d/b.rs", None)]);
    history.commit("fork", "mine", &[("d/b.rs", Some("4\n5\nsix\n")), ("d/new.rs", Some("n\n"))]);
    assert_eq!(told(&history), ["d/b.rs: modify/delete; (1, 1); drop b, proven, source"]);
    let place = Place::new();
    let found = analysis(&place.repository("r", &["--bare"], &history), "fork", "main");
    let prefix = found.clean_prefix.unwrap();
    assert_eq!((prefix.commits, prefix.of, prefix.proven), (1, 2, true));
}

#[test]
fn binary_file_that_one_side_deleted_is_binary() {
    let mut history = History::default();
    history.commit("main", "root", &[("a.png", Some("\0\u{1}")), ("k", Some("k\n"))]).fork("fork", "main");
    history.commit("main", "draw", &[("a.png", Some("\0\u{2}"))]).commit("fork", "drop", &[("a.png", None)]);
    assert_eq!(told(&history), ["a.png: modify/delete; (1, 1); draw, proven, binary"]);
}

#[test]
fn upstream_that_deletes_what_the_fork_left_alone_is_merged() {
    let mut history = rooted();
    history.commit("main", "drop", &[("d/a.rs", None), ("d/b.rs", None)]);
    history.commit("fork", "mine", &[("k.py", Some("mine\n"))]);
    assert!(told(&history).is_empty());
}

#[test]
fn file_that_became_a_folder_is_told_by_its_own_path() {
    let mut history = rooted();
    history.commit("main", "calm", &[("d/a.rs", Some("1\n2\nthree\n"))]);
    history.commit("main", "stir", &[("k.py", Some("up\n"))]).commit("main", "on", &[("x", Some("x\n"))]);
    history.commit("fork", "split", &[("k.py", None), ("k.py/one.py", Some("1\n"))]);
    let expected = "k.py for k.py: file/directory, modify/delete; (1, 1); stir, proven, source";
    assert_eq!(told(&history), [expected]);
}

#[test]
fn folder_that_became_a_file_is_told_by_its_own_path() {
    let mut history = rooted();
    history.commit("main", "calm", &[("x", Some("x\n"))]);
    history.commit("main", "flat", &[("d/a.rs", None), ("d/b.rs", None), ("d", Some("flat\n"))]);
    history.commit("main", "on", &[("x", Some("y\n"))]);
    history.commit("fork", "mine", &[("d/a.rs", Some("1\n2\nthree\n")), ("d/n.rs", Some("n\n"))]);
    assert_eq!(
        told(&history),
        [
            "d/a.rs: modify/delete; (1, 1); flat, proven, source",
            "d for d: file/directory; (0, 1); flat, proven, other",
        ]
    );
}

/// The sweep does not see where it went; trial merges find it.
#[test]
fn file_that_upstream_moved_twice_begins_where_git_says() {
    let text = |last: &str| format!("1\n2\n3\n4\n5\n6\n7\n8\n9\n{last}\n");
    let (base, up) = (text("10"), text("ten"));
    let mut history = History::default();
    history.commit("main", "root", &[("a", Some(&base)), ("k", Some("k\n"))]).fork("fork", "main");
    history.commit("fork", "mine", &[("a", Some(&text("zehn")))]);
    for number in 0..5 {
        history.commit("main", "calm", &[("k", Some(&format!("{number}\n")))]);
    }
    history.commit("main", "move", &[("a", None), ("m", Some(&base))]);
    history.commit("main", "stir", &[("m", Some(&up))]);
    history.commit("main", "move again", &[("m", None), ("z", Some(&up))]);
    history.commit("main", "on", &[("k", Some("k\n"))]);
    // At `stir` git tells the conflict of `m`, which is none of this file's names at either end.
    assert_eq!(told(&history), ["z: contents; (1, 2); move again, proven, other"]);
}

#[test]
fn what_each_side_moved_elsewhere_begins_with_upstreams_move() {
    let mut history = rooted();
    history.commit("main", "calm", &[("k.py", Some("up\n"))]);
    history.commit("main", "move", &[("d/a.rs", None), ("d/z.rs", Some("1\n2\n3\n"))]);
    history.commit("main", "on", &[("x", Some("x\n"))]);
    history.commit("fork", "drop", &[("d/a.rs", None)]);
    assert_eq!(told(&history), ["d/z.rs: rename/delete; (1, 1); move, proven, source"]);
}

#[test]
fn lockfiles_apart_the_fork_goes_farther() {
    let mut history = History::default();
    let root = [("Cargo.lock", Some("1\n")), ("a.rs", Some("1\n"))];
    history.commit("main", "root", &root).fork("fork", "main");
    history.commit("fork", "mine", &[("Cargo.lock", Some("fork\n")), ("a.rs", Some("fork\n"))]);
    history.commit("main", "calm", &[("b.rs", Some("1\n"))]);
    history.commit("main", "lock", &[("Cargo.lock", Some("2\n"))]);
    history.commit("main", "more", &[("b.rs", Some("2\n"))]).commit("main", "stir", &[("a.rs", Some("2\n"))]);
    let place = Place::new();
    let folder = place.repository("r", &["--bare"], &history);
    let found = analysis(&folder, "fork", "main");
    let prefix = found.clean_prefix.as_ref().unwrap();
    let apart = prefix.lockfiles_apart.as_ref().unwrap();
    assert_eq!((prefix.commits, apart.commits), (1, 3));
    assert_eq!(apart.last.as_str(), place.git(&folder, &["rev-parse", "main^"]));
    let report = report(&found).to_markdown(None);
    assert!(report.contains("made again instead of merged, the first 3 do"), "{report}");
}

#[test]
fn commits_before_the_branch_that_the_fork_began_on_count_and_are_tried() {
    let place = Place::new();
    let mut history = History::default();
    let root = [("a", Some("1\n")), ("b", Some("1\n"))];
    history.commit("main", "root", &root).fork("topic", "main");
    history.commit("topic", "topic", &[("t", Some("1\n"))]).fork("fork", "topic");
    history.commit("fork", "mine", &[("a", Some("fork\n")), ("b", Some("fork\n"))]);
    history.commit("main", "calm", &[("calm", Some("1\n"))]).commit("main", "a", &[("a", Some("2\n"))]);
    history.merge("main", "topic", &[("t", Some("1\n"))]);
    history.commit("main", "b", &[("b", Some("2\n"))]);
    let folder = place.repository("r", &[], &history);
    let found = analysis(&folder, "fork", "main");
    let prefix = found.clean_prefix.as_ref().unwrap();
    assert_eq!((prefix.commits, prefix.of, prefix.proven), (1, 4, true));
    let firsts = found.merge.as_ref().unwrap().conflicts.iter().map(|conflict| {
        (conflict.path.to_string(), conflict.first_commit.as_ref().unwrap().to_string(), conflict.proven)
    });
    let at =
        |path: &str, revision: &str| (path.to_owned(), place.git(&folder, &["rev-parse", revision]), true);
    assert_eq!(firsts.collect::<Vec<_>>(), [at("a", "main~2"), at("b", "main")]);
}

#[test]
fn what_stands_in_a_file_that_conflicts_is_not_called_clean_in_text() {
    let place = Place::new();
    let mut history = History::default();
    let test = "from lib import load\n\nload('a', size=2)\n";
    let root = [("lib.py", Some("def load(path, size=1): pass\n")), ("test_lib.py", Some(test))];
    history.commit("main", "root", &root).fork("fork", "main");
    history.commit("fork", "own", &[("test_lib.py", None), ("own.py", Some("import lib\n"))]);
    let moved = format!("{test}\nfrom own import gone\n");
    let renamed = [("lib.py", Some("def load(path, limit=1): pass\n")), ("test_lib.py", Some(&*moved))];
    history.commit("main", "rename", &renamed);
    let found = analysis(&place.repository("r", &[], &history), "fork", "main");
    assert_eq!(found.merge.as_ref().unwrap().kinds["CONFLICT (modify/delete)"], 1);
    let merged = found.merged_tree.unwrap();
    let broken = [merged.imports.unwrap().len(), merged.calls.unwrap().len()];
    assert_eq!(broken, [0, 0], "who settles the conflict decides about `test_lib.py`");
}
