//! What holds for every plan, tried on random notes with random fates in a real repository.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::super::guide::properties::{note, section_plans};
use super::super::plan::{Action, Destiny, Item, Proposed, Source};
use super::super::stored::as_stored;
use super::tests::{files, repository_of};
use super::{ApplyOptions, PlanFile, prepare};
use crate::change;
use crate::consolidate::plan_format;
use crate::links::{Index, Note, broken_links};
use crate::markdown::{Format, parse};
use crate::process::{Cancel, Progress};
use crate::repo::{BlobId, Repo, RepoPath, Tree};

/// Where the notes stand; they name one another, and other files name them.
const PATHS: [&str; 5] = ["notes/a.md", "notes/b.md", "notes/deep/c.md", "docs/d.md", "notes/e f.md"];

const NAMING: &str = "# Top\n\n[a](notes/a.md#part-1), [b](notes/b.md), [c](./notes/deep/c.md \"c\"), [e](notes/e%20f.md)\n\n\
    See notes/a.md and `docs/d.md`; [r].\n\n[r]: <notes/e f.md>\n";

/// What becomes of a note.
#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    Stays,
    Archived,
    Merged(usize),
}

fn item(action: Action, sources: Vec<Source>, target: &str, order: usize) -> Item {
    let target = RepoPath::from(target);
    Item {
        action,
        ticked: true,
        done: false,
        sources,
        without: Vec::new(),
        target: target.clone(),
        proposed: Proposed { ticked: true, target, order },
        confidence: 90,
        lines: None,
        why: "by chance".to_owned(),
        reason: None,
        sections: Vec::new(),
    }
}

fn source(path: &str, text: &str) -> Source {
    Source { path: path.into(), blob: BlobId::of_content(&as_stored(text.as_bytes())) }
}

fn items(notes: &[(&str, &str)], ends: &[End], destinies: &[Destiny]) -> Vec<Item> {
    let of =
        |wanted: End| notes.iter().zip(ends).filter(move |(_, end)| **end == wanted).map(|(note, _)| *note);
    let mut items: Vec<Item> = Vec::new();
    for group in 0..2 {
        let merged: Vec<(&str, &str)> = of(End::Merged(group)).collect();
        if merged.len() < 2 {
            continue;
        }
        let sources = merged.iter().map(|(path, text)| source(path, text)).collect();
        let mut merge =
            item(Action::Merge, sources, &format!("docs/guides/part-{group}.md"), items.len() + 1);
        merge.sources.sort();
        let mut destinies = destinies.iter().copied().cycle();
        for (path, text) in merged {
            let plans = section_plans(
                &path.into(),
                &parse(text, Format::Markdown),
                merge.sections.len(),
                &mut destinies,
            );
            merge.sections.extend(plans);
        }
        items.push(merge);
    }
    for (path, text) in of(End::Archived) {
        let target = format!("notes/archive/{path}");
        items.push(item(Action::Archive, vec![source(path, text)], &target, items.len() + 1));
    }
    items
}

/// How many links of all Markdown files lead nowhere.
fn count_broken(repo: &Repo) -> usize {
    let tree = Tree::of_work_tree(repo).unwrap();
    let texts: Vec<(RepoPath, String)> = files(repo)
        .into_iter()
        .filter(|(path, _)| path.extension() == "md")
        .map(|(path, bytes)| (path, String::from_utf8(bytes).unwrap()))
        .collect();
    let parsed: Vec<_> = texts.iter().map(|(_, text)| parse(text, Format::Markdown)).collect();
    let notes: Vec<Note<'_>> =
        texts.iter().zip(&parsed).map(|((path, _), parsed)| Note { path, parsed }).collect();
    broken_links(&Index::new(&tree), &notes).links.len()
}

fn end() -> impl Strategy<Value = End> {
    prop_oneof![1 => Just(End::Stays), 1 => Just(End::Archived), 3 => (0..2_usize).prop_map(End::Merged)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_plan_loses_nothing_breaks_no_link_is_done_once_and_taken_back(
        texts in prop::collection::vec(note(), 2..6),
        ends in prop::collection::vec(end(), 5),
        destinies in prop::collection::vec(prop::sample::select(vec![Destiny::Guide, Destiny::History]), 1..6),
    ) {
        let notes: Vec<(&str, &str)> = PATHS.into_iter().zip(texts.iter().map(String::as_str)).collect();
        let others = [("README.md", NAMING), ("src/tool.py", "# notes/a.md, see docs/d.md\n")];
        let folder = repository_of(&[&notes[..], &others].concat());
        let repo = Repo::open(folder.path()).unwrap();
        let before = files(&repo);
        let broken = count_broken(&repo);
        let text = plan_format::write(&items(&notes, &ends, &destinies));
        let plan = PlanFile { shown: "plan".to_owned(), path: None, text };
        let prepare = || {
            let options = ApplyOptions::default();
            prepare(&repo, &plan, &options, &Progress::default(), &Cancel::default())
        };
        let first = prepare().map_err(|error| TestCaseError::fail(format!("{error:#}\n{notes:?}\n{}", plan.text)))?;
        prop_assert_eq!(first.summary.conserved.lost, 0);
        prop_assert_eq!(&files(&repo), &before, "nothing is written before it is applied");
        if first.set.is_empty() {
            return Ok(());
        }
        change::apply(&repo, &first.set).unwrap();
        prop_assert!(count_broken(&repo) <= broken, "{:?}", files(&repo));
        prop_assert!(prepare().unwrap().set.is_empty(), "a second time");
        let undo = change::undo(&repo, change::Which::Last).unwrap().unwrap();
        change::apply(&repo, &undo).unwrap();
        prop_assert_eq!(files(&repo), before);
    }
}
