//! What is left when a set-up cannot be carried out.

use std::collections::BTreeMap;

use xshell::{Shell, cmd};

use crate::config::SetupConfig;
use crate::repo::Repo;
use crate::setup::{self, Options, Part};

#[test]
#[allow(clippy::disallowed_methods, reason = "a test changes files")]
fn a_set_up_that_fails_leaves_no_program_that_nothing_calls() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("sample");
    let shell = Shell::new().unwrap();
    cmd!(shell, "git init -q -b main {root}").quiet().run().unwrap();
    let repo = Repo::open(&root).unwrap();
    let options = Options {
        parts: [Part::Hooks, Part::Contributing].into(),
        uninstall: false,
        force: false,
        into_hooks_path: false,
        config: SetupConfig::default(),
        upstream: None,
        reports: Vec::new(),
        pictures: Vec::new(),
        has_exceptions: false,
        source: None,
    };
    let left = || -> BTreeMap<&str, bool> {
        let files = ["xtask/bin/xtask", "xtask/bin/xtask.json", "hooks/pre-commit"];
        files.map(|file| (file, repo.common_dir().join(file).exists())).into()
    };
    let plan = setup::plan(&repo, &options).unwrap();
    std::fs::write(root.join("CONTRIBUTING.md"), "written meanwhile\n").unwrap();
    assert!(setup::apply(&repo, &plan).is_err(), "a file changed since the plan");
    assert!(left().values().all(|is_there| !is_there), "{:?}", left());

    setup::apply(&repo, &setup::plan(&repo, &options).unwrap()).unwrap();
    assert!(left().values().all(|is_there| *is_there), "{:?}", left());
}
