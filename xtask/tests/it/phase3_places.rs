//! `phase3` in repositories whose files are not all where or what they seem: ignored places, sparse checkouts, line
//! ends and filters that git changes.

use crate::sandbox::Sandbox;

const PLAN: &str = "notes/documentation_consolidation_plan.md";

/// A finished note of a folder, in words of its own.
fn finished(folder: &str) -> String {
    format!(
        "# Session 2025-01-02\n\nStatus: done\n\n## Done\n\nFixed the {folder} pump, see [tool](../src/tool.py).\n"
    )
}

/// A repository with a finished note in each of these folders, and a tool.
fn with_finished_notes(folders: &[&str]) -> Sandbox {
    let sandbox = Sandbox::init();
    sandbox.write("src/tool.py", "# The pump.\n# Tells of notes/session-2025-01-02-notes.md\n");
    sandbox.write("README.md", "# Top\n");
    for folder in folders {
        sandbox.write(&format!("{folder}/session-2025-01-02-{folder}.md"), finished(folder));
    }
    sandbox
}

/// Makes the plan and ticks the lines that hold `words`, and no other.
fn plan(sandbox: &Sandbox, words: &str) {
    assert!(sandbox.output(["consolidate", "plan"]).status.success());
    let ticked = |line: &str| match line.contains(words) {
        true => line.replacen("- [ ]", "- [x]", 1),
        false => line.replacen("- [x]", "- [ ]", 1),
    };
    let text: String = sandbox.read(PLAN).split_inclusive('\n').map(ticked).collect();
    sandbox.write(PLAN, text);
}

#[test]
fn what_is_not_checked_out_is_told_and_links_to_it_stay_right() {
    let sandbox = with_finished_notes(&["notes"]);
    sandbox.commit("notes");
    sandbox.git(&["sparse-checkout", "set", "notes"]);
    assert!(!sandbox.root().join("src").exists());
    plan(&sandbox, "Archive");
    assert!(!sandbox.read(PLAN).contains("leads to no file"), "the tool is there, in git");
    insta::assert_snapshot!(sandbox.xtask(["phase3", "--yes"]), @"
    exit: 0
    -- stdout
    archived   1 finished note
    rewritten  1 link and 0 mentions in 1 file
    conserved  1 note moved whole, nothing lost
    not done   1 line that names a moved note, in a file that is not checked out
               src/tool.py:2
    next       look at `git status` and commit; `xtask undo` takes it back
    -- stderr
    ");
    let moved = sandbox.read("notes/archive/session-2025-01-02-notes.md");
    assert!(moved.contains("[tool](../../src/tool.py)"), "{moved}");
    assert!(!sandbox.git(&["status", "--porcelain"]).contains("src"));
    sandbox.commit("archive");
    plan(&sandbox, "Archive");
    assert!(sandbox.read(PLAN).contains("- [x] ~~Archive"), "what is done stays done");
}
