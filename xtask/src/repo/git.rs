//! Runs the git program: with settings pinned, nothing fetched, nothing of the repository executed.

#![allow(clippy::disallowed_methods, reason = "this is the room that starts git")]

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use anyhow::{Context, Result, bail};
use xshell::{Shell, cmd};

use crate::process;

/// Settings of every call, so that no user, system or repository configuration changes an answer
/// and nothing that the repository names is run.
const PINNED: &[&str] = &[
    OWN_ATTRIBUTES,
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.quotePath=false",
    "core.abbrev=40",
    "color.ui=false",
    "diff.renames=true",
    "diff.renameLimit=1000",
    "diff.algorithm=myers",
    "diff.ignoreSubmodules=none",
    "diff.noprefix=false",
    "diff.mnemonicPrefix=false",
    "diff.orderFile=/dev/null",
    "diff.relative=false",
    "diff.submodule=short",
    "diff.suppressBlankEmpty=false",
    "merge.renames=true",
    "merge.renameLimit=7000",
    "merge.directoryRenames=conflict",
    "merge.conflictStyle=merge",
    "merge.renormalize=false",
    "log.showSignature=false",
    "log.follow=false",
    "log.showRoot=true",
    "log.mailmap=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "core.commitGraph=true",
    "advice.graftFileDeprecated=false",
    "submodule.recurse=false",
];

/// The user's own file of attributes is read by no call but those of [`Git::with_attributes`].
const OWN_ATTRIBUTES: &str = "core.attributesFile=/dev/null";

/// Variables that git sets for hooks, or that a user may have set for another repository.
const CLEARED: &[&str] = &[
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_PREFIX",
    "GIT_NAMESPACE",
    "GIT_GRAFT_FILE",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_CONFIG_PARAMETERS",
    "GIT_CONFIG_COUNT",
    "GIT_ATTR_SOURCE",
    "GIT_EXTERNAL_DIFF",
    "GIT_DIFF_OPTS",
    "GIT_LITERAL_PATHSPECS",
    "GIT_GLOB_PATHSPECS",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_ICASE_PATHSPECS",
    "GIT_TRACE",
    "GIT_TRACE2",
    "GIT_TRACE2_EVENT",
];

/// For calls that compare the work tree with a commit. What a submodule's own work tree holds is its own business: to
/// look, git would start itself there, which runs the filters that its configuration names.
pub const WITHOUT_DIRTY_SUBMODULES: &str = "--ignore-submodules=dirty";

/// The git program, pointed at one repository.
#[derive(Clone, Debug)]
pub struct Git {
    git_dir: PathBuf,
    work_tree: Option<PathBuf>,
    variables: Vec<(OsString, OsString)>,
    reads_attributes: bool,
    /// Names of the settings of content filters, where they were read already.
    filters: Option<Filters>,
}

/// Names of the settings of the content filters that a repository's configuration names, in git's order.
pub(super) type Filters = Arc<[OsString]>;

/// What a call left.
#[derive(Debug)]
pub struct Answer {
    /// The exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// Standard output, as bytes: paths need not be UTF-8.
    pub stdout: Vec<u8>,
    /// Standard error, for messages.
    pub stderr: String,
}

impl Git {
    /// Points git at a git directory and, where there is one, its work tree.
    pub fn new(git_dir: &Path, work_tree: Option<&Path>) -> Self {
        Self {
            git_dir: git_dir.to_owned(),
            work_tree: work_tree.map(Path::to_owned),
            variables: Vec::new(),
            reads_attributes: false,
            filters: None,
        }
    }

    /// The calls with the settings of filters known, so that [`Git::without_filters`] asks for them no more.
    pub(super) fn knowing_filters(mut self, filters: Option<Filters>) -> Self {
        self.filters = filters;
        self
    }

    /// The calls with the user's own attributes, for those that compare files with the index or bring them into it: what
    /// is changed, and which line ends are stored, is as the user's git has it.
    pub fn with_attributes(mut self) -> Self {
        self.reads_attributes = true;
        self
    }

    /// The calls with one more environment variable (`GIT_OBJECT_DIRECTORY`, `GIT_INDEX_FILE`).
    pub fn with_variable(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.variables.push((name.into(), value.as_ref().to_owned()));
        self
    }

    /// The calls with other files to read.
    pub fn with_work_tree(mut self, work_tree: &Path) -> Self {
        self.work_tree = Some(work_tree.to_owned());
        self
    }

    /// The calls with every content filter that the repository's configuration names switched off, for calls
    /// that compare files with the index: git would run a `clean` filter on each changed file.
    ///
    /// # Errors
    /// The configuration cannot be read.
    pub fn without_filters(self) -> Result<Self> {
        let keys = match &self.filters {
            Some(filters) => Arc::clone(filters),
            None => self.filters_named()?,
        };
        let mut git = self.with_attributes().with_variable("GIT_CONFIG_COUNT", keys.len().to_string());
        for (number, key) in keys.iter().enumerate() {
            git = git.with_variable(&format!("GIT_CONFIG_KEY_{number}"), key);
            // A filter that is required and not run would end the call.
            let value = if key.as_bytes().ends_with(b".required") { "false" } else { "" };
            git = git.with_variable(&format!("GIT_CONFIG_VALUE_{number}"), value);
        }
        Ok(git)
    }

    fn filters_named(&self) -> Result<Filters> {
        let listing = self.read(&["config", "--null", "--name-only", "--list"])?;
        Ok(listing.split(|&byte| byte == 0).filter_map(filter_setting).collect())
    }

    /// Gives standard output of a call that must exit 0.
    ///
    /// # Errors
    /// git cannot be started, or exits with another code; its own message is the cause.
    pub fn read<S: AsRef<OsStr>>(&self, args: &[S]) -> Result<Vec<u8>> {
        self.answer_to(args, &[], &[0]).map(|answer| answer.stdout)
    }

    /// Like [`Git::read`], as text without the end of its last line; bytes that are no UTF-8 are replaced.
    ///
    /// # Errors
    /// As [`Git::read`].
    pub fn line<S: AsRef<OsStr>>(&self, args: &[S]) -> Result<String> {
        let bytes = self.read(args)?;
        Ok(String::from_utf8_lossy(&bytes).trim_end_matches('\n').to_owned())
    }

    /// Runs a call with `input` on its standard input and accepts the exit codes in `accepted`;
    /// an empty `accepted` takes every code.
    ///
    /// # Errors
    /// git cannot be started, was ended by a signal, or left a code that is not accepted.
    pub fn answer_to<S: AsRef<OsStr>>(&self, args: &[S], input: &[u8], accepted: &[i32]) -> Result<Answer> {
        let shell = Shell::new().context("start git")?;
        if let Some(work_tree) = &self.work_tree {
            shell.change_dir(work_tree);
        }
        let mut command = cmd!(shell, "git").quiet().ignore_status().args(self.arguments(args));
        for name in CLEARED {
            command = command.env_remove(name);
        }
        for (name, value) in self.variables() {
            command = command.env(name, value);
        }
        let output = process::output(&mut command.into(), input).context("start git")?;
        let answer = Answer {
            code: output.status.code(),
            stdout: output.stdout,
            stderr: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        };
        let fits = accepted.is_empty() || answer.code.is_some_and(|code| accepted.contains(&code));
        if !fits {
            let name =
                args.first().map(|arg| arg.as_ref().to_string_lossy().into_owned()).unwrap_or_default();
            let code = answer.code.map_or_else(|| "a signal".to_owned(), |code| format!("code {code}"));
            bail!("`git {name}` ended with {code}: {}", first_lines(&answer.stderr));
        }
        Ok(answer)
    }

    /// The full argument list, for callers that stream a child themselves through `process`.
    pub fn arguments<S: AsRef<OsStr>>(&self, args: &[S]) -> Vec<OsString> {
        let mut all: Vec<OsString> = vec!["--no-pager".into(), "--literal-pathspecs".into()];
        let is_read = |setting: &&&str| self.reads_attributes && **setting == OWN_ATTRIBUTES;
        for setting in PINNED.iter().filter(|setting| !is_read(setting)) {
            all.extend(["-c".into(), OsString::from(setting)]);
        }
        all.extend(Self::trusted().iter().cloned());
        let mut git_dir = OsString::from("--git-dir=");
        git_dir.push(&self.git_dir);
        all.push(git_dir);
        if let Some(work_tree) = &self.work_tree {
            let mut option = OsString::from("--work-tree=");
            option.push(work_tree);
            all.push(option);
        }
        all.extend(args.iter().map(|arg| arg.as_ref().to_owned()));
        all
    }

    /// Variables of every call, beside those that are cleared ([`Git::cleared_variables`]).
    pub fn variables(&self) -> Vec<(OsString, OsString)> {
        let fixed = [
            ("GIT_OPTIONAL_LOCKS", "0"),
            ("GIT_NO_LAZY_FETCH", "1"),
            // git before 2.44 does not know the variable above and would fetch what a partial clone lacks: it may
            // talk to nobody. Who fetches on the user's word sets this anew.
            ("GIT_ALLOW_PROTOCOL", "none"),
            ("GIT_TERMINAL_PROMPT", "0"),
            ("GIT_PAGER", "cat"),
            ("LC_ALL", "C"),
        ];
        let fixed = fixed.iter().map(|&(name, value)| (name.into(), value.into()));
        fixed.chain(self.variables.iter().cloned()).collect()
    }

    /// Options of every call that repeat which folders of other users the caller's own git trusts: such settings may
    /// come by variables (`git -c safe.directory=…`, `GIT_CONFIG_COUNT`), and no call inherits those.
    pub(super) fn trusted() -> &'static [OsString] {
        static TRUSTED: OnceLock<Vec<OsString>> = OnceLock::new();
        TRUSTED.get_or_init(|| {
            let given = ["GIT_CONFIG_PARAMETERS", "GIT_CONFIG_COUNT"];
            match given.iter().any(|name| process::variable(name).is_some()) {
                true => trusted_by_variables().unwrap_or_default(),
                false => Vec::new(),
            }
        })
    }

    /// Variables that no call inherits.
    pub fn cleared_variables() -> &'static [&'static str] {
        CLEARED
    }
}

/// What the variables of git's configuration say of `safe.directory`; `None` where git cannot be asked.
fn trusted_by_variables() -> Option<Vec<OsString>> {
    let shell = Shell::new().ok()?;
    let mut command =
        cmd!(shell, "git config --show-scope --null --get-all safe.directory").quiet().ignore_status();
    for name in CLEARED.iter().filter(|name| !name.starts_with("GIT_CONFIG_")) {
        command = command.env_remove(name);
    }
    let answer = process::output(&mut command.into(), &[]).ok()?.stdout;
    let fields: Vec<&[u8]> = answer.split(|&byte| byte == 0).collect();
    let given = fields.chunks_exact(2).filter(|entry| entry[0] == b"command");
    let option = |entry: &[&[u8]]| {
        let mut setting = OsString::from("safe.directory=");
        setting.push(OsStr::from_bytes(entry[1]));
        [OsString::from("-c"), setting]
    };
    Some(given.flat_map(option).collect())
}

/// A setting's name, if it is one that makes git run a content filter, or fail without it. git lists sections and names
/// of settings in small letters.
pub(super) fn filter_setting(name: &[u8]) -> Option<OsString> {
    let runs = [&b".clean"[..], b".smudge", b".process", b".required"];
    let is_one = name.starts_with(b"filter.") && runs.iter().any(|end| name.ends_with(end));
    is_one.then(|| OsStr::from_bytes(name).to_owned())
}

fn first_lines(message: &str) -> String {
    let lines: Vec<&str> = message.lines().take(3).collect();
    if lines.is_empty() { "no message".to_owned() } else { lines.join("; ") }
}
