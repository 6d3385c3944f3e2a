//! `consolidate plan --since`: what changed in the picture since a commit.

use crate::sandbox::Sandbox;

const PASSAGE: &str = "The probe is rinsed with distilled water before every measurement and dried with lint-free paper \
                       afterwards.\nReadings drift by several millivolts when salt crystals remain on the glass membrane \
                       overnight.\nStore the electrode upright in potassium chloride and replace the storage solution monthly.\n";

/// Two notes that share a passage, contradict, name a script that is gone, and hold a broken link.
fn lab() -> Sandbox {
    let sandbox = Sandbox::init();
    sandbox.write("src/log.py", "def log():\n    pass\n");
    sandbox.write(
        "notes/probe.md",
        format!("# Probe\n\n{PASSAGE}\nRun `src/log.py` first, then see [the bath](bath.md).\n"),
    );
    sandbox.write("notes/electrode.md", format!("# Electrode\n\n{PASSAGE}\nSee [the rack](rack.md).\n"));
    sandbox.write(
        "notes/old.md",
        "# Old\n\nNothing here is needed by anybody any more, it tells of last year.\n",
    );
    sandbox.commit("First notes");
    sandbox
}

#[test]
fn what_came_and_went_since_a_commit_is_told() {
    let sandbox = lab();
    sandbox.git(&["mv", "notes/electrode.md", "notes/glass_electrode.md"]);
    sandbox.git(&["rm", "-q", "src/log.py", "notes/old.md"]);
    sandbox.write(
        "notes/bath.md",
        "# Bath\n\nThe bath is heated for an hour before the first sample goes in.\n",
    );
    sandbox.commit("Second notes");
    let found = sandbox.json(["consolidate", "plan", "--since", "HEAD~1"])["result"]["since"].clone();
    assert_eq!(found["commit"].as_str().unwrap(), sandbox.git(&["rev-parse", "HEAD~1"]).trim());
    let notes = &found["notes"];
    assert_eq!(notes["added"], serde_json::json!(["notes/bath.md"]), "{found}");
    assert_eq!(notes["removed"], serde_json::json!(["notes/old.md"]), "{found}");
    let moved = serde_json::json!([{"from": "notes/electrode.md", "to": "notes/glass_electrode.md"}]);
    assert_eq!(notes["moved"], moved, "{found}");
    // The pair and its link moved with the note: neither is new, neither is gone.
    assert_eq!(found["overlaps"], serde_json::json!({"new": [], "gone": []}), "{found}");
    assert_eq!(found["broken_links"]["new"], serde_json::json!([]), "{found}");
    assert_eq!(found["broken_links"]["mended"][0]["target"], "bath.md", "{found}");
    assert_eq!(found["references"]["new"][0]["target"], "src/log.py", "{found}");
}

#[test]
fn report_and_command_line_tell_it_in_words() {
    let sandbox = lab();
    sandbox.write("notes/electrode.md", "# Electrode\n\nReplaced by the guide of the maker.\n");
    insta::assert_snapshot!(sandbox.xtask(["consolidate", "plan", "-q", "--since", "HEAD"]));
    let report = sandbox.read("notes/documentation_consolidation_plan.md");
    let section = report.split("\n## ").find(|section| section.starts_with("Since")).unwrap();
    insta::assert_snapshot!(section);
}

#[test]
fn nothing_changed_is_said_and_an_unknown_commit_is_an_error() {
    let sandbox = lab();
    let report = sandbox.xtask(["consolidate", "plan", "-q", "--since", "HEAD", "--at", "HEAD"]);
    assert!(report.contains("Nothing changed in the picture."), "{report}");
    insta::assert_snapshot!(sandbox.xtask(["consolidate", "plan", "-q", "--since", "nowhere"]), @"
    exit: 2
    -- stdout

    -- stderr
    error: cannot plan the consolidation
      cause: `nowhere` names no commit of this repository
    ");
}

#[test]
fn commit_without_notes_makes_all_of_them_new() {
    let sandbox = Sandbox::init();
    sandbox.write("src/log.py", "");
    sandbox.commit("No notes");
    sandbox.write("notes/probe.md", "# Probe\n\nText.\n");
    let found = sandbox.json(["consolidate", "plan", "--since", "HEAD"])["result"]["since"].clone();
    assert_eq!(found["notes"]["added"], serde_json::json!(["notes/probe.md"]), "{found}");
}
