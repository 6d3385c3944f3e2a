use proptest::prelude::*;

use super::decisions::carry_over;
use super::plan::{Action, Destiny, Item, Proposed, SectionPlan, Source};
use super::plan_format::{read, write};
use super::plan_words::one_line;
use crate::repo::{BlobId, RepoPath};

fn blob(digit: u8) -> BlobId {
    BlobId::parse(&format!("{digit:02x}").repeat(20)).expect("forty digits")
}

fn source(path: &str, digit: u8) -> Source {
    Source { path: path.into(), blob: blob(digit) }
}

fn archive(path: &str) -> Item {
    let target: RepoPath = format!("notes/archive/{path}").as_str().into();
    Item {
        action: Action::Archive,
        ticked: true,
        done: false,
        sources: vec![source(path, 1)],
        without: Vec::new(),
        target: target.clone(),
        proposed: Proposed { ticked: true, target, order: 1 },
        confidence: 95,
        lines: None,
        why: "dated name".to_owned(),
        reason: None,
        sections: Vec::new(),
    }
}

fn merge() -> Item {
    let section = |heading: &str, lines, destiny| SectionPlan {
        source: "notes/a.md".into(),
        lines,
        heading: heading.to_owned(),
        destiny,
        proposed: destiny,
        order: lines.0,
    };
    let target: RepoPath = "docs/guides/setup.md".into();
    Item {
        action: Action::Merge,
        ticked: false,
        done: false,
        sources: vec![source("notes/a.md", 1), source("notes/b.md", 2)],
        without: Vec::new(),
        target: target.clone(),
        proposed: Proposed { ticked: false, target, order: 2 },
        confidence: 71,
        lines: Some((120, 70)),
        why: "share 3 passages | `x`".to_owned(),
        reason: None,
        sections: vec![
            section("Install", (1, 9), Destiny::Guide),
            section("Log", (10, 20), Destiny::History),
        ],
    }
}

fn numbered(mut items: Vec<Item>) -> Vec<Item> {
    for (order, item) in (1..).zip(&mut items) {
        item.proposed.order = order;
    }
    items
}

fn error(text: &str) -> String {
    read(text).expect_err("the plan is broken").to_string()
}

#[test]
fn plan_reads_as_a_task_list() {
    insta::assert_snapshot!(write(&numbered(vec![merge(), Item { done: true, ..archive("notes/log.md") }])), @r"
    <!-- xtask:plan schema=1 -->

    ### Merge into guides

    - [ ] Merge 2 notes into `docs/guides/setup.md` (71 % sure; 120 lines, 70 of them for the guide): share 3 passages \| \`x\` <!-- xtask:item id=3bf39c968865592c sources=notes/a.md@0101010101010101010101010101010101010101,notes/b.md@0202020202020202020202020202020202020202 action=merge target=docs/guides/setup.md proposed=no order=1 sure=71 lines=120/70 -->
      - guide: `notes/a.md` 1-9 Install <!-- xtask:section proposed=guide order=1 -->
      - history: `notes/a.md` 10-20 Log <!-- xtask:section proposed=history order=10 -->

    ### Move to the archive

    - [x] ~~Archive `notes/log.md` to `notes/archive/notes/log.md` (95 % sure): dated name~~ done <!-- xtask:item id=38dc417cd5579368 sources=notes/log.md@0101010101010101010101010101010101010101 action=archive target=notes/archive/notes/log.md proposed=yes order=2 sure=95 -->

    <!-- xtask:plan end -->
    ");
}

#[test]
fn what_people_edit_is_read() {
    let text = write(&numbered(vec![merge(), archive("notes/log.md")]))
        .replace(
            "- [ ] Merge 2 notes into `docs/guides/setup.md`",
            "* [X] Merge 2 notes into `docs/set up.md`",
        )
        .replace("- [x] Archive", "- [ ] Archive")
        .replace("  - history: ", "  - reason: we need it\n  - guide: ")
        .replace('\n', "\r\n");
    let items = read(&text).expect("readable").expect("a plan");
    assert!(items[0].ticked && items[0].is_decided());
    assert_eq!(items[0].target, "docs/set up.md".into());
    assert_eq!(items[0].proposed.target, "docs/guides/setup.md".into());
    assert_eq!(items[0].reason.as_deref(), Some("we need it"));
    assert_eq!(items[0].sections[1].destiny, Destiny::Guide);
    assert!(!items[1].ticked);
}

#[test]
fn note_that_is_left_out_stays_out_of_the_item_and_of_the_next_plan() {
    let text = write(&numbered(vec![merge()])).replace("  - guide:", "  - without: `notes/a.md`\n  - guide:");
    let items = read(&text).unwrap().unwrap();
    assert_eq!(items[0].id(), merge().id());
    assert_eq!(items[0].sources, [source("notes/b.md", 2)]);
    assert_eq!(items[0].taken_sections().count(), 0);
    assert!(items[0].is_decided());
    let (again, lapsed) = carry_over(numbered(vec![merge()]), items.clone(), |_| false);
    assert_eq!((&again[0].without, again[0].lines, lapsed), (&items[0].without, Some((0, 0)), vec![]));
    assert!(write(&again).contains("Merge 1 note into"));
    for (wrong, expected) in [
        ("`notes/c.md`", "line 6: `notes/c.md` is none of the notes of this item"),
        ("`notes/a.md`\n  - without: `notes/b.md`", "line 7: no note is left to this item: untick it"),
        ("notes/a.md", "line 6: expected: without: `NOTE`"),
    ] {
        assert_eq!(error(&text.replace("`notes/a.md`\n  - guide", &format!("{wrong}\n  - guide"))), expected);
    }
    let archived = write(&numbered(vec![archive("notes/log.md")]));
    let archived = archived.replace(" -->\n\n<!--", " -->\n  - without: `notes/log.md`\n\n<!--");
    assert_eq!(error(&archived), "line 6: this item takes one note: untick it to leave that out");
}

#[test]
fn report_without_a_plan_holds_none() {
    assert_eq!(read("# Report\n\n- [ ] a task of somebody else\n"), Ok(None));
}

#[test]
fn broken_lines_are_errors_with_their_number() {
    let good = write(&numbered(vec![merge(), archive("notes/log.md")]));
    let line = |needle: &str| good.lines().find(|line| line.contains(needle)).expect("there").to_owned();
    let cases = [
        (good.replace(" into `docs/guides/setup.md`", ""), "line 5: expected: Merge N notes into `TARGET`"),
        (
            good.replace("`docs/guides/setup.md`", "`../../etc/passwd`"),
            "line 5: `../../etc/passwd` names no place inside the repository",
        ),
        (good.replace("- [ ] Merge", "- Merge"), "line 5: expected `[ ]` or `[x]` at the line's beginning"),
        (
            good.replace("- history:", "- keep:"),
            "line 7: expected `guide:`, `history:`, `repeated:`, `reason:` or `without:`",
        ),
        (
            good.replace("notes/b.md@", "notes/c.md@"),
            "line 5: the id does not fit the sources: the marker was changed",
        ),
        (
            good.replace("xtask:plan end", "end"),
            "line 1: the plan has no end: `<!-- xtask:plan end -->` is missing",
        ),
        (
            good.replace("xtask:plan end", "end") + "\n- a list of the report\n",
            "line 1: the plan has no end: `<!-- xtask:plan end -->` is missing",
        ),
        (
            good.replace("schema=1", "schema=9"),
            "line 1: the plan has schema 9: a newer xtask wrote it, this one reads 1",
        ),
        (
            good.replace("- [ ] Merge", "<<<<<<< HEAD\n- [ ] Merge"),
            "line 5: git left a conflict here: settle it first",
        ),
        (
            good.replace(&line("Archive"), &format!("{0}\n{0}", line("Archive"))),
            "line 12: the item of line 11 stands here again",
        ),
        (format!("{good}{good}"), "line 14: a second plan begins: keep one of the two"),
    ];
    for (text, expected) in cases {
        assert_eq!(error(&text), expected);
    }
    assert!(
        error(&good.replace(" sure=95 -->", ""))
            .starts_with("line 11: the marker `<!-- xtask:item …` has no end")
    );
}

#[test]
fn decisions_are_kept() {
    let before = {
        let mut items = numbered(vec![merge(), archive("notes/log.md"), archive("notes/old.md")]);
        items[0].ticked = true;
        items[0].target = "docs/other.md".into();
        items[0].sections[1].destiny = Destiny::Guide;
        items[0].sections.swap(0, 1);
        items[1].ticked = false;
        items[1].reason = Some("still read".to_owned());
        items.swap(0, 2);
        items
    };
    let new =
        numbered(vec![merge(), archive("notes/log.md"), archive("notes/old.md"), archive("notes/new.md")]);
    let (items, lapsed) = carry_over(new, before, |_| false);
    assert_eq!(lapsed, []);
    let titles: Vec<String> = items.iter().map(Item::title).collect();
    assert_eq!(
        titles,
        [
            "archive notes/old.md",
            "archive notes/new.md",
            "archive notes/log.md",
            "merge 2 notes into docs/other.md"
        ]
    );
    assert!(items[3].ticked && !items[2].ticked && items[1].ticked);
    assert_eq!(items[2].reason.as_deref(), Some("still read"));
    let headings: Vec<&str> = items[3].sections.iter().map(|section| section.heading.as_str()).collect();
    assert_eq!(headings, ["Log", "Install"]);
    assert_eq!(items[3].sections[0].destiny, Destiny::Guide);
}

#[test]
fn rejection_lapses_when_a_source_changes_and_is_said() {
    let mut before = archive("notes/log.md");
    before.ticked = false;
    let mut now = archive("notes/log.md");
    now.sources[0].blob = blob(9);
    let (items, lapsed) = carry_over(vec![now], vec![before], |_| false);
    assert!(items[0].ticked);
    assert_eq!(lapsed[0].why, "a source changed since it was rejected");
}

#[test]
fn what_was_carried_out_stays_as_done_and_what_is_gone_is_said() {
    let mut rejected = archive("notes/b.md");
    rejected.ticked = false;
    let before = vec![archive("notes/a.md"), rejected, archive("notes/c.md")];
    let (items, lapsed) = carry_over(Vec::new(), before, |item| item.sources[0].path == "notes/a.md".into());
    assert_eq!(items.len(), 1);
    assert!(items[0].done);
    assert_eq!((lapsed.len(), lapsed[0].item.as_str()), (1, "archive notes/b.md"));
}

#[test]
fn what_another_item_did_is_done_and_keeps_its_box_and_nobody_ordered_it_last() {
    let mut log = archive("notes/b.md");
    (log.ticked, log.proposed.ticked) = (false, false);
    let all = || numbered(vec![merge(), log.clone(), archive("notes/c.md")]);
    let (done, _) = carry_over(numbered(vec![archive("notes/c.md")]), all(), |item| {
        item.id() != archive("notes/c.md").id()
    });
    let states: Vec<(bool, bool)> = done.iter().map(|item| (item.done, item.ticked)).collect();
    assert_eq!(states, [(false, true), (true, merge().ticked), (true, false)]);
    // What was done is taken back: all is as it was.
    let back = done.into_iter().map(|item| Item { done: false, ..item }).collect();
    assert_eq!(carry_over(all(), back, |_| false), (all(), Vec::new()));
}

fn any_path() -> impl Strategy<Value = RepoPath> {
    let part = prop_oneof![
        "[a-z ]{1,6}\\.md",
        Just("a`b|c<!-- x -->\n d.md".to_owned()),
        Just("-->".to_owned()),
        Just("%41,@ %".to_owned()),
        "\\PC{1,8}",
    ];
    let bytes = part.prop_map(String::into_bytes);
    let raw = prop_oneof![4 => bytes, 1 => prop::collection::vec(any::<u8>(), 1..9)];
    prop::collection::vec(raw, 1..4).prop_filter_map("a path of the repository", |parts| {
        RepoPath::resolve(None, &parts.join(&b'/')).filter(|path| !path.as_bytes().contains(&0))
    })
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~]{0,30}",
        "\\PC{0,20}",
        Just("<!-- xtask:item id=1 --> `a` (): \\ ~~ done".to_owned()),
        Just("(5 % sure): x): y".to_owned()),
    ]
    .prop_map(|text| one_line(&text))
}

prop_compose! {
    fn any_section()(source in any_path(), first in 1..900_usize, length in 0..90_usize, heading in any_text(),
        destiny in prop::sample::select(Destiny::ALL.to_vec()), proposed in prop::sample::select(Destiny::ALL.to_vec()),
        order in 1..99_usize) -> SectionPlan {
        SectionPlan { source, lines: (first, first + length), heading, destiny, proposed, order }
    }
}

prop_compose! {
    fn any_item()(action in prop::sample::select(Action::ALL.to_vec()), ticked: bool, done: bool,
        paths in prop::collection::btree_set(any_path(), 1..4), target in any_path(), proposed_target in any_path(),
        proposed_ticked: bool, confidence in 0..=100_u8, lines in prop::option::of((0..999_usize, 0..999_usize)),
        why in any_text(), reason in prop::option::of(any_text()), order in 1..99_usize,
        sections in prop::collection::vec(any_section(), 0..4), left_out in 0..4_usize) -> Item {
        let mut sources: Vec<Source> = paths.into_iter().map(|path| Source { path, blob: blob(7) }).collect();
        let kept = if action == Action::Merge { sources.len().saturating_sub(left_out).max(1) } else { sources.len() };
        let without = sources.split_off(kept);
        let reason = reason.filter(|reason| !reason.is_empty());
        let proposed = Proposed { ticked: proposed_ticked, target: proposed_target, order };
        Item { action, ticked, done, sources, without, target, proposed, confidence, lines, why, reason, sections }
    }
}

#[test]
fn blanks_that_somebody_adds_to_a_line_change_nothing() {
    let items = [merge()];
    let text = write(&items).replace(" Install ", "   Install\t ").replace("share 3", "share  3");
    let text = text.replace("<!-- xtask:plan", "  <!-- xtask:plan").replace("end -->", "end --> ");
    assert_eq!(read(&text).unwrap().as_deref(), Some(&items[..]));
}

proptest! {
    #[test]
    fn every_plan_comes_back_as_it_was_written(items in prop::collection::vec(any_item(), 0..5)) {
        let mut seen = std::collections::BTreeSet::new();
        let items: Vec<Item> = items.into_iter().filter(|item| seen.insert(item.id())).collect();
        let text = write(&items);
        prop_assert_eq!(read(&text).map(Option::unwrap_or_default), Ok(items.clone()), "{}", text);
        prop_assert_eq!(text.lines().filter(|line| line.starts_with("- [")).count(), items.len());
        prop_assert_eq!(read(&text.replace('\n', "\r\n")).map(Option::unwrap_or_default), Ok(items));
    }

    #[test]
    fn planning_again_without_decisions_changes_nothing(items in prop::collection::vec(any_item(), 0..5)) {
        let mut seen = std::collections::BTreeSet::new();
        let items = items.into_iter().filter(|item| seen.insert(item.id())).map(|item| Item {
            ticked: item.proposed.ticked, target: item.proposed.target.clone(), done: false, reason: None,
            sources: item.proposed_sources().into_iter().cloned().collect(), without: Vec::new(),
            sections: (1..).zip(item.sections.clone()).map(|(order, section)| SectionPlan {
                destiny: section.proposed, order, ..section }).collect(),
            ..item }).collect();
        let items = numbered(items);
        let (again, lapsed) = carry_over(items.clone(), items.clone(), |_| false);
        prop_assert_eq!(again, items);
        prop_assert_eq!(lapsed, vec![]);
    }
}
