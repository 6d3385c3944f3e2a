//! Versions of what a project is built with, and what it aims at.

use super::tests::facts;

/// How many facts two notes with little in common state differently, each with a heading and a line of its own.
fn found(heads: [&str; 2], lines: [&str; 2]) -> usize {
    let texts = [0, 1].map(|at| {
        let title = ["Pictures of friends", "How we hire"][at];
        format!("# {title}\n\n## {}\n\n{}\n", heads[at], lines[at])
    });
    facts(&[("docs/pictures.md", &texts[0]), ("docs/hire.md", &texts[1])]).len()
}

#[test]
fn lists_of_technologies_give_versions() {
    let stacks = ["Tech stack", "Technologies used"];
    let cases = [
        (["- React 18.3 with hooks", "- **React:** 19.x"], 1),
        (["- React 18.3 with hooks", "- **React:** 18"], 0),
        (["- **Framework:** Next.js 14 (App Router)", "- Next.js 15 + TypeScript"], 1),
        (["- **Framework:** Next.js 14 (App Router)", "- **Base**: Next.js 14.2.3"], 0),
        (["- Python 2 services", "- Python 3 services"], 0),
        (["- Redis 5.0.1", "- Redis 7.2"], 0),
        (["- Frames 2", "- Frames 3"], 0),
        (["- React 17 → 18", "- React 19"], 0),
    ];
    for (lines, count) in cases {
        assert_eq!(found(stacks, lines), count, "{lines:?}");
    }
    let lines = ["- **UI**: React 18.3 with hooks", "- React 19.1 with hooks"];
    assert_eq!(found(["Architecture", "Frontend stack"], lines), 1);
    assert_eq!(found(["History", "Upgrades"], lines), 0, "only a list of technologies says what is used");
}

#[test]
fn frameworks_are_needed_as_programs_are() {
    let needs = |lines| found(["Prerequisites", "Needs"], lines);
    assert_eq!(needs(["- Next.js 14+ with a router", "- Next.js 16+"]), 1);
}

#[test]
fn anything_by_its_name_is_needed_where_a_list_of_needs_says_so() {
    let needs = |lines| found(["Prerequisites", "Supported platforms"], lines);
    let cases = [
        (["- Shop Server 14.1+ with a router", "- **Shop Server** (>= 16.0)"], 1),
        (["- **Shop Server**: Version 14 or later", "- Shop Server 16+"], 1),
        (["- Shop Server 14+", "- Shop Server 14.2+"], 0),
        (["- Shop Server 14", "- Shop Server 16"], 0),
        (["Shop Server 14+ sorts rows.", "Shop Server 16+ sorts rows."], 0),
        (["- Rooms: 120+", "- Rooms: 140+"], 0),
        (["- **Recommendation**: Go 1.23 or newer", "- Go 1.22 or newer"], 0),
    ];
    for (lines, count) in cases {
        assert_eq!(needs(lines), count, "{lines:?}");
    }
    assert_eq!(found(["History", "Upgrades"], ["- Shop Server 14+", "- Shop Server 16+"]), 0);
}

#[test]
fn a_program_with_two_names_is_one() {
    let lines = ["- Node.js 18 or newer", "- Node 22 or newer"];
    assert_eq!(found(["Needs", "Needs"], lines), 1);
}

#[test]
fn what_a_column_of_targets_says_is_a_target() {
    let under = |heading: &str, line: &str| format!("# Frame\n\n## {heading}\n\n{line}\n");
    let text = |line: &str| under("Targets", line);
    let row = |target: &str| {
        text(&format!("| What | Target | Now |\n| - | - | - |\n| Frame latency | {target} | 3 s |"))
    };
    let label = text("- **Frame latency**: < 200 ms");
    let found =
        |one: &str, other: &str| facts(&[("docs/frame.md", one), ("docs/frame-help.md", other)]).len();
    assert_eq!(found(&row("< 900 ms"), &label), 1);
    assert_eq!(found(&row("< 200 ms"), &label), 0);
    assert_eq!(found(&row("900 ms"), &label), 0, "no bound");
    assert_eq!(found(&row("< 200 ms"), &text("- **Frame latency**: 900 ms")), 0, "no aim");
    let seen = under("Measures", "- **Frame latency**: < 200 ms");
    assert_eq!(found(&row("< 900 ms"), &seen), 0, "what stayed below 200 ms stayed below 900 ms");
}

#[test]
fn a_list_of_versions_that_grew_old_is_of_the_same_project() {
    let list = |shift: u32| {
        let names = ["Frame charts", "Frame icons", "Frame stores", "Frame types"];
        let rows = names.map(|name| format!("| {name} | {}.{shift}.1 | kept |\n", 2 + shift));
        format!("# Frames\n\n## Tech stack\n\n| Package | Version | Use |\n| - | - | - |\n{}", rows.concat())
    };
    let found = facts(&[("docs/frames.md", &list(0)), ("docs/frames-help.md", &list(1))]);
    assert_eq!(found.len(), 4);
    let sizes = |shift: u32| list(shift).replace(".1 |", " cm |");
    assert_eq!(facts(&[("docs/frames.md", &sizes(0)), ("docs/frames-help.md", &sizes(1))]).len(), 0);
}
