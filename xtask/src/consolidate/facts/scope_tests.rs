//! Statements of two parts, places and runs, each beside one that differs in the telling detail alone and is a
//! contradiction.

use super::tests::facts;

/// A note of some length, with its title and a line of its own below a heading.
fn note(title: &str, heading: &str, line: &str) -> String {
    format!("# {title}\n\n## {heading}\n\n{line}\n")
}

#[test]
fn production_has_addresses_of_its_own() {
    let count = |path: &str, title: &str, line: [&str; 2]| {
        let (one, other) = (note("Cache", "Cache doors", line[0]), note(title, "Cache doors", line[1]));
        facts(&[("docs/cache.md", &one), (path, &other)]).len()
    };
    let doors = ["- **Cache door**: http://localhost:9090", "- **Cache door**: http://localhost:9091"];
    assert_eq!(count("docs/cache-help.md", "Cache help", doors), 1);
    assert_eq!(count("docs/production-cache.md", "Cache help", doors), 0);
    assert_eq!(count("docs/cache-help.md", "Cache in production", doors), 0);
    let lamps = ["- **Cache lamps**: 9", "- **Cache lamps**: 7"];
    assert_eq!(count("docs/production-cache.md", "Cache help", lamps), 1, "only addresses differ by place");
}

#[test]
fn shares_that_nobody_chose_are_those_of_a_day() {
    let count = |one: &str, other: &str| {
        let (one, other) = (note("Cache", "Cache doors", one), note("Cache help", "Cache doors", other));
        facts(&[("docs/cache.md", &one), ("docs/cache-help.md", &other)]).len()
    };
    assert_eq!(count("- **Cache doors**: 68%", "- **Cache doors**: ~58%"), 0);
    assert_eq!(count("- **Cache doors**: 68", "- **Cache doors**: 58"), 1);
    assert_eq!(count("- **Cache doors**: >68%", "- **Cache doors**: >58%"), 1, "what should be");
    assert_eq!(count("- **Cache doors limit**: 68%", "- **Cache doors limit**: 58%"), 1);
    assert_eq!(count("- **cache_doors**: 68%", "- **cache_doors**: 58%"), 1);
}

#[test]
fn notes_whose_titles_differ_in_one_name_are_on_a_thing_each() {
    let count = |titles: [&str; 2], folders: [&str; 2], line: [&str; 2]| {
        let [one, other] = [0, 1].map(|at| note(titles[at], "Adapter doors", line[at]));
        let [a, b] = [0, 1].map(|at| format!("{}/{}.md", folders[at], ["left", "right"][at]));
        facts(&[(&a, &one), (&b, &other)]).len()
    };
    let (doors, docs) = (["- **Adapter doors**: 9", "- **Adapter doors**: 7"], ["docs", "docs"]);
    assert_eq!(count(["Walnut adapter doors", "Cherry adapter doors"], docs, doors), 0);
    assert_eq!(count(["WhiteBirch adapter doors", "Cherry adapter doors"], docs, doors), 0);
    assert_eq!(count(["Walnut adapter doors", "Walnut adapter doors"], docs, doors), 1);
    assert_eq!(count(["Walnut adapter doors", "Walnut adapter doors help"], docs, doors), 1);
    assert_eq!(count(["Walnut adapter doors", "Cherry adapter doors"], ["docs", "notes"], doors), 1);
    let django = ["- **Adapter framework**: Django 2.1", "- **Adapter framework**: Django 3.0"];
    assert_eq!(count(["Walnut adapter framework", "Cherry adapter framework"], docs, django), 1);
}

#[test]
fn a_value_that_holds_the_other_in_brackets_agrees_with_it() {
    let count = |one: &str, other: &str| {
        let line = |value: &str| note("Cache", "Cache doors", &format!("- **Cache doors**: {value}"));
        facts(&[("docs/cache.md", &line(one)), ("docs/cache-help.md", &line(other))]).len()
    };
    assert_eq!(count("10 open (50+ built)", "50+"), 0);
    assert_eq!(count("10 open (50+ built)", "12"), 1);
    assert_eq!(count("10 (all open)", "50"), 1);
}

#[test]
fn two_names_for_what_the_same_lines_say_are_told_once() {
    let line =
        |version: &str| note("Cache", "Technology stack", &format!("- **Build tool**: Vite {version}"));
    let found = facts(&[("docs/cache.md", &line("5.4.2")), ("docs/cache-help.md", &line("5.4.9"))]);
    assert_eq!(found.len(), 1, "{found:?}");
    let both =
        |a: u32, b: u32| note("Cache", "Cache doors", &format!("It is `door_shelf={a}`, `lamp_shelf={b}`."));
    let found = facts(&[("docs/cache.md", &both(3, 5)), ("docs/cache-help.md", &both(4, 6))]);
    assert_eq!(found.len(), 2, "{found:?}");
}
