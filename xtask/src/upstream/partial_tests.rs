//! What is told where contents are not here, held against what is told where all are.

use std::collections::BTreeSet;
use std::path::Path;

use super::testing::{History, Place, analysis};
use super::tests::{diverged, texts};
use super::*;

/// Changes of both sides of every kind that a merge looks at.
fn many_ways() -> History {
    let mut history = History::default();
    let text = |name: &str| (1..9).map(|number| format!("{name} {number}\n")).collect::<String>();
    let [both, calm, gone, moved, other, twin] = ["both", "calm", "gone", "moved", "other", "twin"].map(text);
    let root = [
        ("both.txt", Some(both.as_str())),
        ("calm.txt", Some(&calm)),
        ("gone.txt", Some(&gone)),
        ("old/moved.txt", Some(&moved)),
        ("old/other.txt", Some(&other)),
        ("twin.txt", Some(&twin)),
    ];
    history.commit("main", "root", &root).fork("fork", "main");
    let fork = [
        ("both.txt", Some(&*both.replace("both 2", "fork 2"))),
        ("calm.txt", Some(&*calm.replace("calm 1", "fork 1"))),
        ("gone.txt", None),
        ("old/moved.txt", None),
        ("old/other.txt", None),
        ("new/moved.txt", Some(&*moved.replace("moved 8", "fork 8"))),
        ("new/other.txt", Some(&other)),
        ("twin.txt", None),
        ("fork/twin.txt", Some(&*twin.replace("twin 8", "fork 8"))),
        ("added.txt", Some("by the fork\n")),
        ("own.txt", Some("own\n")),
    ];
    history.commit("fork", "fork", &fork);
    let upstream = [
        ("both.txt", Some(&*both.replace("both 2", "upstream 2"))),
        ("calm.txt", Some(&*calm.replace("calm 8", "upstream 8"))),
        ("gone.txt", Some(&*gone.replace("gone 3", "upstream 3"))),
        ("old/moved.txt", Some(&*moved.replace("moved 1", "upstream 1"))),
        ("old/late.txt", Some("follows the folder\n")),
        ("twin.txt", None),
        ("upstream/twin.txt", Some(&*twin.replace("twin 1", "upstream 1"))),
        ("added.txt", Some("by upstream\n")),
        ("up.txt", Some("up\n")),
    ];
    history.commit("main", "upstream", &upstream);
    history
}

fn merged(folder: &Path) -> Merge {
    let options = Options {
        fork: "fork".to_owned(),
        upstream: Some("main".to_owned()),
        depth: Depth::Quick,
        ..Options::default()
    };
    let done = run(&Repo::open(folder).unwrap(), &options, &Progress::default(), &Cancel::default());
    let Outcome::Done(found) = done.unwrap() else { panic!("unavailable") };
    found.merge.expect("a trial merge was made")
}

fn told(conflict: &Conflict) -> String {
    format!("{} {:?} {:?}", conflict.path, conflict.kinds, conflict.hunks)
}

fn conflicts(merge: &Merge) -> BTreeSet<String> {
    merge.conflicts.iter().map(told).collect()
}

#[test]
fn each_content_that_is_not_here_leaves_the_conflicts_that_do_not_rest_on_it() {
    let place = Place::new();
    let history = many_ways();
    let whole = merged(&place.repository("whole", &[], &history));
    assert!(whole.unjudged.is_empty() && whole.conflicts.len() >= 6, "{whole:?}");
    let all = conflicts(&whole);
    let mut most = 0;
    for (number, lost) in [
        "main~:both.txt",
        "fork:both.txt",
        "main:calm.txt",
        "main~:gone.txt",
        "main:gone.txt",
        "main~:old/moved.txt",
        "fork:new/moved.txt",
        "main:old/moved.txt",
        "main~:old/other.txt",
        "main:old/late.txt",
        "main~:twin.txt",
        "fork:fork/twin.txt",
        "main:upstream/twin.txt",
        "fork:added.txt",
        "fork:own.txt",
        "main:up.txt",
    ]
    .into_iter()
    .enumerate()
    {
        let folder = place.repository(&number.to_string(), &[], &history);
        place.lose(&folder, lost);
        let partly = merged(&folder);
        let open: BTreeSet<String> = partly.unjudged.iter().map(ToString::to_string).collect();
        let known = conflicts(&partly);
        for conflict in &whole.conflicts {
            // Where a rename is not seen, the path that it would start from stands for both its ends.
            let names = conflict.part_of.iter().map(|notice| &notice.path).chain([&conflict.path]);
            let is_open = names.map(ToString::to_string).any(|path| open.contains(&path));
            assert!(
                is_open || known.contains(&told(conflict)),
                "{lost}: `{}` is not told: {open:?}",
                conflict.path
            );
        }
        assert!(known.is_subset(&all), "{lost}: {:?} is no conflict", known.difference(&all));
        assert!(!partly.clean && partly.tree.is_some() == open.is_empty(), "{lost}");
        most = most.max(open.len());
    }
    assert!(most < 6, "of one content many paths are said to be open: {most}");
}

#[test]
fn shallow_clone_has_no_counts_and_says_why() {
    let place = Place::new();
    let source = place.repository("up", &[], &diverged());
    let folder = place.path("shallow");
    let address = format!("file://{}", source.display());
    let args = ["--depth=1", "--no-single-branch", "--branch=fork", &address];
    place.clone(&folder, &args);
    let found = analysis(&folder, "HEAD", "origin/main");
    assert_eq!((found.ahead, found.behind, found.relation), (None, None, None));
    assert!(found.merge_bases.is_none());
    assert!(found.merge.is_none(), "a merge that begins from nothing conflicts where the true one does not");
    assert_eq!(found.findings[0].check, "shallow");
    let own: Vec<String> = found.custom.iter().map(|file| file.path.to_string()).collect();
    assert!(own.contains(&"own.txt".to_owned()), "what the trees tell is still told: {own:?}");
    let credited = found.custom.iter().filter(|file| !file.commits.is_empty()).count();
    assert_eq!(credited, 0, "what the only commit that is here changed cannot be known");
}

#[test]
fn partial_clone_tells_paths_without_contents() {
    let place = Place::new();
    let source = place.repository("up", &[], &diverged());
    place.git(&source, &["config", "uploadpack.allowFilter", "true"]);
    let folder = place.path("partial");
    let address = format!("file://{}", source.display());
    let args = ["--bare", "--filter=blob:none", &address];
    place.clone(&folder, &args);
    let found = analysis(&folder, "fork", "main");
    assert_eq!((found.ahead, found.behind), (Some(5), Some(2)));
    assert_eq!(found.changed.unwrap().both.len(), 2);
    assert!(found.renames.is_none());
    assert_eq!(
        found.equivalent.as_ref().map(|same| same.upstream.len()),
        Some(1),
        "one content tells one patch"
    );
    let merge = found.merge.as_ref().unwrap();
    // What both added with one content is the same; only of the other path contents are needed.
    assert_eq!(
        (texts(&merge.unjudged), merge.clean, merge.conflicts.len()),
        (vec!["both.txt".to_owned()], false, 0)
    );
    assert!(found.custom.iter().all(|file| file.bytes.is_none() && file.lines_added.is_none()));
    assert!(found.findings.iter().any(|finding| finding.check == "missing-contents"), "{:?}", found.findings);
}

#[test]
fn one_content_that_is_not_here_leaves_the_figures_of_all_others() {
    let place = Place::new();
    let folder = place.repository("r", &[], &diverged());
    let whole = analysis(&folder, "fork", "main");
    place.lose(&folder, "fork:own.txt");
    let found = analysis(&folder, "fork", "main");
    let rows = |found: &Analysis, own: bool| -> Vec<String> {
        let files = found.custom.iter().filter(|file| own == (file.path == "own.txt".into()));
        files.map(|file| format!("{} {:?} {:?}", file.path, file.lines_added, file.bytes)).collect()
    };
    assert_eq!(rows(&found, false), rows(&whole, false));
    assert_eq!(rows(&found, true), ["own.txt None None"]);
    assert_eq!(found.equivalent, whole.equivalent);
    assert_eq!(found.merge.as_ref().unwrap().conflicts.len(), 1);
    assert!(found.findings.iter().any(|finding| finding.check == "missing-contents"), "{:?}", found.findings);
}

#[test]
fn clone_without_trees_tells_counts() {
    let place = Place::new();
    let source = place.repository("up", &[], &diverged());
    place.git(&source, &["config", "uploadpack.allowFilter", "true"]);
    let folder = place.path("treeless");
    place.clone(&folder, &["--bare", "--filter=tree:0", &format!("file://{}", source.display())]);
    let found = analysis(&folder, "fork", "main");
    assert_eq!((found.relation, found.behind), (Some(Relation::Diverged), Some(2)));
    assert!(found.changed.is_none() && found.merge.is_none());
    let missing = found.findings.iter().filter(|finding| finding.check == "incomplete").count();
    assert!(missing >= 4, "{:?}", found.findings);
}
