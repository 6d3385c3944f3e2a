//! `phase3` as somebody lives through it: what is ticked stays theirs, what is said is so, and how to go back.

use crate::sandbox::Sandbox;

const PLAN: &str = "notes/documentation_consolidation_plan.md";
const PUMP: &str =
    "The pump of the bath moves nine litres a minute at half of its power, and the red valve lets them in.";

/// Two notes on one subject that are both finished, too.
fn with_two_phases() -> Sandbox {
    let sandbox = Sandbox::init();
    sandbox.write("README.md", "# Top\n");
    sandbox.write("docs/lamp.md", "# Lamp\n\nIt is green.\n");
    for (phase, words) in [(1, "It is loud."), (2, "It is silent.")] {
        let text = format!(
            "# Bath pump, phase {phase}\n\n## Pump {phase}\n\n{PUMP} {words}\n\n## Valve {phase}\n\n{PUMP} Red.\n"
        );
        sandbox.write(&format!("docs/PHASE{phase}_BATH_PUMP.md"), text);
    }
    sandbox.commit("notes");
    sandbox
}

fn items(sandbox: &Sandbox) -> Vec<String> {
    let plan = sandbox.read(PLAN);
    let items = plan.lines().filter(|line| line.starts_with("- ["));
    items.map(|line| line.split(" % sure").next().unwrap_or_default().to_owned()).collect()
}

fn tick_merges(sandbox: &Sandbox) {
    assert!(sandbox.output(["consolidate", "plan"]).status.success());
    sandbox.write(PLAN, sandbox.read(PLAN).replace("- [x]", "- [ ]").replace("- [ ] Merge", "- [x] Merge"));
}

#[test]
fn nothing_is_ticked_that_nobody_ticked() {
    let sandbox = with_two_phases();
    tick_merges(&sandbox);
    let before = items(&sandbox);
    assert!(before.iter().any(|line| line.starts_with("- [ ] Archive `docs/PHASE1")), "{before:?}");
    assert!(sandbox.output(["phase3", "--yes"]).status.success());
    assert!(sandbox.output(["consolidate", "plan"]).status.success());
    let done = items(&sandbox);
    assert!(done.iter().any(|line| line.starts_with("- [ ] ~~Archive `docs/PHASE1")), "{done:?}");
    let again = sandbox.xtask(["phase3", "--yes"]);
    assert!(again.contains("nothing: 1 ticked item was done before"), "{again}");
    assert!(sandbox.output(["undo"]).status.success());
    assert_eq!(items(&sandbox).iter().filter(|line| line.starts_with("- [x]")).count(), 1);
    assert!(sandbox.output(["consolidate", "plan"]).status.success());
    assert_eq!(items(&sandbox), before, "order and boxes are as they were");
}

#[test]
fn it_says_that_it_made_the_list_and_which_change_set_to_take_back() {
    let sandbox = with_two_phases();
    tick_merges(&sandbox);
    let said = sandbox.xtask(["phase3", "--yes"]);
    assert!(
        said.contains("listed     guides, notes and archive in `docs/README.md`, a new file\n"),
        "{said}"
    );
    assert!(said.contains("`xtask undo 1` takes it back"), "{said}");
}

#[test]
fn undo_says_that_commits_stand() {
    let sandbox = with_two_phases();
    sandbox.git(&["config", "user.name", "Tester"]);
    sandbox.git(&["config", "user.email", "tester@example.invalid"]);
    tick_merges(&sandbox);
    assert!(sandbox.output(["phase3", "--yes", "--commit"]).status.success());
    let said = sandbox.xtask(["undo"]);
    assert!(said.contains("differ from the last commit now: the commits that changed them stand"), "{said}");

    let sandbox = with_two_phases();
    tick_merges(&sandbox);
    assert!(sandbox.output(["phase3", "--yes"]).status.success());
    let said = sandbox.xtask(["undo"]);
    assert!(!said.contains("commits that changed them"), "{said}");
}

/// The plan's line that begins so, whatever its box says.
fn line(sandbox: &Sandbox, start: &str) -> String {
    let plan = sandbox.read(PLAN);
    plan.lines()
        .find(|line| line.get(6..).is_some_and(|line| line.starts_with(start)))
        .unwrap_or(&plan)
        .to_owned()
}

#[test]
fn a_name_that_is_looked_for_or_listed_is_not_ticked_and_the_plan_says_why() {
    let sandbox = Sandbox::init();
    let text = "# Ladder\n\nFirst the pump, then the valve, and the lamp in the end of it all.\n";
    for path in ["ROADMAP.md", "docs/ladder.md", "docs/pump-ladder.md", "docs/x.md"] {
        sandbox.write(path, text);
    }
    sandbox.write("docs/packed-manifest.md", "# Pack\n\n- `docs/pump-ladder.md`\n");
    sandbox.commit("notes");
    assert!(sandbox.output(["consolidate", "plan"]).status.success());
    assert!(line(&sandbox, "Remove `docs/x.md`, the same as `ROADMAP.md`").starts_with("- [x]"));
    let listed = line(&sandbox, "Remove `docs/pump-ladder.md`");
    assert!(listed.starts_with("- [ ]"), "{listed}");
    assert!(listed.contains("; docs/packed-manifest.md line 3 names docs/pump-ladder.md"), "{listed}");

    sandbox.write("mkdocs.yml", "site_name: x\nnav:\n  - Ladder: ladder.md\n");
    sandbox.commit("site");
    assert!(sandbox.output(["consolidate", "plan"]).status.success());
    let looked_for = line(&sandbox, "Remove `ROADMAP.md`, the same as `docs/ladder.md`");
    assert!(looked_for.starts_with("- [ ]"), "{looked_for}");
    assert!(looked_for.contains("; people look for ROADMAP.md at the root"), "{looked_for}");
}

#[test]
fn a_plan_of_a_newer_version_is_refused_and_left_alone() {
    let sandbox = with_two_phases();
    tick_merges(&sandbox);
    let plan = sandbox.read(PLAN);
    let (first, rest) = plan.split_once('\n').unwrap();
    assert!(first.contains(" schema=1 "), "{first}");
    sandbox.write(PLAN, format!("{}\n{rest}", first.replace(" schema=1 ", " schema=7 ")));
    let before = sandbox.state();
    for command in [["phase3", "--yes"], ["consolidate", "plan"]] {
        let said = sandbox.xtask(command);
        assert!(said.starts_with("exit: 2"), "{said}");
        let why = "line 1: the report has schema 7: a newer xtask wrote it, this one reads 1";
        assert!(said.contains(why) && said.contains("hint: use the xtask that wrote it"), "{said}");
        assert_eq!(sandbox.state(), before);
    }
}

/// What can be neither committed nor taken back is told in one sentence, with what to do.
#[test]
fn what_is_left_of_commits_is_told_plainly() {
    let sandbox = with_two_phases();
    tick_merges(&sandbox);
    sandbox.commit("plan");
    sandbox.git(&["config", "user.name", "Tester"]);
    sandbox.git(&["config", "user.email", "tester@example.invalid"]);
    // A program that signs nothing, and keeps git from moving the branch.
    let lock = sandbox.root().join(".git/HEAD.lock");
    sandbox.write(".git/sign", format!("#!/bin/sh\ntouch {}\nexit 1\n", lock.display()));
    let program = sandbox.root().join(".git/sign");
    std::fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    sandbox.git(&["config", "commit.gpgsign", "true"]);
    sandbox.git(&["config", "gpg.program", &program.display().to_string()]);
    let said = sandbox.xtask(["phase3", "--yes", "--commit"]);
    let told = "cause: commit the edits: commit what is left, or `xtask undo` brings all files back\n";
    assert!(said.starts_with("exit: 2") && said.contains(told), "{said}");
    assert!(said.contains("cause: take the edits back: "), "{said}");
    std::fs::remove_file(lock).unwrap();
    let said = sandbox.xtask(["phase3", "--yes", "--commit"]);
    assert!(said.contains("an earlier run changed wait to be committed"), "{said}");
}

/// What the lines on the terminal leave out can be read before it is done, and afterwards.
#[test]
fn lists_that_are_cut_stand_whole_where_it_says() {
    let sandbox = with_two_phases();
    let mentions = "See PHASE1_BATH_PUMP.md.\n".repeat(30);
    sandbox.write("src/pump.py", mentions);
    sandbox.commit("mentions");
    tick_merges(&sandbox);
    let before = sandbox.xtask(["phase3", "--check"]);
    assert!(before.contains("and 20 more, listed by `--check --format json`"), "{before}");
    let asked = sandbox.json(["phase3", "--check"])["result"]["left"].clone();
    assert_eq!(asked.as_array().map(Vec::len), Some(30));
    let said = sandbox.xtask(["phase3", "--yes"]);
    assert!(said.contains("and 20 more, listed in `.git/xtask/results/phase3.json`"), "{said}");
    // A run that finds nothing to do leaves it as it is.
    assert!(sandbox.output(["phase3", "--yes"]).status.success());
    let kept: serde_json::Value =
        serde_json::from_str(&sandbox.read(".git/xtask/results/phase3.json")).unwrap();
    assert_eq!((&kept["left"], &kept["applied"]), (&asked, &serde_json::json!(true)));
}
