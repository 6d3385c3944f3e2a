//! Sync points on small histories: what the fork holds exactly, holds line by line, and says of itself.

use super::model::SyncMethod;
use super::strategy_tests::{built, recommended};
use super::testing::{Edit, History, Place, analysis};
use crate::repo::CommitId;

/// Lines that no other number has.
fn lines(number: usize) -> String {
    (0..5).map(|line| format!("let value_{number}_{line} = compute_{number}({line});\n")).collect()
}

/// Upstream's file after so many commits.
fn file(commits: usize) -> String {
    (0..commits).map(lines).collect()
}

/// Upstream's commits `from` to `to`; the file `f.rs` grows with each, `k.rs` stays.
fn follow(history: &mut History, from: usize, to: usize) {
    for number in from..to {
        let kept = [("k.rs", Some("const KEPT: usize = 1;\n"))];
        let grown = file(number + 1);
        let edits: &[Edit<'_>] = &[("f.rs", Some(&grown)), kept[0]];
        history.commit("main", "grow", if number == 0 { edits } else { &edits[..1] });
    }
}

/// Puts upstream's state after so many commits into a folder of the fork.
fn import(history: &mut History, folder: &str, commits: usize, own: &str, message: &str) {
    let paths = [format!("{folder}/f.rs"), format!("{folder}/k.rs")];
    let text = format!("{}{own}", file(commits));
    let edits = [(paths[0].as_str(), Some(text.as_str())), (&paths[1], Some("const KEPT: usize = 1;\n"))];
    history.commit("fork", message, &edits);
}

/// How many of upstream's commits the sync point has, from the first on.
fn reached(place: &Place, folder: &std::path::Path, commit: &CommitId) -> usize {
    place.git(folder, &["rev-list", "--count", commit.as_str()]).parse().unwrap()
}

#[test]
fn an_exact_copy_of_once_does_not_hide_what_was_imported_since() {
    let place = Place::new();
    let mut history = History::default();
    follow(&mut history, 0, 12);
    import(&mut history, "old/up", 12, "", "work");
    follow(&mut history, 12, 30);
    import(&mut history, "old/up", 30, "fn own_one() {}\n", "work");
    let moved = file(30) + "fn own_one() {}\n";
    let edits = [
        ("old/up/f.rs", None),
        ("old/up/k.rs", None),
        ("new/f.rs", Some(moved.as_str())),
        ("new/k.rs", Some("const KEPT: usize = 2;\n")),
    ];
    history.commit("fork", "work", &edits);
    follow(&mut history, 30, 40);
    let folder = built(&place, &history);
    let found = analysis(&folder, "fork", "main");
    let sync = found.sync_point.as_ref().unwrap();
    assert_eq!(
        (sync.method, reached(&place, &folder, &sync.commit)),
        (SyncMethod::Lines, 30),
        "{}",
        sync.why
    );
    assert_eq!(sync.folder, None, "`old/up` is gone");
    assert!(sync.held.unwrap() > 0.9, "{sync:?}");
    let old = analysis(&folder, "fork~2", "main").sync_point.unwrap();
    assert_eq!(
        (old.method, old.confidence, reached(&place, &folder, &old.commit)),
        (SyncMethod::SameTree, 1.0, 12)
    );
    assert_eq!(old.folder.as_deref(), Some("old/up"));
}

#[test]
fn what_the_fork_says_goes_beyond_an_exact_copy_of_once() {
    let place = Place::new();
    let mut history = History::default();
    follow(&mut history, 0, 12);
    import(&mut history, "up", 12, "", "work");
    follow(&mut history, 12, 14);
    let folder = place.repository("ids", &["--bare"], &history);
    let id = place.git(&folder, &["rev-parse", "main"]);
    import(&mut history, "up", 14, "fn own() {}\n", &format!("Sync with upstream {id}"));
    let folder = built(&place, &history);
    let sync = analysis(&folder, "fork", "main").sync_point.unwrap();
    assert_eq!((sync.commit.to_string(), sync.method), (id, SyncMethod::Stated), "{}", sync.why);
}

/// The fork keeps every second of upstream's files, so that content alone leaves some doubt about where it ends.
#[test]
fn what_the_fork_said_once_does_not_hide_an_import_that_nobody_wrote_down() {
    let place = Place::new();
    let path =
        |number: usize| format!("{}/f{number}.rs", if number.is_multiple_of(2) { "lib" } else { "test" });
    let add = |history: &mut History, from: usize, to: usize| {
        for number in from..to {
            history.commit("main", "add", &[(&path(number), Some(&lines(number)))]);
        }
    };
    let import = |history: &mut History, from: usize, to: usize, message: &str| {
        let files: Vec<(String, String)> =
            (from..to).step_by(2).map(|number| (path(number), lines(number))).collect();
        let edits: Vec<Edit<'_>> =
            files.iter().map(|(path, text)| (path.as_str(), Some(text.as_str()))).collect();
        history.commit("fork", message, &edits);
    };
    let mut history = History::default();
    add(&mut history, 0, 20);
    let id = place.git(&place.repository("ids", &["--bare"], &history), &["rev-parse", "main"]);
    import(&mut history, 0, 20, &format!("Sync with upstream {id}"));
    add(&mut history, 20, 26);
    import(&mut history, 20, 26, "work");
    add(&mut history, 26, 46);
    let folder = built(&place, &history);
    let told = |fork: &str| {
        let sync = analysis(&folder, fork, "main").sync_point.unwrap();
        (sync.method, reached(&place, &folder, &sync.commit))
    };
    assert_eq!([told("fork~"), told("fork")], [(SyncMethod::Stated, 20), (SyncMethod::Lines, 25)]);
}

/// A release on a branch of its own, of a repository whose address says what it is called.
#[test]
fn version_beside_upstreams_name_is_a_release_of_upstreams() {
    let place = Place::new();
    let mut history = History::default();
    follow(&mut history, 0, 12);
    history.fork("release", "main").commit("release", "1.2", &[("VERSION", Some("1.2\n"))]);
    history.tag("up/v1.2", "release");
    history.commit("fork", "start", &[("own.rs", Some("fn own() {}\n"))]);
    history.commit("fork", "Update zlib to 1.2", &[("own.rs", Some("fn own() { }\n"))]);
    follow(&mut history, 12, 14);
    let folder = built(&place, &history);
    let tip = place.git(&folder, &["rev-parse", "main"]);
    place.git(&folder, &["update-ref", "refs/remotes/zip/main", &tip]);
    assert_eq!(analysis(&folder, "fork", "refs/remotes/zip/main").sync_point, None, "the fork's own perhaps");
    place.git(&folder, &["config", "remote.zip.url", "https://h.example/madler/zlib.git"]);
    let sync = analysis(&folder, "fork", "refs/remotes/zip/main").sync_point.unwrap();
    assert_eq!((sync.method, reached(&place, &folder, &sync.commit)), (SyncMethod::Stated, 13));
}

#[test]
fn of_two_versions_in_one_message_the_later_one_counts() {
    let cases = [
        ("merge changes between zlib-1.1 and zlib-1.2", 12),
        ("merge changes between zlib 1.2 and 1.1", 12),
        ("merge changes between zlib 1.2.2 and 1.2.1", 14),
    ];
    for (message, expected) in cases {
        let place = Place::new();
        let mut history = History::default();
        follow(&mut history, 0, 6);
        history.tag("v1.1", "main");
        follow(&mut history, 6, 12);
        history.tag("v1.2", "main").fork("stable", "main");
        for version in ["1.2.1", "1.2.2"] {
            history
                .commit("stable", "fix", &[("VERSION", Some(version))])
                .tag(&format!("v{version}"), "stable");
        }
        history.commit("fork", "start", &[("own.rs", Some("fn own() {}\n"))]);
        history.commit("fork", message, &[("own.rs", Some("fn own() { }\n"))]);
        follow(&mut history, 12, 14);
        let source = place.repository("zlib", &["--bare"], &history);
        let sync = analysis(&built(&place, &history), "fork", &format!("{}#main", source.display()));
        let sync = sync.sync_point.unwrap();
        assert_eq!(reached(&place, &source, &sync.commit), expected, "{message}: {}", sync.why);
    }
}

#[test]
fn what_the_fork_calls_a_backport_is_no_sync_however_much_it_brings() {
    for (message, expected) in [("work", 26), ("Backport the values from upstream", 12)] {
        let place = Place::new();
        let mut history = History::default();
        follow(&mut history, 0, 40);
        import(&mut history, "up", 12, "fn own() {}\n", "work");
        let piece: String = (20..26).map(lines).collect();
        import(&mut history, "up", 12, &(piece + "fn own() {}\n"), message);
        let folder = built(&place, &history);
        let sync = analysis(&folder, "fork", "main").sync_point.unwrap();
        assert_eq!(reached(&place, &folder, &sync.commit), expected, "{message}: {}", sync.why);
    }
}

/// Five files of upstream's, whose lines are too short to tell, inside a large repository.
#[test]
fn folder_in_a_large_repository_is_judged_by_its_own_files() {
    let place = Place::new();
    let mut history = History::default();
    let text = |file: usize, commit: usize| format!("{file} {commit}\n");
    let mut contents: Vec<String> = (0..5).map(|file| text(file, 0)).collect();
    let mut at_import = Vec::new();
    let names: Vec<[String; 2]> =
        (0..5).map(|file| [format!("s/{file}.c"), format!("vendor/up/s/{file}.c")]).collect();
    for commit in 0..30 {
        contents[commit % 5] = text(commit % 5, commit + 1);
        let edits: Vec<Edit<'_>> =
            names.iter().zip(&contents).map(|(name, text)| (name[0].as_str(), Some(text.as_str()))).collect();
        history.commit("main", "edit", &edits);
        if commit == 19 {
            at_import = contents.clone();
        }
    }
    at_import[0] = "mine\n".to_owned();
    let own: Vec<(String, String)> =
        (0..80).map(|file| (format!("own/{file}"), format!("own {file}\n"))).collect();
    let mut edits: Vec<Edit<'_>> =
        own.iter().map(|(name, text)| (name.as_str(), Some(text.as_str()))).collect();
    history.commit("fork", "start", &edits);
    edits =
        names.iter().zip(&at_import).map(|(name, text)| (name[1].as_str(), Some(text.as_str()))).collect();
    history.commit("fork", "work", &edits);
    let folder = built(&place, &history);
    let sync = analysis(&folder, "fork", "main").sync_point.unwrap();
    assert_eq!(
        (sync.method, reached(&place, &folder, &sync.commit)),
        (SyncMethod::Blobs, 20),
        "{}",
        sync.why
    );
    assert_eq!(sync.folder.as_deref(), Some("vendor/up"));
    assert!(sync.why.contains("of the 5 different contents"), "{}", sync.why);
}

#[test]
fn a_copy_of_a_small_part_is_not_recorded_as_merged() {
    let place = Place::new();
    let mut history = History::default();
    let texts: Vec<(String, String)> = (0..12)
        .map(|number| (format!("f{number}.rs"), file(3).replace("value", &format!("v{number}"))))
        .collect();
    for (path, text) in &texts {
        history.commit("main", "add", &[(path, Some(text))]);
    }
    let copy: Vec<(String, &str)> =
        texts.iter().skip(2).step_by(3).map(|(path, text)| (format!("up/{path}"), text.as_str())).collect();
    let copy: Vec<Edit<'_>> = copy.iter().map(|(path, text)| (path.as_str(), Some(*text))).collect();
    history.commit("fork", "start", &[("own", Some("mine\n"))]).commit("fork", "work", &copy);
    let last = texts[0].1.clone() + "let last_line_of = all();\n";
    history.commit("main", "edit", &[("f0.rs", Some(&last))]);
    let found = analysis(&built(&place, &history), "fork", "main");
    let sync = found.sync_point.as_ref().unwrap();
    assert!(sync.held.unwrap() < 0.5 && sync.confidence >= 0.5, "{sync:?}");
    assert_eq!(recommended(&found), "pick", "{:?}", found.strategy);
}

/// Patches of more than 4,000 commits are not read: which ones, an old state of the fork does not tell.
#[test]
fn long_history_is_read_where_the_fork_stands_now() {
    let place = Place::new();
    let mut history = History::default();
    let text = |number: usize| {
        format!("let value_{number} = 1;\nlet other_{number} = 2;\nlet third_{number} = 3;\n")
    };
    let texts: Vec<(String, String)> =
        (0..4600).map(|number| (format!("d{}/f{number}", number / 100), text(number))).collect();
    let copy = |count: usize, own: &str| -> Vec<(String, String)> {
        texts.iter().take(count).map(|(path, text)| (path.clone(), format!("{text}{own}"))).collect()
    };
    for (path, text) in &texts {
        history.commit("main", "add", &[(path, Some(text))]);
    }
    for (count, own) in [(60, ""), (4500, "// mine\n")] {
        let files = copy(count, own);
        let edits: Vec<Edit<'_>> =
            files.iter().map(|(path, text)| (path.as_str(), Some(text.as_str()))).collect();
        history.commit("fork", "work", &edits);
    }
    let folder = place.repository("r", &["--bare"], &history);
    let sync = analysis(&folder, "fork", "main").sync_point.unwrap();
    let reached = reached(&place, &folder, &sync.commit);
    assert_eq!((sync.method, reached), (SyncMethod::Lines, 4500), "{}", sync.why);
}

#[test]
fn files_that_never_came_would_count_as_removed() {
    for (once_had, never_taken, advice) in
        [(false, vec!["x.rs", "y.rs"], "pick"), (true, vec![], "record-sync")]
    {
        let place = Place::new();
        let mut history = History::default();
        let others: Vec<String> = (0..10).map(|number| format!("a{number}.rs")).collect();
        let shared: Vec<Edit<'_>> =
            others.iter().map(|name| (name.as_str(), Some("fn shared() {}\n"))).collect();
        let late = [("x.rs", Some("fn x() {}\n")), ("y.rs", Some("fn y() {}\n"))];
        history.commit("main", "root", &shared);
        follow(&mut history, 0, 10);
        history.commit("main", "more", &late);
        follow(&mut history, 10, 20);
        let text = file(20) + "fn own() {}\n";
        let mut taken = shared.clone();
        taken.extend([("f.rs", Some(text.as_str())), ("k.rs", Some("const KEPT: usize = 1;\n"))]);
        taken.extend(late.into_iter().filter(|_| once_had));
        history.commit("fork", "work", &taken);
        if once_had {
            history.commit("fork", "less", &[("x.rs", None), ("y.rs", None)]);
        }
        let folder = built(&place, &history);
        let found = analysis(&folder, "fork", "main");
        let sync = found.sync_point.as_ref().unwrap();
        assert_eq!(reached(&place, &folder, &sync.commit), 22, "{}", sync.why);
        let named: Vec<String> = sync.never_taken.iter().map(ToString::to_string).collect();
        assert_eq!(
            (named, recommended(&found)),
            (never_taken.iter().map(|name| (*name).to_owned()).collect(), advice)
        );
    }
}
