//! What a project says of itself, and how many of something it has.

use super::tests::facts;

/// The values that two notes of a whole project give to one thing.
fn told(paths: [&str; 2], texts: [&str; 2]) -> Vec<Vec<String>> {
    let facts = facts(&[(paths[0], texts[0]), (paths[1], texts[1])]);
    let values = |fact: &super::Fact| fact.values.iter().map(|value| value.value.clone()).collect();
    facts.iter().map(values).collect()
}

const WHOLE: [&str; 2] = ["README.md", "docs/hiring.md"];

#[test]
fn a_project_is_under_one_licence() {
    let under = |paths, one: &str, other: &str| {
        told(paths, [&format!("# A\n\n{one}\n"), &format!("# B\n\n{other}\n")])
    };
    let mit = "## License\n\nMIT License - see [LICENSE](LICENSE).";
    let apache = "## Licensing\n\nApache License 2.0";
    assert_eq!(under(WHOLE, mit, apache), [["MIT", "Apache-2.0"]]);
    let badge = "![License](https://img.shields.io/badge/license-Apache%202.0-blue.svg)";
    assert_eq!(under(WHOLE, badge, mit), [["Apache-2.0", "MIT"]]);
    let both = "## License\n\nMIT or Apache-2.0, as you like.";
    let of_another = "## Dependencies\n\nframes is under the Apache License 2.0.";
    let commits = "## License\n\nSee what the COMMIT says.";
    for other in [both, of_another, commits] {
        assert_eq!(under(WHOLE, mit, other), [[""; 2]; 0], "{other}");
    }
    let part = ["README.md", "packages/frames/README.md"];
    assert_eq!(under(part, mit, apache), [[""; 2]; 0], "a part has a licence of its own");
}

#[test]
fn an_address_of_one_name_has_one_domain() {
    let at = |one: &str, other: &str| told(WHOLE, [&format!("# A\n\n{one}\n"), &format!("# B\n\n{other}\n")]);
    let found = at("- Email: support@frames.ai", "Write to <support@frames.com>.");
    assert_eq!(found, [["support@frames.ai", "support@frames.com"]]);
    let others = [
        "Ask support@pictures.com",
        "Ask sales@frames.com",
        "Ask support@frames.ai.",
        "Ask support@frames.local",
        "```\nsupport@frames.com\n```",
    ];
    for other in others {
        assert_eq!(at("- Email: support@frames.ai", other), [[""; 2]; 0], "{other}");
    }
}

#[test]
fn a_standard_is_met_at_one_level() {
    let at = |one: &str, other: &str| told(WHOLE, [&format!("# A\n\n{one}\n"), &format!("# B\n\n{other}\n")]);
    assert_eq!(at("- **SLSA**: Level 2+", "We claim SLSA 3."), [["2+", "3"]]);
    let others = ["SLSA Level 2", "SLSA Level 1\n\nSLSA Level 3", "HTTP 3", "ASIL Level 3", "SLSA Level 30"];
    for other in others {
        assert_eq!(at("- **SLSA**: Level 2+", other), [[""; 2]; 0], "{other}");
    }
}

#[test]
fn a_file_of_data_holds_so_many_entries() {
    let holds =
        |one: &str, other: &str| told(WHOLE, [&format!("# A\n\n{one}\n"), &format!("# B\n\n{other}\n")]);
    let found = holds("- `labels.json` has 342 entries", "There are 1,310 entries in `labels.json`.");
    assert_eq!(found, [["342 entries", "1,310 entries"]]);
    let others = [
        "`labels.json` has 342 entries",
        "`labels.json` has 310 keys",
        "`words.json` has 310 entries",
        "`labels.json` has 310 entries of 400",
        "`labels.py` has 310 entries",
    ];
    for other in others {
        assert_eq!(holds("- `labels.json` has 342 entries", other), [[""; 2]; 0], "{other}");
    }
}

#[test]
fn verbs_for_what_is_in_something_say_the_same() {
    let texts = [
        "# Frames\n\nThe corpus of frames has 1,200 recordings.\n",
        "# Frames\n\nThe corpus of frames contains 1,450 recordings.\n",
    ];
    assert_eq!(
        told(["docs/frames.md", "docs/frames_guide.md"], texts),
        [["1,200 recordings", "1,450 recordings"]]
    );
}

#[test]
fn a_table_of_a_database_has_so_many_rows() {
    let texts = [1204, 1310]
        .map(|rows| format!("# Frames\n\n## Database\n\n| Table | Rows |\n|---|---|\n| users | {rows} |\n"));
    let found = told(["docs/frames.md", "docs/frames_guide.md"], [&texts[0], &texts[1]]);
    assert_eq!(found, [["1204", "1310"]]);
}

#[test]
fn what_a_list_counts_is_so_many() {
    let listed =
        |one: &str, other: &str| told(WHOLE, [&format!("# A\n\n{one}\n"), &format!("# B\n\n{other}\n")]);
    let found = listed("- **108 Agents** - one for each task", "- 74 agents (`.md` files)");
    assert_eq!(found, [["108 Agents", "74 agents"]]);
    let others = [
        "- 108 agents",
        "- 0 agents",
        "- 74 new agents",
        "1. 74 agents",
        "74 agents",
        "- 74 agents each",
        "- 74 agents of 90 teams",
    ];
    for other in others {
        assert_eq!(listed("- **108 Agents** - one for each task", other), [[""; 2]; 0], "{other}");
    }
}

#[test]
fn arguments_of_a_call_and_counts_on_the_way_are_no_facts() {
    let pairs = [
        ("limit_price=300,", "limit_price=17000,"),
        ("- Pages: 6/12 tests pass", "- Pages: 9/12 tests pass"),
        (
            "| Work | Needs |\n|---|---|\n| **Trees of talk** | 6-8 人天 |",
            "| Work | Needs |\n|---|---|\n| **Trees of talk** | 21 人天 |",
        ),
    ];
    for (one, other) in pairs {
        let texts = [format!("# A\n\n## Talk\n\n{one}\n"), format!("# A\n\n## Talk\n\n{other}\n")];
        assert_eq!(told(["docs/a.md", "docs/b.md"], [&texts[0], &texts[1]]), [[""; 2]; 0], "{one}");
    }
}

#[test]
fn a_copy_of_another_project_has_needs_of_its_own() {
    let needs = ["# A\n\n## Needs\n\n- Python 3.12+\n", "# B\n\n## Needs\n\n- Python 3.8+\n"];
    assert_eq!(told(["README.md", "docs/frames-master/README.md"], needs), [[""; 2]; 0]);
    assert_eq!(told(["README.md", "docs/frames.md"], needs), [["3.12+", "3.8+"]]);
}
