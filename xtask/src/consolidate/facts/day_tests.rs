//! What reports give as the result of their day, each beside the same words that state a fact.

use super::tests::facts;

/// How many facts two notes state differently, by their paths and texts.
fn found(paths: [&str; 2], texts: [&str; 2]) -> usize {
    facts(&[(paths[0], texts[0]), (paths[1], texts[1])]).len()
}

const PATHS: [&str; 2] = ["docs/cache.md", "docs/cache-help.md"];

/// The same with two lines below one heading.
fn below(heading: &str, paths: [&str; 2], lines: [&str; 2]) -> usize {
    let [one, other] = lines.map(|line| format!("# Cache\n\n## {heading}\n\n{line}\n"));
    found(paths, [&one, &other])
}

#[test]
fn rows_with_a_change_or_a_quotient_tell_of_a_run() {
    let rows = |head: &str, row: &str| {
        let line = "|-".repeat(head.split('|').count());
        format!("# Cache\n\n## Shelves\n\n| Shelf | {head} |\n|-{line}|\n| Cache door | {row} |\n")
    };
    let cases = [
        ("Depth | Colour", "9 | red", "8 | red", 1),
        ("Depth | More", "9 | +18%", "8 | +16%", 0),
        ("Depth | More", "9 cm | -2 cm", "8 cm | -3 cm", 0),
        ("Depth | Frost", "9 cm | -2 °C", "8 cm | -2 °C", 1),
        ("Kept | Held | Share", "11 | 9 | 81.8%", "11 | 5 | 45.5%", 0),
        ("Kept | Depth | Humidity", "11 | 9 | 40%", "11 | 5 | 40%", 1),
        ("Kept | Depth | Humidity", "11 | 11 | 40%", "12 | 11 | 40%", 1),
        ("Aim | Depth | State", "< 9 cm | 7 cm | ✅ yes", "< 9 cm | 6 cm | ✅ yes", 0),
        ("Aim | Depth | State", "< 9 cm | 7 cm | passed", "< 9 cm | 6 cm | passed", 0),
        ("Aim | Depth | State", "< 9 cm | 7 cm | ✅ yes", "< 8 cm | 7 cm | ✅ yes", 1),
        ("Aim | Depth | Colour", "< 9 cm | 7 cm | red", "< 9 cm | 6 cm | red", 1),
    ];
    for (head, one, other, count) in cases {
        let (one, other) = (rows(head, one), rows(head, other));
        assert_eq!(found(PATHS, [&one, &other]), count, "{one}");
    }
}

#[test]
fn what_a_check_mark_stands_before_was_done_and_is_over() {
    let lines = ["- The cache help has 8 new pages now", "- The cache help has 7 new pages now"];
    assert_eq!(below("Shelves", PATHS, lines), 1);
    for mark in ["✅ ", "[x] "] {
        let lines = lines.map(|line| line.replacen("- ", &format!("- {mark}"), 1));
        assert_eq!(below("Shelves", PATHS, [&lines[0], &lines[1]]), 0, "{mark}");
    }
}

#[test]
fn sentences_on_a_piece_of_work_or_on_their_text_state_no_facts() {
    let cases = [
        ("The cache help covers", 1),
        ("We found and fixed in the cache help", 0),
        ("This report on the cache covers", 0),
    ];
    for (words, count) in cases {
        let lines = [format!("{words} 8 shelves of it"), format!("{words} 7 shelves of it")];
        assert_eq!(below("Shelves", PATHS, [&lines[0], &lines[1]]), count, "{words}");
    }
}

#[test]
fn notes_of_one_set_count_what_is_theirs() {
    let lines = ["- **Cache shelf doors**: 8", "- **Cache shelf doors**: 7"];
    let ports = ["- **Cache port**: localhost:8080", "- **Cache port**: localhost:9090"];
    let set = ["docs/OUR_BIG_AUDIO_CACHE.md", "docs/OUR_BIG_VIDEO_CACHE.md"];
    let others = ["docs/OUR_AUDIO_CACHE.md", "docs/OUR_VIDEO_CACHE.md"];
    assert_eq!([below("Shelves", set, lines), below("Shelves", others, lines)], [0, 1]);
    assert_eq!(below("Shelves", set, ports), 1);
}

#[test]
fn what_two_notes_say_twice_contradicts_once() {
    let text = |count: u32| {
        format!("# Cache\n\nAll {count} tests pass.\n\n## Shelves\n\nBelow the shelves {count} tests pass.\n")
    };
    assert_eq!(found(["notes/cache.md", "docs/cache.md"], [&text(34), &text(29)]), 1);
}

#[test]
fn shares_are_those_of_their_day() {
    let reports = ["docs/CACHE_REPORT.md", "docs/CACHE_FILL_REPORT.md"];
    let states = ["docs/CACHE_PROGRESS.md", "docs/CACHE_FILL.md"];
    let row = |count: &str, more: &str| {
        format!("| What | Count | More |\n| - | - | - |\n| Cache fill | {count} | {more} |")
    };
    let cases = [
        (PATHS, ["- **Cache fill**: 60%", "- **Cache fill**: 90%"], 0),
        (reports, ["- **Cache fill**: 60%", "- **Cache fill**: 90%"], 0),
        (reports, ["- **Cache fill limit**: 60%", "- **Cache fill limit**: 90%"], 1),
        (reports, ["- **Cache fill**: > 60%", "- **Cache fill**: > 90%"], 1),
        (PATHS, ["- **Cache fill**: > 60%", "- **Cache fill**: 30%"], 0),
        (reports, ["- **Cache fill**: 60 books", "- **Cache fill**: 90 books"], 1),
        (reports, [&row("60 books", "10%"), &row("90 books", "40%")], 1),
        (states, [&row("60 books", "10%"), &row("90 books", "40%")], 0),
        (states, [&row("60 books", "red"), &row("90 books", "blue")], 1),
    ];
    for (paths, lines, count) in cases {
        assert_eq!(below("Filling", paths, lines), count, "{paths:?} {lines:?}");
    }
}

#[test]
fn assertions_are_counted_on_their_day_as_tests_are() {
    assert_eq!(below("Filling", PATHS, ["- **3,341 rings**", "- **90 rings**"]), 1);
    assert_eq!(below("Filling", PATHS, ["- **3,341 assertions**", "- **90 assertions**"]), 0);
}

#[test]
fn what_stands_below_a_status_holds_for_its_day() {
    let lines = ["- **Cache rings**: 60", "- **Cache rings**: 90"];
    assert_eq!(below("Rings", PATHS, lines), 1);
    assert_eq!(below("Current status", PATHS, lines), 0);
    assert_eq!(below("Progress\n\n### Rings", PATHS, lines), 0);
}

#[test]
fn two_reports_of_a_day_each_do_not_contradict_even_where_one_was_copied() {
    let words = "The cache was emptied in the morning, the door was shut again, and all of its books were counted twice by the keeper of the lab.";
    let text = |rings: &str| format!("# Cache\n\n{words}\n\n- **Cache rings**: {rings}\n\n{words}\n");
    let (one, other) = (text("60"), text("90"));
    assert_eq!(found(["docs/cache_2025_01.md", "docs/cache_2025_10_27.md"], [&one, &other]), 0);
    assert_eq!(found(["docs/cache_2025_01.md", "docs/cache.md"], [&one, &other]), 1);
}

#[test]
fn what_two_notes_on_two_things_measure_is_that_of_each() {
    let text = |title: &str, value: &str, speakers: &str| {
        let between = format!("{title}, {title}, {title}.");
        format!(
            "# {title}\n\n## Measures\n\n### Data set\n\n- **Annotator agreement**: {value}\n\n{between}\n\n\
             - **Loud speakers**: {speakers}\n"
        )
    };
    let counts = |titles: [&str; 2]| {
        let paths = titles.map(|title| format!("docs/{}.md", title.to_lowercase().replace(' ', "_")));
        let (one, other) = (text(titles[0], "89 points", "4"), text(titles[1], "82 points", "9"));
        facts(&[(&paths[0], &one), (&paths[1], &other)]).len()
    };
    assert_eq!(counts(["Sentiment of meetings", "Tasks in mails"]), 0);
    assert_eq!(counts(["Sentiment of meetings", "Sentiment"]), 2);
}

#[test]
fn what_a_release_in_parts_or_an_old_version_had_is_no_fact() {
    let fill = ["- **Cache fill**: 25 books", "- **Cache fill**: 100 books"];
    assert_eq!(below("Filling", ["docs/CACHE_CANARY_25_PERCENT.md", "docs/CACHE_HELP.md"], fill), 0);
    assert_eq!(below("Filling", ["docs/CACHE_CANARY_BIRD.md", "docs/CACHE_HELP.md"], fill), 1);
    let needs = ["- Python 3.8 or newer", "- Python 3.12 or newer"];
    assert_eq!(below("Needs", ["CHANGELOG.md", "docs/cache.md"], needs), 0);
    assert_eq!(below("Needs", ["docs/cache-changes-us.md", "docs/cache.md"], needs), 1);
}

#[test]
fn tests_that_pass_overall_are_those_of_one_piece_of_work() {
    let lines = ["**Overall:** 3/3 tests passing", "**Overall:** 8/8 tests passing"];
    let texts =
        |titles: [&str; 2]| [0, 1].map(|at| format!("# {}\n\n## Checks\n\n{}\n", titles[at], lines[at]));
    let [one, other] = texts(["Door mended", "Shelf painted"]);
    assert_eq!(found(["docs/door.md", "docs/shelf.md"], [&one, &other]), 0);
    let [one, other] = texts(["Door", "Door"]);
    assert_eq!(found(["docs/door.md", "notes/door.md"], [&one, &other]), 1);
}

#[test]
fn results_that_differ_tell_that_two_notes_are_on_two_things() {
    let note = |counts: [u32; 4], depth: u32| {
        let rows = ["Doors", "Shelves", "Lamps", "Racks"].iter().zip(counts);
        let rows =
            rows.map(|(name, count)| format!("| {name} | 40 | {count} | {:.1}% |\n", f64::from(count) / 0.4));
        let rows: String = rows.collect();
        format!(
            "# Cache\n\n| Part | Held | Kept | Share |\n| - | - | - | - |\n{rows}| Cache depth | {depth} cm | | |\n"
        )
    };
    let [alike, other, deeper] = [note([9, 8, 7, 6], 9), note([9, 8, 7, 6], 8), note([5, 4, 3, 2], 8)];
    assert_eq!(found(PATHS, [&alike, &other]), 1);
    assert_eq!(found(PATHS, [&alike, &deeper]), 0);
}

#[test]
fn labels_beside_a_date_tell_of_their_note() {
    let note = |date: &str, minutes: u32| {
        format!(
            "# Cache\n\n## Doors\n\nText.\n\n{date}\n**Cache opening limit**: {minutes} minutes\n\nText.\n\n## More\n\nText.\n"
        )
    };
    let count = |date: &str| found(PATHS, [&note(date, 45), &note(date, 30)]);
    assert_eq!(count("**Datum**: 28 de enero de 2025"), 0);
    assert_eq!(count("**Date**: 2025-01-28"), 0);
    assert_eq!(count("**Stand**: offen"), 1);
    assert_eq!(count("**Port**: 20250"), 1);
    assert_eq!(count("Since 2025 there are doors."), 1);
    let framework = |version: &str| note("**Date**: 2025-01-28", 45).replace("45 minutes", version);
    assert_eq!(
        found(PATHS, [&framework("Flask 2.1"), &framework("Flask 3.0")]),
        1,
        "what is named is of any day"
    );
}

#[test]
fn tables_of_two_numbered_chapters_speak_of_a_part_each() {
    let table = |rate: u32| {
        format!(
            "# Cache\n\n## Rates\n\n| Part | Rate | Kept |\n| - | - | - |\n| Cache doors | {rate} | 5 |\n| Cache lamps | 7 | 5 |\n"
        )
    };
    let [one, other] = [table(60), table(90)];
    assert_eq!(found(["docs/06-cache.md", "docs/07-cache-help.md"], [&one, &other]), 0);
    assert_eq!(found(PATHS, [&one, &other]), 1);
}

#[test]
fn a_row_that_three_notes_hold_is_told_once() {
    let note = |depth: u32| {
        format!(
            "# Shelves\n\n## Parts\n\n| Part | Depth | Colour | Side |\n| - | - | - | - |\n| Upper shelf | {depth} | red | left |\n\n| Part | Depth |\n| - | - |\n| Upper shelf | 30 |\n{}",
            "\nText.\n".repeat(5)
        )
    };
    let notes = [note(7), note(7), note(9)];
    let found = facts(&[
        ("docs/shelf.md", &notes[0]),
        ("docs/rack-help.md", &notes[1]),
        ("docs/boards.md", &notes[2]),
    ]);
    let counts: Vec<usize> =
        found.iter().filter(|fact| fact.key == "Upper shelf").map(|fact| fact.values.len()).collect();
    assert_eq!(counts, [3]);
}

#[test]
fn tables_filled_in_for_two_things_are_no_changed_rows() {
    let table = |rates: [u32; 4]| {
        let rows = ["Doors", "Lamps", "Racks", "Rings"].iter().zip(rates);
        let rows: String =
            rows.map(|(name, rate)| format!("| {name} | number | {rate} | at most |\n")).collect();
        format!(
            "# Notes\n\n## Limits\n\n| Option | Type | Default | Use |\n| - | - | - | - |\n{rows}\n{}",
            "Text.\n".repeat(3)
        )
    };
    let count = |rates: [u32; 4]| {
        let (one, other) = (table([11, 12, 13, 14]), table(rates));
        facts(&[("docs/oak.md", &one), ("docs/elm.md", &other)]).len()
    };
    assert_eq!(count([21, 12, 13, 14]), 1);
    assert_eq!(count([21, 22, 13, 14]), 2);
    assert_eq!(count([21, 22, 23, 24]), 0, "all of the form differs");
}
