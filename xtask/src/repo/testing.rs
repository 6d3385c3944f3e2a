//! git for tests: cut off from the user's configuration, and with one name and date for all who commit.

use std::path::Path;

use xshell::{Cmd, Shell, cmd};

use super::git::Git;

/// Runs git in a folder and gives what it prints; what it writes is dated on the second of January 2025.
pub(crate) fn git(folder: &Path, args: &[&str]) -> String {
    git_on(2, folder, args)
}

/// The same on another day of that month.
pub(crate) fn git_on(day: u8, folder: &Path, args: &[&str]) -> String {
    let shell = Shell::new().unwrap();
    shell.change_dir(folder);
    let mut command = by_tester(cmd!(shell, "git -c protocol.file.allow=always").args(args));
    for name in ["GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"] {
        command = command.env(name, format!("2025-01-{day:02}T03:04:05+00:00"));
    }
    command.ignore_stderr().read().unwrap()
}

/// Cuts off a command that runs git from the user's configuration, and names who commits.
pub(crate) fn by_tester(command: Cmd<'_>) -> Cmd<'_> {
    let mut command = command.quiet().env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    for name in Git::cleared_variables() {
        command = command.env_remove(name);
    }
    for name in ["GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"] {
        command = command.env(name, "tester");
    }
    command
}
