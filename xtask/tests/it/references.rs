//! What notes name and is not there: with changes that no commit holds, beside other branches, in cut-off clones.

use serde_json::{Value, json};

use crate::sandbox::Sandbox;

fn plan(sandbox: &Sandbox, more: &[&str]) -> Value {
    sandbox.json(["consolidate", "plan"].into_iter().chain(more.iter().copied()))["result"].clone()
}

fn told(found: &Value) -> Vec<(String, String, bool)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let references = found["references"].as_array().unwrap();
    references
        .iter()
        .map(|one| (text(&one["target"]), text(&one["class"]), one["commit"].is_string()))
        .collect()
}

fn rows(sandbox: &Sandbox) -> Vec<String> {
    sandbox.xtask(["consolidate", "plan", "-q"]);
    let report = sandbox.read("notes/documentation_consolidation_plan.md");
    let section =
        report.split("\n## ").find(|section| section.starts_with("What points to nothing")).unwrap();
    section.lines().filter(|line| line.starts_with("| `")).map(str::to_owned).collect()
}

#[test]
fn what_is_removed_or_moved_and_not_committed_is_told_so() {
    let sandbox = Sandbox::init();
    let filler =
        |name: &str| (0..9).map(|number| format!("{name}_{number} = {number}\n")).collect::<String>();
    sandbox.write("src/removed.py", filler("one"));
    sandbox.write("src/moved.py", filler("two"));
    sandbox.write("src/kept.py", format!("{}def lost_helper():\n    pass\n", filler("three")));
    sandbox.write("Makefile", "lost-target:\n\ttrue\n");
    sandbox.write(
        "notes/a.md",
        "# A\n\n[x](../src/removed.py), `src/moved.py`, `lost_helper()`, `make lost-target`\n",
    );
    sandbox.commit("All of it");
    assert_eq!(told(&plan(&sandbox, &[])), []);
    sandbox.git(&["mv", "src/moved.py", "src/new.py"]);
    std::fs::remove_file(sandbox.root().join("src/removed.py")).unwrap();
    sandbox.write("src/kept.py", filler("three"));
    sandbox.write("Makefile", "other:\n\ttrue\n");
    let expected = [
        ("../src/removed.py", "removed"),
        ("lost_helper", "removed"),
        ("make lost-target", "removed"),
        ("src/moved.py", "moved"),
    ];
    assert_eq!(
        told(&plan(&sandbox, &[])),
        expected.map(|(target, class)| (target.to_owned(), class.to_owned(), false))
    );
    assert_eq!(told(&plan(&sandbox, &["--at", "HEAD"])), [], "a commit holds what it holds");
    assert_eq!(
        rows(&sandbox),
        [
            "| `notes/a.md:3` | `../src/removed.py` | removed or moved here, not committed yet |",
            "| `notes/a.md:3` | `lost_helper` | removed or moved here, not committed yet |",
            "| `notes/a.md:3` | `make lost-target` | removed or moved here, not committed yet |",
            "| `notes/a.md:3` | `src/moved.py` | moved to `src/new.py` here, not committed yet |",
        ]
    );
}

#[test]
fn what_another_branch_holds_is_not_said_never_to_have_been() {
    let sandbox = Sandbox::init();
    sandbox.write("notes/a.md", "# A\n\n[x](only.md), [y](never.md), [z](left/)\n");
    sandbox.commit("A note");
    sandbox.git(&["checkout", "-q", "-b", "other"]);
    sandbox.write("notes/only.md", "# Only\n");
    sandbox.write("notes/left/x.md", "# Left\n");
    sandbox.commit("Two notes more");
    sandbox.git(&["rm", "-q", "-r", "notes/left"]);
    sandbox.commit("One again");
    sandbox.git(&["checkout", "-q", "main"]);
    let expected = [
        "| `notes/a.md:3` | `left/` | only `other` ever held it |",
        "| `notes/a.md:3` | `never.md` | no commit ever held it |",
        "| `notes/a.md:3` | `only.md` | only `other` ever held it |",
    ];
    assert_eq!(rows(&sandbox), expected);
    sandbox.git(&["clone", "-q", ".", "../clone"]);
    let cloned = plan(&sandbox, &["--repo", "../clone"]);
    assert_eq!(cloned["references"], plan(&sandbox, &[])["references"], "a clone says the same");
}

#[test]
fn clone_that_is_cut_off_says_that_nothing_was_looked_for() {
    let sandbox = Sandbox::init();
    sandbox.write("notes/a.md", "# A\n\n[x](never.md)\n");
    sandbox.commit("One");
    sandbox.commit("Two");
    let address = format!("file://{}", sandbox.root().display());
    sandbox.git(&["clone", "-q", "--depth", "1", &address, "../shallow"]);
    let found = plan(&sandbox, &["--repo", "../shallow"]);
    assert_eq!(found["references"], json!(null));
    assert_eq!(found["references_unknown"], found["dates_unknown"]);
    sandbox.xtask(["consolidate", "plan", "-q", "--repo", "../shallow"]);
    let report = sandbox.read("../shallow/notes/documentation_consolidation_plan.md");
    for line in [
        "Not looked for: history is cut off (a shallow clone): fetch it with `fetch-depth: 0`.",
        "Dates are not known: history is cut off (a shallow clone): fetch it with `fetch-depth: 0`.",
    ] {
        assert!(report.lines().any(|told| told == line), "{line}\n{report}");
    }
}

#[test]
fn renames_that_missing_contents_hide_are_told() {
    let sandbox = Sandbox::init();
    let lines: String = (0..40).map(|number| format!("line {number}\n")).collect();
    sandbox.write("src/old.txt", &lines);
    sandbox.write("notes/a.md", "# A\n\n[x](../src/old.txt)\n");
    sandbox.commit("One");
    let blob = sandbox.git(&["rev-parse", "HEAD:src/old.txt"]);
    sandbox.git(&["mv", "src/old.txt", "src/new.txt"]);
    sandbox.write("src/new.txt", format!("{lines}more\n"));
    sandbox.commit("Moved and edited");
    let object = sandbox.root().join(format!(".git/objects/{}/{}", &blob[..2], blob[2..].trim()));
    std::fs::remove_file(object).unwrap();
    sandbox.xtask(["consolidate", "plan", "-q"]);
    let report = sandbox.read("notes/documentation_consolidation_plan.md");
    let finding = "- Renames with an edit could not be seen in 1 commit, whose contents are missing (a partial clone): \
                   what they moved is told as removed";
    assert!(report.lines().any(|line| line == finding), "{report}");
}
