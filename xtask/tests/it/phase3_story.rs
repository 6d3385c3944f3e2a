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
