//! Folders of decisions, proposals and minutes.

use crate::sandbox::Sandbox;

#[test]
fn records_are_neither_merged_nor_put_away_but_for_what_is_equal() {
    let sandbox = Sandbox::init();
    let decision = |number: usize| {
        format!(
            "# The fix of the bath was completed, {number}\n\nStatus: completed\n\nThe bath was fixed and the probe \
             was removed, since it drifted by {number} degrees a day.\n"
        )
    };
    let folders = ["docs/adr", "docs/work"];
    for (number, folder) in (1..=5).flat_map(|number| folders.map(|folder| (number, folder))) {
        let name = if folder == "docs/adr" {
            format!("000{number}-bath-fix")
        } else {
            format!("BATH_FIX_{number}X")
        };
        sandbox.write(&format!("{folder}/{name}.md"), format!("{}{folder}\n", decision(number)));
    }
    sandbox.write("docs/adr/0006-bath-fix.md", format!("{}docs/adr\n", decision(1)));
    sandbox.commit("Decisions");
    let output = sandbox.output(["consolidate", "plan"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let report = sandbox.read("notes/documentation_consolidation_plan.md");
    assert!(
        report.contains("## Records, which are kept as they are\n\n- `docs/adr/`: a series of 6\n"),
        "{report}"
    );
    let items: Vec<&str> = report.lines().filter(|line| line.contains("xtask:item")).collect();
    let of_records: Vec<&&str> = items.iter().filter(|line| line.contains("docs/adr/")).collect();
    assert!(items.len() > 1 && of_records.len() == 1, "{items:#?}");
    assert!(of_records[0].starts_with("- [x] Remove `docs/adr/0006-bath-fix.md`"), "{of_records:?}");
}
