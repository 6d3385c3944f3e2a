//! The ids that the frameworks of pre-commit and prek find in `.pre-commit-hooks.yaml`.

use xtask::check::{CheckId, Made};

#[test]
fn every_check_has_an_id_for_the_frameworks() {
    let file = include_str!("../../../.pre-commit-hooks.yaml");
    let ids: Vec<&str> = file.lines().filter_map(|line| line.strip_prefix("- id: ")).collect();
    let mut wanted = vec!["xtask".to_owned(), "xtask-commit-msg".to_owned()];
    wanted.extend(CheckId::made(Made::BeforeCommit).map(|id| format!("xtask-{id}")));
    assert_eq!(ids, wanted);
    for id in CheckId::made(Made::BeforeCommit) {
        let entry = format!(
            "  description: \"{}\"\n  entry: xtask hook pre-commit --only {}\n  language: system\n  pass_filenames: false\n",
            id.what(),
            id
        );
        assert!(file.contains(&entry), "{entry}");
    }
}
