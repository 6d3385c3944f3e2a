//! The text of a hook: a POSIX shell block that finds the program and runs it.
//!
//! The block never ends a script that somebody wrote around it: where all is well the shell goes on below it.

use crate::config::GitHook;

/// The version of the block's text.
pub(super) const VERSION: u32 = 1;

/// What a block needs to know of the place it stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Script<'a> {
    /// Which hook it is.
    pub(super) hook: GitHook,
    /// How it finds the tool's folder.
    pub(super) home: Home,
    /// Whether `cargo xtask` is this tool in this repository.
    pub(super) alias: bool,
    /// What the file held before.
    pub(super) before: Before<'a>,
}

/// How a script finds `<common-dir>/xtask`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Home {
    /// It lies in `<common-dir>/hooks`.
    Beside,
    /// It lies in `<common-dir>/xtask/hooks`.
    Above,
    /// It lies anywhere: git is asked.
    Asked,
}

/// What was there before, and is still called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Before<'a> {
    /// Nothing.
    Nothing,
    /// A shell script, which stands below the block.
    Shell,
    /// A program, which was moved aside under this name.
    Moved(&'a str),
}

impl Script<'_> {
    /// The block's body.
    pub(super) fn body(&self) -> String {
        let hook = self.hook.name();
        let mut lines = vec![format!(
            "# Runs `xtask hook {hook}`; once without it: `git {} --no-verify`. Written by `xtask setup hooks`.",
            if self.hook == GitHook::PrePush { "push" } else { "commit" }
        )];
        if self.before == Before::Shell {
            // The same file once more, told by a variable to skip the block: its name, folder and input stay.
            lines.push("if [ \"${XTASK_HOST-}\" != \"$0\" ]; then".to_owned());
        }
        lines.extend(self.feed());
        lines.extend(self.host());
        lines.push(self.find_home());
        lines.extend(self.search());
        lines.extend(self.ending());
        lines.join("\n") + "\n"
    }

    /// `pre-push` reads the refs from standard input, and so may what is called before and after.
    fn feed(&self) -> Vec<String> {
        if self.hook != GitHook::PrePush {
            return Vec::new();
        }
        vec![
            "xtask_refs=$(cat)".to_owned(),
            "xtask_feed() { [ -z \"$xtask_refs\" ] || printf '%s\\n' \"$xtask_refs\"; }".to_owned(),
        ]
    }

    /// Runs `command` with the input that git gave.
    fn fed(&self, command: &str) -> String {
        if self.hook == GitHook::PrePush { format!("xtask_feed | {command}") } else { command.to_owned() }
    }

    /// The call of what was there before. It comes first, since it may change what is judged.
    fn host(&self) -> Vec<String> {
        match self.before {
            Before::Nothing => Vec::new(),
            Before::Shell => vec![self.fed("XTASK_HOST=$0 \"$0\" \"$@\" || exit")],
            Before::Moved(name) => vec![
                format!("xtask_kept=${{0%/*}}/{name}"),
                format!("if [ -x \"$xtask_kept\" ]; then {}; fi", self.fed("\"$xtask_kept\" \"$@\" || exit")),
            ],
        }
    }

    fn find_home(&self) -> String {
        let home = match self.home {
            Home::Beside => "${0%/*}/../xtask",
            Home::Above => "${0%/*}/..",
            Home::Asked => "$(git rev-parse --git-common-dir)/xtask",
        };
        format!("xtask_home={home}")
    }

    fn search(&self) -> Vec<String> {
        let hook = self.hook.name();
        let run = |program: &str| self.fed(&format!("{program} hook {hook} \"$@\" || exit"));
        let mut lines = vec![
            format!("if [ -x \"$xtask_home/bin/xtask\" ]; then {}", run("\"$xtask_home/bin/xtask\"")),
            format!("elif command -v xtask >/dev/null; then {}", run("xtask")),
        ];
        lines.push(if self.alias {
            format!("else {}", run("cargo xtask"))
        } else {
            format!(
                "else echo 'xtask: {hook} is refused: the program `xtask` is gone; install it (see CONTRIBUTING.md), then run `xtask setup hooks`' >&2; exit 1"
            )
        });
        lines.push("fi".to_owned());
        lines
    }

    fn ending(&self) -> Vec<String> {
        match self.before {
            Before::Shell => vec!["exit 0".to_owned(), "fi".to_owned(), "unset XTASK_HOST".to_owned()],
            // What stands below gets the refs, too.
            _ if self.hook == GitHook::PrePush => vec![
                "if [ -n \"$xtask_refs\" ]; then exec <<XTASK".to_owned(),
                "$xtask_refs".to_owned(),
                "XTASK".to_owned(),
                "fi".to_owned(),
            ],
            _ => Vec::new(),
        }
    }
}

/// The name under which a block's body calls what was moved aside.
pub(super) fn kept_name(body: &[u8]) -> Option<String> {
    let body = String::from_utf8_lossy(body);
    let line = body.lines().find_map(|line| line.strip_prefix("xtask_kept=${0%/*}/"))?;
    Some(line.to_owned())
}

/// Where a block goes in a shell script: below its first line. `None` for anything but a shell script.
pub(super) fn place_in(script: &[u8]) -> Option<usize> {
    let end = script.iter().position(|&byte| byte == b'\n')? + 1;
    let first = std::str::from_utf8(&script[..end - 1]).ok()?.strip_prefix("#!")?;
    let mut words = first.split([' ', '\t']).filter(|word| !word.is_empty());
    let program = words.next()?;
    let program = match program.rsplit('/').next()? {
        "env" => words.find(|word| !word.starts_with('-'))?,
        name => name,
    };
    // `csh`, `fish` and others do not read this block; a shell takes a carriage return for a letter.
    (["sh", "bash", "dash", "ash", "ksh", "zsh"].contains(&program)
        && !script.iter().any(|byte| matches!(byte, 0 | b'\r')))
    .then_some(end)
}
