//! The analysis against real repositories of every shape.

use std::path::Path;

use super::testing::{History, Place, analysis, outcome, unavailable};
use super::*;
use crate::report::Hinted;

/// `main` (upstream) and `fork` from one root: a conflict in `both.txt`, a rename, files of their own.
pub(super) fn diverged() -> History {
    let mut history = History::default();
    let long = "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\n";
    history.commit(
        "main",
        "root",
        &[("both.txt", Some("base\n")), ("old.txt", Some(long)), ("gone.txt", Some("x\n"))],
    );
    history.fork("fork", "main");
    history.commit("main", "theirs", &[("both.txt", Some("upstream\n")), ("up.txt", Some("up\n"))]);
    history.commit("main", "same patch", &[("shared.txt", Some("shared\n"))]);
    history.commit("fork", "mine", &[("both.txt", Some("fork\n")), ("own.txt", Some("a\nb"))]);
    history.commit("fork", "move", &[("old.txt", None), ("new.txt", Some(&format!("{long}nine\n")))]);
    history.commit("fork", "same patch", &[("shared.txt", Some("shared\n"))]);
    history.commit("fork", "nothing", &[]);
    history.commit("fork", "drop", &[("gone.txt", None)]);
    history
}

pub(super) fn texts<T: std::fmt::Display>(values: &[T]) -> Vec<String> {
    values.iter().map(ToString::to_string).collect()
}

#[test]
fn diverged_fork_is_measured_on_all_counts() {
    let place = Place::new();
    let folder = place.repository("r", &[], &diverged());
    let found = analysis(&folder, "fork", "main");
    assert_eq!(found.relation, Some(Relation::Diverged));
    assert_eq!((found.ahead, found.behind), (Some(5), Some(2)));
    let changed = found.changed.unwrap();
    assert_eq!(texts(&changed.fork), ["both.txt", "gone.txt", "new.txt", "old.txt", "own.txt", "shared.txt"]);
    assert_eq!(texts(&changed.both), ["both.txt", "shared.txt"]);
    assert_eq!(found.renames.unwrap().fork, [("old.txt".into(), "new.txt".into())]);
    let merge = found.merge.unwrap();
    assert!(!merge.clean);
    assert_eq!(merge.conflicts[0].path, "both.txt".into());
    assert_eq!(merge.conflicts[0].kinds, ["CONFLICT (contents)"]);
    let equivalent = found.equivalent.unwrap();
    assert_eq!((equivalent.fork.len(), equivalent.upstream.len(), equivalent.empty.len()), (1, 1, 1));
    assert!(found.findings.is_empty(), "{:?}", found.findings);
}

#[test]
fn what_git_merged_by_itself_is_not_the_forks_work() {
    let place = Place::new();
    let mut history = History::default();
    let text = |first: &str, last: &str| format!("{first}\n2\n3\n4\n5\n{last}\n");
    history.commit("main", "root", &[("f", Some(&text("1", "6")))]).fork("fork", "main");
    history.commit("fork", "mine", &[("f", Some(&text("one", "6")))]);
    history.commit("main", "theirs", &[("f", Some(&text("1", "six")))]);
    history.merge("fork", "main", &[("f", Some(&text("one", "six")))]);
    let found = analysis(&place.repository("r", &[], &history), "fork", "main");
    assert_eq!(found.custom.iter().map(|file| file.commits.len()).collect::<Vec<_>>(), [1]);
}

#[test]
fn custom_files_have_exact_lines_bytes_and_commits() {
    let place = Place::new();
    let folder = place.repository("r", &[], &diverged());
    let found = analysis(&folder, "fork", "main");
    let rows: Vec<String> = found
        .custom
        .iter()
        .map(|file| {
            format!(
                "{} {:?} +{:?} -{:?} {:?} bytes {:?} lines {} commits only {}",
                file.path,
                file.status,
                file.lines_added.unwrap(),
                file.lines_deleted.unwrap(),
                file.bytes,
                file.lines,
                file.commits.len(),
                file.only_in_fork
            )
        })
        .collect();
    insta::assert_snapshot!(rows.join("\n"), @r"
    both.txt Modified +1 -1 Some(5) bytes Some(1) lines 1 commits only false
    gone.txt Deleted +0 -1 None bytes None lines 1 commits only false
    new.txt Renamed +1 -0 Some(45) bytes Some(9) lines 1 commits only true
    own.txt Added +2 -0 Some(3) bytes Some(2) lines 1 commits only true
    shared.txt Added +1 -0 Some(7) bytes Some(1) lines 1 commits only false
    ");
}

#[test]
fn each_relation_is_recognised() {
    let place = Place::new();
    let mut history = History::default();
    history.commit("main", "one", &[("a", Some("1\n"))]).fork("old", "main");
    history.commit("main", "two", &[("a", Some("2\n"))]);
    history.commit("alone", "other root", &[("b", Some("3\n"))]);
    let folder = place.repository("r", &[], &history);
    let cases = [
        ("main", "main", Relation::Same),
        ("main", "old", Relation::Ahead),
        ("old", "main", Relation::Behind),
        ("alone", "main", Relation::Unrelated),
    ];
    for (fork, upstream, expected) in cases {
        let found = analysis(&folder, fork, upstream);
        assert_eq!(found.relation, Some(expected), "{fork} against {upstream}");
        assert!(found.merge.unwrap().clean, "{fork} against {upstream}");
    }
}

#[test]
fn all_merge_bases_of_a_criss_cross_are_listed() {
    let place = Place::new();
    let mut history = History::default();
    history.commit("main", "root", &[("a", Some("1\n"))]).fork("fork", "main");
    history.commit("main", "m", &[("m", Some("1\n"))]).commit("fork", "f", &[("f", Some("1\n"))]);
    history.fork("main-before", "main");
    history.merge("main", "fork", &[("f", Some("1\n"))]);
    history.merge("fork", "main-before", &[("m", Some("1\n"))]);
    let folder = place.repository("r", &[], &history);
    let found = analysis(&folder, "fork", "main");
    assert_eq!(found.merge_bases.as_ref().unwrap().len(), 2);
    // Both files came with the merges: neither side has any work of its own since.
    assert!(found.custom.iter().all(|file| file.in_other_base), "{:?}", found.custom);
    assert_eq!(found.custom.len(), 1);
    assert!(!report(&found).to_markdown(None).contains("Custom work"));
}

#[test]
fn repository_is_byte_for_byte_as_before() {
    let place = Place::new();
    let folder = place.repository("r", &[], &diverged());
    let before = listing(&folder);
    analysis(&folder, "fork", "main");
    assert_eq!(listing(&folder), before);
}

/// Every file below a folder with its size and time of change.
fn listing(folder: &Path) -> Vec<String> {
    let mut all = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in xshell::Shell::new().unwrap().read_dir(&folder).unwrap() {
            let meta = entry.symlink_metadata().unwrap();
            all.push(format!("{} {} {:?}", entry.display(), meta.len(), meta.modified().unwrap()));
            if meta.is_dir() {
                folders.push(entry);
            }
        }
    }
    all.sort();
    all
}

#[test]
fn merge_driver_of_the_repository_is_not_run() {
    let place = Place::new();
    let mut history = diverged();
    history.commit("fork", "driver", &[(".gitattributes", Some("*.txt merge=evil\n"))]);
    let folder = place.repository("r", &[], &history);
    let proof = place.path("proof");
    place.git(&folder, &["config", "merge.evil.driver", &format!("touch {}", proof.display())]);
    place.git(&folder, &["checkout", "-q", "fork"]);
    let found = analysis(&folder, "HEAD", "main");
    assert!(!proof.exists(), "the driver ran");
    assert_eq!(found.merge.unwrap().conflicts.len(), 1);
    let said: Vec<&str> = found.findings.iter().map(|finding| finding.check.as_str()).collect();
    assert_eq!(said, ["merge-attributes"]);
}

#[test]
fn no_upstream_is_unavailable_with_the_traces_as_hint() {
    let place = Place::new();
    let mut history = History::default();
    history.commit("main", "one", &[("README.md", Some("# X\nA fork of https://example.org/x\n"))]);
    let folder = place.repository("r", &[], &history);
    place.git(&folder, &["remote", "add", "origin", "https://me:secret@example.org/mine.git"]);
    let hint = unavailable(&folder, None).hint.unwrap();
    assert!(hint.contains("README.md:2 says"), "{hint}");
    assert!(hint.contains("`origin` is https://example.org/mine.git"), "{hint}");
    assert!(!hint.contains("secret"));
}

#[test]
fn remote_upstream_is_found_by_name_and_its_default_branch_by_its_head() {
    let place = Place::new();
    let source = place.repository("up", &[], &diverged());
    let folder = place.repository("r", &[], &diverged());
    place.git(&folder, &["remote", "add", "upstream", source.to_str().unwrap()]);
    let nothing = unavailable(&folder, None);
    assert_eq!(nothing.why, "nothing was fetched yet from the remote `upstream`");
    place.git(&folder, &["-c", "protocol.file.allow=always", "fetch", "-q", "upstream"]);
    let Ok(Outcome::Done(found)) = outcome(&folder, "fork", None) else { panic!("unavailable") };
    assert_eq!(found.upstream.name, "refs/remotes/upstream/main");
    assert_eq!(found.upstream.remote.as_deref(), Some("upstream"));
    place.git(&folder, &["symbolic-ref", "refs/remotes/upstream/HEAD", "refs/remotes/upstream/fork"]);
    let found = analysis(&folder, "main", "upstream");
    assert_eq!(found.upstream.name, "refs/remotes/upstream/fork", "the remote's own word counts");
    let found = analysis(&folder, "main", "upstream#main");
    assert_eq!(found.relation, Some(Relation::Same));
}

#[test]
fn fetch_fills_a_cache_for_an_address_and_leaves_the_refs_alone() {
    let place = Place::new();
    let source = place.repository("up", &[], &diverged());
    let folder = place.repository("r", &[], &diverged());
    let address = format!("file://{}#main", source.display());
    assert!(unavailable(&folder, Some(&address)).hint.unwrap().contains("--fetch"));
    let before = place.git(&folder, &["for-each-ref"]);
    let options =
        Options { fork: "fork".to_owned(), upstream: Some(address), fetch: true, ..Options::default() };
    let done =
        run(&Repo::open(&folder).unwrap(), &options, &Progress::default(), &Cancel::default()).unwrap();
    let Outcome::Done(found) = done else { panic!("unavailable") };
    assert_eq!(found.behind, Some(2));
    assert_eq!(place.git(&folder, &["for-each-ref"]), before);
}

#[test]
fn upstream_in_another_folder_is_read_where_it_lies() {
    let place = Place::new();
    let mut history = diverged();
    history.commit("main", "only there", &[("late.txt", Some("late\n"))]).tag("v1.2", "main");
    let source = place.repository("up", &["--bare"], &history);
    let folder = place.repository("r", &[], &diverged());
    let found = analysis(&folder, "fork", &format!("{}#main", source.display()));
    assert_eq!(found.behind, Some(3));
    assert_eq!(found.release.unwrap().name, "refs/tags/v1.2");
    assert!(!found.merge.unwrap().clean);
}

#[test]
fn name_that_does_not_exist_is_an_error_that_offers_the_nearest() {
    let place = Place::new();
    let folder = place.repository("r", &[], &diverged());
    for (fork, upstream, expected) in [("HEAD", "mian", "`main`"), ("frok", "main", "`fork`")] {
        let error = outcome(&folder, fork, Some(upstream)).unwrap_err();
        let hinted = error.downcast_ref::<Hinted>().expect("it has a hint");
        assert_eq!(hinted.hint(), format!("the nearest names are {expected}"));
    }
}

#[test]
fn empty_repository_is_unavailable() {
    let place = Place::new();
    let folder = place.repository("r", &[], &History::default());
    assert_eq!(unavailable(&folder, Some("main")).why, "the repository has no commit yet");
}

#[test]
fn bare_and_sha256_repositories_give_the_same_figures() {
    let place = Place::new();
    for (name, options) in [("bare", &["--bare"][..]), ("long", &["--object-format=sha256"])] {
        let folder = place.repository(name, options, &diverged());
        let found = analysis(&folder, "fork", "main");
        assert_eq!((found.ahead, found.behind), (Some(5), Some(2)), "{name}");
        assert_eq!(found.merge.unwrap().conflicts.len(), 1, "{name}");
        assert_eq!(found.custom.len(), 5, "{name}");
    }
}

#[test]
fn hostile_names_and_types_are_ordinary_input() {
    let place = Place::new();
    let mut history = History::default();
    history.commit("main", "root", &[("a", Some("1\n"))]).fork("fork", "main");
    let hostile = ["\"pi|pe`<script>.txt\"", "\"line\\nbreak\"", "\"\\377\\376.txt\""];
    let edits: Vec<_> = hostile.iter().map(|name| (*name, Some("x\n"))).collect();
    history.commit("fork", "\u{1}\u{2} odd", &edits);
    history.commit("main", "up", &[("b", Some("\0binary"))]);
    let folder = place.repository("r", &["--bare"], &history);
    let found = analysis(&folder, "fork", "main");
    let paths: Vec<String> = found.custom.iter().map(|file| file.path.display().into_owned()).collect();
    assert_eq!(paths, ["line\nbreak", "pi|pe`<script>.txt", "\\xff\\xfe.txt"]);
    let report = report(&found).to_markdown(None);
    assert!(report.contains("| ``pi\\|pe`<script>.txt`` | added |"), "{report}");
}

#[test]
fn same_input_gives_the_same_bytes() {
    let place = Place::new();
    let folder = place.repository("r", &[], &diverged());
    let print = || serde_json::to_string(&analysis(&folder, "fork", "main")).unwrap();
    assert_eq!(print(), print());
}

#[test]
fn audit_tells_what_a_merge_lost_and_nothing_of_a_clean_one() {
    let place = Place::new();
    let mut history = History::default();
    history.commit("main", "root", &[("a.py", Some("def base():\n    return 1\n"))]).fork("fork", "main");
    history.commit("main", "up", &[("up.py", Some("def from_upstream():\n    return 2\n"))]);
    let own = "def base():\n    return 1\n\n\ndef test_own():\n    assert base() == 1\n";
    history.commit("fork", "own", &[("a.py", Some(own)), ("own.py", Some("value_of_own = 1\n"))]);
    history.fork("lossy", "fork");
    history.merge("fork", "main", &[("up.py", Some("def from_upstream():\n    return 2\n"))]);
    let base = "def base():\n    return 1\n";
    history.merge(
        "lossy",
        "main",
        &[("a.py", Some(base)), ("own.py", None), ("moved.py", Some("value_of_own = 1\n"))],
    );
    let folder = place.repository("r", &[], &history);
    let looked_at = |range: &str| {
        audit(&Repo::open(&folder).unwrap(), range, &Progress::default(), &Cancel::default()).unwrap()
    };
    let clean = looked_at("main..fork");
    assert_eq!((clean.checked, clean.has_findings()), (1, false));
    let lossy = looked_at("lossy");
    let lost: Vec<String> = lossy.merges[0]
        .lost
        .iter()
        .map(|lost| format!("{} {} {} {}", lost.path, lost.kind.name(), lost.name, lost.lines))
        .collect();
    insta::assert_snapshot!(lost.join("\n"), @r"
    a.py test test_own 0
    a.py line def test_own(): 2
    up.py file up.py 2
    ");
    assert!(
        audit(&Repo::open(&folder).unwrap(), "no..where", &Progress::default(), &Cancel::default()).is_err()
    );
}

#[test]
fn merge_that_is_clean_in_text_tells_the_import_that_breaks() {
    let place = Place::new();
    let mut history = History::default();
    let init = ("pkg/__init__.py", Some("pass\n"));
    let tools = "def gone():\n    pass\n\n\ndef stays():\n    pass\n";
    let root = [init, ("pkg/old.py", Some("def useful():\n    return 1\n")), ("pkg/tools.py", Some(tools))];
    history.commit("main", "root", &root);
    history.fork("fork", "main");
    history.commit("main", "rename", &[("pkg/tools.py", Some(&tools.replace("gone", "here")))]);
    history.commit("main", "grow", &[("pkg/tools.py", Some(&tools.replace("gone", "here").repeat(2)))]);
    history.commit(
        "main",
        "move",
        &[("pkg/old.py", None), ("pkg/new.py", Some("def useful():\n    return 1\n"))],
    );
    let own = "import sys\n\nfrom pkg.old import useful\nfrom pkg.tools import gone, stays\n";
    history.commit("fork", "own", &[("own.py", Some(own))]);
    let folder = place.repository("r", &[], &history);
    let found = analysis(&folder, "fork", "main");
    assert!(found.merge.as_ref().unwrap().clean);
    let merged = found.merged_tree.as_ref().unwrap();
    let told: Vec<_> =
        merged.imports.iter().flatten().map(|one| (one.import.path.to_string(), one.import.line)).collect();
    assert_eq!(told, [("own.py".to_owned(), 3), ("own.py".to_owned(), 4)]);
    let behind = merged.imports.iter().flatten().map(|one| one.commit.as_ref().unwrap().to_string());
    let expected = ["main", "main~2"].map(|revision| place.git(&folder, &["rev-parse", revision]));
    assert_eq!(behind.collect::<Vec<_>>(), expected, "the move, and the commit that renamed the function");
    assert!(report(&found).to_markdown(None).contains("`own.py:3`"));
}

#[test]
fn merge_that_is_clean_in_text_tells_the_call_and_the_link_that_break() {
    let place = Place::new();
    let mut history = History::default();
    let files = [("lib.py", Some("def load(path, size=1): pass\n")), ("guide.md", Some("# Guide\n"))];
    history.commit("main", "root", &files);
    history.fork("fork", "main");
    let moved = [("lib.py", Some("def load(path, limit=1): pass\n")), ("guide.md", None)];
    history.commit("main", "rename", &moved);
    let own = [
        ("own.py", Some("from lib import load\n\nload('a', size=2)\n")),
        ("note.md", Some("[g](guide.md)\n")),
    ];
    history.commit("fork", "own", &own);
    let folder = place.repository("r", &[], &history);
    let found = analysis(&folder, "fork", "main");
    let merged = found.merged_tree.as_ref().unwrap();
    let tip = &found.upstream.oid;
    let call = &merged.calls.as_ref().unwrap()[0];
    assert_eq!((call.line, call.problem.as_str()), (3, "has no parameter `size`"));
    assert_eq!(call.commit.as_deref(), Some(tip.as_str()));
    let hint = format!("`size` removed in `{}`; see `limit`", tip.short());
    assert_eq!(call.suggestion.as_deref(), Some(hint.as_str()));
    let link = &merged.links.as_ref().unwrap()[0];
    assert_eq!((link.link.target.as_str(), link.commit.as_ref()), ("guide.md", Some(tip)));
    let text = report(&found).to_markdown(None);
    assert!(text.contains("Broken in the merged tree and on neither side: 1 Python call, 1 link."), "{text}");
    assert!(headline(&found).ends_with("conflicts nowhere, but brings 1 broken call and 1 broken link"));
    assert!(has_findings(&found), "a gate heeds what breaks in fact");
}

#[test]
fn merge_that_is_clean_in_text_is_built_on_request_and_tells_what_does_not_compile() {
    let place = Place::new();
    let mut history = History::default();
    let manifest = "[package]\nname = \"small\"\nversion = \"0.1.0\"\nedition = \"2021\"\n";
    let library = "pub mod store;\npub mod other;\n";
    let store = "pub fn load(path: &str) -> usize {\n    path.len()\n}\n";
    let other = "pub fn name() -> &'static str {\n    \"a\"\n}\n";
    let files = [
        ("rust/Cargo.toml", manifest),
        ("rust/src/lib.rs", library),
        ("rust/src/store.rs", store),
        ("rust/src/other.rs", other),
    ];
    let files = files.map(|(path, text)| (path, Some(text)));
    history.commit("main", "root", &files).fork("fork", "main").fork("calm", "main");
    let limited = "pub fn load(path: &str, limit: usize) -> usize {\n    path.len().min(limit)\n}\n";
    history.commit("main", "limit", &[("rust/src/store.rs", Some(limited))]);
    history.commit("main", "rename", &[("rust/src/other.rs", Some(&other.replace("name", "title")))]);
    history.commit("calm", "words", &[("README.md", Some("words\n"))]);
    let own = "#[test]\nfn it_loads() {\n    assert_eq!(small::store::load(small::other::name()), 1);\n}\n";
    history.commit("fork", "own", &[("rust/tests/own.rs", Some(own))]);
    let folder = place.repository("r", &[], &history);
    let build = |upstream: &str, build: bool| {
        let options = Options {
            fork: "fork".to_owned(),
            upstream: Some(upstream.to_owned()),
            build,
            ..Options::default()
        };
        match run(&Repo::open(&folder).unwrap(), &options, &Progress::default(), &Cancel::default()).unwrap()
        {
            Outcome::Done(analysis) => analysis,
            Outcome::Unavailable(unavailable) => panic!("unavailable: {unavailable:?}"),
        }
    };
    assert_eq!(build("main", false).build, None);
    let before = listing(&folder);
    let found = build("main", true);
    assert_eq!(listing(&folder), before);
    assert!(found.merge.as_ref().unwrap().clean);
    let broken = found.build.as_ref().unwrap();
    assert_eq!((broken.sound, broken.why.as_deref()), (Some(false), None));
    let subjects: Vec<String> = broken
        .errors
        .iter()
        .map(|error| {
            let commit = error
                .commit
                .as_ref()
                .map(|commit| place.git(&folder, &["show", "-s", "--format=%s", commit.as_str()]));
            format!(
                "{}:{} {} {}",
                error.path,
                error.line,
                error.code.as_deref().unwrap_or("-"),
                commit.unwrap_or_default()
            )
        })
        .collect();
    assert_eq!(subjects, ["rust/tests/own.rs:3 E0061 limit", "rust/tests/own.rs:3 E0425 rename"]);
    assert!(has_findings(&found));
    let text = report(&found).to_markdown(None);
    assert!(text.contains("`cargo check` on the merged tree: 2 errors"), "{text}");
    assert_eq!(build("calm", true).build.unwrap().sound, Some(true));
}

#[test]
fn pointer_to_large_content_that_conflicts_is_binary() {
    let place = Place::new();
    let pointer = |digit: &str, size: usize| {
        format!("version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize {size}\n", digit.repeat(64))
    };
    let [base, fork, upstream] = [("0", 10), ("1", 11), ("2", 12)].map(|(digit, size)| pointer(digit, size));
    let mut history = History::default();
    history
        .commit("main", "root", &[("big.dat", Some(&base)), ("small.dat", Some("0\n"))])
        .fork("fork", "main");
    history.commit("fork", "own", &[("big.dat", Some(&fork)), ("small.dat", Some("1\n"))]);
    history.commit("main", "up", &[("big.dat", Some(&upstream)), ("small.dat", Some("2\n"))]);
    let folder = place.repository("r", &[], &history);
    let conflicts = analysis(&folder, "fork", "main").merge.unwrap().conflicts;
    let classes: Vec<_> = conflicts.iter().map(|one| (one.path.to_string(), one.class.name())).collect();
    assert_eq!(classes, [("big.dat".to_owned(), "binary"), ("small.dat".to_owned(), "other")]);
}
