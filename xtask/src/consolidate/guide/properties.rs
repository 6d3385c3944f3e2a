//! What holds for every guide, tried on random notes that share passages.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::super::conserve::{Outputs, Text, compare, without_lines};
use super::super::plan::Destiny;
use super::*;
use crate::markdown::{Format, LinkKind, parse};

/// A passage that notes may share; numbers make passages that differ in a figure.
fn passage() -> impl Strategy<Value = String> {
    let number = 0..4_u32;
    prop_oneof![
        number.clone().prop_map(|n| format!(
            "The bath is heated to {n}50 degrees and held there for the whole run of the day."
        )),
        number.clone().prop_map(|n| format!("Short {n}.")),
        number.clone().prop_map(|n| format!("```sh\nlab run --bath {n}\n  lab stop --after {n}00\n```")),
        number.clone().prop_map(|n| format!("Run this:\n\n```\n\tcode {n}\n```")),
        number.clone().prop_map(|n| format!("    indented {n}\n    code")),
        number.clone().prop_map(|n| format!("\tindented by a tab {n}")),
        number.clone().prop_map(|n| format!(
            "- the first entry of the list\n- entry {n}00\n- the last entry of the list"
        )),
        number.clone().prop_map(|n| format!(
            "1. the first step of the work\n2. step {n}\n\n   ```\n   inner {n}\n   ```\n3. the last step"
        )),
        number
            .clone()
            .prop_map(|n| format!("| name | value |\n|------|-------|\n| bath | {n}00 |\n| probe | 7 |")),
        number.clone().prop_map(|n| format!("> quoted words {n}\n> and more of them")),
        number.clone().prop_map(|n| format!(
            "<details>\n<summary>More {n}</summary>\n\nHidden words of the details.\n\n</details>"
        )),
        number.clone().prop_map(|n| format!("<!-- a comment {n} -->")),
        number.clone().prop_map(|n| format!(
            "See [the code](../src/lab{n}.py), [r], [words][r] and [R][].\n\n[r]: https://h.i/{n}"
        )),
        number.clone().prop_map(|n| format!("A claim[^1] that is noted.\n\n[^1]: The note number {n}.")),
        number
            .clone()
            .prop_map(|n| format!("Go to [a part](#part-{n}) or to [the other note](b.md#part-{n}).")),
        Just("Words in [brackets] and [^1] that lead nowhere, and [r] too.".to_owned()),
        Just("---".to_owned()),
        Just("**Date:** 2025-10-31\n**Status:** done".to_owned()),
        Just("- [ ] open\n- [x] done".to_owned()),
    ]
}

fn heading() -> impl Strategy<Value = String> {
    prop_oneof![
        (1..5_usize, 0..4_u32).prop_map(|(level, n)| format!("{} Part {n}", "#".repeat(level))),
        Just("## Usage".to_owned()),
        Just("## Contents".to_owned()),
        Just("Underlined\n----------".to_owned()),
        Just("# With `code` and [a link](../x.md)".to_owned()),
        Just("##".to_owned()),
        Just("Ends in a mark #\n===".to_owned()),
    ]
}

/// A note of random passages.
pub(in super::super) fn note() -> impl Strategy<Value = String> {
    let piece = prop_oneof![3 => passage(), 1 => heading()];
    let front = prop_oneof![
        4 => Just(""),
        1 => Just("---\ntitle: A\ntags: [x]\n---\n"),
        1 => Just("---\ntags:\n  - y\nversion: 1.25\n---\n"),
    ];
    let end = prop::sample::select(vec![
        "",
        "\n",
        "\n\n```\nnever closed",
        "\n\n<!-- never closed",
        "\n\n~~~~py\nx = 1\n",
    ]);
    (front, prop::collection::vec(piece, 0..9), end, any::<bool>()).prop_map(|(front, pieces, end, crlf)| {
        let text = format!("{front}{}{end}", pieces.join("\n\n"));
        if crlf { text.replace('\n', "\r\n") } else { text }
    })
}

/// A plan for the sections of a note, `before` of others standing in the guide already.
pub(in super::super) fn section_plans(
    path: &RepoPath,
    parsed: &Parsed,
    before: usize,
    destinies: &mut impl Iterator<Item = Destiny>,
) -> Vec<SectionPlan> {
    let sections = parsed.sections.iter().filter(|section| section.level <= 2);
    let plans = (before + 1..).zip(sections).map(|(order, section)| {
        let destiny = destinies.next().unwrap_or(Destiny::Guide);
        let last = parsed.lines.line(section.range.end.saturating_sub(1)).max(section.line);
        let (source, heading) = (path.clone(), section.text.clone());
        SectionPlan { source, lines: (section.line, last), heading, destiny, proposed: destiny, order }
    });
    plans.collect()
}

struct Case {
    paths: Vec<RepoPath>,
    archived: Vec<RepoPath>,
    texts: Vec<String>,
    parsed: Vec<Parsed>,
    sections: Vec<SectionPlan>,
}

impl Case {
    fn new(texts: Vec<String>, destinies: &[Destiny]) -> Self {
        let paths: Vec<RepoPath> = ["notes/a.md", "notes/b.md", "docs/c.md"]
            .iter()
            .take(texts.len())
            .map(|path| RepoPath::from(*path))
            .collect();
        let archived = paths.iter().map(|path| RepoPath::from("archive").join(path.as_bytes())).collect();
        let parsed: Vec<Parsed> = texts.iter().map(|text| parse(text, Format::Markdown)).collect();
        let mut destinies = destinies.iter().copied().cycle();
        let mut sections = Vec::new();
        for (path, parsed) in paths.iter().zip(&parsed) {
            sections.extend(section_plans(path, parsed, sections.len(), &mut destinies));
        }
        Self { paths, archived, texts, parsed, sections }
    }

    fn compose(&self, keeps_originals: bool) -> Guide {
        let sources: Vec<GuideSource<'_>> = (0..self.paths.len())
            .map(|number| GuideSource {
                path: &self.paths[number],
                text: &self.texts[number],
                parsed: &self.parsed[number],
                changed: Some("2025-10-31T12:00:00Z"),
                commit: None,
                archived: keeps_originals.then_some(&self.archived[number]),
            })
            .collect();
        let target = RepoPath::from("docs/guides/part.md");
        let sections = &self.sections;
        compose(&GuideRequest { id: "1", target: &target, sources: &sources, sections, conflicts: &[] })
    }
}

#[test]
fn what_a_heading_parted_is_looked_for_as_two() {
    let first = "# Part 0\n\n# Part 0\n\n\tindented by a tab 0\n".to_owned();
    let second =
        "# Part 0\n\n    indented 0\n    code\n\n## Usage\n\n\tindented by a tab 0\n\n## Usage\n".to_owned();
    let case = Case::new(vec![first, second], &[Destiny::Guide]);
    assert_eq!(lost(&case), Vec::<String>::new());
}

/// What a guide alone does not hold of its sources.
fn lost(case: &Case) -> Vec<String> {
    let guide = case.compose(false);
    let path = RepoPath::from("docs/guides/part.md");
    let dropped = |number: usize| guide.dropped_headings(&case.paths[number], &case.parsed[number]);
    let wanted: Vec<String> =
        (0..case.texts.len()).map(|number| without_lines(&case.texts[number], &dropped(number))).collect();
    let sources: Vec<Text<'_>> =
        case.paths.iter().zip(&wanted).map(|(path, text)| Text { path, text }).collect();
    let guides = [Text { path: &path, text: &guide.text }];
    let told = compare(&sources, &Outputs { guides: &guides, archive: &[], moved: None });
    told.sources.iter().flat_map(|source| &source.lost).map(|item| format!("{item:?}")).collect()
}

fn notes() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(note(), 1..4)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_guide_alone_holds_all_that_its_sources_held(
        texts in notes(),
        destinies in prop::collection::vec(prop::sample::select(vec![Destiny::Guide, Destiny::History]), 1..6),
    ) {
        let case = Case::new(texts, &destinies);
        let lost = lost(&case);
        prop_assert!(lost.is_empty(), "{lost:?}\n{}", case.compose(false).text);
    }

    #[test]
    fn what_is_said_to_stand_in_the_guide_stands_there(texts in notes(), destinies in prop::collection::vec(prop::sample::select(Destiny::ALL.to_vec()), 1..6)) {
        let case = Case::new(texts, &destinies);
        let guide = case.compose(true);
        prop_assert_eq!(&case.compose(true), &guide);
        let parsed = parse(&guide.text, Format::Markdown);
        prop_assert_eq!(parsed.sections.iter().filter(|section| section.level == 1).count(), 1, "{}", guide.text);
        for ((path, name), landing) in &guide.anchors {
            prop_assert!(case.paths.contains(path));
            if let Landing::Guide(Some(slug)) = landing {
                prop_assert!(parsed.anchors.iter().any(|anchor| anchor.name == *slug), "{name} {slug}\n{}", guide.text);
            }
        }
        // No link of the guide into the guide leads nowhere, unless it did before.
        for (to, _, _) in parsed.destinations() {
            if let Some(slug) = to.strip_prefix('#') {
                let leads = parsed.anchors.iter().any(|anchor| anchor.name == slug);
                prop_assert!(leads || slug.starts_with("part-"), "{to}\n{}", guide.text);
            }
            prop_assert!(!to.starts_with("xtask-node:"), "{}", guide.text);
        }
    }

    #[test]
    fn a_guide_has_the_links_of_its_sources(texts in notes()) {
        let case = Case::new(texts, &[Destiny::Guide]);
        let guide = case.compose(false);
        let outer = |parsed: &Parsed| -> std::collections::BTreeSet<(LinkKind, String)> {
            let external = parsed.links.iter().filter(|link| link.destination.contains("://"));
            external.map(|link| (link.kind, link.destination.clone())).collect()
        };
        let before: std::collections::BTreeSet<_> = case.parsed.iter().flat_map(outer).collect();
        prop_assert_eq!(outer(&parse(&guide.text, Format::Markdown)), before, "{}", guide.text);
    }
}
