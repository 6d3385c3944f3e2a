//! The ids that the frameworks of pre-commit and prek find in `.pre-commit-hooks.yaml`.

use xtask::check::staged::CHECKS;

#[test]
fn every_check_has_an_id_for_the_frameworks() {
    let file = include_str!("../../../.pre-commit-hooks.yaml");
    let ids: Vec<&str> = file.lines().filter_map(|line| line.strip_prefix("- id: ")).collect();
    let mut wanted = vec!["xtask".to_owned(), "xtask-commit-msg".to_owned()];
    wanted.extend(CHECKS.iter().map(|check| format!("xtask-{}", check.id)));
    assert_eq!(ids, wanted);
    for check in CHECKS {
        let entry = format!(
            "  description: \"{}\"\n  entry: xtask hook pre-commit --only {}\n  language: system\n  pass_filenames: false\n",
            check.what, check.id
        );
        assert!(file.contains(&entry), "{entry}");
    }
}
