//! What is gone, by the ways in which notes name it.

use std::collections::{BTreeMap, BTreeSet};

use super::tests::{change, check};
use super::{Doors, Ignored, Known, Past, Sightings, dead, named};
use crate::consolidate::result::ReferenceClass::Removed;
use crate::consolidate::test_notes::note;
use crate::repo::{Change, History, PathHistory, RepoPath};

#[test]
fn two_parts_of_a_path_are_meant_though_files_of_its_name_stand() {
    check(&[
        ("`tool/kept.py` and `kept.py`", &[("tool/kept.py", Removed)]),
        ("`other/kept.py`", &[]),
        ("**File:** `tool/kept.py`\n\n```python\nx = 1\n```", &[("tool/kept.py", Removed)]),
    ]);
}

#[test]
fn folder_is_named_by_two_of_its_parts_or_with_a_stroke_where_it_stood() {
    check(&[
        ("`old/parts/` and `old/parts`", &[("old/parts", Removed), ("old/parts/", Removed)]),
        ("`pkg/old`", &[("pkg/old", Removed)]),
        ("`parts/` and `tools/new`", &[]),
        ("`old/parts` was removed", &[]),
    ]);
    let hidden = Ignored { surely: [RepoPath::from("pkg/old/parts/_")].into(), ..Ignored::default() };
    let ignored = super::tests::classes("`old/parts/`", &hidden);
    assert_eq!(ignored, [("old/parts/".to_owned(), super::ReferenceClass::Ignored)]);
}

#[test]
fn folder_of_one_name_is_not_meant_by_a_note_that_is_older_or_younger() {
    let mut notes = vec![note("notes/a.md", "See `left/`")];
    let paths: BTreeSet<RepoPath> = ["notes/a.md"].map(RepoPath::from).into();
    let first = Change { date: "2024-06-01T00:00:00Z".to_owned(), ..change() };
    let past = PathHistory { first: first.clone(), last: first, removed: Some(change()), commits: 1 };
    let mut history = History::default();
    history.paths.insert("left/a.py".into(), past);
    let gone = super::gone(&paths, &history);
    let known = Known {
        paths: &paths,
        gone: &gone,
        history: &history,
        doors: &Doors::new(),
        ignored: &Ignored::default(),
        commands: &BTreeMap::new(),
        sightings: &Sightings::default(),
        past: &Past::new(),
        is_past_known: true,
    };
    for (created, count) in [("2024-01-01", 0), ("2024-09-01", 1), ("2025-02-01", 0)] {
        notes[0].created = Some(format!("{created}T00:00:00Z"));
        assert_eq!(dead(&named(0, &notes[0]), &notes, &known).len(), count, "{created}");
    }
}

#[test]
fn name_that_a_program_looks_for_everywhere_is_not_that_of_the_file_which_stood_here() {
    check(&[
        ("The tool reads `CLAUDE.md` and `.toolrc`", &[]),
        ("See [the rules](../CLAUDE.md)", &[("../CLAUDE.md", Removed)]),
    ]);
}

#[test]
fn drawing_of_what_stood_once_shows_what_is_gone_and_nothing_that_never_was() {
    check(&[
        ("```\npkg/old/parts/\n├── one.py\n├── two.py\n├── never.py\n└── ...\n```", &[][..]),
        (
            "```\npkg/\n├── core/\n│   └── deep.py\n└── old/\n    └── parts/\n        ├── one.py\n        └── never.py\n```",
            &[("pkg/old/", Removed), ("pkg/old/parts/", Removed), ("pkg/old/parts/one.py", Removed)],
        ),
        (
            "**Before:**\n\n```\npkg/\n├── core/\n│   └── deep.py\n└── old/\n    └── parts/\n        └── one.py\n```",
            &[],
        ),
    ]);
}

#[test]
fn name_of_two_words_in_running_text_is_that_of_the_file_which_bore_it() {
    check(&[
        ("The steps are in LOAD_PLAN.md.", &[("LOAD_PLAN.md", Removed)]),
        ("The steps are in guide.rs, gone.md and NEVER_PLAN.md", &[]),
        ("- **LOAD_PLAN.md**: the steps", &[("LOAD_PLAN.md", Removed)]),
        ("LOAD_PLAN.md was removed", &[]),
        ("**File:** `LOAD_PLAN.md`\n\n```text\nx\n```", &[]),
    ]);
}

#[test]
fn what_a_sample_defines_beside_an_import_of_the_package_is_the_readers() {
    let sample = |import: &str| {
        format!(
            "`gone_function` runs again:\n\n```python\n{import}\n\n@retry\ndef gone_function(x):\n    pass\n```\n"
        )
    };
    let own = sample("import lib_x");
    let part = sample("from lib_x.inner import retry");
    let gone = [("gone_function", Removed)];
    check(&[(&own, &[]), (&part, &[]), (&sample("import httpx"), &gone), ("`gone_function`", &gone)]);
}
