use crate::config::{GitHook, WorkflowKind};
use crate::setup::contributing::{Facts, body};
use crate::setup::workflow::Install;

fn reports() -> Vec<(String, &'static str)> {
    vec![("notes/upstream.md".to_owned(), "upstream"), ("no|tes/`a`.md".to_owned(), "validate")]
}

#[test]
fn section_says_what_is_configured() {
    let reports = reports();
    let facts = Facts {
        call: "cargo xtask",
        hooks: &GitHook::ALL,
        manager: None,
        workflows: &WorkflowKind::ALL,
        reports: &reports,
        install: Some(Install::Alias),
    };
    insta::assert_snapshot!(body(&facts));
}

#[test]
fn section_leaves_out_what_is_switched_off_and_names_who_manages_the_hooks() {
    let reports = reports();
    let facts =
        Facts { call: "xtask", hooks: &[], manager: None, workflows: &[], reports: &reports, install: None };
    let text = body(&facts);
    assert!(!text.contains("hooks") && !text.contains("pull request is checked"), "{text}");
    let hooks = [GitHook::PreCommit];
    let install = Some(Install::Command("cargo install --locked xtask".to_owned()));
    let managed = body(&Facts { hooks: &hooks, manager: Some("lefthook"), install, ..facts });
    assert!(
        managed.contains("managed by lefthook") && managed.contains("- `pre-commit` judges"),
        "{managed}"
    );
    assert!(managed.contains("; `cargo install --locked xtask` installs it."), "{managed}");
    assert!(!managed.contains("git push"), "{managed}");
}
