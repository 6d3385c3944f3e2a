use std::collections::BTreeSet;

use super::affinity::{Affinities, NoteWords};
use super::archive::{self, Surroundings};
use super::ask;
use super::groups;
use super::mentions::{self, Inbound, Names};
use super::navigation::Navigation;
use super::note::{Note, Role};
use super::overlaps::Overlaps;
use super::plan::Destiny;
use super::role::{date_in, day_in, theme_of_name};
use super::scope::{Kind, Scope, fixed_by_name};
use super::sections;
use super::shares::overlap_share;
use super::test_notes::note;
use super::topics::Topics;
use crate::config::ConsolidateConfig;
use crate::repo::RepoPath;

fn roles(cases: &[(&str, &str, Role)]) {
    for (path, text, role) in cases {
        assert_eq!(note(path, text).role, *role, "{path}");
    }
}

#[test]
fn kind_is_known_by_name_then_title_then_content() {
    roles(&[
        ("notes/START_HERE.md", "", Role::Index),
        ("notes/SESSION_2025-10-30_SUMMARY.md", "", Role::Session),
        ("notes/2025-10-29_decoder.md", "", Role::Session),
        ("notes/ENCODEC_QUICK_REFERENCE.md", "", Role::Reference),
        ("docs/requirements/PRD-2025-12-08-03-log-management.md", "", Role::Reference),
        ("docs/adr/ADR-001-use-postgres.md", "", Role::Reference),
        ("notes/install.md", "", Role::Guide),
        ("notes/trainingStatus.md", "", Role::Status),
        ("notes/x.md", "# Migration plan\n", Role::Plan),
        ("notes/x.md", "# X\n\n```sh\nmake\n```\n", Role::Guide),
        ("notes/x.md", "# Thoughts\n\nNothing special.\n", Role::Other),
    ]);
}

#[test]
fn dates_are_found_in_names_and_nowhere_else() {
    let cases = [
        ("2025-10-28_x", Some("2025-10-28")),
        ("session_20251103_b", Some("2025-11-03")),
        ("a_2025_01_09", Some("2025-01-09")),
        ("issue20251399", None),
        ("v2.10.11", None),
        ("123456789", None),
        ("é2025-10-28", Some("2025-10-28")),
    ];
    for (name, date) in cases {
        assert_eq!(date_in(name).as_deref(), date, "{name}");
    }
    assert_eq!(day_in("2025-10-28_x").as_deref(), Some("2025-10-28"));
    assert_eq!(day_in("PRD-2025-12-08-03-log-management"), None, "a part of its number");
}

#[test]
fn theme_of_a_name_leaves_out_what_kind_of_note_it_is() {
    assert_eq!(theme_of_name("AUDIO_ENCODING_EXECUTIVE_SUMMARY"), ["audio", "encoding"]);
    assert_eq!(theme_of_name("SETUP_CONDA_ENVIRONMENT"), ["setup", "conda", "environment"]);
    assert_eq!(theme_of_name("FINAL_SESSION_STATUS"), Vec::<String>::new());
}

fn kind(path: &str, config: &ConsolidateConfig) -> Kind {
    Scope::of(config).expect("good globs").kind(&path.into())
}

#[test]
fn notes_are_found_by_looking_where_the_configuration_names_none() {
    let config = ConsolidateConfig::default();
    let cases = [
        ("notes/a.md", Kind::Note),
        ("docs/deep/b.rst", Kind::Note),
        ("documentation/c.md", Kind::Note),
        ("README.md", Kind::Note),
        ("requirements.txt", Kind::Other),
        ("docs/requirements-dev.txt", Kind::Other),
        ("src/lib.rs", Kind::Other),
        ("src/notes.md", Kind::Other),
        ("notes/archive/a.md", Kind::Archived),
        ("docs/Legacy/x/a.md", Kind::Archived),
    ];
    for (path, expected) in cases {
        assert_eq!(kind(path, &config), expected, "{path}");
    }
}

#[test]
fn readmes_beside_code_and_files_for_agents_are_read_for_what_they_name() {
    let names_files = |path: &str, config: &ConsolidateConfig| {
        Scope::of(config).expect("good globs").names_files(&path.into())
    };
    let config = ConsolidateConfig::default();
    let cases = [
        ("src/core/README.md", true),
        (".github/copilot-instructions.md", true),
        ("packages/x/CLAUDE.md", true),
        ("README.md", false),
        ("docs/README.md", false),
        ("vendor/lib/README.md", false),
        (".venv/lib/README.md", false),
        ("tests/fixtures/a/README.md", false),
        ("src/archive/README.md", false),
        ("src/notes.md", false),
    ];
    for (path, expected) in cases {
        assert_eq!(names_files(path, &config), expected, "{path}");
    }
    let chosen = ConsolidateConfig { include: Some(vec!["wiki".to_owned()]), ..config };
    assert!(
        !names_files("src/core/README.md", &chosen),
        "where the configuration says what is read, nothing else is"
    );
}

#[test]
fn globs_of_the_configuration_decide() {
    let config = ConsolidateConfig {
        include: Some(vec!["wiki".to_owned()]),
        exclude: vec!["wiki/private/**".to_owned()],
        ..ConsolidateConfig::default()
    };
    assert_eq!(kind("wiki/a.md", &config), Kind::Note);
    assert_eq!(kind("wiki/private/a.md", &config), Kind::Other);
    assert_eq!(kind("notes/a.md", &config), Kind::Other);
    assert!(Scope::of(&ConsolidateConfig { exclude: vec!["a[".to_owned()], ..config }).is_err());
}

#[test]
fn files_that_people_and_programs_look_for_stay() {
    for path in [
        "README.md",
        "docs/readme.zh.md",
        "CLAUDE.md",
        ".github/x.md",
        "docs/CONTRIBUTING.md",
        "CHANGES.rst",
        "docs/adr/ADR_TEMPLATE.md",
        "docs/template.md",
    ] {
        assert!(fixed_by_name(&path.into()).is_some(), "{path}");
    }
    for path in ["notes/reading.md", "docs/email-templates.md", "docs/template-engine-notes.md"] {
        assert_eq!(fixed_by_name(&path.into()), None, "{path}");
    }
}

#[test]
fn names_of_notes_are_found_in_any_text() {
    let text = "See [a](notes/a.md) and notes/b.md, `x.mdx`.\n# open(\"c.txt\")\nopen(\"d.md\")\nREADME.md's\n.md é.md\n";
    let found: Vec<(usize, String, bool)> = mentions::find(text)
        .into_iter()
        .map(|mention| (mention.line, mention.path, mention.is_string))
        .collect();
    let expected = [
        (1, "notes/a.md", false),
        (1, "notes/b.md", false),
        (1, "x.mdx", true),
        (2, "c.txt", false),
        (3, "d.md", true),
        (4, "README.md", false),
        (5, "é.md", false),
    ];
    let expected: Vec<(usize, String, bool)> =
        expected.into_iter().map(|(line, path, is_string)| (line, path.to_owned(), is_string)).collect();
    assert_eq!(found, expected);
}

#[test]
fn note_that_a_program_reads_is_known_and_a_comment_only_names_it() {
    let paths: Vec<RepoPath> = ["docs/a.md", "docs/b.md", "notes/b.md"].map(RepoPath::from).into();
    let names = Names::of(&paths);
    let mut inbound = Inbound::new(3);
    let text = "let a = include_str!(\"../docs/a.md\");\n// see docs/b.md\n";
    inbound.take_file(&names, &"src/lib.rs".into(), &mentions::find(text));
    assert_eq!(inbound.read_by, [Some(("src/lib.rs".into(), 1)), None, None]);
    assert_eq!(inbound.from_files[1].len(), 1);
    // Two notes have this name: neither is meant for sure.
    assert_eq!(names.resolve(&"src/lib.rs".into(), "b.md"), None);
}

#[test]
fn note_is_named_by_its_address_on_the_host_of_the_repository() {
    let paths: Vec<RepoPath> = ["docs/a.md", "README.md", "ROADMAP.md"].map(RepoPath::from).into();
    let names = Names::of(&paths);
    let cases = [
        ("https://github.com/lab/bath/blob/main/docs/a.md", Some(0)),
        ("https://gitlab.com/lab/bath/-/blob/main/docs/a.md", Some(0)),
        ("https://github.com/lab/bath/blob/main/ROADMAP.md", Some(2)),
        ("https://github.com/other/tool/blob/main/README.md", None),
        ("https://github.com/lab/bath/blob/main/src/a.md", None),
    ];
    for (address, expected) in cases {
        let mention = mentions::find(address).pop().expect("the address ends like a note");
        assert_eq!(names.resolve(&"index.md".into(), &mention.path), expected, "{address}");
    }
}

#[test]
fn pages_of_sites_are_known() {
    let mut navigation = Navigation::default();
    navigation.take(&"mkdocs.yml".into(), "site_name: x\nnav:\n  - Home: index.md\n  - guide/setup.md\n");
    navigation.take(&"book/src/SUMMARY.md".into(), "- [One](one.md)\n");
    navigation.take(&"sphinx/conf.py".into(), "extensions = []\n");
    for (path, named) in [
        ("docs/index.md", true),
        ("docs/guide/setup.md", true),
        ("docs/x.md", false),
        ("book/src/one.md", true),
        ("sphinx/a.rst", true),
    ] {
        assert_eq!(navigation.names(&path.into()).is_some(), named, "{path}");
    }
}

fn surroundings() -> Surroundings {
    Surroundings { inbound: 0, superseded: 0.0, age: 0.5, in_folder: 60 }
}

#[test]
fn finished_business_ranks_by_its_signs_and_a_guide_stays() {
    let notes = [
        note("docs/setup_guide.md", "# Setup\n\nInstall it.\n"),
        note(
            "notes/2025-10-29_issue18_complete.md",
            "# Issue 18\n\n**Status:** COMPLETE\n\nWe fixed and tested it.\n",
        ),
        note("notes/REPORT.md", "# Report\n\nSome words.\n"),
        note("notes/empty.md", "\n"),
    ];
    let found = archive::candidates(&notes, &[surroundings(); 4]);
    let order: Vec<usize> = found.iter().map(|candidate| candidate.note).collect();
    assert_eq!(order, [3, 1, 2, 0]);
    assert!(
        found[1].reasons.iter().any(|reason| reason == "line 3 says “Status: COMPLETE”"),
        "{:?}",
        found[1]
    );
    let dated =
        archive::candidates(&[note("notes/session-2025-05-14.md", "# S\n\nWords.\n")], &[surroundings()]);
    assert!(!dated[0].reasons.iter().any(|reason| reason.starts_with("named for one")), "{dated:?}");
    assert!(found[1].confidence > 0.8 && found[2].confidence < 0.5, "{found:?}");
}

#[test]
fn place_and_age_alone_rank_a_note_and_propose_nothing() {
    let notes =
        [note("a.md", "# A\n\nWords.\n"), note("docs/b.md", "# B\n\nWords.\n"), note("src/c.md", "# C\n")];
    let found = archive::candidates(&notes, &[Surroundings { inbound: 1, ..surroundings() }; 3]);
    let order: Vec<usize> = found.iter().map(|candidate| candidate.note).collect();
    assert_eq!(order, [0, 1, 2]);
    assert!(found.iter().all(|candidate| !candidate.has_sign));
    assert_eq!(found[0].reasons, ["lies loose in the root folder", "50 % of the notes were changed later"]);
    let linked_from_nowhere = archive::candidates(&notes[..1], &[surroundings()]);
    assert!(!linked_from_nowhere[0].has_sign);
    assert!(linked_from_nowhere[0].reasons.contains(&"nothing links to it".to_owned()));
}

#[test]
fn what_others_link_to_is_less_sure_to_be_finished() {
    let notes = [note("notes/session_5.md", "# S\n\nWords.\n")];
    let alone = archive::candidates(&notes, &[surroundings()])[0].confidence;
    let linked = archive::candidates(&notes, &[Surroundings { inbound: 6, ..surroundings() }])[0].confidence;
    assert!(linked < alone);
    let few_beside =
        archive::candidates(&notes, &[Surroundings { in_folder: 2, ..surroundings() }])[0].confidence;
    assert!(few_beside < alone);
}

#[test]
fn what_lies_loose_in_the_root_folder_ranks_before_the_same_note_in_a_folder() {
    let notes = ["docs/api/fix_report.md", "docs/fix_report.md", "fix_report.md"]
        .map(|path| note(path, "# R\n\nWords.\n"));
    let found = archive::candidates(&notes, &[surroundings(); 3]);
    let order: Vec<usize> = found.iter().map(|candidate| candidate.note).collect();
    assert_eq!(order, [2, 1, 0]);
    assert!(found[0].confidence > found[1].confidence + 0.2, "{found:?}");
}

/// Notes on two subjects, and one log.
pub(super) fn sample() -> Vec<Note> {
    let audio = "The codec turns sound into tokens with a quantizer and a decoder for speech frames.";
    let cluster =
        "Jobs are queued by the scheduler, nodes are reserved and scratch storage is swept nightly.";
    vec![
        note("notes/AUDIO_CODEC_SUMMARY.md", &format!("# Audio codec\n\n{audio}\n\n## Results\n\nGood.\n")),
        note(
            "notes/audio_codec_reference.md",
            &format!("# Audio codec reference\n\n{audio} Bitrates are listed.\n"),
        ),
        note("notes/cluster_jobs.md", &format!("# Cluster jobs\n\n{cluster}\n")),
        note("notes/cluster_jobs_guide.md", &format!("# Cluster jobs: guide\n\n{cluster} Logs rotate.\n")),
        note("notes/2025-01-02_audio_codec.md", &format!("# Session\n\nWe did things. {audio}\n")),
    ]
}

pub(super) fn compared(notes: &[Note]) -> (Overlaps, Affinities) {
    let texts: Vec<&str> = notes.iter().map(|note| note.text.as_str()).collect();
    let overlaps = Overlaps::of(&texts, &BTreeSet::new());
    let affinities = Affinities::of(notes, NoteWords::of(notes), &overlaps);
    (overlaps, affinities)
}

#[test]
fn notes_on_one_subject_make_a_guide_and_a_log_does_not() {
    let notes = sample();
    let (overlaps, affinities) = compared(&notes);
    let (groups, _) = groups::of(&notes, &affinities, &overlaps, &"docs/guides".into(), &BTreeSet::new());
    let mut found: Vec<(String, Vec<usize>)> =
        groups.into_iter().map(|group| (group.target.to_string(), group.notes)).collect();
    found.sort();
    assert_eq!(
        found,
        [
            ("docs/guides/audio-codec.md".to_owned(), vec![1, 0]),
            ("docs/guides/cluster-jobs.md".to_owned(), vec![3, 2]),
        ]
    );
}

#[test]
fn records_of_a_series_and_finished_notes_make_no_guide() {
    let guides = |paths: [&str; 2]| {
        let text = "The audio codec stores frames in a ring of buffers, with one checksum for each frame.";
        let notes = paths.map(|path| note(path, &format!("# Audio codec\n\n{text} So says {path}.\n")));
        let (overlaps, affinities) = compared(&notes);
        groups::of(&notes, &affinities, &overlaps, &"docs/guides".into(), &BTreeSet::new()).0.len()
    };
    assert_eq!(guides(["notes/audio-codec-frames.md", "notes/audio-codec-buffers.md"]), 1);
    assert_eq!(guides(["notes/RELEASE_v2.0.2_audio_codec.md", "notes/audio-codec-buffers.md"]), 0);
    assert_eq!(guides(["notes/PRD-7-audio-codec.md", "notes/audio-codec-buffers.md"]), 0);
    assert_eq!(guides(["docs/Completed/audio-codec-frames.md", "docs/Completed/audio-codec-buffers.md"]), 0);
}

#[test]
fn topics_hold_every_note_once() {
    let notes = sample();
    let (_, affinities) = compared(&notes);
    let topics = Topics::of(&notes, &affinities);
    let mut all: Vec<usize> = topics.groups.iter().flatten().copied().collect();
    all.sort_unstable();
    assert_eq!(all, [0, 1, 2, 3, 4]);
}

#[test]
fn sections_cover_a_note_once_and_get_a_destiny() {
    let notes = sample();
    let plans = sections::of(&notes, &[1, 0]);
    let of_first: Vec<_> = plans
        .iter()
        .filter(|plan| plan.source == notes[0].path)
        .map(|plan| (plan.lines, plan.destiny))
        .collect();
    assert_eq!(of_first, [((1, 4), Destiny::Guide), ((5, 7), Destiny::History)]);
}

#[test]
fn note_that_begins_with_what_tells_of_a_day_has_no_part_without_lines() {
    let text = "### Next steps\n\nBuy a lamp.\n\n### Pump\n\nIt moves nine litres.\n";
    let plans = sections::of(&[note("notes/bath.md", text)], &[0]);
    let parts: Vec<_> = plans.iter().map(|plan| (plan.lines, plan.destiny)).collect();
    assert_eq!(parts, [((1, 4), Destiny::History), ((5, 7), Destiny::Guide)]);
}

#[test]
fn summary_stays_where_nothing_that_it_sums_up_does() {
    let summary = |parts: [&str; 3]| {
        let parts: String =
            parts.iter().map(|part| format!("## {part}\n\nThe pump moves water.\n\n")).collect();
        let text = format!("# Bath\n\n{parts}## Key takeaways\n\nThe pump moves nine litres.\n");
        sections::of(&[note("notes/bath.md", &text)], &[0]).last().map(|plan| plan.destiny)
    };
    assert_eq!(summary(["Pump", "Lamp", "Oil"]), Some(Destiny::History));
    assert_eq!(summary(["Pump", "Lamp", "Next steps"]), Some(Destiny::Guide));
}

#[test]
fn section_is_repeated_only_where_all_of_it_stands_in_one_earlier_note() {
    let loops = "The control loop reads the probe every second and sets the heater to hold the bath.";
    let notes = [
        note("notes/bath.md", &format!("# Bath\n\n{loops}\n\nAnother paragraph.\n")),
        note("notes/bath_loop.md", &format!("# Loop\n\n**{loops}**\n\n## More\n\n{} And more.\n", loops)),
    ];
    let destinies: Vec<Destiny> = sections::of(&notes, &[0, 1]).iter().map(|plan| plan.destiny).collect();
    assert_eq!(destinies, [Destiny::Guide, Destiny::Repeated, Destiny::Guide]);
}

#[test]
fn steps_that_are_done_go_where_those_after_them_go() {
    let done = "## Completed steps\n\n### ✅ Step 1: tools\n\nInstalled the tools.\n\n### Step 2\n\nFixed the probe.\n\n";
    let next = "## Running\n\n### Step 3: start\n\nPress the green button.\n";
    let destinies = |text: String| -> Vec<Destiny> {
        let notes = [note("notes/bath.md", &format!("# Bath\n\n{text}"))];
        sections::of(&notes, &[0]).iter().map(|plan| plan.destiny).collect()
    };
    assert_eq!(destinies(format!("{done}{next}")), [Destiny::Guide; 3]);
    let apart = destinies(format!("{done}{}", next.replace('3', "1")));
    assert_eq!(apart, [Destiny::Guide, Destiny::History, Destiny::Guide], "a procedure of its own");
}

#[test]
fn blocks_that_an_earlier_note_brings_are_not_counted_for_the_guide_again() {
    let long = "The control loop reads the probe every second and sets\nthe heater to hold the bath.";
    let list = "- the heater is set each second\n- the probe is read first";
    let notes = [
        note("notes/bath.md", &format!("# Bath\n\n{long}\n\nShort text.\n\n{list}\n")),
        note("notes/loop.md", &format!("# Loop\n\n{long}\n\nShort text.\n\n{list}\n- a third one\n")),
    ];
    let plans = sections::of(&notes, &[0, 1]);
    assert_eq!(plans[1].destiny, Destiny::Guide, "something new is in it");
    assert_eq!(sections::repeated_lines(&notes, &[0, 1], &plans), 2 + 2);
    let contents =
        [note("notes/c.md", "# C\n\n## Contents\n\n- [Words](#words)\n\n## Words\n\nThey stand below.\n")];
    let plans = sections::of(&contents, &[0]);
    assert_eq!(sections::repeated_lines(&contents, &[0], &plans), 4, "the guide has contents of its own");
    assert_eq!(
        sections::repeated_lines(&notes, &[1, 0], &sections::of(&notes, &[1, 0])),
        0,
        "repeated whole"
    );
}

#[test]
fn share_of_repeated_blocks_counts_bytes_of_both_notes() {
    let notes = [
        note("notes/a.md", "Same  words\nhere.\n"),
        note("notes/b.md", "Same words here.\n"),
        note("notes/c.md", "Other.\n"),
    ];
    let expected = (17 + 16) as f64 / (18 + 17 + 7) as f64;
    assert!((overlap_share(&notes) - expected).abs() < 1e-9);
}

fn text_of(document: &crate::report::Document) -> String {
    document.to_text(200)
}

#[test]
fn explanation_shows_the_passages_or_says_that_there_are_none() {
    let shared = "The loader reads every recording twice because the scanner writes headers late.\n\
                  Missing volumes are interpolated from neighbours unless the gap exceeds three repetitions.\n";
    let notes = [
        note("notes/a.md", &format!("# A\n\n{shared}")),
        note("notes/b.md", &format!("# B\n\nOther words lead here.\n\n{shared}")),
        note("docs/c.md", "# C\n\nNothing in common.\n"),
    ];
    let answer = text_of(&ask::explain(&notes, "a.md", "./notes/b.md").expect("both are notes"));
    assert!(answer.contains("They overlap with a score of"), "{answer}");
    assert!(answer.contains("Missing volumes"), "{answer}");
    let answer = text_of(&ask::explain(&notes, "c.md", "b.md").expect("both are notes"));
    assert!(answer.contains("They are not called overlapping"), "{answer}");
    assert_eq!(
        ask::explain(&notes, "x.md", "b.md").expect_err("no such note").to_string(),
        "`x.md` is no note that is read here"
    );
}

#[test]
fn search_ranks_notes_and_shows_their_lines() {
    let notes = sample();
    let answer = text_of(&ask::search(&notes, "scheduler scratch"));
    let (first, second) = (answer.find("cluster_jobs.md"), answer.find("cluster_jobs_guide.md"));
    assert!(first.is_some() && second.is_some() && !answer.contains("AUDIO"), "{answer}");
    assert!(text_of(&ask::search(&notes, "zebra")).contains("No note holds any of these words."));
}

#[test]
fn search_leaves_out_notes_that_hold_a_common_word_alone() {
    let notes = [
        note("notes/a.md", "# Filter\n\n`despike.py` filters.\n"),
        note("notes/b.md", "# Plots\n\n`plot.py` plots.\n"),
    ];
    let answer = text_of(&ask::search(&notes, "despike.py"));
    assert!(answer.contains("notes/a.md") && !answer.contains("notes/b.md"), "{answer}");
    assert!(answer.contains("1 more note holds one of the words."), "{answer}");
}

#[test]
fn search_finds_what_stands_within_a_run_of_a_script_without_blanks() {
    let notes = [
        note("notes/store.md", "# 存储\n\n我们的向量数据库很快。\n\n向量检索，Rust特性。\n"),
        note("notes/other.md", "# 其他\n\n数据库。\n"),
    ];
    let answer = text_of(&ask::search(&notes, "向量"));
    assert!(answer.contains("3: 我们的向量数据库很快。") && answer.contains("5: 向量检索"), "{answer}");
    assert!(!answer.contains("notes/other.md"), "{answer}");
    assert!(text_of(&ask::search(&notes, "rust特性")).contains("notes/store.md"));
    assert_eq!(notes[1].count_words(), 5, "a character is a word");
}
