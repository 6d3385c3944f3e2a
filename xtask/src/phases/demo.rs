//! The sample repository, ready to have phase 2 run on it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::config::{Config, SuiteConfig};
use crate::fixture;
use crate::process::{self, Call, Cancel};
use crate::term::Term;

/// The scenario that is shown.
const SCENARIO: &str = "lab-fork";
/// What the sample's tests are run with.
const PYTEST: &str = "pytest==8.4.2";
/// How long installing it may take.
const INSTALL_LIMIT: Duration = Duration::from_secs(300);

/// Builds the sample in `out`, or in a new temporary folder that stays for the user to look at.
///
/// # Errors
/// The folder holds something already, or cannot be written.
pub fn build(out: Option<&Path>, term: Term) -> Result<PathBuf> {
    let root = match out {
        Some(out) => std::path::absolute(out).context("find the folder")?,
        None => {
            let folder = tempfile::Builder::new().prefix("xtask-demo-").tempdir();
            folder.context("make a temporary folder")?.keep().join(SCENARIO)
        }
    };
    let scenario = fixture::scenario(SCENARIO).context("find the sample")?;
    scenario.build(&root)?;
    term.say(&format!("built the sample repository `{SCENARIO}` in {}", root.display()));
    Ok(root)
}

/// Fits the settings to what this machine can run: pytest where it is or can be installed inside the sample,
/// else what Python's standard library runs, else nothing.
pub fn fit(root: &Path, mut config: Config, term: Term, cancel: &Cancel) -> Config {
    let Some(python) = process::find_program("python3") else {
        term.say("there is no python3 here: the tests of the sample are counted, not run");
        return config;
    };
    if has_pytest(&python, root, cancel) {
        return config;
    }
    term.say(&format!("installing {PYTEST} into the sample's own .venv"));
    if let Err(error) = install_pytest(&python, root, cancel) {
        term.say(&format!("{error:#}\ngoing on with what Python's standard library can run"));
        config.validate.suite = vec![standard_library_suite(&python)];
    }
    config
}

fn has_pytest(python: &Path, root: &Path, cancel: &Cancel) -> bool {
    let call = Call::new(python, root).args(["-c", "import pytest"]).limit(INSTALL_LIMIT);
    process::run(&call, cancel).is_ok_and(|finished| finished.success())
}

fn install_pytest(python: &Path, root: &Path, cancel: &Cancel) -> Result<()> {
    let environment = root.join(".venv");
    let make = Call::new(python, root).args(["-m", "venv", ".venv"]).limit(INSTALL_LIMIT);
    let own = environment.join("bin/python");
    let install = Call::new(own, root)
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", PYTEST])
        .limit(INSTALL_LIMIT);
    let done = succeed(&make, cancel).and_then(|()| succeed(&install, cancel));
    if done.is_err() {
        // A half-made environment would be taken for the sample's interpreter.
        discard(&environment);
    }
    done.with_context(|| format!("cannot install {PYTEST}"))
}

fn succeed(call: &Call, cancel: &Cancel) -> Result<()> {
    let finished = process::run(call, cancel)?;
    if !finished.success() {
        let said = finished.stderr.text();
        bail!("{}", said.trim().lines().last().unwrap_or("it failed without a word"));
    }
    Ok(())
}

#[allow(clippy::disallowed_methods, reason = "the sample is the demo's own")]
fn discard(folder: &Path) {
    let _ = std::fs::remove_dir_all(folder);
}

fn standard_library_suite(python: &Path) -> SuiteConfig {
    SuiteConfig {
        name: "tests".to_owned(),
        paths: vec!["tests".to_owned()],
        runner: Some("unittest".to_owned()),
        python: Some(python.display().to_string()),
        ..SuiteConfig::default()
    }
}
