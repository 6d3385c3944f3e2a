//! Statements that look alike and speak of two things, each beside one that differs in the telling detail alone and is
//! a contradiction.

use super::tests::facts;

/// How many facts two notes on one cache state differently, each with a heading and a line of its own.
fn found(one: (&str, &str), other: (&str, &str)) -> usize {
    let more = "\n## Shape of the cache\n\n- **Cache folder count**: 3\n- **Cache owner team**: 1 lab\n";
    let note = |name: &str, (heading, line): (&str, &str)| format!("# {name}\n\n{heading}\n\n{line}\n{more}");
    let (one, other) = (note("Cache", one), note("Cache help", other));
    facts(&[("docs/cache.md", &one), ("docs/cache_help.md", &other)]).len()
}

#[test]
fn headings_tell_what_a_value_is_of() {
    let (ten, twelve) = ("- **Cache ring**: #FFD54F", "- **Cache ring**: #82AAFF");
    let cases = [
        ("## Rings", "## Rings of the cache", 1),
        ("## Rings", "## Rings in dark mode", 0),
        ("## Rings on Linux", "## Rings on Windows", 0),
        ("## Rings on Linux", "## Rings of the cache", 1),
        ("## Minimum rings", "## Recommended rings", 0),
        ("## `list_rings`", "## `list_all_rings`", 0),
        ("## `list_rings`", "## `list_rings`", 1),
        ("## Rings (`/api/rings`)", "## Rings", 0),
    ];
    for (one, other, count) in cases {
        assert_eq!(found((one, ten), (other, twelve)), count, "{one} and {other}");
    }
}

#[test]
fn looks_are_those_of_one_element() {
    let (one, other) = ("- **Line height**: 1.3", "- **Line height**: 1.7");
    assert_eq!(found(("## Cache titles", one), ("## Cache texts", other)), 0);
    assert_eq!(found(("## Cache titles", one), ("## Cache titles", other)), 1);
}

#[test]
fn measures_of_one_thing_and_versions_of_notes_are_no_facts() {
    let cases = [
        ("- **Cache age**: 63072000 = 2 years", "- **Cache age**: 3 years", 0),
        ("- **Cache age**: ~19 years / 24 ≈ 50 weeks", "- **Cache age**: ~14 years / 24 ≈ 40 weeks", 0),
        ("- **Cache age**: 2 years", "- **Cache age**: 3 years", 1),
        ("`cache_age=2` was too small", "`cache_age=3` keeps it", 0),
        ("`cache_age=2` is too small", "`cache_age=3` keeps it", 1),
        ("- **Checklist version**: 2.0", "- **Checklist version**: 1.0", 0),
        ("- **Redis version**: 2.0", "- **Redis version**: 1.0", 1),
        ("**Full success**: all 8 cache tests pass", "**Full success**: all 5 cache tests pass", 0),
        ("**Now**: all 8 cache tests pass", "**Now**: all 5 cache tests pass", 1),
        ("**Starting point**: 8 cache tests pass", "**Starting point**: 5 cache tests pass", 0),
        ("- **Cache doors built**: 8", "- **Cache doors built**: 5", 0),
        ("- **Cache coverage**: 80%", "- **Cache coverage**: 90%", 0),
        ("- **Cache doors**: 8", "- **Cache doors**: 5", 1),
    ];
    for (one, other, count) in cases {
        assert_eq!(found(("## Depths", one), ("## Depths", other)), count, "{one} and {other}");
    }
    let names = |kind: &str| super::vocabulary::names_a_suite(&[kind.to_owned(), "test".to_owned()]);
    assert!(names("cache") && !names("validation"), "each piece of work has tests that validate it");
}

#[test]
fn only_what_is_needed_is_a_requirement() {
    let needed = "- Python 3.8 or newer";
    let cases = [
        ("- Python 3.12 or newer", 1),
        ("No need to change it. The setup (Python 3.12 + Redis 7) is safe.", 0),
        ("- **Python 3.12+**: requires a wheel", 0),
        ("- Python 3.12+ strictly enforces it", 0),
        ("- Python 3.12+ with pip", 1),
        ("- Python 3.12+ supports more of it", 0),
        ("- The cache prefers Python 3.12+", 0),
        ("It is quick. Requires Python 3.12+", 1),
        ("- Python 3.12 ou supérieur", 1),
        ("- Python 3.12+ or 3.13+", 0),
        ("- Wrong Python 3.12 vs what is required", 0),
        ("- Python 3.12+ LTS (3.8+ minimum)", 0),
        ("- Python 3.12+ LTS (3.8+ is old)", 1),
        ("Use **Python 3.12+ with a pool**:", 0),
        ("Use it with care. Requires Python 3.12+", 1),
        ("- Impact: a requirement at run time (Python 3.12)", 0),
        ("- It is small (requires Python 3.12)", 1),
        ("**Python 3.12 build requirements**: 3 GB", 0),
    ];
    for (line, count) in cases {
        assert_eq!(found(("## Needs", needed), ("## Needs", line)), count, "{line}");
    }
    assert_eq!(
        found(("## Minimum", needed), ("## Needs", "- Python 3.12+")),
        1,
        "the least is what is needed"
    );
}

/// How many facts two notes state differently that share a word of their names and no text.
fn apart(names: [&str; 2], lines: [&str; 2]) -> usize {
    let texts = [
        "Whoever opens a picture sees its owner below, and whoever closes it is asked for nothing at all.",
        "Press twice to start, hold to stop; colours follow the season, and sounds can be switched off.",
    ];
    let notes: Vec<(String, String)> = (0..2)
        .map(|at| {
            let path = format!("docs/{}.md", names[at].to_lowercase().replace(' ', "-"));
            (path, format!("# {}\n\n{}\n\n## Drawing\n\n{}\n", names[at], texts[at], lines[at]))
        })
        .collect();
    facts(&[(&notes[0].0, &notes[0].1), (&notes[1].0, &notes[1].1)]).len()
}

#[test]
fn aims_of_two_features_are_two() {
    let aims = ["- **Image drawing**: < 1 second", "- **Image drawing**: < 500 ms"];
    assert_eq!(apart(["Frame sharing with friends abroad", "Frame buttons for new coins"], aims), 0);
    let aims = aims.map(|aim| aim.replace("drawing", "drawing target"));
    assert_eq!(apart(["Frame", "Frame buttons"], [&aims[0], &aims[1]]), 1);
}

#[test]
fn options_are_those_of_one_command() {
    let names = ["Frame", "Frame buttons"];
    assert_eq!(apart(names, ["- `--frame-depth`: 8", "- `--frame-depth`: 9"]), 0);
    assert_eq!(apart(names, ["- `frame-depth`: 8", "- `frame-depth`: 9"]), 1);
}

/// How many facts two notes state differently that share a subject and a heading each.
fn needs(heads: [&str; 2], lines: [&str; 2]) -> usize {
    let notes: Vec<(String, String)> = (0..2)
        .map(|at| {
            let more = "Whoever opens a picture sees its owner below, and is asked for nothing at all.";
            let path = ["docs/frame-help.md", "docs/frame-setup.md"][at].to_owned();
            (path, format!("# Frames\n\n{more}\n\n## {}\n\n{}\n", heads[at], lines[at]))
        })
        .collect();
    facts(&[(&notes[0].0, &notes[0].1), (&notes[1].0, &notes[1].1)]).len()
}

#[test]
fn what_a_machine_must_have_is_compared_part_by_part() {
    let heads = ["System requirements", "What does the system require"];
    let of =
        |ram: &str, disk: &str, cpu: &str| format!("- **RAM**: {ram}\n- **Storage**: {disk}\n- CPU: {cpu}\n");
    let small = of("4GB minimum, 8GB recommended", "20GB minimum, 50GB+ later", "2 cores minimum");
    let large = of("8GB minimum, 16GB recommended", "50GB minimum, 99GB later", "4 cores minimum");
    let ample = of("4GB minimum, 16GB recommended", "20GB minimum", "2 cores minimum, 8 recommended");
    assert_eq!(needs(heads, [&small, &large]), 3);
    assert_eq!(needs(heads, [&small, &ample]), 0, "what is recommended is no need");
    assert_eq!(needs(["Requirements on Linux", "Requirements on Windows"], [&small, &large]), 0);
    assert_eq!(needs(["Our largest frame", "Requirements"], [&small, &large]), 0);
}

#[test]
fn what_a_program_takes_is_not_what_it_needs() {
    let memory = ["- **Memory**: 64 MB", "- **Memory**: 512 MB"];
    assert_eq!(needs(["Resource impact", "System requirements"], memory), 0);
    assert_eq!(needs(["Resource impact", "Impact on resources"], memory), 1);
    let doors = ["- **Memory doors**: 64 MB", "- **Memory doors**: 512 MB"];
    assert_eq!(needs(["Resource impact", "System requirements"], doors), 1);
}

#[test]
fn what_documents_need_is_not_what_the_program_needs() {
    let lines = ["- Node.js 14+", "- Node.js 22+"];
    assert_eq!(needs(["Prerequisites", "Needs"], lines), 1);
    assert_eq!(needs(["Prerequisites of the documentation", "Needs"], lines), 0);
    let of_node = |line: &str| needs(["Needs", "Needs"], ["- Node 18+", line]);
    assert_eq!(of_node("The ring requires a way back from node 10 to the first"), 0);
    assert_eq!(of_node("The ring requires node >= 10"), 1);
    assert_eq!(
        needs(["Needs", "Needs"], ["- **Node.js**: 18.x or higher", "- **Node.js**: 20.x or higher"]),
        1
    );
    assert_eq!(needs(["Needs", "Needs"], ["- **Node.js**: 18.x or higher", "- **Node.js**: 20.x"]), 0);
    assert_eq!(needs(["Needs", "Needs"], ["For Rust 1.90+", "For Rust 2.0+"]), 1);
    assert_eq!(needs(["Needs", "Needs"], ["For Rust 1.90+", "For OTLP Rust 2.0+"]), 0, "a name of its own");
}

#[test]
fn parts_of_a_program_are_one_where_both_are_written_in_one_language() {
    let row = |name: &str, value: &str| {
        format!("| Component | Language | Role |\n| --- | --- | --- |\n| {name} | {value} | it draws |\n")
    };
    let found = |a: (&str, &str), b: (&str, &str)| {
        needs(["Components", "Services"], [&row(a.0, a.1), &row(b.0, b.1)])
    };
    assert_eq!(found(("Python frame service", "Python 3.11"), ("Python frame worker", "Python 3.13")), 1);
    assert_eq!(found(("Python frame service", "Python 3.11"), ("Python frame worker", "Python 3.11")), 0);
    assert_eq!(found(("Python frame service", "Python 3.11"), ("Python coin worker", "Python 3.13")), 0);
}

#[test]
fn notes_on_texts_times_and_chips_state_no_facts() {
    let limit = ["- **Frame batch size**: 8", "- **Frame batch size**: 16"];
    let cases = [
        (limit, 1),
        (["- **Frame batch size**: 8", "- **Frame batch size**: 16 per GPU"], 0),
        (["- **Frame batch size**: 8", "- **Frame batch size**: up to 16"], 0),
        (["- Frame age set (max: 63072000 = 2 years)", "- Frame age set (max: 2 years)"], 0),
        (["- Frame on Apple M1 Max: ~3 hours", "- Frame on Apple M1 Max: ~9 hours"], 0),
        (["- Frame max age: 3 hours", "- Frame max age: 9 hours"], 1),
        (["- **المرحلة 2 (Frame)**: 30 دقيقة", "- **المرحلة 2 (Frame)**: 45 دقيقة"], 0),
        (["- **主要章节**: 11", "- **主要章节**: 15"], 0),
        (["- **文档版本**: 11", "- **文档版本**: 15"], 0),
        (["- **最大连接数**: 11", "- **最大连接数**: 15"], 1),
    ];
    for (lines, count) in cases {
        assert_eq!(needs(["Frame limits", "Frame limits"], lines), count, "{lines:?}");
    }
    let note = |line: &str| format!("# Frames\n\n## Frame limits\n\n{line}\n");
    let [one, other] =
        ["- Frame header is set (max-age: 2 years)", "- Frame header is set (max-age: 3 years)"];
    let found = facts(&[("docs/frame-help.md", &note(one)), ("docs/frame-setup.md", &note(other))]);
    let keys: Vec<&str> = found.iter().map(|fact| fact.key.as_str()).collect();
    assert_eq!(keys, ["Frame header is set (max-age: 2 years)"], "no name is cut within brackets");
    assert_eq!(apart(["Frame", "Frame on a GPU"], limit), 0, "what a GPU takes");
    assert_eq!(apart(["Frame 2025 01", "Frame 2025 10 27"], limit), 0, "how it was in a month");
    assert_eq!(apart(["Frame", "Frame 2025 01"], limit), 1);
}

#[test]
fn headings_that_name_what_only_their_note_is_about_tell_of_two_things() {
    let savings = ["- **Frame rent**: $3,800", "- **Frame rent**: $3,650"];
    let count = |heads: [&str; 2]| {
        let names = ["Frame move", "Frame hybrid"];
        let notes = [0, 1].map(|at| format!("# {}\n\n## {}\n\n{}\n", names[at], heads[at], savings[at]));
        facts(&[("docs/frame-move.md", &notes[0]), ("docs/frame-hybrid.md", &notes[1])]).len()
    };
    assert_eq!(count(["What the move brings", "What the hybrid brings"]), 0);
    assert_eq!(count(["What it brings", "What it brings"]), 1);
}

#[test]
fn what_holds_of_a_legacy_need_not_hold_of_what_came_after() {
    let ports = ["- **Frame address**: http://localhost:8001", "- **Frame address**: http://localhost:8000"];
    assert_eq!(apart(["Frame doors", "Frame shelves"], ports), 1);
    assert_eq!(apart(["Legacy frame doors", "Frame shelves"], ports), 0);
}

#[test]
fn a_part_aims_at_a_figure_of_its_own() {
    let rates = ["- **Error rate**: < 5%", "- **Error rate**: < 2%"];
    let count = |heads: [&str; 2]| {
        let more = "- **Ring lamp**: 4\n- **Ring door**: 5";
        let between = ["Whoever opens it sees its owner.", "Press twice to start, hold to stop."];
        let note = |name: &str, at: usize| {
            format!("# {name}\n\n## {}\n\n{}\n\n{}\n\n{more}\n", heads[at], rates[at], between[at])
        };
        let notes = [note("Frame help", 0), note("Frame watch", 1)];
        facts(&[("docs/frame-help.md", &notes[0]), ("docs/frame-watch.md", &notes[1])]).len()
    };
    assert_eq!(count(["Key metrics", "Key metrics"]), 1);
    assert_eq!(count(["Key metrics", "Workers at the door"]), 0);
}
