//! `consolidate verify`: what a range of commits kept.

use crate::sandbox::Sandbox;

const BATH: &str = "# Bath\n\nThe bath is held at 37.5 degrees.\n\n## Usage\n\n```sh\nlab run --bath 1\nlab stop\n```\n\n| probe | limit |\n|-------|-------|\n| inner | 380 |\n";

/// Two notes; then one of them is merged by hand, and what was in it is lost in part.
fn merged_by_hand() -> Sandbox {
    let sandbox = Sandbox::init();
    sandbox.write("notes/bath.md", BATH);
    sandbox.write("notes/probe.md", "# Probe\n\nThe probe is read every second.\n");
    sandbox.commit("two notes");
    std::fs::remove_file(sandbox.root().join("notes/bath.md")).unwrap();
    sandbox.write(
        "notes/guide.md",
        "# Guide\n\nThe **bath** is held at 37.5 degrees.\n\n```sh\nlab run --bath 1\n```\n\nThe probe is read every second.\n",
    );
    sandbox.commit("one guide");
    sandbox
}

#[test]
fn what_a_merge_by_hand_lost_is_told_note_by_note() {
    let sandbox = merged_by_hand();
    let before = sandbox.state();
    insta::assert_snapshot!(sandbox.xtask(["consolidate", "verify", "HEAD^..HEAD"]));
    assert_eq!(sandbox.state(), before);
    let told = &sandbox.json(["consolidate", "verify", "HEAD^.."])["result"];
    let source = &told["conserved"]["sources"][0];
    assert_eq!(
        (&source["path"], &source["blocks"], &source["in_guide"]),
        (&"notes/bath.md".into(), &4.into(), &1.into())
    );
    assert_eq!(told["conserved"]["lost"], source["lost"].as_array().unwrap().len());
}

#[test]
fn what_was_moved_or_archived_is_not_lost() {
    let sandbox = merged_by_hand();
    sandbox.write("notes/archive/bath.md", BATH);
    sandbox.commit("the original");
    insta::assert_snapshot!(sandbox.xtask(["consolidate", "verify", "HEAD~2..HEAD"]), @"
    exit: 0
    -- stdout
    What was kept
    =============

    `c13e5054375d..a0df7672bd15` removed or changed no note.
    -- stderr
    ");
}

#[test]
fn what_is_no_range_is_said() {
    let sandbox = merged_by_hand();
    insta::assert_snapshot!(sandbox.xtask(["consolidate", "verify", "HEAD"]), @"
    exit: 2
    -- stdout

    -- stderr
    error: cannot verify what was kept
      cause: `HEAD` is no range of commits
    hint: write it as `OLD..NEW`; of one commit `COMMIT^..COMMIT`
    ");
    insta::assert_snapshot!(sandbox.xtask(["consolidate", "verify", "nothing..HEAD"]), @"
    exit: 2
    -- stdout

    -- stderr
    error: cannot verify what was kept
      cause: `nothing` names no commit of this repository
    ");
}
