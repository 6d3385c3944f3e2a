//! A Python with pytest below `target/`, made once for all tests that need one.

use std::path::{Path, PathBuf};
use std::process::Command;

const PYTEST: &str = "pytest==8.4.2";

/// The interpreter; its folder is the one that the unit tests of the sample use.
pub(crate) fn python_with_pytest() -> PathBuf {
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target");
    std::fs::create_dir_all(&target).unwrap();
    let target = target.canonicalize().unwrap();
    let place = target.join(format!("fixture-venv-{}", PYTEST.replace('=', "-")));
    let python = place.join("bin/python");
    if !python.exists() {
        let fresh = tempfile::Builder::new().prefix("fixture-venv-").tempdir_in(&target).unwrap();
        run(Command::new("python3").args(["-m", "venv"]).arg(fresh.path()));
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", PYTEST];
        run(Command::new(fresh.path().join("bin/python")).args(pip));
        // Another test program may have been quicker; then its folder is used and this one goes away.
        if std::fs::rename(fresh.path(), &place).is_ok() {
            let _moved_away = fresh.keep();
        }
    }
    python
}

fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
