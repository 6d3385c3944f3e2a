//! The environment that the tool was started with: the one place that reads it for child processes.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// The value of a variable, if it is set and not empty.
#[expect(clippy::disallowed_methods, reason = "this is the room that reads it")]
pub fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// Where a program lies: a name is looked for in the folders of `PATH`, a path is taken as it is.
pub fn find_program(name: impl AsRef<OsStr>) -> Option<PathBuf> {
    let name = Path::new(name.as_ref());
    if name.components().count() > 1 {
        return is_executable(name).then(|| name.to_owned());
    }
    let path = variable("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|program| is_executable(program))
}

/// True for a file that somebody may execute.
pub fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

/// `first` before what the variable already holds, joined as `PATH` is.
pub fn prepended(name: &str, first: &Path) -> OsString {
    let mut value = first.as_os_str().to_owned();
    if let Some(rest) = variable(name) {
        value.push(":");
        value.push(rest);
    }
    value
}
