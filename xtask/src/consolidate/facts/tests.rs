use super::contradict::contradict;
use super::value::read;
use super::{Fact, find, statements};
use crate::consolidate::affinity::{Affinities, NoteWords};
use crate::consolidate::note::Note;
use crate::consolidate::overlaps::Overlaps;
use crate::consolidate::test_notes::note;

pub(super) fn facts(notes: &[(&str, &str)]) -> Vec<Fact> {
    let notes: Vec<Note> = notes.iter().map(|(path, text)| note(path, text)).collect();
    let texts: Vec<&str> = notes.iter().map(|note| note.text.as_str()).collect();
    let overlaps = Overlaps::of(&texts, &std::collections::BTreeSet::new());
    let affinities = Affinities::of(&notes, NoteWords::of(&notes), &overlaps);
    find(&notes, &overlaps, &affinities)
}

fn said(facts: &[Fact]) -> Vec<Vec<String>> {
    let values =
        |fact: &Fact| fact.values.iter().map(|value| format!("{}:{}", value.path, value.line)).collect();
    facts.iter().map(values).collect()
}

#[test]
fn values_contradict_only_where_both_cannot_hold() {
    let cases = [
        ("8 (RVQ)", "1 (mono)", true),
        ("60 s", "45 s", true),
        ("60 s", "1 min", false),
        ("24 kHz", "24,000 Hz (mono)", false),
        ("12kHz (not 24kHz)", "24,000 Hz", true),
        ("~83,300 voxels", "83,345", false),
        ("83k", "83,345", false),
        ("2.3", "2.34", false),
        ("10M", "10 million", false),
        ("0", "0-5", false),
        ("7", "0-5", true),
        ("70+", "75", false),
        ("90+", "75", true),
        (">60%", ">70%", true),
        ("34+", "18+", false),
        ("< 512 MB", "40 MB", false),
        ("4 GB RAM minimum", "128 GB RAM", false),
        ("4 GB RAM minimum", "2 GB RAM", true),
        ("3.11", "3.11.12", false),
        ("3.11.14", "3.11.12", true),
        ("yes", "no", true),
        ("enabled", "Disabled.", true),
        ("8 codebooks", "8 GB", false),
        ("PostgreSQL 15", "33 files", false),
        ("speed 3", "speed 2", true),
        ("$5", "$7", true),
        ("2048", "2048 MB", false),
        ("2048", "1024 MB", true),
        ("1024 MB", "1 GB", false),
        ("1073741824 bytes", "1 GB", false),
        ("512 MB", "500 MB", true),
        ("512 MB", "1 GB", true),
        ("100%", "1.00", false),
        ("100%", "0.5", true),
        ("13.3%", "254", false),
        ("less than 4", "3", false),
        ("lower than 4 workers", "9 workers", true),
        ("Redis 7 (Docker)", "Redis 7.1", false),
        ("Redis 6", "Redis 7.1", true),
        ("42%", "41.7%", false),
        ("42%", "41.2%", true),
        ("> 2% of requests", "< 0.1% of requests", false),
        ("19.x", "v19.2.1", false),
        ("19.x", "v18.2.1", true),
        ("18.x or higher", "20.x LTS", false),
        ("18.x or higher", "20.x or higher", true),
        ("0.5 ms per frame", "0.1 ms per player", false),
        ("3/hour", "6/hour", true),
        ("$31,000", "$1,700/month", false),
        ("640px - 1024px (md)", "1024px", false),
        ("640px - 1024px", "1200px", true),
        ("#FF5A1F (call to action)", "`#FF6B35`", true),
        ("http://localhost:8000", "`http://127.0.0.1:8001/docs`", true),
        ("http://localhost:8000", "https://lab.example:8001", false),
        ("logger-x v3.5.9", "Logger-X v3.5.11 (real)", true),
        ("<200ns", "<0.4 µs", true),
    ];
    for (one, other, expected) in cases {
        let (Some(a), Some(b)) = (read(one), read(other)) else { panic!("{one} or {other} is no value") };
        assert_eq!(contradict(&a, &b), expected, "{one} and {other}");
        assert_eq!(contradict(&b, &a), expected, "{other} and {one}");
    }
}

#[test]
fn what_is_more_or_less_than_one_value_is_none() {
    let texts = [
        "",
        "soon",
        "2025-10-31",
        "23:46 on that day",
        "#26 and #27",
        "8 → 2",
        "9/9 checks",
        "`audio.py` lines 3",
        "P0.2 must be done",
        "Module 1.1",
        "160×90×3 pixels",
        "NIST FIPS 180-4",
        "12.0 vs 24.0",
        "300 (Light), 400 (Normal)",
        "10M (small) to 120M+ (large)",
        "Minimum 400 for body text, 600+ for headings",
        "Improve by 20%",
        "48.55 KB ESM / 55.41 KB CJS",
        "iOS Safari 12+, Chrome Mobile 80+",
        "the one of 12 that we all like so very much",
        "?/1,903 (?%)",
        "Up to 72% savings",
        "55% (up from 19%)",
        "4 if memory is short",
        "`20251020000000_frame_log.sql`",
    ];
    for text in texts {
        assert_eq!(read(text), None, "{text}");
    }
}

#[test]
fn statements_are_read_from_labels_rows_settings_and_sentences() {
    let text = "# Bath\n\n**Window:** 60 s\n- Baud rate: 9600\n- [x] `n_books`: 8\n\n| Setting | Default |\n| --- | --- |\n\
                | spread | 0.02 |\n\nWe run it with `batch_size=64` now.\n\nThe lab owns 12 loggers.\n\nAs of 14 May: 41 tests pass.\n\n\
                Python 3.8 or newer is needed.\n\n```\nrate: 7\n```\n\n2025-10-31: 7\nhttp://host:80\n";
    let note = note("notes/bath.md", text);
    let found: Vec<(usize, String, String)> = statements::of(0, &note)
        .into_iter()
        .map(|one| (one.line, one.key.join(" "), one.shown_value))
        .collect();
    let expected = [
        (3, "window", "60 s"),
        (4, "baud rate", "9600"),
        (5, "n book", "8"),
        (9, "spread", "0.02"),
        (11, "batch size", "64"),
        (13, "lab own # logger", "12 loggers"),
        (15, "test pass", "41"),
        (17, "python", "3.8"),
    ];
    let expected: Vec<_> =
        expected.iter().map(|(line, key, value)| (*line, (*key).to_owned(), (*value).to_owned())).collect();
    assert_eq!(found, expected);
}

#[test]
fn one_subject_with_two_values_is_a_conflict_with_both_places() {
    let found = facts(&[
        ("notes/bath-protocol.md", "# Bath protocol\n\n**Window:** 60 s\n"),
        ("notes/bath-sweep.md", "# Bath sweep\n\nLong ago.\n\n**Window:** 45 s\n"),
        ("notes/other.md", "# Lake\n\nNothing.\n"),
    ]);
    assert_eq!(said(&found), [["notes/bath-protocol.md:3", "notes/bath-sweep.md:5"]]);
    assert_eq!(found[0].key, "Window");
    assert_eq!(found[0].newest, None, "dates are not known");
}

#[test]
fn what_only_shares_a_name_is_no_conflict() {
    let cases: &[(&str, &[(&str, &str)])] = &[
        (
            "different things",
            &[
                ("notes/bath.md", "# Bath\n\n**Size:** 60 cm\n"),
                ("notes/boat.md", "# Boat\n\n**Size:** 400 cm\n"),
            ],
        ),
        (
            "metadata of each note",
            &[
                ("notes/bath-a.md", "# Bath\n\n**Effort:** 3 hours\n**Date:** 2025-01-02\n**Commits:** 4\n"),
                ("notes/bath-b.md", "# Bath\n\n**Effort:** 5 hours\n**Date:** 2025-01-03\n**Commits:** 9\n"),
            ],
        ),
        (
            "before and after",
            &[
                ("notes/bath-a.md", "# Bath\n\n## Before\n\n**Stirrer:** 3\n"),
                ("notes/bath-b.md", "# Bath\n\n## After\n\n**Stirrer:** 5\n"),
            ],
        ),
        (
            "columns of a table",
            &[
                (
                    "notes/bath-a.md",
                    "# Bath\n\n| Run | Low | High |\n| --- | --- | --- |\n| stirrer | 3 | 5 |\n",
                ),
                (
                    "notes/bath-b.md",
                    "# Bath\n\n| Run | High | Low |\n| --- | --- | --- |\n| stirrer | 5 | 3 |\n",
                ),
            ],
        ),
        (
            "one note gives it two values",
            &[
                ("notes/bath-a.md", "# Bath\n\n## L07\n\n**Offset:** 3\n\n## L08\n\n**Offset:** 5\n"),
                ("notes/bath-b.md", "# Bath\n\n**Offset:** 4\n"),
            ],
        ),
        (
            "sheets of one form, one thing each",
            &[
                (
                    "notes/loggers/bath-alpha.md",
                    "# Bath logger Alpha\n\n| Item | Value |\n| --- | --- |\n| Lens width | 3 |\n| Baud rate | 9600 |\n\
                     | Float depth | 64 |\n| Battery cells | 2 |\n",
                ),
                (
                    "notes/loggers/bath-beta.md",
                    "# Bath logger Beta\n\n| Item | Value |\n| --- | --- |\n| Lens width | 5 |\n| Baud rate | 4800 |\n\
                     | Float depth | 128 |\n| Battery cells | 2 |\n",
                ),
            ],
        ),
        (
            "sheets of one form that share one name alone",
            &[
                (
                    "notes/bath-alpha.md",
                    "# Bath Alpha\n\n## Purpose\n\nx\n\n## Ports\n\n**Metrics port:** 80\n\n## Files\n\ny\n",
                ),
                (
                    "notes/bath-beta.md",
                    "# Bath Beta\n\n## Purpose\n\nz\n\n## Ports\n\n**Metrics port:** 81\n\n## Files\n\nw\n",
                ),
            ],
        ),
        (
            "needs of two parts, and words that speak of something else",
            &[
                ("tools/a/README.md", "# A\n\n- Python 3.8+\n"),
                (
                    "docs/b.md",
                    "# B\n\n- Python 3.12+ (for the bot)\n\nThe build with Python 3.9.2 shows what we need.\n",
                ),
                ("engine/README.md", "# C\n\n- Python 3.10+\n"),
            ],
        ),
        (
            "two versions of a program",
            &[
                ("notes/v1.5/bath.md", "# Bath\n\n**Stirrer:** 3\n"),
                ("notes/v1.8/bath.md", "# Bath\n\n**Stirrer:** 5\n"),
            ],
        ),
        (
            "tests of one part",
            &[
                ("notes/state.md", "# Tests\n\n- **Bash scripts**: 34/34 tests passing\n"),
                ("notes/sums.md", "# Tests\n\n- **Coverage**: 111 tests passing\n"),
            ],
        ),
        (
            "a count and a share of tests",
            &[
                ("notes/state.md", "# Tests\n\nAll 94 tests pass.\n"),
                ("notes/sums.md", "# Tests\n\nIt has a 98% test pass rate.\n"),
            ],
        ),
        (
            "days of two plans",
            &[
                ("notes/plan-a.md", "# Roll out of waves\n\n- **Day 3:** Deploy wave 3\n"),
                ("notes/plan-b.md", "# Roll out of waves\n\n- **Day 3:** Monitor wave 2\n"),
            ],
        ),
        (
            "shares of a whole",
            &[
                (
                    "notes/route.md",
                    "# Routing of models\n\n| Kind | Use |\n|-|-|\n| simple | 60% |\n| medium | 30% |\n| complex | 10% |\n",
                ),
                (
                    "notes/routing.md",
                    "# Routing of models\n\n| Kind | Use |\n|-|-|\n| simple | 70% |\n| medium | 90% |\n| complex | 80% |\n",
                ),
            ],
        ),
        (
            "two counterparts",
            &[
                ("notes/setup_backend.md", "# Set up\n\n- **Memory:** 4 GB\n"),
                ("notes/setup_frontend.md", "# Set up\n\n- **Memory:** 2 GB\n"),
            ],
        ),
        (
            "a line of a log",
            &[
                ("notes/price.md", "# Prices\n\n`PRICE_CEILING=10.0` is set.\n"),
                ("notes/prices.md", "# Prices\n\n2025-09-28T04:26:20Z INFO cycle PRICE_CEILING=450.0\n"),
            ],
        ),
        (
            "a task that is open",
            &[
                ("notes/state.md", "# Tests\n\nAll 43 tests pass.\n"),
                ("notes/wishes.md", "# Tests\n\n- [ ] 100 tests passing\n"),
            ],
        ),
        (
            "so many and some more",
            &[
                ("notes/state.md", "# Tests\n\nAll 243 tests pass.\n"),
                ("notes/sums.md", "# Tests\n\n- **200+ tests passing**\n"),
            ],
        ),
        (
            "two suites",
            &[
                ("notes/audio.md", "# Audio\n\nAll 12 tests pass.\n"),
                ("notes/video.md", "# Video\n\nAll 15 tests pass.\n"),
            ],
        ),
    ];
    for (what, notes) in cases {
        assert_eq!(said(&facts(notes)), Vec::<Vec<String>>::new(), "{what}");
    }
}

#[test]
fn counts_of_one_suite_and_the_lowest_version_are_facts() {
    let found = facts(&[
        ("notes/test-status.md", "# State of the tests\n\n41 tests pass.\n\nPython 3.8 or newer.\n"),
        ("notes/TEST_SUITE.md", "# Test suite\n\nAll 47 tests passed.\n\nIt needs Python 3.9 now.\n"),
    ]);
    assert_eq!(
        said(&found),
        [
            ["notes/TEST_SUITE.md:5", "notes/test-status.md:5"],
            ["notes/TEST_SUITE.md:3", "notes/test-status.md:3"]
        ]
    );
}

#[test]
fn parts_of_a_series_tell_of_different_things() {
    let text = |count: &str| {
        format!(
            "# Refactoring\n\n## Key metrics\n\n- **Modules refactored**: {count}\n- **Owner team**: 1 lab\n"
        )
    };
    let (one, other) = (text("8 modules"), text("5 modules"));
    let cases = [
        ("docs/phase_6_5_refactoring.md", "docs/phase_6_6_refactoring.md", 0),
        ("docs/wave-alpha/modules.md", "docs/wave-beta/modules.md", 0),
        ("docs/audit-2026-03-01.md", "docs/audit-2026-03-04.md", 0),
        ("docs/D46_modules.md", "docs/D49_5_modules_report.md", 0),
        ("docs/D46_modules.md", "docs/D46_modules_report.md", 1),
        ("docs/us-007-modules.md", "docs/us-008-modules.md", 0),
        ("docs/modules.md", "docs/modules_spec.md", 1),
        ("docs/modules_day1.md", "docs/modules_summary.md", 0),
        ("docs/modules_50_update.md", "docs/modules_update.md", 0),
        ("docs/modules_update_2.md", "docs/modules_update.md", 1),
    ];
    for (a, b, count) in cases {
        assert_eq!(facts(&[(a, &one), (b, &other)]).len(), count, "{a} and {b}");
    }
}

#[test]
fn front_matter_conditions_and_what_is_installed_state_nothing() {
    let context = "\n## Cache settings\n\n- **Cache folder count**: 3\n- **Cache owner team**: 1 lab\n";
    let cases = [
        ("---\ncache_limit: 512\n---\n# Cache\n", "---\ncache_limit: 900\n---\n# Cache\n"),
        ("# Cache\n\nIf `cache_limit=0`, nothing is kept.\n", "# Cache\n\nIt has `cache_limit=5` here.\n"),
        ("# Cache\n\n- Node.js v22.13.1 (>= 20.0.0 required)\n", "# Cache\n\n- Needs Node.js 20 or newer\n"),
    ];
    for (a, b) in cases {
        let found = facts(&[
            ("docs/cache_a.md", &format!("{a}{context}")),
            ("docs/cache.md", &format!("{b}{context}")),
        ]);
        assert_eq!(said(&found), Vec::<Vec<String>>::new(), "{a} and {b}");
    }
    let spaced = ["# Cache\n\nIt has `cache_limit = 9` here.\n", "# Cache\n\n- cache_limit = 5\n"];
    let [a, b] = spaced.map(|text| format!("{text}{context}"));
    assert_eq!(facts(&[("docs/cache_a.md", &a), ("docs/cache.md", &b)]).len(), 1);
    let sums = ["# Cache\n\nIt has `cache_limit = 9 + x` here.\n", "# Cache\n\n- cache_limit = 5\n"];
    let [a, b] = sums.map(|text| format!("{text}{context}"));
    assert_eq!(facts(&[("docs/cache_a.md", &a), ("docs/cache.md", &b)]).len(), 0);
    let stated = ["# Cache\n\nIt has `cache_limit=9` here.\n", "# Cache\n\nIt has `cache_limit=5` here.\n"];
    let [a, b] = stated.map(|text| format!("{text}{context}"));
    assert_eq!(facts(&[("docs/cache_a.md", &a), ("docs/cache.md", &b)]).len(), 1);
}

#[test]
fn what_one_run_found_and_what_there_is_since_a_version_are_no_facts() {
    let context = "\n## Cache\n\n- **Cache folder count**: 3\n- **Cache owner team**: 1 lab\n";
    let same = [
        ("- **Cache files analyzed**: 138 files", "- **Cache files analyzed**: 762 files"),
        ("**Versión:** 0.3.0", "**Versión:** 1.0.0"),
        ("- `cache/disk.py`: 12.41%", "- `cache/disk.py`: 13.33%"),
        ("- **Cache gain**: improves from 480 to 496 hits", "- **Cache gain**: 957 hits"),
        ("- `dataclasses`: standard library (Python 3.7+)", "Python 3.11 or newer is needed."),
        ("- Reads all Python 3.10+ syntax", "Python 3.8 or newer is needed."),
        ("- **TypeScript**: 900+ lines", "- TypeScript 4.5+"),
        ("- `ipaddress` (built in, Python 3.3+)", "Python 3.8 or newer is needed."),
        ("- **Cache channels**: 6 new", "- **Cache channels**: 11"),
        ("- **Cache shelf**: 004", "- **Cache shelf**: 2"),
        ("- **Cache code**: ~850 LOC", "- **Cache code**: ~650 LOC"),
        ("- **Cache success rate**: 66 %", "- **Cache success rate**: 70 %"),
        ("- **New cache columns**: 10", "- **New cache columns**: 4"),
        ("Checks run (`NO_CACHE=0`)", "No checks run (`NO_CACHE=1`)"),
        ("Undo: set cache_open = false.", "Is `cache_open = true`?"),
    ];
    for (a, b) in same {
        let found = facts(&[
            ("docs/cache_lab.md", &format!("# Cache of the lab\n\n{a}\n{context}")),
            ("docs/cache_shop.md", &format!("# Cache of the shop\n\n{b}\n{context}")),
        ]);
        assert_eq!(said(&found), Vec::<Vec<String>>::new(), "{a} and {b}");
    }
    let needs = facts(&[
        ("docs/cache_lab.md", "# Cache of the lab\n\n- **Backend**: Python 3.11+, FastAPI\n"),
        ("docs/cache_shop.md", "# Cache of the shop\n\nPython 3.8 or newer is needed.\n"),
    ]);
    assert_eq!(said(&needs), [["docs/cache_lab.md:3", "docs/cache_shop.md:3"]]);
}

#[test]
fn what_notes_say_of_themselves_in_any_language_is_no_fact() {
    let head =
        |title: &str, version: &str| format!("# {title}\n\n**الإصدار:** {version}\n\n## Cache\n\nIt works.\n");
    let two = [("docs/cache.md", head("Cache", "v1.0")), ("docs/cache_spec.md", head("Cache spec", "v2.0"))];
    let three = [&two[..], &[("docs/cache_notes.md", head("Cache notes", "v2.0"))]].concat();
    let found = |notes: &[(&str, String)]| {
        facts(&notes.iter().map(|(path, text)| (*path, text.as_str())).collect::<Vec<_>>()).len()
    };
    assert_eq!(found(&two), 1, "what two notes begin with may be a fact");
    assert_eq!(found(&three), 0, "what many begin with is a form");

    let headings =
        [("Limits", 1), ("Step 2: limits", 0), ("Implementation statistics", 0), ("Smoke test results", 0)];
    for (heading, count) in headings {
        let note = |entries: &str| {
            format!("# Cache\n\n## {heading}\n\n- **Cache entries**: {entries}\n\n## More\n\nIt works.\n")
        };
        let notes = [("docs/cache.md", note("9")), ("docs/cache_spec.md", note("4"))];
        assert_eq!(found(&notes), count, "{heading}");
    }
}

#[test]
fn named_suites_and_spans_of_time_are_facts() {
    let found = facts(&[
        (
            "docs/billing.md",
            "# Billing\n\n## Tests\n\n24 billing tests pass.\n\n- **Invoice retention**: 90 days\n\
             - **Billing vacation**: 16 weeks\n",
        ),
        (
            "docs/billing_help.md",
            "# Help\n\n## Checks\n\n31 billing tests passed.\n\n- **Invoice retention**: 30 days\n\
             - **Billing vacation**: 8 weeks\n",
        ),
    ]);
    assert_eq!(
        found.iter().map(|fact| fact.key.as_str()).collect::<Vec<_>>(),
        ["Billing vacation", "Invoice retention", "billing tests that pass"]
    );
}
