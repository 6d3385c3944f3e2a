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
